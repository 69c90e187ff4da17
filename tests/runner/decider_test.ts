import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { NO_METER } from "../../src/meter.ts";
import { Decider } from "../../src/runner/decider.ts";
import { LiveScheduler } from "../../src/runner/live_scheduler.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { row } from "./driven_turn.ts";

const HOUR_MS = 3_600_000;

describe("Decider", () => {
  let clock: FakeClock;
  let scheduler: LiveScheduler;
  let allowance: number;
  let taken: string[];
  let decider: Decider;

  beforeEach(() => {
    clock = new FakeClock(1_000);
    scheduler = new LiveScheduler("root:4", () => {});
    allowance = Infinity;
    taken = [];
    decider = newDecider();
  });

  function newDecider(): Decider {
    return new Decider({
      meter: NO_METER,
      scheduler,
      clock,
      allowance: () => allowance,
      take: (_database, uuid) => void taken.push(uuid),
    });
  }

  function know(uuid: string, etaMs: number | null = null): void {
    scheduler.notify({ ...row(uuid, "pending", { etaMs }), database: "shop" });
  }

  it("decides once for all that happens in one turn of the event loop", () => {
    for (const uuid of ["a", "b"]) {
      know(uuid);
      decider.decideSoon();
    }
    const takenAtOnce = [...taken];

    assertEquals(clock.openTimers, 1);
    clock.advance(0);
    assertEquals([takenAtOnce, taken], [[], ["a", "b"]]);
  });

  it("takes nothing while the way is closed", () => {
    allowance = 0;
    know("a");
    decider.decideSoon();

    clock.advance(60_000);

    assertEquals(taken, []);
  });

  it("takes no more than is allowed, and the others in order when more is", () => {
    allowance = 2;
    for (const uuid of ["a", "b", "c", "d"]) know(uuid);
    decider.decideSoon();
    clock.advance(60_000);
    const takenFirst = [...taken];
    const timers = clock.openTimers;

    decider.decideSoon();
    clock.advance(0);

    assertEquals([takenFirst, taken], [["a", "b"], ["a", "b", "c", "d"]]);
    assertEquals(timers, 0);
  });

  it("takes a job when its eta comes", () => {
    know("a", 5_000);
    decider.decideSoon();
    clock.advance(3_999);
    const takenBefore = [...taken];

    clock.advance(1);

    assertEquals([takenBefore, taken], [[], ["a"]]);
  });

  it("has one wake-up at a time", () => {
    know("a", 5_000);
    decider.decideSoon();
    clock.advance(0);
    know("b", 4_000);
    decider.decideSoon();

    clock.advance(0);

    assertEquals([clock.openTimers, clock.nextDueMs], [1, 4_000]);
  });

  it("takes a job at once when the clock steps to its eta, an hour early by the timers", () => {
    know("a", 1_000 + HOUR_MS);
    decider.decideSoon();
    clock.advance(0);

    clock.step(HOUR_MS);
    clock.advance(0);

    assertEquals(taken, ["a"]);
  });

  it("waits for the eta anew when the clock steps back", () => {
    know("a", 5_000);
    decider.decideSoon();
    clock.advance(0);

    clock.step(-HOUR_MS);
    clock.advance(HOUR_MS + 3_999);
    const takenBefore = [...taken];
    clock.advance(1);

    assertEquals([takenBefore, taken], [[], ["a"]]);
  });

  it("never throttles for longer than the throttle after the clock has stepped back", () => {
    scheduler = new LiveScheduler("root:4:throttle=10", () => {});
    decider = newDecider();
    know("a");
    know("b");
    decider.decideSoon();
    clock.advance(6_000);
    const takenBefore = [...taken];

    clock.step(-HOUR_MS);
    clock.advance(9_999);
    const takenMeanwhile = [...taken];
    clock.advance(1);

    assertEquals([takenBefore, takenMeanwhile, taken], [["a"], ["a"], ["a", "b"]]);
  });

  it("does not prolong the throttle when the clock steps forward", () => {
    scheduler = new LiveScheduler("root:4:throttle=10", () => {});
    decider = newDecider();
    know("a");
    know("b");
    decider.decideSoon();
    clock.advance(6_000);

    clock.step(HOUR_MS);
    clock.advance(0);

    assertEquals(taken, ["a", "b"]);
  });

  it("takes a job that is due in 60 days when they are over, and not before", () => {
    const dueMs = 1_000 + 60 * 24 * HOUR_MS;
    know("a", dueMs);
    decider.decideSoon();
    clock.advance(dueMs - 1_001);
    const takenBefore = [...taken];

    clock.advance(1);

    assertEquals([takenBefore, taken], [[], ["a"]]);
  });

  it("decides nothing after a stop, and leaves no timer behind", () => {
    know("a", 5_000);
    decider.decideSoon();
    clock.advance(0);
    decider.decideSoon();

    decider.stop();
    decider.decideSoon();

    assertEquals(clock.openTimers, 0);
  });
});
