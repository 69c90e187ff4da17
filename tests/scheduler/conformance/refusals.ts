import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { CreateScheduler, Job } from "../scheduler_like.ts";
import { job, notifyAll, NOW, take } from "./steps.ts";

/** What a scheduler does not accept. A refusal changes nothing. */
export function refusalsConformance(create: CreateScheduler): void {
  describe("notify() refuses", () => {
    const wrong: readonly (readonly [string, Partial<Job>])[] = [
      ["a sequence beyond 2^53", { sequence: 2 ** 53 }],
      ["a sequence beyond -2^53", { sequence: -(2 ** 53) }],
      ["a sequence with a fraction", { sequence: 1.5 }],
      ["a sequence that is NaN", { sequence: NaN }],
      ["an infinite sequence", { sequence: Infinity }],
      ["a priority above int32", { priority: 2 ** 31 }],
      ["a priority below int32", { priority: -(2 ** 31) - 1 }],
      ["a priority with a fraction", { priority: 0.5 }],
      ["a priority that is NaN", { priority: NaN }],
      ["an infinite priority", { priority: Infinity }],
      ["a date of creation that is NaN", { createdMs: NaN }],
      ["an eta that is NaN", { etaMs: NaN }],
      ["an unknown state", { state: "paused" }],
      ["an empty state", { state: "" }],
      ["a state in capital letters", { state: "PENDING" }],
      ["a state with space around", { state: "pending " }],
      ["a state that objects know", { state: "constructor" }],
    ];
    for (const [what, change] of wrong) {
      it(`${what}, for a job that it does not know`, () => {
        const scheduler = create("root:9");

        assertThrows(() => scheduler.notify(job("a", { channel: "mail", ...change })), RangeError);

        assertEquals(scheduler.channels().map(({ name }) => name), ["root"]);
        assertEquals(take(scheduler, NOW), []);
      });

      it(`${what}, for a job that stays as it was`, () => {
        const scheduler = create("root:1,mail:1");
        notifyAll(scheduler, ["running", "a"], { channel: "mail" });
        take(scheduler, NOW);
        scheduler.beginScan("shop");
        scheduler.touch("shop", "a");
        const before = scheduler.channels();

        for (const uuid of ["running", "a"]) {
          const notice = job(uuid, { channel: "stock", state: "started", ...change });
          assertThrows(() => scheduler.notify(notice), RangeError);
        }

        assertEquals(scheduler.channels(), before);
        assertEquals(scheduler.sweep("shop"), 1, "a refused notice sees no job");
        assertEquals(take(scheduler, NOW), ["a"]);
      });
    }

    it("nothing that comes afterwards", () => {
      const scheduler = create("root:9");
      assertThrows(() => scheduler.notify(job("a", { sequence: NaN })), RangeError);
      notifyAll(scheduler, ["b", "a"]);

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["b", "a"], "the refused notice gave no arrival");
    });
  });

  describe("notify() accepts", () => {
    const right: readonly (readonly [string, Partial<Job>])[] = [
      ["the largest sequence", { sequence: Number.MAX_SAFE_INTEGER }],
      ["the smallest sequence", { sequence: Number.MIN_SAFE_INTEGER }],
      ["the largest priority", { priority: 2 ** 31 - 1 }],
      ["the smallest priority", { priority: -(2 ** 31) }],
      ["priority 0", { priority: 0 }],
      ["negative zeros", { sequence: -0, priority: -0, createdMs: -0, etaMs: -0 }],
      ["an eta long ago", { etaMs: -8.64e15 }],
    ];
    for (const [what, change] of right) {
      it(what, () => {
        const scheduler = create("root:9");
        scheduler.notify(job("a", change));

        const taken = take(scheduler, NOW);

        assertEquals(taken, ["a"]);
      });
    }

    it("an eta after the end of all calendars, which never comes", () => {
      const scheduler = create("root:9");
      scheduler.notify(job("a", { etaMs: 1e300 }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, []);
      assertEquals(scheduler.wakeupAtMs(NOW), 1e300);
    });
  });
}
