import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Scheduler } from "../../src/scheduler/mod.ts";
import { job, NOW } from "./conformance/steps.ts";
import { seededRandom } from "./random.ts";

const MILLION = 1_000_000;

describe("a million jobs", () => {
  it("wait in one scheduler, in order, below 150 bytes each", () => {
    const scheduler = Scheduler.create("root:1000,mail:0");
    tellMillion(scheduler);

    const first = scheduler.takeReady(NOW).map(({ uuid }) => uuid);

    // Every 1,000th job has priority 0.
    assertEquals(first, Array.from({ length: 1000 }, (_, index) => uuidOf(1000 * index)));
    assertEquals(ownJobs(scheduler, "root.mail"), { waiting: MILLION - 1000, running: 1000 });
    assert(scheduler.memoryBytes / MILLION < 150, `${scheduler.memoryBytes / MILLION} bytes a job`);
  });

  it("are counted to explain one of them, without a byte", () => {
    const scheduler = Scheduler.create("root:1000,mail:0");
    tellMillion(scheduler);
    scheduler.takeReady(NOW);
    const bytes = scheduler.memoryBytes;

    const last = uuidOf(MILLION - 1);
    const { waitsAt, reasons } = scheduler.explain("shop", last, NOW);

    const first = { database: "shop", uuid: uuidOf(1) };
    const before = MILLION - 1001;
    assertEquals(waitsAt, "root");
    assertEquals(reasons, [
      { kind: "order", channel: "root", before, first, firstEtaMs: null },
      { kind: "full", channel: "root", taken: 1000, capacity: 1000, sequential: false },
    ]);
    assertEquals(scheduler.memoryBytes, bytes);
  });

  it("leave their memory to the next million", () => {
    const scheduler = Scheduler.create("root:1000,mail:0");
    tellMillion(scheduler);
    const bytes = scheduler.memoryBytes;
    scheduler.forgetDatabase("shop");
    assertEquals(ownJobs(scheduler, "root.mail"), { waiting: 0, running: 0 });

    tellMillion(scheduler);

    assertEquals(scheduler.memoryBytes, bytes);
    scheduler.checkInvariants();
  });

  it("wander through a thousand channels without growth", () => {
    const random = seededRandom(3);
    const channels = Array.from({ length: 1000 }, (_, index) => `p${index % 10}.c${index}`);
    const scheduler = Scheduler.create(`root:50,${channels.map((name) => `${name}:2`).join(",")}`);
    let bytesEarly = 0;
    for (let number = 0; number < MILLION; number++) {
      scheduler.notify(job(nameOf(number), { channel: random.pick(channels), sequence: number }));
      if (number >= 300) {
        const moved = {
          channel: random.pick(channels),
          priority: random.below(20),
          sequence: number,
        };
        scheduler.notify(job(nameOf(number - 300), moved));
      }
      if (number >= 600) scheduler.notify(job(nameOf(number - 600), { state: "done" }));
      if (number % 50 === 0) scheduler.takeReady(NOW + number);
      if (number === MILLION / 10) bytesEarly = scheduler.memoryBytes;
    }

    assertEquals(scheduler.memoryBytes, bytesEarly);
    scheduler.checkInvariants();
  });
});

describe("a hundred thousand channels made on the fly", () => {
  it("come and go without growth", () => {
    const scheduler = Scheduler.create("root:5,mail:3");
    let bytesEarly = 0;
    for (let number = 0; number < 100_000; number++) {
      const channel = `mail.made.up.for.${number}`;
      scheduler.notify(job(nameOf(number), { channel }));
      if (number >= 100) scheduler.notify(job(nameOf(number - 100), { state: "done" }));
      if (number % 10 === 0) scheduler.takeReady(NOW + number);
      if (number === 10_000) bytesEarly = scheduler.memoryBytes;
    }

    assertEquals(scheduler.memoryBytes, bytesEarly);
    assertEquals(scheduler.channels().length, 2 + 100);
    scheduler.checkInvariants();
  });
});

function tellMillion(scheduler: Scheduler): void {
  for (let number = 0; number < MILLION; number++) {
    const properties = { channel: "mail", sequence: number, priority: number % 1000 };
    scheduler.notify(job(uuidOf(number), properties));
  }
}

function ownJobs(scheduler: Scheduler, name: string): unknown {
  const channel = scheduler.channels().find((it) => it.name === name);
  return { waiting: channel?.waiting, running: channel?.running };
}

/** Half of them UUIDs, half of them other texts. */
function nameOf(number: number): string {
  return number % 2 === 0 ? uuidOf(number) : `job ${number}`;
}

function uuidOf(number: number): string {
  return `0a1b2c3d-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}
