import { assertEquals, assertStringIncludes } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import type { JobRow } from "../../src/database/job_row.ts";
import { NO_ANSWER } from "../../src/database/statement.ts";
import { DrivenTurn, queueJob, row } from "./driven_turn.ts";

describe("a runner for a database where another runner is at work", () => {
  let driven: DrivenTurn;

  beforeEach(() => {
    driven = new DrivenTurn("root:1");
  });

  function read(...rows: JobRow[]): void {
    for (const { uuid } of rows) driven.turn.notified(uuid);
    driven.answer("read", { rows });
  }

  const theirs = (uuid: string, enqueuedMs = 5_000) => row(uuid, "enqueued", { enqueuedMs });

  describe("that has enqueued a job", () => {
    beforeEach(() => {
      driven.becomeReady([row("a", "pending"), row("b", "pending")]);
      read(theirs("a"));
    });

    it("takes nothing, and says so once with the cure", () => {
      read(theirs("c"));

      assertEquals([driven.turn.phase, driven.waiting], ["foreign", 0]);
      assertEquals(driven.warnings.length, 1);
      assertStringIncludes(driven.warnings[0]!, "ODOO_QUEUE_JOB_CHANNELS=root:0");
      assertStringIncludes(driven.turn.reason ?? "", "another job runner is at work");
    });

    it("counts what it runs, and takes in nothing that waits", () => {
      read(row("a", "started", { enqueuedMs: 5_000 }), theirs("c"), row("d", "pending"));
      const during = [driven.running, driven.waiting];
      read(row("a", "done"));

      assertEquals([during, driven.running], [[2, 0], 1]);
    });

    it("goes on when it has been quiet for a minute", () => {
      driven.clock.advance(40_000);
      read(theirs("a", 45_000));
      driven.clock.advance(59_999);
      const before = driven.turn.phase;
      driven.clock.advance(1);
      driven.answerAll([theirs("a", 45_000), row("b", "pending")]);

      assertEquals([before, driven.turn.phase], ["foreign", "ready"]);
      assertEquals([driven.running, driven.waiting], [1, 1]);
    });

    it("puts nothing back that it has enqueued", () => {
      driven.clock.advance(59_999);

      assertEquals(driven.turn.nextStatement(), null);
    });

    it("stays aside when all is read anew meanwhile", () => {
      driven.turn.lost();
      driven.turn.opened(queueJob(16));
      driven.answerAll([theirs("a"), row("b", "pending")]);
      const after = [driven.turn.phase, driven.running, driven.waiting];

      driven.clock.advance(60_000);
      driven.answerAll([row("b", "pending")]);

      assertEquals(after, ["foreign", 1, 0]);
      assertEquals([driven.turn.phase, driven.waiting], ["ready", 1]);
    });
  });

  it("notices it by a job that it has taken a moment before", () => {
    driven.becomeReady([row("a", "pending")]);
    driven.decide();
    driven.answer("claim");

    driven.answer("read", { rows: [theirs("a")] });

    assertEquals(driven.turn.phase, "foreign");
  });

  it("notices it by a job with an open request that it has enqueued once more", () => {
    driven.becomeReady([row("a", "pending")]);
    driven.ask("a");
    read(row("a", "pending"));

    read(theirs("a", 9_000));

    assertEquals(driven.turn.phase, "foreign");
    assertEquals(driven.turn.inFlight.counts().asked, 1);
  });

  it("notices it in an answer that shows something else wrong as well", () => {
    driven.becomeReady([row("a", "pending")]);
    const unmoved = driven.ask("a");
    driven.turn.answered("a", { kind: "refused", reason: "404" });
    driven.turn.notified("b");

    driven.answer("read", { rows: [unmoved, theirs("b")] });

    const phase = driven.turn.phase;
    driven.clock.advance(2_000);
    driven.answerAll([unmoved, theirs("b")]);
    assertEquals([phase, driven.turn.phase], ["held", "foreign"]);
  });

  describe("is not deceived by", () => {
    it("rows that are found enqueued at the start, or after a lost session", () => {
      driven.becomeReady([theirs("a")]);
      driven.turn.lost();
      driven.turn.opened(queueJob(16));
      driven.answerAll([theirs("a"), theirs("b")]);

      read(theirs("a"), row("b", "enqueued", { enqueuedMs: 5_000, priority: 1 }));

      assertEquals(driven.turn.reason, null);
    });

    it("its own claim, however often its row is read", () => {
      driven.becomeReady([row("a", "pending")], 10);
      const claimed = driven.ask("a");
      read(claimed);
      driven.turn.answered("a", { kind: "dropped", reason: "connection closed" });
      driven.answer("read", { rows: [claimed] });

      read({ ...claimed, priority: 1 });

      assertEquals(driven.turn.reason, null);
    });

    it("its own claim whose answer was lost", () => {
      driven.loseClaim("a");
      const claimed = row("a", "enqueued", { enqueuedMs: 1_000_000 });
      driven.answer("scanCounted", { rows: [claimed] });
      // A transaction holds the row: it is not put back.
      driven.answer("putBack");
      driven.answerAll([claimed]);

      assertEquals(driven.turn.reason, null);
    });

    it("its own job that runs, fails to start and is put back", () => {
      driven.becomeReady([row("a", "pending")]);
      const claimed = driven.ask("a");
      driven.turn.answered("a", { kind: "unreachable", reason: "connection refused" });
      driven.turn.notified("a");
      driven.answer("putBack", { uuids: ["a"] });
      driven.answer("read", { rows: [row("a", "pending")] });
      read({ ...claimed, state: "pending" });

      driven.decide();
      driven.expect("claim");
      driven.turn.completed({ ...NO_ANSWER, uuids: ["a"] });
      read(row("a", "enqueued", { enqueuedMs: 1_000_000 }));

      assertEquals(driven.turn.reason, null);
    });
  });
});
