import { assertEquals, assertStringIncludes } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import type { StuckRow } from "../../src/database/job_row.ts";
import { NO_ANSWER } from "../../src/database/statement.ts";
import { DrivenTurn, row } from "./driven_turn.ts";

describe("StuckJobWatch", () => {
  let driven: DrivenTurn;

  beforeEach(() => {
    driven = new DrivenTurn();
  });

  function stuck(
    uuid: string,
    state: StuckRow["state"],
    changes: Partial<StuckRow> = {},
  ): StuckRow {
    return { uuid, state, channel: "root", sinceMs: 900_000, count: 1, ...changes };
  }

  /** The next search finds these. */
  function find(...rows: StuckRow[]): void {
    driven.clock.advance(10_000);
    driven.answer("listStuck", { stuck: rows });
    driven.answerAll([]);
  }

  it("shows what is stranded and what may be dead, with its age", () => {
    driven.becomeReady([], 10);

    find(stuck("a", "enqueued", { count: 2 }), stuck("b", "started", { sinceMs: null }));

    const { stranded, suspectedDead } = driven.turn.stuck;
    assertEquals(stranded, {
      count: 2,
      oldest: [{ uuid: "a", channel: "root", sinceMs: 900_000, ageMs: 110_000 }],
    });
    assertEquals(suspectedDead.oldest.map((it) => [it.uuid, it.ageMs]), [["b", null]]);
  });

  it("tells of a stranded job once, and again when it is stranded once more", () => {
    driven.becomeReady([], 10);
    find(stuck("a", "enqueued"));
    find(stuck("a", "enqueued"), stuck("b", "enqueued"), stuck("c", "enqueued"));
    find();
    find(stuck("a", "enqueued"));

    find(stuck("a", "enqueued", { sinceMs: 950_000 }));

    const [first, second, third, ...more] = driven.warnings;
    assertStringIncludes(first!, "job a is stranded");
    assertStringIncludes(second!, "jobs b, c are stranded");
    assertStringIncludes(third!, "job a is stranded");
    assertEquals(more, []);
  });

  it("does not tell again of a job whose request had no answer", () => {
    driven.becomeReady([row("a", "pending")], 10);
    const claimed = driven.ask("a");
    driven.turn.answered("a", { kind: "dropped", reason: "connection closed" });
    driven.answer("read", { rows: [claimed] });

    find(stuck("a", "enqueued", { sinceMs: claimed.enqueuedMs }));

    assertEquals(driven.warnings.length, 1);
    assertEquals(driven.turn.stuck.stranded.count, 1);
  });

  it("asks for nothing while the search finds nothing new: not for each look at it", () => {
    driven.becomeReady([], 10);

    for (let look = 0; look < 100; look++) driven.turn.stuck;

    assertEquals(driven.turn.nextStatement(), null);
  });

  it("shows beside locks what they tell nothing of", () => {
    driven.becomeReady([], 18);

    driven.clock.advance(10_000);
    driven.answer("requeueLost");
    driven.answer("listStuck", { stuck: [stuck("a", "enqueued", { sinceMs: null })] });

    assertEquals(driven.turn.stuck.stranded.oldest.map((it) => it.uuid), ["a"]);
  });
});

describe("an enqueued job without a date", () => {
  const undated = {
    uuid: "a",
    state: "enqueued",
    channel: "root",
    sinceMs: null,
    count: 1,
  } as const;
  let driven: DrivenTurn;

  beforeEach(() => {
    driven = new DrivenTurn();
  });

  /** The next search: finds them, and answers which of them it wants to be put back. */
  function search(...stuck: StuckRow[]): readonly string[] {
    driven.clock.advance(10_000);
    const { undatedUuids } = driven.expect("requeueLost");
    driven.turn.completed(NO_ANSWER);
    driven.answer("listStuck", { stuck });
    driven.answerAll([]);
    return undatedUuids;
  }

  for (const version of [16, 18]) {
    it(`is put back on ${version}.0 when it has been seen for 20 s`, () => {
      driven.becomeReady([], version);

      const wanted = [undated, undated, undated, undated].map((it) => search(it));

      assertEquals(wanted, [[], [], ["a"], ["a"]]);
    });
  }

  it("is seen anew when it has gone meanwhile", () => {
    driven.becomeReady([]);
    search(undated);
    search(undated);
    search();
    search(undated);

    assertEquals([search(undated), search(undated)], [[], ["a"]]);
  });

  it("is left to people where a second request may run a job twice", () => {
    driven.becomeReady([], 10);
    driven.clock.advance(10_000);
    driven.answer("listStuck", { stuck: [undated] });
    driven.answerAll([]);
    driven.clock.advance(30_000);

    assertEquals(driven.answerAll([]).map((it) => it.kind), ["listStuck"]);
    assertStringIncludes(driven.warnings[0]!, "job a is stranded");
  });
});

describe("requeueStartedAfterMs", () => {
  it("has started jobs put back that no request of ours is open for", () => {
    const driven = new DrivenTurn("root:4", { requeueStartedAfterMs: 7_200_000 });
    driven.becomeReady([row("a", "pending")], 10);
    driven.ask("a");

    driven.clock.advance(10_000);

    const { askedUuids, afterMs } = driven.expect("requeueStarted");
    assertEquals([askedUuids, afterMs], [["a"], 7_200_000]);
  });

  it("can be changed, and switched off in the middle of a search", () => {
    const driven = new DrivenTurn("root:4", { requeueStartedAfterMs: 7_200_000 });
    driven.becomeReady([], 13);
    driven.timing.requeueStartedAfterMs = 60_000;
    driven.clock.advance(10_000);
    driven.answer("requeueLost");
    assertEquals(driven.expect("requeueStarted").afterMs, 60_000);
    driven.turn.completed(NO_ANSWER);
    driven.answerAll([]);

    driven.clock.advance(10_000);
    driven.answer("requeueLost");
    driven.timing.requeueStartedAfterMs = null;

    assertEquals(driven.answerAll([]).map((it) => it.kind), ["listStuck"]);
  });

  it("does nothing where locks tell who is dead", () => {
    const driven = new DrivenTurn("root:4", { requeueStartedAfterMs: 7_200_000 });
    driven.becomeReady([], 18);

    driven.clock.advance(10_000);

    assertEquals(driven.answerAll([]).map((it) => it.kind), ["requeueLost", "listStuck"]);
  });
});
