import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { WaitingJobs } from "../../src/runner/waiting_jobs.ts";
import { DrivenTurn, row } from "./driven_turn.ts";

describe("WaitingJobs", () => {
  let driven: DrivenTurn;
  let warnings: string[];
  let jobs: WaitingJobs;

  beforeEach(() => {
    driven = new DrivenTurn();
    warnings = [];
    jobs = new WaitingJobs({
      clock: driven.clock,
      logger: { warning: (text) => void warnings.push(text) },
      turns: () => [driven.turn],
    });
    driven.becomeReady([row("a", "pending"), row("b", "pending")]);
    driven.decide();
    driven.answer("claim", { uuids: ["a", "b"] });
  });

  function begin(uuid: string): void {
    driven.turn.notified(uuid);
    driven.answer("read", { rows: [row(uuid, "started")] });
  }

  it("counts jobs that Odoo is asked for and has not begun with", () => {
    const counts = [jobs.count];
    begin("a");
    counts.push(jobs.count);
    driven.turn.answered("b", { kind: "failed", status: 500 });
    counts.push(jobs.count);

    assertEquals(counts, [2, 1, 0]);
  });

  it("counts those that were taken since a moment, and not only asked for", () => {
    driven.clock.advance(10_000);
    const sinceMs = driven.clock.nowMs();
    driven.turn.notified("c");
    driven.answer("read", { rows: [row("c", "pending")] });
    driven.decide();

    assertEquals([jobs.takenSince(0), jobs.takenSince(sinceMs), jobs.count], [3, 1, 2]);
  });

  it("leaves out a database that cannot be heard: there they may have begun", () => {
    driven.turn.lost();

    assertEquals(jobs.count, 0);
  });

  it("says that jobs wait long for a worker, once an hour at most", () => {
    jobs.watch();
    driven.clock.advance(30_000);
    const before = warnings.length;

    driven.clock.advance(50 * 60_000);

    assertEquals([before, warnings], [0, [
      "Odoo has not begun with 2 jobs that it was asked for more than 30 s ago: the capacity of " +
      "root is beyond its free workers (root should have fewer places than Odoo has workers)",
    ]]);
    driven.clock.advance(20 * 60_000);
    assertEquals(warnings.length, 2);
    jobs.stop();
  });

  it("says nothing of jobs that run long", () => {
    begin("a");
    begin("b");
    jobs.watch();

    driven.clock.advance(3_600_000);

    assertEquals(warnings, []);
    jobs.stop();
  });
});
