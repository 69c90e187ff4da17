import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { InFlight } from "../../src/runner/in_flight.ts";
import { type JobFacts, jobReasons } from "../../src/runner/job_reasons.ts";
import type { Explanation } from "../../src/scheduler/mod.ts";
import type { HostReason, JobDetails } from "../../src/why.ts";

const PENDING: JobDetails = {
  ...{ state: "pending", channel: "mail", priority: 10, createdMs: 1, etaMs: null },
  ...{ enqueuedMs: null, startedMs: null, doneMs: null, retry: 0, maxRetries: 5, error: null },
  parents: [],
};
const READY: Explanation = { state: "ready", waitsAt: null, reasons: [], path: [] };
const ETA = { kind: "eta", untilMs: 5 } as const;
const WAITING: Explanation = { ...READY, state: "waiting", waitsAt: "root", reasons: [ETA] };
const UNKNOWN: Explanation = { ...READY, state: "unknown" };
const AWAY: HostReason = { kind: "odoo", url: "", reason: "refused", sinceMs: 1 };
const FULL: HostReason = { kind: "scheduler", state: "full", reason: "no room" };
const NONE = { count: 0, oldest: [] };

function reasonsOf(facts: Partial<JobFacts>) {
  return jobReasons({
    ...{ uuid: "a", row: PENDING, problem: null, inHands: undefined, stuck: null },
    ...{ nowMs: 1_000_000, hasJobLocks: false },
    ...{ holds: [], explained: READY, isRead: true },
    ...facts,
  });
}

function inState(state: string, changes: Partial<JobDetails> = {}): JobDetails {
  return { ...PENDING, state, ...changes };
}

function taken(state: "claimed" | "asked" | "unsure" | "returning", enqueuedSeconds = 0) {
  return Object.assign(new InFlight().add("a", "root"), { state, enqueuedSeconds });
}

describe("jobReasons", () => {
  it("is its turn when nothing holds it back", () => {
    assertEquals(reasonsOf({}), [{ kind: "next" }]);
  });

  it("says what holds the runner before what holds the job", () => {
    assertEquals(reasonsOf({ holds: [AWAY], explained: WAITING }), [AWAY, ETA]);
    assertEquals(reasonsOf({ holds: [AWAY] }), [AWAY]);
  });

  it("says that the row is newer than what the scheduler knows", () => {
    const seen = [UNKNOWN, { ...READY, state: "running" } as const]
      .map((explained) => reasonsOf({ explained }));

    assertEquals(seen, [
      [{ kind: "unread", known: "unknown" }],
      [{ kind: "unread", known: "running" }],
    ]);
  });

  it("expects nothing of the scheduler for a database that is held, or while it is broken", () => {
    assertEquals(reasonsOf({ holds: [AWAY], explained: UNKNOWN, isRead: false }), [AWAY]);
    assertEquals(reasonsOf({ holds: [AWAY], explained: null }), [AWAY]);
  });

  it("lets a full scheduler hold back only the jobs that are not in it", () => {
    assertEquals(reasonsOf({ holds: [FULL], explained: WAITING }), [ETA]);
    assertEquals(reasonsOf({ holds: [FULL] }), [{ kind: "next" }]);
    assertEquals(reasonsOf({ holds: [FULL], explained: UNKNOWN })[0], FULL);
  });

  it("says what the row says, whatever holds the runner", () => {
    const rows = [
      inState("done", { doneMs: 7 }),
      inState("cancelled"),
      inState("failed", { error: "no", doneMs: 8 }),
      inState("wait_dependencies", { parents: [{ uuid: "p", state: "failed" }] }),
      inState("started", { startedMs: 9 }),
      inState("enqueued", { enqueuedMs: 9 }),
      inState("odd"),
      null,
    ];

    const seen = rows.map((row) => reasonsOf({ row, holds: [AWAY] }));

    assertEquals(seen.flat(), [
      { kind: "over", state: "done", sinceMs: 7 },
      { kind: "over", state: "cancelled", sinceMs: null },
      { kind: "jobFailed", error: "no", sinceMs: 8 },
      { kind: "dependencies", open: 1, parents: [{ uuid: "p", state: "failed" }] },
      { kind: "runs", sinceMs: 9 },
      { kind: "othersRequest", sinceMs: 9 },
      { kind: "oddState", state: "odd" },
      { kind: "missing" },
    ]);
  });

  it("says that a job is stranded or suspected dead, as the search for lost jobs has found", () => {
    const found = { count: 1, oldest: [{ uuid: "a", channel: "root", sinceMs: 3, ageMs: 4 }] };

    const seen = [
      reasonsOf({
        row: inState("enqueued", { enqueuedMs: 3 }),
        stuck: { stranded: found, suspectedDead: NONE },
      }),
      reasonsOf({
        row: inState("started", { startedMs: 3 }),
        stuck: { stranded: NONE, suspectedDead: found },
      }),
    ];

    assertEquals(seen.flat(), [
      { kind: "stranded", sinceMs: 3 },
      { kind: "suspectedDead", sinceMs: 3 },
    ]);
  });

  it("tells by its date of one that the search has found, and not listed", () => {
    const listed = [{ uuid: "b", channel: "root", sinceMs: 3, ageMs: 4 }];
    const [cut, whole] = [{ count: 2, oldest: listed }, { count: 1, oldest: listed }];
    const started = (startedMs: number | null, facts: Partial<JobFacts> = {}) => {
      const row = inState("started", { startedMs, enqueuedMs: startedMs });
      return reasonsOf({ row, stuck: { stranded: NONE, suspectedDead: cut }, ...facts });
    };
    const enqueued = (enqueuedMs: number | null, stranded = cut) => {
      const row = inState("enqueued", { enqueuedMs });
      return reasonsOf({ row, stuck: { stranded, suspectedDead: NONE } });
    };

    const seen = [
      ...[started(879_999), started(880_000), started(null)],
      ...[enqueued(979_999), enqueued(980_000), enqueued(null), enqueued(979_999, whole)],
      started(879_999, { hasJobLocks: true }),
      started(879_999, { inHands: taken("asked", 800) }),
    ];

    assertEquals(seen.flat().map((it) => it.kind), [
      ...["suspectedDead", "runs", "suspectedDead"],
      ...["stranded", "othersRequest", "stranded", "othersRequest"],
      "runs",
      "runs",
    ]);
  });

  it("says what has become of a job in our hands, whatever its row says", () => {
    const seen = [
      reasonsOf({ inHands: taken("claimed") }),
      reasonsOf({ inHands: taken("asked", 2), row: inState("enqueued") }),
      reasonsOf({ inHands: taken("asked", 2), row: inState("started", { startedMs: 3000 }) }),
      reasonsOf({ inHands: taken("unsure", 2), row: null, problem: "gone" }),
      reasonsOf({ inHands: taken("returning", 2), row: inState("enqueued") }),
      reasonsOf({ inHands: taken("asked", 2), row: inState("done") }),
    ];

    assertEquals(seen.flat(), [
      { kind: "inHands", state: "claimed", sinceMs: null },
      { kind: "inHands", state: "asked", sinceMs: 2000 },
      { kind: "runs", sinceMs: 3000 },
      { kind: "inHands", state: "unsure", sinceMs: 2000 },
      { kind: "inHands", state: "returning", sinceMs: 2000 },
      { kind: "over", state: "done", sinceMs: null },
    ]);
  });

  it("says what it knows where the row cannot be read", () => {
    const seen = reasonsOf({ row: null, problem: "no answer", explained: WAITING });

    assertEquals(seen, [{ kind: "unreadable", problem: "no answer" }, ETA]);
  });
});
