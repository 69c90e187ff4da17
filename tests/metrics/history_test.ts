import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { History, type HistoryTotals } from "../../src/metrics/history.ts";
import { FakeClock } from "../support/fake_clock.ts";

const STEP_MS = 5_000;

describe("History", () => {
  let clock: FakeClock;
  let totals: { asked: number; answered: number; waits: { counts: number[]; totalMs: number } };
  let history: History;

  beforeEach(() => {
    clock = new FakeClock(1_000_000);
    totals = { asked: 0, answered: 0, waits: { counts: [0, 0, 0, 0, 0], totalMs: 0 } };
    const read = (): HistoryTotals => structuredClone(totals);
    history = new History({ clock, totals: read });
    history.start();
  });

  /** Jobs are taken that had waited, each for so many milliseconds. */
  function take(...waitedMs: number[]): void {
    for (const ms of waitedMs) {
      totals.waits.counts[ms.toString(2).length]!++;
      totals.waits.totalMs += ms;
    }
  }

  it("keeps what was added in each step, and how long jobs had waited", () => {
    totals.asked = 3;
    totals.answered = 1;
    take(4, 6);
    clock.advance(STEP_MS);
    totals.asked = 10;
    clock.advance(STEP_MS);

    assertEquals(history.shown, {
      stepMs: STEP_MS,
      endMs: [1_005_000, 1_010_000],
      asked: [3, 7],
      answered: [1, 0],
      waitMs: [5, null],
      waitP95Ms: [4 + 4 * 0.95, null],
    });
  });

  it("tells of 20 jobs how long 19 had waited, as exactly as bits tell", () => {
    take(...Array.from({ length: 18 }, () => 1), 9, 15);
    clock.advance(STEP_MS);

    const [p95Ms] = history.shown.waitP95Ms;
    assertEquals(p95Ms! > 8 && p95Ms! <= 16, true);
  });

  it("keeps an hour and no more", () => {
    for (let step = 1; step <= 1_000; step++) {
      totals.asked += step;
      clock.advance(STEP_MS);
    }

    const { asked, endMs } = history.shown;
    assertEquals([asked.length, asked[0], asked.at(-1)], [720, 281, 1_000]);
    assertEquals(endMs.at(-1)! - endMs[0]!, 719 * STEP_MS);
  });

  it("is shown in coarse steps too, of which the last has only begun", () => {
    for (const [asked, waitedMs] of [[1, 1], [2, 3], [4, 1], [8, 1], [16, 1], [32, 1], [64, 8]]) {
      totals.asked += asked!;
      take(waitedMs!);
      clock.advance(STEP_MS);
    }

    const { stepMs, endMs, asked, waitMs, waitP95Ms } = history.coarse;
    assertEquals([stepMs, endMs], [30_000, [1_030_000, 1_035_000]]);
    assertEquals([asked, waitMs], [[63, 64], [8 / 6, 8]]);
    assertEquals(waitP95Ms[0], 2 + 2 * 0.95);
  });

  it("goes on where a new scheduler begins to count anew", () => {
    take(8, 8);
    clock.advance(STEP_MS);
    totals.waits = { counts: [0, 1, 0, 0, 0], totalMs: 1 };
    clock.advance(STEP_MS);

    assertEquals(history.shown.waitMs, [8, 1]);
  });

  it("leaves no timer when it has stopped", () => {
    clock.advance(STEP_MS);

    history.stop();

    assertEquals(clock.openTimers, 0);
  });
});
