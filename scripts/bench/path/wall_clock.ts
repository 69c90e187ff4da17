/** A busy machine lets a tick be seen late, never early: the earliest of these counts. */
const TICKS = 20;

/**
 * The machine's wall clock, which PostgreSQL's is too, finer than a millisecond. Made anew before
 * each measurement: the two clocks it is made of drift apart.
 */
export class WallClock {
  readonly #offsetMs: number;

  constructor() {
    this.#offsetMs = Math.max(...Array.from({ length: TICKS }, offsetAtTick));
  }

  nowMs(): number {
    return this.#offsetMs + performance.now();
  }
}

function offsetAtTick(): number {
  const startMs = Date.now();
  let tickMs = startMs;
  while (tickMs === startMs) tickMs = Date.now();
  return tickMs - performance.now();
}
