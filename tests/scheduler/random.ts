/** Random numbers that a seed repeats. */
export interface Random {
  /** From 0 up to, but without, 1. */
  fraction(): number;
  /** A whole number from 0 up to, but without, `limit`. */
  below(limit: number): number;
  /** True that often: never at 0, always at 1. */
  chance(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
}

/** Mulberry32: small, and good enough to choose steps by. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(fraction() * limit);
  return {
    fraction,
    below,
    chance: (probability) => fraction() < probability,
    pick<T>(choices: readonly T[]): T {
      if (choices.length === 0) throw new RangeError("Cannot pick of nothing");
      return choices[below(choices.length)] as T;
    },
  };
}
