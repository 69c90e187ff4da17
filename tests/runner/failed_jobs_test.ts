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

  it("leaves the failed jobs of a sequential channel where they block it", () => {
    fail("a", "root.line");

    count(0);

    assertEquals([shown(), inCore()], [1, 1]);
  });
});
