import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { duration, eventText, sentenceOf, told } from "../src/sentences.ts";
import type { Reason, RunningJob } from "../src/why.ts";

const NOW = Date.UTC(2026, 10, 25, 10);
const MINUTE = 60_000;

const RUNNING: RunningJob = {
  ...{ database: "shop", uuid: "a", channel: "root.a", state: "asked" },
  sinceMs: NOW - 3 * MINUTE,
};

/** One of each kind, in each of its wordings. */
const REASONS: readonly [Reason, string][] = [
  [
    { kind: "eta", untilMs: NOW + 3 * MINUTE },
    "it waits for its eta, in 3 min, at 2026-11-25T10:03:00.000Z",
  ],
  [{ kind: "eta", untilMs: Infinity }, "it waits for its eta, which never comes"],
  [{ kind: "paused", channel: "root.a" }, "channel root.a is paused by the settings"],
  [
    { kind: "full", channel: "root.a", taken: 3, capacity: 2, sequential: false },
    "channel root.a is full (3 of 2)",
  ],
  [
    {
      ...{ kind: "full", channel: "root.a", taken: 2, capacity: 2, sequential: false },
      running: [RUNNING, { ...RUNNING, uuid: "b", sinceMs: null }],
    },
    "channel root.a is full (2 of 2; running: a of database shop for 3 min, b of database shop)",
  ],
  [
    {
      ...{ kind: "full", channel: "root.a", taken: 3, capacity: 3, sequential: false },
      running: [RUNNING, RUNNING, RUNNING],
    },
    "channel root.a is full (3 of 3; running: a of database shop for 3 min, " +
    "a of database shop for 3 min and others)",
  ],
  [
    {
      ...{ kind: "full", channel: "root.a", taken: 1, capacity: 1, sequential: true },
      running: [RUNNING],
    },
    "channel root.a is sequential and has a job that is not over: a of database shop for 3 min",
  ],
  [
    { kind: "full", channel: "root.a", taken: 1, capacity: 1, sequential: true },
    "channel root.a is sequential and has a job that is not over",
  ],
  [
    { kind: "failed", channel: "root.a", failed: 2 },
    "channel root.a is sequential and 2 have failed: it goes on when a failed job is done, " +
    "cancelled or requeued",
  ],
  [
    {
      ...{ kind: "failed", channel: "root.a", failed: 1 },
      first: { database: "shop", uuid: "a" },
    },
    "channel root.a is sequential and job a of database shop has failed: it goes on when " +
    "a failed job is done, cancelled or requeued",
  ],
  [
    {
      ...{ kind: "failed", channel: "root.a", failed: 2 },
      first: { database: "shop", uuid: "a" },
    },
    "channel root.a is sequential and 2 have failed, first a of database shop: it goes on when " +
    "a failed job is done, cancelled or requeued",
  ],
  [
    { kind: "throttled", channel: "root.a", untilMs: NOW + 1500 },
    "channel root.a is throttled for 1.5 s more, until 2026-11-25T10:00:01.500Z",
  ],
  [
    {
      ...{ kind: "order", channel: "root", before: 14, firstEtaMs: null },
      first: { database: "shop", uuid: "a" },
    },
    "14 jobs go before it in channel root, first a of database shop",
  ],
  [
    {
      ...{ kind: "order", channel: "root", before: 1, firstEtaMs: NOW },
      first: { database: "shop", uuid: "a" },
    },
    "1 job goes before it in channel root, first a of database shop, whose eta it waits for in " +
    "order, in 0 s, at 2026-11-25T10:00:00.000Z",
  ],
  [{ kind: "missing" }, "the database has no such job"],
  [{ kind: "unreadable", problem: "refused" }, "its row cannot be read: refused"],
  [{ kind: "over", state: "done", sinceMs: NOW - MINUTE }, "it has been done for 60 s"],
  [{ kind: "over", state: "cancelled", sinceMs: null }, "it is cancelled"],
  [{ kind: "jobFailed", error: null, sinceMs: null }, "it has failed"],
  [
    { kind: "dependencies", open: 2, parents: [{ uuid: "p", state: "failed" }] },
    "it waits for 2 jobs to be done, first p, which is failed",
  ],
  [
    { kind: "dependencies", open: 0, parents: [] },
    "it waits for other jobs, which Odoo has to release",
  ],
  [
    { kind: "oddState", state: "odd" },
    'it is "odd", a state that no version of the add-on knows',
  ],
  [{ kind: "runs", sinceMs: NOW - 3 * 3_600_000 }, "Odoo runs it for 3 h"],
  [
    { kind: "runner", phase: "standby" },
    "this job runner stands by for another one, which leads: ask that one",
  ],
  [
    { kind: "database", state: "quarantined", reason: "refused", sinceMs: NOW - 3 * 86_400_000 },
    "its database has failed again and again for 3 d, and is tried less often: refused",
  ],
  [
    { kind: "database", state: "recovering", reason: null, sinceMs: NOW - 5000 },
    "its database has been lost or held for 5 s, and is tried again",
  ],
  [
    { kind: "database", state: "standby", reason: null, sinceMs: null },
    "its database is on standby",
  ],
  [{ kind: "reading" }, "the jobs of all databases are read first"],
  [
    { kind: "scheduler", state: "trapped", reason: "x" },
    "the scheduler waits to be made anew: x",
  ],
  [
    { kind: "odoo", url: "http://odoo:8069", reason: "refused", sinceMs: NOW },
    "Odoo at http://odoo:8069 is away for 0 s: refused",
  ],
  [
    { kind: "backPressure", waiting: 4 },
    "Odoo is asked for few jobs at once after it was away or overloaded, and 4 wait for it",
  ],
  [
    { kind: "unread", known: "unknown" },
    "its row is newer than what the scheduler knows, and is read in a moment",
  ],
  [{ kind: "next" }, "it is its turn, and it is taken now"],
];

describe("told", () => {
  for (const [reason, text] of REASONS) {
    it(`says: ${text}`, () => {
      assertEquals(told(reason, NOW), { ...reason, text });
    });
  }

  it("has a sentence for all that may have become of a job", () => {
    for (const state of ["claimed", "asked", "unsure", "returning"] as const) {
      assertMatch(told({ kind: "inHands", state, sinceMs: NOW - 5000 }, NOW).text, / for 5 s$/);
    }
    for (const kind of ["stranded", "suspectedDead", "othersRequest"] as const) {
      assertMatch(told({ kind, sinceMs: NOW - 5000 }, NOW).text, /(enqueued|started) for 5 s/);
    }
  });
});

describe("sentenceOf", () => {
  it("joins all reasons, and says when there are none", () => {
    const reasons = REASONS.slice(2, 4).map(([it]) => told(it, NOW));

    assertEquals(
      sentenceOf("Job a", reasons),
      "Job a: channel root.a is paused by the settings; channel root.a is full (3 of 2)",
    );
    assertEquals(sentenceOf("Job a", []), "Job a: nothing holds it back");
  });
});

describe("duration", () => {
  it("has one unit, and rounds down where that is coarse", () => {
    const seen = [0, 99, 1_500, 119_000, 120_000, 7_199_000, 7_200_000, 172_800_000].map(duration);

    assertEquals(seen, ["0 s", "0.1 s", "1.5 s", "119 s", "2 min", "119 min", "2 h", "2 d"]);
  });
});

describe("eventText", () => {
  it("says how or why, where that is known", () => {
    const texts = [eventText("taken", null), eventText("answered", "dropped, timeout")];

    assertEquals(texts, ["taken: its turn had come", "the request was over: dropped, timeout"]);
  });
});
