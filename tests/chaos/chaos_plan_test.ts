import { assertEquals, assertNotEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { BLOCK_ROUNDS, planOf, type Round } from "../../scripts/chaos/chaos_plan.ts";
import { FAULT_KINDS } from "../../scripts/chaos/faults/fault_kinds.ts";

function names(rounds: readonly Round[]): string[] {
  return rounds.flatMap((round) => round.map(({ kind }) => kind.name));
}

describe("planOf", () => {
  it("repeats a plan by its seed", () => {
    assertEquals(planOf(7, 40, FAULT_KINDS), planOf(7, 40, FAULT_KINDS));
    assertNotEquals(names(planOf(7, 40, FAULT_KINDS)), names(planOf(8, 40, FAULT_KINDS)));
  });

  it("begins in the same way however long it is", () => {
    assertEquals(planOf(7, 60, FAULT_KINDS).slice(0, 25), planOf(7, 25, FAULT_KINDS));
  });

  it("has each kind of fault in any twenty rounds that belong together", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const plan = planOf(seed, 3 * BLOCK_ROUNDS, FAULT_KINDS);
      for (let first = 0; first < plan.length; first += BLOCK_ROUNDS) {
        const seen = new Set(names(plan.slice(first, first + BLOCK_ROUNDS)));
        assertEquals(FAULT_KINDS.filter(({ name }) => !seen.has(name)), []);
      }
    }
  });
});

describe("FAULT_KINDS", () => {
  it("have names of their own", () => {
    assertEquals(new Set(FAULT_KINDS.map(({ name }) => name)).size, FAULT_KINDS.length);
  });
});
