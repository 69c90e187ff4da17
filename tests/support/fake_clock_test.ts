import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeClock } from "./fake_clock.ts";

describe("FakeClock", () => {
  it("runs due callbacks in order, each at its instant, and later ones they ask for", () => {
    const clock = new FakeClock(1000);
    const seen: string[] = [];
    const note = (name: string) => () => void seen.push(`${name}@${clock.nowMs()}`);
    clock.after(30, note("c"));
    clock.after(10, () => {
      note("a")();
      clock.after(5, note("b"));
    });
    clock.after(30, note("d"));
    clock.after(31, note("late"));

    clock.advance(30);

    assertEquals(seen, ["a@1010", "b@1015", "c@1030", "d@1030"]);
    assertEquals(clock.nowMs(), 1030);
    assertEquals(clock.openTimers, 1);
    assertEquals(clock.nextDueMs, 1031);
  });

  it("runs no callback that was cancelled", () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    const second = clock.after(2, () => void seen.push("second"));
    clock.after(1, () => second.cancel());

    clock.advance(10);

    assertEquals(seen, []);
    assertEquals(clock.openTimers, 0);
  });

  it("leaves timers as far away as they were when it steps, and tells of it", () => {
    const clock = new FakeClock(3_600_000);
    const seen: string[] = [];
    clock.onStep((aheadMs) => void seen.push(`step ${aheadMs}@${clock.nowMs()}`));
    clock.after(5, () => void seen.push(`timer@${clock.nowMs()}`));

    clock.step(-3_600_000);
    clock.advance(4);
    clock.advance(1);

    assertEquals(seen, ["step -3600000@0", "timer@5"]);
  });

  it("runs overdue callbacks at the next advance after a jump", () => {
    const clock = new FakeClock();
    const seen: number[] = [];
    clock.after(5, () => void seen.push(clock.nowMs()));

    clock.set(3_600_000);
    assertEquals(seen, []);
    clock.advance(0);

    assertEquals(seen, [3_600_000]);
  });
});
