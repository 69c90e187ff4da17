import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { NO_ANSWER } from "../../src/database/statement.ts";
import { DrivenTurn, row } from "./driven_turn.ts";

describe("FailedJobs", () => {
  let driven: DrivenTurn;

  beforeEach(() => {
    driven = new DrivenTurn("root:4,line:1:sequential");
    driven.becomeReady([]);
  });

  function fail(uuid: string, channel: string | null = null): void {
    driven.turn.notified(uuid);
    driven.answer("read", { rows: [row(uuid, "failed", { channel })] });
  }

  /** What people see. */
  function shown(): number {
    const counted = [...driven.turn.failedCounts.values()].reduce((sum, it) => sum + it, 0);
    return counted + inCore();
  }

  function inCore(): number {
    return driven.scheduler.channels().reduce((sum, it) => sum + it.failed, 0);
  }

  /** Until the next count; it is answered after `meanwhile`. */
  function count(failed: number, meanwhile: () => void = () => {}): void {
    for (let round = 0; round < 3; round++) {
      driven.clock.advance(10_000);
      driven.answer("requeueLost");
      driven.answer("listStuck");
    }
    driven.expect("countFailed");
    meanwhile();
    driven.turn.completed({ ...NO_ANSWER, failedCounts: new Map([["root", failed]]) });
  }

  it("counts a job that fails at once", () => {
    fail("a");

    assertEquals(shown(), 1);
  });

  it("counts anew every 30 s, and nothing twice", () => {
    fail("a");

    count(7);

    assertEquals([shown(), inCore()], [7, 0]);
  });

  it("does not miss what fails after the database has counted", () => {
    count(7);
    fail("a");

    assertEquals(shown(), 8);
  });

  it("does not forget a job that was requeued since", () => {
    fail("a");
    driven.turn.notified("a");
    driven.answer("read", { rows: [row("a", "pending")] });

    count(0);

    assertEquals([shown(), driven.waiting], [0, 1]);
  });

  describe("while nobody counts, as beside another runner", () => {
    /** They fail one after the other, and are read together. */
    function failMany(from: number, to: number, channel: string | null = null): void {
      const names = Array.from({ length: to - from }, (_, index) => `many ${from + index}`);
      for (const uuid of names) driven.turn.notified(uuid);
      driven.answer("read", { rows: names.map((uuid) => row(uuid, "failed", { channel })) });
    }

    beforeEach(() => {
      driven.turn.notified("theirs");
      driven.answer("read", { rows: [row("theirs", "enqueued", { enqueuedMs: 5_000 })] });
    });

    it("keeps so many in the core and adds up the others", () => {
      for (let from = 0; from < 20_000; from += 4_000) failMany(from, from + 4_000);

      assertEquals(inCore() <= 10_000, true);
      assertEquals(shown(), 20_000);
    });

    it("adds up none that blocks a sequential channel", () => {
      for (let from = 0; from < 12_000; from += 4_000) failMany(from, from + 4_000, "line");

      assertEquals([shown(), inCore()], [12_000, 12_000]);
    });
  });

  it("keeps no more of them while counts have no answer", () => {
    for (let time = 0; time < 3; time++) {
      for (let job = 0; job < 4_000; job++) driven.turn.notified(`${time} ${job}`);
      const { uuids } = driven.expect("read");
      driven.turn.completed({ ...NO_ANSWER, rows: uuids.map((it) => row(it, "failed")) });
      driven.turn.refill();
      driven.answer("scanCounted");
      driven.answer("scanWaiting");
      driven.expect("countFailed");
      driven.turn.refused("canceling statement due to statement timeout");
    }

    assertEquals(driven.turn.failedCounts.get("root"), 12_000);
  });

  it("leaves the failed jobs of a sequential channel where they block it", () => {
    fail("a", "root.line");

    count(0);

    assertEquals([shown(), inCore()], [1, 1]);
  });
});
