import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { setImmediate } from "node:timers/promises";
import { BLOCK_ROUNDS, type PlannedFault, type Round } from "../../scripts/chaos/chaos_plan.ts";
import { readOptions } from "../../scripts/chaos/chaos_options.ts";
import { ChaosReport } from "../../scripts/chaos/chaos_report.ts";
import { ChaosRounds } from "../../scripts/chaos/chaos_rounds.ts";
import type { ChaosSystem } from "../../scripts/chaos/chaos_system.ts";
import type { FaultKind } from "../../scripts/chaos/faults/fault_kind.ts";

const NOTHING = { lost: [], doubleRuns: [], overCapacity: [], outOfOrder: [] };

function fault(name: string, make: FaultKind["make"], touches: FaultKind["touches"] = "rows") {
  const kind: FaultKind = { name, weight: 1, touches, make };
  return { kind, afterMs: 0, lastsMs: 0, way: 0 };
}

/** Hits something from its n-th attempt on. */
function hitsAt(name: string, attempt: number): PlannedFault {
  let count = 0;
  return fault(name, () => Promise.resolve(++count >= attempt ? "hit" : null));
}

/** So many rounds, the first of them with these faults. */
function rounds(count: number, ...faults: PlannedFault[]): Round[] {
  return Array.from({ length: count }, (_, index) => index === 0 ? faults : []);
}

describe("ChaosRounds", () => {
  const said: string[] = [];

  /** What is told at the end. */
  async function play(plan: readonly Round[], ...kinds: readonly FaultKind[]) {
    said.length = 0;
    const report = new ChaosReport(readOptions(["--rounds", String(plan.length)])!);
    await new ChaosRounds({
      system: { addJobs: () => Promise.resolve() } as unknown as ChaosSystem,
      ...{ kinds, report, jobsPerRound: 1 },
      say: (text) => said.push(text),
      untilJobsOver: () => Promise.resolve(said.push("jobs over")),
      delay: () => setImmediate(),
    }).play(plan);
    report.end(NOTHING, 0, 0);
    const { faults, missing, incomplete } = JSON.parse(report.json());
    return { faults, missing, incomplete, isOk: report.isOk };
  }

  it("plays a fault that hit nothing again, after a whole block at the latest", async () => {
    // Three attempts at a time, and one more time in each round that follows.
    const late = hitsAt("late", 3 * BLOCK_ROUNDS + 1);

    const told = await play(rounds(BLOCK_ROUNDS, late), late.kind);

    assertEquals(told, { faults: 1, missing: [], incomplete: null, isOk: true });
  });

  it("misses a kind that has hit nothing in any one of its whole blocks", async () => {
    const once = hitsAt("once", 1);

    const told = await play(rounds(2 * BLOCK_ROUNDS, once), once.kind);

    assertEquals(told, { faults: 1, missing: ["once"], incomplete: null, isOk: false });
  });

  it("misses nothing in a last block that is not whole, and tells of it", async () => {
    const [once, never] = [hitsAt("once", 1), hitsAt("never", Infinity)];

    const told = await play(rounds(5, once, never), once.kind, never.kind);

    assertEquals(told, {
      ...{ faults: 1, missing: [], isOk: true },
      incomplete: { rounds: 5, missing: ["never"] },
    });
  });

  it("holds up no round, but all that touches the same, while a fault goes on", async () => {
    let end = () => {};
    const gone = new Promise<string>((resolve) => end = () => resolve("over"));
    const long = fault("long", () => gone, "server");
    const waiting = fault("waiting", () => Promise.resolve("hit"), "server");
    const last = fault("last", () => Promise.resolve(end()).then(() => "hit"));

    const told = await play([[long], [waiting], [], [last]]);

    assertEquals(told.faults, 3);
    assertEquals(said, ["round 1  long: over", "round 4  last: hit", "round 2  waiting: hit"]);
  });

  it("lets jobs come to an end between two blocks", async () => {
    const [first, second] = [hitsAt("first", 1), hitsAt("second", 1)];
    const plan = rounds(2 * BLOCK_ROUNDS, first).with(BLOCK_ROUNDS, [second]);

    await play(plan);

    assertEquals(said, ["round 1  first: hit", "jobs over", "round 21  second: hit"]);
  });

  it("throws what goes wrong in a fault that went on", async () => {
    const broken = fault("broken", async () => {
      for (let turn = 0; turn < 20; turn++) await setImmediate();
      throw new Error("the harness is broken");
    });

    const error = await assertRejects(() => play(rounds(2, broken)), Error);

    assert(error.message === "the harness is broken");
  });
});
