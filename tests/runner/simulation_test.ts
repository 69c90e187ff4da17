import process from "node:process";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { History } from "./simulation/history.ts";
import type { SabotageKind } from "./simulation/sabotage.ts";
import { playHistory, simulate, told } from "./simulation/simulate.ts";
import { Violation } from "./simulation/violation.ts";

// SEED=n plays that history alone; npm run simulate -- --pipeline plays many.
const seed = process.env["SEED"];
const played = seed === undefined
  // Each runtime its own thousand.
  ? { firstSeed: "Deno" in globalThis ? 1 : 1001, histories: 1000 }
  : { firstSeed: Number(seed), histories: 1 };

describe("a random history of the pipeline", () => {
  it("keeps every promise, and ends with all jobs over", async () => {
    const failure = await simulate(played);

    assert(failure === null, failure === null ? "" : told(failure));
  });
});

describe("Auditor", () => {
  const FOUND = [
    ["a double request", "two open requests"],
    ["an overlap over capacity", "its capacity is"],
    ["a lost job", "is lost: pending"],
    ["a double run", "although Odoo may run it, without a guard"],
    ["a living job put back", "is put back although its request is open"],
    ["a deaf ear for a stock runner", "although a stock runner is at work"],
    ["a false alarm", "for at work without a reason"],
    ["a deaf ear for an operator", "although"],
    ["a hasty stop", "is left enqueued by a stop"],
  ] as const;
  for (const [sabotage, complaint] of FOUND) {
    it(`finds ${sabotage}`, async () => {
      const complaints = await complaintsUntil(complaint, sabotage, 1000);

      assertStringIncludes(complaints.at(-1) ?? "", complaint, complaints.join("\n"));
    });
  }

  it("finds a job that is executed twice at the same time", () => {
    const { auditor, odoo, tables: [table] } = new History(1);
    assert(table !== undefined);
    const [one, other] = [odoo.open(table, "j1", () => {}), odoo.open(table, "j1", () => {})];
    one.stage = other.stage = "running";

    assertThrows(() => auditor.noteExecution(other), Violation, "is executed twice");
  });

  it("excuses an execution beside one whose row somebody wrote from outside", () => {
    const { auditor, odoo, tables: [table] } = new History(1);
    assert(table !== undefined);
    const one = odoo.open(table, "j1", () => {});
    one.stage = "running";
    auditor.noteOutside(table, "j1");
    const other = odoo.open(table, "j1", () => {});
    other.stage = "running";

    auditor.noteExecution(other);
  });

  it("finds a request without a claim", () => {
    const { auditor, odoo, tables: [table] } = new History(1);
    assert(table !== undefined);
    const request = odoo.open(table, "j1", () => {});

    assertThrows(() => auditor.noteAsked(request), Violation, "without a claim");
  });
});

describe("playHistory", () => {
  it("repeats itself for a seed", async () => {
    const [one, other] = [await linesOf(5), await linesOf(5)];

    assertEquals(one, other);
  });

  it("says by which seed and events a promise was broken", async () => {
    const failure = await playHistory(1, "a double request");
    assert(failure !== null);

    const text = told(failure);

    assertStringIncludes(text, "SEED=1: ");
    assertStringIncludes(text, "asks for ");
  });

  it("reaches what the pipeline is about", async () => {
    const text = (await Promise.all(Array.from({ length: 200 }, (_, index) => linesOf(index + 1))))
      .flat().join("\n");

    for (const [what, times] of REACHED) {
      const found = text.split(what).length - 1;
      assert(found >= times, `"${what}" ${found} times`);
    }
  });
});

const REACHED: readonly [what: string, times: number][] = [
  ["asks for ", 1000],
  ["→ done", 500],
  ["→ pending", 100],
  ["dropped", 100],
  ["its lost backend commits claim", 3],
  ["refuses claim", 3],
  ["the core traps", 50],
  ["is stranded", 5],
  ["was found dead", 10],
  ["no jobs of this database are taken", 20],
  ["Odoo is away", 20],
  ["the cron puts back", 5],
  ["released", 2],
  ["is killed", 10],
  ["another job runner is at work", 10],
  ["the other job runner has been quiet", 3],
  ["another leader claims a job", 5],
  ["is to be upgraded", 5],
  ["is flooded with notifications", 1],
  ["the clock of a server steps", 5],
  ["stranded: enqueued, and no request", 2],
  ["suspected dead", 5],
  ["commits requeueStarted", 20],
  ["is stopped", 10],
  ["), polled", 10],
  ["loses the lead", 10],
  ["is enqueued by hand", 10],
  ["the runner itself throws", 10],
  ["is paused by an operator", 10],
  ["is resumed by an operator", 10],
];

/** What the auditor finds wrong in the first histories, until it has found what is wanted. */
async function complaintsUntil(
  complaint: string,
  sabotage: SabotageKind,
  histories: number,
): Promise<string[]> {
  const complaints: string[] = [];
  for (let number = 1; number <= histories; number++) {
    const failure = await playHistory(number, sabotage);
    if (failure === null) continue;
    complaints.push(failure.what);
    if (failure.what.includes(complaint)) break;
  }
  return complaints;
}

async function linesOf(number: number): Promise<readonly string[]> {
  const history = new History(number);
  for (let steps = 0; steps < history.length; steps++) await history.step(history.events());
  return history.lines;
}
