/**
 * The machine's wall clock, which PostgreSQL's is too, finer than a millisecond. Made anew before
 * each measurement: the two clocks it is made of drift apart.
 */
export class WallClock {
  readonly #offsetMs: number;

  constructor() {
    const startMs = Date.now();
    let tickMs = startMs;
    while (tickMs === startMs) tickMs = Date.now();
    this.#offsetMs = tickMs - performance.now();
  }

  nowMs(): number {
    return this.#offsetMs + performance.now();
  }
}
