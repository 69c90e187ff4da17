import { assertEquals, assertStringIncludes } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { NO_ANSWER, PAGE_ROWS, type Statement } from "../../src/database/statement.ts";
import type { Outcome } from "../../src/dispatch/outcome.ts";
import { DrivenTurn, queueJob, row } from "./driven_turn.ts";

const FINISHED: Outcome = { kind: "finished" };
const REFUSED: Outcome = { kind: "refused", reason: "404" };
const DROPPED: Outcome = { kind: "dropped", reason: "connection closed" };
const UNREACHABLE: Outcome = { kind: "unreachable", reason: "connection refused" };

const FULL_PAGE = Array.from(
  { length: PAGE_ROWS },
  (_, index) => row(`j${index}`, "pending", { sequence: index + 1 }),
);

describe("DatabaseTurn", () => {
  let driven: DrivenTurn;

  beforeEach(() => {
    driven = new DrivenTurn();
  });

  it("scans what takes places first, then what waits, then counts the failed", () => {
    driven.turn.opened(queueJob(16));

    const kinds = driven.answerAll([]).map((it) => it.kind);

    assertEquals(kinds, ["scanCounted", "scanWaiting", "countFailed"]);
    assertEquals(driven.turn.phase, "ready");
  });

  it("asks for a job when its claim is answered with it", () => {
    driven.becomeReady([row("a", "pending")]);

    driven.ask("a");

    assertEquals(driven.asked, ["a"]);
    assertEquals(driven.turn.inFlight.counts().asked, 1);
  });

  it("reads changes that pile up during a statement at once", () => {
    driven.becomeReady([]);
    driven.turn.notified("a");
    driven.expect("read");
    for (const uuid of ["b", "c", "b"]) driven.turn.notified(uuid);
    driven.turn.completed(NO_ANSWER);

    const { uuids } = driven.expect("read");

    assertEquals(uuids, ["b", "c"]);
  });

  it("reads no row for the change that its own claim has made", () => {
    driven.becomeReady([row("a", "pending")]);
    driven.decide();
    driven.expect("claim");

    driven.turn.notified("a");
    driven.turn.completed({ ...NO_ANSWER, uuids: ["a"] });

    assertEquals(driven.answerAll([]).filter((it) => it.kind === "read"), []);
  });

  it("reads a row that has changed besides while it was claimed", () => {
    driven.becomeReady([row("a", "pending")]);
    driven.decide();
    driven.turn.notified("a");
    driven.expect("claim");

    driven.turn.notified("a");
    driven.turn.completed({ ...NO_ANSWER, uuids: ["a"] });

    assertEquals(driven.expect("read").uuids, ["a"]);
  });

  it("reads no row at the answer of a job whose end it has read", () => {
    driven.becomeReady([row("a", "pending")]);
    driven.ask("a");
    driven.turn.notified("a");
    driven.answer("read", { rows: [row("a", "done")] });

    driven.turn.answered("a", FINISHED);

    assertEquals(driven.answerAll([]).filter((it) => it.kind === "read"), []);
  });

  it("reads a row at the answer that was put back after its end", () => {
    driven.becomeReady([row("a", "pending")]);
    driven.ask("a");
    for (const state of ["failed", "pending"]) {
      driven.turn.notified("a");
      driven.answer("read", { rows: [row("a", state)] });
    }

    driven.turn.answered("a", FINISHED);

    assertEquals(driven.expect("read").uuids, ["a"]);
  });

  it("forgets a job whose row is gone", () => {
    driven.becomeReady([row("a", "pending")]);
    driven.turn.notified("a");

    driven.answerAll([]);

    assertEquals(driven.waiting, 0);
  });

  it("keeps a row that somebody holds out of the core for a while", () => {
    driven.becomeReady([row("a", "pending")]);
    driven.decide();
    driven.answer("claim");
    driven.answer("read", { rows: [row("a", "pending")] });
    const waitingMeanwhile = driven.waiting;

    driven.clock.advance(250);
    driven.answer("read", { rows: [row("a", "pending")] });

    assertEquals([waitingMeanwhile, driven.waiting], [0, 1]);
  });

  it("remembers no longer how often a row was held when all is read anew", () => {
    driven.becomeReady([row("a", "pending")]);
    driven.decide();
    driven.answer("claim");
    driven.answer("read", { rows: [row("a", "pending")] });
    driven.clock.advance(250);
    driven.turn.refill();
    driven.answerAll([row("a", "pending")]);
    driven.decide();
    driven.answer("claim");
    driven.answer("read", { rows: [row("a", "pending")] });

    driven.clock.advance(250);
    driven.answer("read", { rows: [row("a", "pending")] });

    assertEquals(driven.waiting, 1);
  });

  it("puts a job back that was never sent", () => {
    driven.becomeReady([row("a", "pending")]);
    driven.ask("a");

    driven.turn.answered("a", UNREACHABLE);

    assertEquals(driven.expect("putBack").uuids, ["a"]);
  });

  it("puts back an unsure claim that turns out to be committed", () => {
    driven.loseClaim("a");

    driven.answer("scanCounted", { rows: [row("a", "enqueued", { enqueuedMs: 1_000_000 })] });

    assertEquals(driven.expect("putBack").uuids, ["a"]);
    assertEquals(driven.asked, []);
  });

  it("has counted what runs before a refusal holds it back", () => {
    driven.loseClaim("a");
    const claimed = row("a", "enqueued", { enqueuedMs: 1_000_000 });
    driven.answer("scanCounted", { rows: [claimed, row("b", "started")] });

    driven.expect("putBack");
    driven.turn.refused("cannot execute UPDATE in a read-only transaction");

    assertEquals([driven.turn.phase, driven.running], ["held", 2]);
  });

  it("lets go of its waiting jobs when the session is lost, not of those in its hands", () => {
    driven.becomeReady([row("a", "pending"), row("b", "pending", { etaMs: 2_000_000 })]);
    driven.ask("a");

    driven.turn.lost();

    assertEquals([driven.waiting, driven.running], [0, 1]);
  });

  it("counts a job that was answered while the session is lost until its row is read", () => {
    driven.becomeReady([row("a", "pending"), row("b", "pending")]);
    driven.decide();
    driven.answer("claim", { uuids: ["a", "b"] });
    driven.turn.lost();

    // A database that can only be read: Odoo answers, and the rows stay enqueued.
    driven.turn.answered("a", { kind: "failed", status: 500 });
    driven.turn.answered("b", FINISHED);

    assertEquals(driven.running, 2);
  });

  it("frees the place of a claim that the server refuses at once", () => {
    driven.becomeReady([row("a", "pending")]);
    driven.decide();
    driven.expect("claim");

    driven.turn.refused("canceling statement due to statement timeout");

    assertEquals(driven.running, 0);
    assertEquals(driven.turn.phase, "held");
    assertStringIncludes(driven.turn.reason ?? "", "cannot claim");
  });

  it("goes on looking for lost jobs after the server has refused a search", () => {
    driven.becomeReady([]);
    driven.clock.advance(10_000);
    driven.expect("requeueLost");
    driven.turn.refused("deadlock detected");
    driven.clock.advance(2_000);
    driven.answerAll([]);

    driven.clock.advance(10_000);

    driven.expect("requeueLost");
  });

  it("is ready even if the server does not count the failed in time", () => {
    driven.turn.opened(queueJob(16));
    driven.answer("scanCounted");
    driven.answer("scanWaiting", { rows: [row("a", "pending")] });
    driven.expect("countFailed");

    driven.turn.refused("canceling statement due to statement timeout");
    driven.decide();

    assertEquals(driven.turn.phase, "ready");
    assertEquals(driven.expect("claim").uuids, ["a"]);
    assertStringIncludes(driven.warnings[0] ?? "", "statement timeout");
  });

  it("reads all again that was being read when a count was refused", () => {
    driven.turn.opened(queueJob(16));
    driven.answer("scanCounted");
    driven.answer("scanWaiting");
    driven.expect("countFailed");
    driven.turn.refill();

    driven.turn.refused("canceling statement due to statement timeout");

    assertEquals(driven.turn.phase, "scanning");
    driven.expect("scanCounted");
  });

  it("never puts back lost jobs where a second request may run a job twice", () => {
    driven.becomeReady([], 10);

    const kinds = new Set(searches(driven, 6).map((it) => it.kind));

    assertEquals([...kinds], ["listStuck", "countFailed"]);
  });

  it("gives up a claimed job at a stop, and puts back what is claimed just then", () => {
    driven.becomeReady([row("a", "pending")]);
    driven.decide();
    driven.expect("claim");
    driven.turn.stop();
    driven.turn.completed({ ...NO_ANSWER, uuids: ["a"] });

    driven.answerAll([row("a", "pending")]);

    assertEquals(driven.asked, []);
    assertEquals(driven.turn.isDrained, true);
  });

  describe("that stops", () => {
    const claimed = row("a", "enqueued", { enqueuedMs: 1_000_000 });

    beforeEach(() => {
      driven.becomeReady([row("a", "pending")]);
      driven.decide();
      driven.expect("claim");
    });

    it("puts back by a new session what a lost one has left unsure, and reads no more", () => {
      driven.turn.lost();
      driven.turn.stop();
      const isDrainedBefore = driven.turn.isDrained;
      driven.turn.opened(queueJob(16));

      const sent = driven.answerAll([claimed]);

      assertEquals(sent.map((it) => it.kind), ["read", "putBack", "read"]);
      assertEquals([isDrainedBefore, driven.turn.isDrained], [false, true]);
    });

    it("tries again after a while to put back what somebody holds", () => {
      driven.turn.stop();
      driven.turn.completed({ ...NO_ANSWER, uuids: ["a"] });
      driven.answer("putBack");
      driven.answer("read", { rows: [claimed] });
      const next = driven.turn.nextStatement();

      driven.clock.advance(500);

      assertEquals(next, null);
      assertEquals(driven.expect("putBack").uuids, ["a"]);
    });

    it("goes on hearing of what it has asked for while it was held", () => {
      driven.turn.completed({ ...NO_ANSWER, uuids: ["a"] });
      driven.turn.notified("b");
      driven.expect("read");
      driven.turn.refused("canceling statement due to statement timeout");
      driven.turn.stop();
      driven.answerAll([claimed]);
      const isDrainedBefore = driven.turn.isDrained;

      driven.turn.notified("a");
      driven.answer("read", { rows: [{ ...claimed, state: "started" }] });

      assertEquals([isDrainedBefore, driven.turn.isDrained], [false, true]);
    });

    it("lets nothing more that waits into the core, which may go on deciding", () => {
      driven.turn.stop();
      driven.turn.completed({ ...NO_ANSWER, uuids: ["a"] });
      driven.answer("putBack", { uuids: ["a"] });
      driven.answerAll([row("a", "pending")]);

      driven.turn.notified("b");
      driven.answer("read", { rows: [row("b", "pending")] });
      driven.decide();

      assertEquals([driven.waiting, driven.running, driven.turn.nextStatement()], [0, 0, null]);
    });

    it("takes nobody for another runner", () => {
      driven.turn.lost();
      driven.turn.stop();
      driven.turn.opened(queueJob(16));

      driven.answerAll([row("a", "enqueued", { enqueuedMs: 5_000 })]);

      assertEquals(driven.warnings, []);
    });
  });

  describe("held", () => {
    beforeEach(() => {
      driven.becomeReady([row("a", "pending"), row("b", "pending", { etaMs: 2_000_000 })]);
      const unmoved = driven.ask("a");
      driven.turn.answered("a", REFUSED);
      driven.answer("read", { rows: [unmoved] });
    });

    it("takes nothing until it is over", () => {
      assertEquals(driven.turn.phase, "held");
      assertEquals(driven.waiting, 0);

      driven.clock.advance(1_500);
      driven.answerAll([row("b", "pending")]);

      assertEquals(driven.turn.phase, "ready");
      assertEquals(driven.waiting, 1);
    });

    it("is read at once when the core is made anew, so that what runs there counts", () => {
      driven.turn.refill();
      driven.answerAll([row("c", "started")]);

      assertEquals(driven.running, 1);
    });

    it("settles a job afterwards that was over before it could be put back", () => {
      driven.clock.advance(500);
      driven.answer("putBack");

      driven.clock.advance(1_000);
      driven.answerAll([row("a", "done")]);

      assertEquals(driven.turn.inFlight.size, 0);
      assertEquals(driven.running, 0);
    });
  });

  it("takes in no more rows of an answer that shows that something is wrong", () => {
    driven.becomeReady([row("a", "pending")]);
    const unmoved = driven.ask("a");
    driven.turn.answered("a", REFUSED);
    driven.turn.notified("b");

    driven.answer("read", { rows: [unmoved, row("b", "pending")] });

    assertEquals(driven.waiting, 0);
  });

  it("asks for the next page before a full one is let in", () => {
    driven.turn.opened(queueJob(16));
    driven.answer("scanCounted");
    driven.answer("scanWaiting", { rows: FULL_PAGE, nextId: PAGE_ROWS });
    driven.expect("scanWaiting");
    const waitingMeanwhile = driven.waiting;

    driven.turn.completed({ ...NO_ANSWER, rows: [row("last", "pending")] });

    assertEquals(waitingMeanwhile, 0);
    assertEquals(driven.waiting, PAGE_ROWS + 1);
  });

  it("lets no page in that it has read before its session was lost", () => {
    driven.turn.opened(queueJob(16));
    driven.answer("scanCounted");
    driven.answer("scanWaiting", { rows: FULL_PAGE, nextId: PAGE_ROWS });
    driven.turn.lost();

    driven.clock.advance(1000);

    assertEquals(driven.waiting, 0);
  });

  it("reads again what was being read when a scan began", () => {
    driven.becomeReady([]);
    driven.turn.notified("a");
    driven.expect("read");
    driven.turn.refill();

    driven.turn.completed({ ...NO_ANSWER, rows: [row("a", "started")] });

    assertEquals(driven.running, 0);
    driven.answer("scanCounted");
    driven.answer("scanWaiting");
    assertEquals(driven.expect("read").uuids, ["a"]);
  });

  it("begins anew when the core is made anew in the middle of a scan", () => {
    driven.turn.opened(queueJob(16));
    driven.answer("scanCounted");
    driven.answer("scanWaiting");
    driven.expect("countFailed");
    driven.turn.refill();

    driven.turn.completed(NO_ANSWER);

    assertEquals(driven.turn.phase, "scanning");
    driven.expect("scanCounted");
  });

  it("lets a request go whose job was over while the session was lost", () => {
    driven.becomeReady([row("a", "pending")]);
    driven.ask("a");
    driven.turn.lost();
    driven.turn.opened(queueJob(16));
    driven.answerAll([row("a", "done")]);

    driven.clock.advance(30_000);

    assertEquals(driven.letGo, ["a"]);
  });

  it("leaves a job alone whose request had no answer, where a second one may run it twice", () => {
    driven.becomeReady([row("a", "pending")], 10);
    const unmoved = driven.ask("a");
    driven.turn.answered("a", DROPPED);

    driven.answer("read", { rows: [unmoved] });
    const kinds = new Set(searches(driven, 6).map((it) => it.kind));

    assertEquals([...kinds], ["listStuck", "countFailed"]);
    assertStringIncludes(driven.warnings[0] ?? "", "job a is stranded");
  });

  it("is held by the wrong database's answers", () => {
    driven.becomeReady([row("a", "pending")]);
    for (let time = 0; time < 3; time++) {
      const unmoved = driven.ask("a");
      driven.turn.answered("a", FINISHED);
      driven.answer("read", { rows: [unmoved] });
      driven.clock.advance(2_000);
      driven.answerAll([row("a", "pending")]);
    }

    assertStringIncludes(driven.warnings[0] ?? "", "another database may answer");
  });
});

/** What is sent by itself in so many intervals of the search. */
function searches(driven: DrivenTurn, count: number): Statement[] {
  return Array.from({ length: count }).flatMap(() => {
    driven.clock.advance(10_000);
    return driven.answerAll([]);
  });
}
