import { type Random, seededRandom } from "../../tests/scheduler/random.ts";
import type { FaultKind, Wish } from "./faults/fault_kind.ts";

export interface PlannedFault extends Wish {
  readonly kind: FaultKind;
  /** From the beginning of its round. */
  readonly afterMs: number;
}

export type Round = readonly PlannedFault[];

/** In so many rounds each kind of fault comes at least once. */
export const BLOCK_ROUNDS = 20;
/** Beside those that come because it is their turn. */
const EXTRA_CHANCE = 0.4;
const AFTER_MAX_MS = 1_200;
const LASTS_MIN_MS = 300;
const LASTS_MAX_MS = 2_500;

/** The rounds that a seed stands for. */
export function planOf(seed: number, rounds: number, kinds: readonly FaultKind[]): Round[] {
  const random = seededRandom(seed);
  const plan: Round[] = [];
  while (plan.length < rounds) plan.push(...block(random, kinds));
  return plan.slice(0, rounds);
}

/** Deals all kinds, and some more. */
function block(random: Random, kinds: readonly FaultKind[]): Round[] {
  const rounds: PlannedFault[][] = Array.from({ length: BLOCK_ROUNDS }, () => []);
  for (const [place, kind] of shuffled(random, kinds).entries()) {
    rounds[place % BLOCK_ROUNDS]!.push(planned(random, kind));
  }
  const byWeight = kinds.flatMap((kind) => Array<FaultKind>(kind.weight).fill(kind));
  for (const round of rounds) {
    if (random.chance(EXTRA_CHANCE)) round.push(planned(random, random.pick(byWeight)));
  }
  return rounds;
}

function planned(random: Random, kind: FaultKind): PlannedFault {
  return {
    kind,
    afterMs: random.below(AFTER_MAX_MS),
    lastsMs: LASTS_MIN_MS + random.below(LASTS_MAX_MS - LASTS_MIN_MS),
    way: random.fraction(),
  };
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const rest = [...items];
  return items.map(() => rest.splice(random.below(rest.length), 1)[0] as T);
}
