import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { CORE_WASM_BASE64 } from "../../src/scheduler/core_wasm.ts";
import { Scheduler, TableFullError } from "../../src/scheduler/slim.ts";
import { job, NOW } from "./conformance/steps.ts";
import { coreWithPages } from "./limited_memory.ts";
import { seededRandom } from "./random.ts";

const PAGES = 24;
const CHANNELS = "root:50,mail:0,mail.bulk:0,mail.news:0,line:1:sequential,api:0";

/** Notifies of jobs until one is refused; answers how many were not. */
function fill(scheduler: Scheduler, changes: (number: number) => Parameters<typeof job>[1]) {
  for (let number = 0;; number++) {
    try {
      scheduler.notify(job(`job ${number}`, changes(number)));
    } catch (error) {
      assertInstanceOf(error, TableFullError);
      return number;
    }
  }
}

describe("scheduler.wasm", () => {
  it("is no larger than 16 KiB", () => {
    assert(atob(CORE_WASM_BASE64).length <= 16 * 1024);
  });
});

describe("a core at the end of its memory", () => {
  it("refuses a job more, and has changed nothing", () => {
    const scheduler = Scheduler.create(coreWithPages(PAGES), CHANNELS);
    const count = fill(scheduler, () => ({ channel: "mail.bulk" }));
    const before = scheduler.channels();

    const more = job("more", { channel: "mail.bulk" });
    assertThrows(() => scheduler.notify(more), TableFullError, "JobTableFull");

    assert(count > 1_000, `${count} jobs`);
    assertEquals([scheduler.jobCount, scheduler.channels()], [count, before]);
    scheduler.checkInvariants();
  });

  it("refuses a job more than it is told to take", () => {
    const scheduler = Scheduler.create(coreWithPages(PAGES), CHANNELS, { maxJobs: 100 });

    assertEquals(fill(scheduler, () => ({})), 100);

    scheduler.checkInvariants();
  });

  it("hands out all it holds, through channels whose heaps cannot grow", () => {
    const scheduler = Scheduler.create(coreWithPages(PAGES), "root:1000000,mail:0,mail.bulk:0");
    const count = fill(scheduler, (number) => ({
      channel: number % 2 ? "mail.bulk" : "mail.news",
      etaMs: number % 3 ? null : NOW + number,
    }));
    const taken = new Set<string>();
    for (let nowMs = NOW; scheduler.wakeupAtMs(nowMs) !== Infinity; nowMs += 1000) {
      for (const { uuid } of scheduler.takeReady(nowMs)) taken.add(uuid);
      scheduler.checkInvariants();
    }

    assertEquals(taken.size, count);
  });

  it("takes as many again when they are over", () => {
    const scheduler = Scheduler.create(coreWithPages(PAGES), CHANNELS);
    const count = fill(scheduler, () => ({ channel: "mail.bulk" }));
    scheduler.forgetDatabase("shop");

    assertEquals(fill(scheduler, () => ({ channel: "mail.bulk" })), count);

    scheduler.checkInvariants();
  });

  it("lets another channel have what one has left", () => {
    const left = 4_100;
    const scheduler = Scheduler.create(coreWithPages(20), CHANNELS);
    const leave = (number: number) => job(`left ${number}`, { channel: "mail.bulk" });
    for (let number = 0; number < left; number++) scheduler.notify(leave(number));
    const count = fill(scheduler, () => ({ channel: "mail.news" }));
    for (let number = 0; number < left; number++) scheduler.forget("shop", `left ${number}`);

    assertEquals(fill(scheduler, () => ({ channel: "mail.news" })), count + left);

    scheduler.checkInvariants();
  });

  it("refuses channels made on the fly as it refuses jobs", () => {
    const scheduler = Scheduler.create(coreWithPages(PAGES), CHANNELS);
    const count = fill(scheduler, (number) => ({ channel: `made.up.${number}` }));

    assert(count > 500, `${count} channels`);
    scheduler.checkInvariants();
    scheduler.forgetDatabase("shop");
    scheduler.notify(job("after", { channel: "made.anew" }));
    assertEquals(scheduler.takeReady(NOW).length, 1);
  });

  it("never traps, whatever comes", () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const random = seededRandom(seed);
      const scheduler = Scheduler.create(coreWithPages(10 + random.below(8)), CHANNELS);
      const channels = ["mail", "mail.bulk", "mail.news", "line", "api", "root", "made", "made.up"];
      let refusedCount = 0;
      let nowMs = NOW;
      for (let step = 0; step < 40_000; step++) {
        const uuid = `job ${random.below(6_000)}`;
        const notice = {
          channel: random.below(10) === 0 ? `made.${random.below(2_000)}` : random.pick(channels),
          priority: random.below(5),
          etaMs: random.below(3) === 0 ? nowMs + random.below(100_000) : null,
          state: random.pick(["pending", "pending", "pending", "started", "failed", "done"]),
        };
        try {
          scheduler.notify(job(uuid, notice));
        } catch (error) {
          assertInstanceOf(error, TableFullError);
          refusedCount++;
        }
        if (step % 100 === 0) {
          nowMs += random.below(10) === 0 ? -20_000 : 5_000;
          scheduler.takeReady(nowMs);
          scheduler.wakeupAtMs(nowMs);
        }
        if (step % 4_000 === 0) scheduler.checkInvariants();
      }
      scheduler.checkInvariants();
      assert(refusedCount > 0, `seed ${seed}: nothing was refused`);
    }
  });
});
