import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type ChaosEvidence, chaosVerdict } from "../../scripts/chaos/chaos_verdict.ts";
import type { StateChange } from "../../scripts/demo/judge_history.ts";
import type { JobRequests } from "../../scripts/demo/request_log.ts";

const CHANNELS = [{ name: "root", capacity: 2, sequential: false }];
const RUN = ["pending", "enqueued", "started", "done"];

/** What the rows of these jobs went through, one change a second, one job after the other. */
function histories(jobs: Readonly<Record<string, readonly (string | null)[]>>): StateChange[] {
  const changes: StateChange[] = [];
  for (const [uuid, states] of Object.entries(jobs)) {
    for (const [index, newState] of states.entries()) {
      changes.push({
        ...{ database: "shop", uuid, channel: "root", priority: 10, createdMs: 0, etaMs: null },
        ...{ sequence: uuid.charCodeAt(0), oldState: states[index - 1] ?? null, newState },
        ...{ atMs: changes.length * 1000, id: changes.length, transaction: changes.length },
      });
    }
  }
  return changes;
}

function requestsFor(uuid: string, counts: Partial<JobRequests>): JobRequests {
  const job = { database: "shop", uuid };
  return { job, arrivals: 1, open: 0, maxOpen: 1, runs: 1, working: 0, maxWorking: 1, ...counts };
}

function counts(evidence: Partial<ChaosEvidence>) {
  const history = evidence.history ?? [];
  const uuids = [...new Set(history.map(({ uuid }) => uuid))];
  const { lost, doubleRuns, overCapacity, outOfOrder } = chaosVerdict({
    history,
    runs: history.filter(({ newState }) => newState === "started")
      .map(({ uuid }) => requestsFor(uuid, {})),
    asked: [],
    planned: uuids.map((uuid) => ({ database: "shop", uuid, outcome: "done" as const })),
    channels: CHANNELS,
    disturbed: new Set(),
    ...evidence,
  });
  return [lost, doubleRuns, overCapacity, outOfOrder].map((it) => it.length);
}

describe("chaosVerdict", () => {
  it("finds nothing where each job ran once", () => {
    assertEquals(counts({ history: histories({ a: RUN, b: RUN, c: RUN }) }), [0, 0, 0, 0]);
  });

  it("finds a job that is not over, one that is gone and one that ended in another way", () => {
    const history = histories({ a: [...RUN, "failed"], b: ["pending", null], c: ["pending"] });

    assertEquals(counts({ history }), [3, 0, 0, 0]);
  });

  it("takes what users made of a job for as good", () => {
    const history = histories({ a: ["pending", null], b: ["pending", "cancelled"] });
    const planned = ["a", "b"].map((uuid) => ({
      ...{ database: "shop", uuid, outcome: "done" as const },
      mayAlsoEnd: ["cancelled", null],
    }));

    assertEquals(counts({ history, planned }), [0, 0, 0, 0]);
  });

  it("finds a job that two workers ran at once", () => {
    const runs = [requestsFor("a", { runs: 2, maxWorking: 2 })];

    assertEquals(counts({ history: histories({ a: RUN }), runs }), [0, 1, 0, 0]);
  });

  it("finds a job that was taken again after a user had cancelled it", () => {
    const history = histories({ a: ["pending", "cancelled", "enqueued", "started", "done"] });

    assertEquals(counts({ history }), [0, 1, 0, 0]);
  });

  it("finds two requests of one runner for one job, but not those of two runners", () => {
    const history = histories({ a: RUN });
    const once = [requestsFor("a", {})];
    const twice = [requestsFor("a", { maxOpen: 2 })];

    assertEquals(counts({ history, asked: [once, twice] }), [0, 1, 0, 0]);
    assertEquals(counts({ history, asked: [once, once], runs: twice }), [0, 0, 0, 0]);
  });

  it("finds a channel over its capacity", () => {
    const history = histories({ a: RUN.slice(0, 2), b: RUN.slice(0, 2), c: RUN.slice(0, 2) });

    assertEquals(counts({ history, planned: [] }), [0, 0, 1, 0]);
  });

  it("finds a job that was taken before an earlier one, unless others held its row", () => {
    const history = histories({ a: ["pending"], b: RUN });

    assertEquals(counts({ history, planned: [] }), [0, 0, 0, 1]);
    assertEquals(counts({ history, planned: [], disturbed: new Set(["shop/a"]) }), [0, 0, 0, 0]);
  });
});
