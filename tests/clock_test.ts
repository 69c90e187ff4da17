import { assert, assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { SystemClock } from "../src/clock.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** For a loaded machine. */
const LATE_MS = 10_000;

describe("SystemClock", () => {
  const wallClock = Date.now;
  afterEach(() => {
    Date.now = wallClock;
  });

  function assertAbout(actualMs: number, expectedMs: number): void {
    assert(Math.abs(actualMs - expectedMs) < LATE_MS, `${actualMs} is about ${expectedMs}`);
  }

  it("begins with the wall clock, and does not follow it when that is set", () => {
    const clock = new SystemClock();
    const startMs = wallClock();

    for (const stepMs of [HOUR_MS, -HOUR_MS]) {
      Date.now = () => wallClock() + stepMs;
      assertAbout(clock.nowMs(), startMs);
    }
  });

  it("steps with PostgreSQL's clock, either way, and tells of it", () => {
    const clock = new SystemClock();
    let steps = 0;
    clock.onStep(() => void steps++);

    for (const stepMs of [HOUR_MS, -2 * HOUR_MS]) {
      const nowMs = clock.nowMs();
      clock.align(nowMs + stepMs, nowMs);
      assertAbout(clock.nowMs(), nowMs + stepMs);
    }

    assertEquals(steps, 2);
  });

  it("makes nothing of a small difference, or of an answer that was long on its way", () => {
    const clock = new SystemClock();
    let steps = 0;
    clock.onStep(() => void steps++);
    const nowMs = clock.nowMs();

    clock.align(nowMs + 50, nowMs);
    clock.align(nowMs - 30_000, nowMs - 60_000);

    assertEquals(steps, 0);
  });

  it("does not call back at once what is 60 days away", async () => {
    const clock = new SystemClock();
    let isCalled = false;
    const timer = clock.after(60 * DAY_MS, () => isCalled = true);

    await new Promise<void>((resolve) => clock.after(50, resolve));
    timer.cancel();

    assertEquals([isCalled, clock.openTimers], [false, 0]);
  });
});
