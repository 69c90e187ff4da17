import { assertEquals, assertStringIncludes } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import type { JobRow } from "../../src/database/job_row.ts";
import { NO_ANSWER } from "../../src/database/statement.ts";
import { DrivenTurn, row } from "./driven_turn.ts";

describe("RowGate", () => {
  let driven: DrivenTurn;
  let claimed: JobRow;

  beforeEach(() => {
    driven = new DrivenTurn("root:1");
    driven.becomeReady([row("a", "pending")]);
  });

  function read(...rows: JobRow[]): void {
    for (const { uuid } of rows) driven.turn.notified(uuid);
    driven.answer("read", { rows });
  }

  describe("for a job whose request is open", () => {
    beforeEach(() => {
      claimed = driven.ask("a");
    });

    it("drops a row that a cron or a user has put back meanwhile", () => {
      read(row("a", "pending"));

      assertEquals([driven.running, driven.waiting], [1, 0]);
    });

    it("frees the place when the row says that the job is over", () => {
      read(row("a", "done"));

      assertEquals(driven.running, 0);
    });

    it("lets the request go whose job has been over for 30 s", () => {
      read(row("a", "done"));
      driven.clock.advance(29_999);
      const before = [...driven.letGo];

      driven.clock.advance(1);

      assertEquals([before, driven.letGo], [[], ["a"]]);
    });

    it("frees the place, and keeps the request, when the row is deleted", () => {
      driven.turn.notified("a");
      driven.answer("read");

      assertEquals(driven.running, 0);
      assertEquals(driven.turn.inFlight.counts().asked, 1);
    });
  });

  describe("for a job whose request is over", () => {
    beforeEach(() => {
      claimed = driven.ask("a");
    });

    it("lets the row decide", () => {
      driven.turn.answered("a", { kind: "failed", status: 500 });

      driven.answer("read", { rows: [row("a", "done")] });

      assertEquals([driven.running, driven.turn.inFlight.size], [0, 0]);
    });

    it("takes only a read that began after the answer for a row that has not moved", () => {
      driven.turn.notified("a");
      driven.expect("read");
      driven.turn.answered("a", { kind: "finished" });

      driven.turn.completed({ ...NO_ANSWER, rows: [claimed] });

      assertEquals(driven.turn.inFlight.size, 0);
      assertEquals(driven.expect("read").uuids, ["a"]);
    });

    it("puts back after a while what had no answer, and goes on counting it until then", () => {
      driven.turn.answered("a", { kind: "dropped", reason: "connection closed" });
      driven.answer("read", { rows: [claimed] });
      const runningBefore = driven.running;

      driven.clock.advance(10_000);

      assertEquals(runningBefore, 1);
      assertEquals(driven.expect("putBack").uuids, ["a"]);
    });

    it("leaves a row alone that somebody else has enqueued since", () => {
      driven.turn.answered("a", { kind: "finished" });
      driven.answer("read", { rows: [{ ...claimed, enqueuedMs: 2_000_000 }] });

      driven.clock.advance(9_999);

      assertEquals(driven.turn.nextStatement(), null);
      assertEquals(driven.running, 1);
    });
  });

  it("parks a job of an unknown state, and says so once", () => {
    read(row("b", "half-done"));
    read(row("b", "half-done", { priority: 5 }));

    const parked = driven.scheduler.channels().reduce((sum, it) => sum + it.parked, 0);
    assertEquals([parked, driven.warnings.length], [1, 1]);
    assertStringIncludes(driven.warnings[0] ?? "", 'unknown state "half-done"');
  });

  it("leaves a row alone that the core refuses, and takes in the others", () => {
    read(row("b", "pending", { priority: 0.5 }), row("c", "pending"));

    assertEquals(driven.waiting, 2);
    assertStringIncludes(driven.warnings[0] ?? "", "job b is left alone");
  });
});
