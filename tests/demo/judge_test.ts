import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type Evidence, faultsOf, judge, type JudgedChannel } from "../../scripts/demo/judge.ts";
import type { StateChange } from "../../scripts/demo/judge_history.ts";
import type { JobRequests } from "../../scripts/demo/request_log.ts";

const CHANNELS: readonly JudgedChannel[] = [
  { name: "root", capacity: 2, sequential: false },
  { name: "root.mail", capacity: 1, sequential: false },
  { name: "root.accounting", capacity: 1, sequential: true },
];

type Step = readonly [uuid: string, state: string | null, change?: Partial<StateChange>];

/**
 * A history with one step a second; a job is created `pending` one second before its first step.
 */
function played(...steps: readonly Step[]): StateChange[] {
  const states = new Map<string, string | null>();
  const changes: StateChange[] = [];
  const note = (uuid: string, newState: string | null, change: Partial<StateChange> = {}) => {
    changes.push({
      database: "shop",
      uuid,
      channel: "root",
      sequence: states.size,
      priority: 10,
      createdMs: 0,
      etaMs: null,
      oldState: states.get(uuid) ?? null,
      newState,
      atMs: changes.length * 1000,
      id: changes.length,
      transaction: changes.length,
      ...change,
    });
    states.set(uuid, newState);
  };
  for (const [uuid, state, change] of steps) {
    if (!states.has(uuid) && state !== "pending") note(uuid, "pending", change);
    note(uuid, state, change);
  }
  return changes;
}

function requestsFor(uuid: string, counts: Partial<JobRequests>): JobRequests {
  const job = { database: "shop", uuid };
  return { job, arrivals: 1, open: 0, maxOpen: 1, runs: 1, working: 0, maxWorking: 1, ...counts };
}

function judged(history: StateChange[], evidence: Partial<Evidence> = {}) {
  const uuids = [...new Set(history.map((change) => change.uuid))];
  return judge({
    history,
    requests: uuids.map((uuid) => requestsFor(uuid, {})),
    planned: uuids.map((uuid) => ({ database: "shop", uuid, outcome: "done" })),
    channels: CHANNELS,
    ...evidence,
  });
}

const WHOLE_RUN: readonly Step[] = [["a", "enqueued"], ["a", "started"], ["a", "done"]];

describe("judge", () => {
  it("passes a job that ran once", () => {
    const verdict = judged(played(...WHOLE_RUN));

    assertEquals(faultsOf(verdict), []);
    assertEquals(verdict.maxRunningByChannel, { root: 1, "root.accounting": 0, "root.mail": 0 });
  });

  it("passes a retry, a requeue by a user and a dead worker's job", () => {
    const again: readonly Step[] = [["a", "pending"], ["a", "enqueued"], ["a", "started"]];
    const verdict = judged(
      played(["a", "enqueued"], ["a", "started"], ...again, ["a", "failed"], ...again, [
        "a",
        "done",
      ]),
      { requests: [requestsFor("a", { arrivals: 3, runs: 3 })] },
    );

    assertEquals(faultsOf(verdict), []);
  });

  it("finds a job that was started twice", () => {
    const verdict = judged(
      played(["a", "enqueued"], ["a", "started"], ["a", "started"], ["a", "done"]),
    );

    assertEquals(verdict.doubleRuns, ["shop/a: started again, from started"]);
  });

  it("finds a job that was made enqueued over its end, and ran again", () => {
    const verdict = judged(played(...WHOLE_RUN, ...WHOLE_RUN));

    assertEquals(verdict.doubleRuns.length, 1);
  });

  it("finds a job that two workers ran at once, though its row shows nothing", () => {
    const requests = [requestsFor("a", { runs: 2, maxWorking: 2 })];

    const verdict = judged(played(...WHOLE_RUN), { requests });

    assertEquals(verdict.doubleRuns, ["shop/a: 2 workers ran it at once"]);
  });

  it("finds a job that ran more often than it started", () => {
    const verdict = judged(played(...WHOLE_RUN), { requests: [requestsFor("a", { runs: 2 })] });

    assertEquals(verdict.doubleRuns, ["shop/a: ran 2 times, started 1 times"]);
  });

  it("finds two requests for one job that were open at once", () => {
    const requests = [requestsFor("a", { arrivals: 2, maxOpen: 2 })];

    const verdict = judged(played(...WHOLE_RUN), { requests });

    assertEquals(verdict.doubleRequests, ["shop/a: 2 requests were open at once"]);
  });

  it("finds a channel over its capacity", () => {
    const mail = { channel: "root.mail" };

    const verdict = judged(
      played(["a", "enqueued", mail], ["b", "enqueued", mail], ["a", "done", mail], [
        "b",
        "done",
        mail,
      ]),
    );

    assertEquals(verdict.overCapacity.length, 1);
    assertMatch(verdict.overCapacity[0] ?? "", /^root\.mail: 2 jobs at .*, its capacity is 1$/);
    assertEquals(verdict.maxRunningByChannel["root.mail"], 2);
  });

  it("counts a channel's jobs in its ancestors, over all databases", () => {
    const elsewhere = { database: "other", channel: "root.new" };

    const verdict = judged(
      played(["a", "enqueued", { channel: "root.mail" }], ["b", "enqueued"], [
        "c",
        "enqueued",
        elsewhere,
      ]),
      { planned: [] },
    );

    assertEquals(verdict.overCapacity.length, 1);
    assertEquals(verdict.maxRunningByChannel["root"], 3);
  });

  it("leaves out what runs in a database that nobody serves, until it runs again", () => {
    const elsewhere = { database: "other" };
    const unserved = [{ database: "other", sinceMs: 1500 }];

    const verdict = judged(
      played(
        ["a", "enqueued", elsewhere],
        ["b", "enqueued"],
        ["c", "enqueued"],
        ["a", "pending", elsewhere],
        ["a", "enqueued", elsewhere],
      ),
      { planned: [], unserved },
    );

    assertEquals(verdict.maxRunningByChannel["root"], 3);
    assertEquals(verdict.overCapacity.length, 1);
  });

  it("finds a job that never ended, one whose row is gone and one that never was", () => {
    const planned = ["a", "b", "c"].map((uuid) =>
      ({ database: "shop", uuid, outcome: "done" }) as const
    );

    const verdict = judged(played(["a", "enqueued"], ["b", null]), { planned });

    assertEquals(verdict.lost, [
      "shop/a: never ended, its row is enqueued",
      "shop/b: never ended, its row is gone",
      "shop/c: was never created",
    ]);
  });

  it("finds a job that ended otherwise than planned", () => {
    const planned = [{ database: "shop", uuid: "a", outcome: "failed" }] as const;

    const verdict = judged(played(...WHOLE_RUN), { planned });

    assertEquals(verdict.wrongEnds, ["shop/a: ended done, planned was failed"]);
  });

  it("finds a job that ran before its eta", () => {
    const verdict = judged(played(["a", "enqueued", { etaMs: 3000 }], ["a", "done"]));

    assertEquals(verdict.early, ["shop/a: ran 2000 ms before its eta"]);
  });
});

describe("judge, in a sequential channel", () => {
  const first = { channel: "root.accounting", priority: 1 };
  const second = { channel: "root.accounting", priority: 2 };

  it("finds a job that ran before an earlier one", () => {
    const verdict = judged(
      played(["b", "pending", second], ["a", "pending", first], ["b", "enqueued", second]),
    );

    assertEquals(verdict.outOfOrder, []); // b had its turn before a came

    const late = judged(
      played(["a", "pending", first], ["b", "pending", second], ["b", "enqueued", second]),
    );
    assertEquals(late.outOfOrder, ["shop/b: ran before shop/a of its sequential channel"]);
  });

  it("finds a job that ran while an earlier one waits for its retry", () => {
    const verdict = judged(
      played(
        ["a", "pending", first],
        ["b", "pending", second],
        ["a", "enqueued", first],
        ["a", "started", first],
        ["a", "pending", first],
        ["b", "enqueued", second],
      ),
    );

    assertEquals(verdict.outOfOrder.length, 1);
  });

  it("finds a job that ran although another has failed", () => {
    const verdict = judged(
      played(
        ["b", "pending", second],
        ["a", "pending", first],
        ["b", "enqueued", second],
        ["b", "failed", second],
        ["a", "enqueued", first],
      ),
    );

    assertEquals(verdict.outOfOrder, ["shop/a: ran although shop/b of its channel has failed"]);
  });
});

describe("judge, in any other channel", () => {
  const urgent = { channel: "root.mail", priority: 1 };
  const usual = { channel: "root.mail", priority: 2 };

  it("finds a job that was taken before one that came earlier and is more urgent", () => {
    const verdict = judged(
      played(["a", "pending", urgent], ["b", "pending", usual], ["b", "enqueued", usual], [
        "a",
        "enqueued",
        urgent,
      ]),
    );

    assertEquals(verdict.outOfOrder, ["shop/b: was taken before shop/a of its channel"]);
  });

  it("passes what is new in a database while all that has waited there is read anew", () => {
    const history = played(["a", "pending", urgent], ["b", "pending", usual], [
      "b",
      "enqueued",
      usual,
    ]);

    const reread = (sinceMs: number) =>
      judged(history, { reread: [{ database: "shop", sinceMs }] }).outOfOrder.length;

    assertEquals([reread(-500), reread(500)], [1, 0]);
  });

  it("passes jobs that are taken together, in whatever order they are written", () => {
    const verdict = judged(
      played(
        ["a", "pending", urgent],
        ["b", "pending", usual],
        ["b", "enqueued", { ...usual, transaction: 9 }],
        ["a", "enqueued", { ...urgent, transaction: 9 }],
      ),
    );

    assertEquals(verdict.outOfOrder, []);
  });

  it("passes a job that came later, was not due or had been taken before", () => {
    const histories = [
      played(["b", "pending", usual], ["a", "pending", urgent], ["b", "enqueued", usual]),
      played(
        ["a", "pending", { ...urgent, etaMs: 60_000 }],
        ["b", "pending", usual],
        ["b", "enqueued", usual],
      ),
      played(
        ["a", "enqueued", urgent],
        ["a", "pending", urgent],
        ["b", "pending", usual],
        ["b", "enqueued", usual],
      ),
    ];

    assertEquals(histories.flatMap((history) => judged(history).outOfOrder), []);
  });
});
