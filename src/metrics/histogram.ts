/** Durations, counted by bounds: plain numbers, so that observing one makes nothing. */
export class Histogram {
  readonly boundsMs: readonly number[];
  /** Up to each bound, and beyond the last. */
  readonly counts: Float64Array;
  #sumMs = 0;

  constructor(boundsMs: readonly number[]) {
    this.boundsMs = boundsMs;
    this.counts = new Float64Array(boundsMs.length + 1);
  }

  get sumMs(): number {
    return this.#sumMs;
  }

  observe(durationMs: number): void {
    const { boundsMs } = this;
    // A clock that steps makes no duration negative.
    const ms = durationMs > 0 ? durationMs : 0;
    let index = 0;
    while (index < boundsMs.length && ms > boundsMs[index]!) index++;
    this.counts[index]!++;
    this.#sumMs += ms;
  }
}
