/** Classes to each doubling: what a percentile says is at most 4.4 % too much. */
const CLASSES_A_DOUBLING = 16;

/** How long jobs have waited, counted in classes: millions of them need no memory. */
export class WaitTimes {
  count = 0;
  maxMs = 0;
  readonly #counts: number[] = [];

  add(waitedMs: number): void {
    this.count++;
    if (waitedMs > this.maxMs) this.maxMs = waitedMs;
    const index = waitedMs < 1 ? 0 : 1 + Math.floor(Math.log2(waitedMs) * CLASSES_A_DOUBLING);
    while (this.#counts.length <= index) this.#counts.push(0);
    this.#counts[index]!++;
  }

  /** What this share of the jobs has not waited longer than, as 0.99 of them; 0 without jobs. */
  percentileMs(share: number): number {
    let rest = Math.ceil(this.count * share);
    for (const [index, count] of this.#counts.entries()) {
      rest -= count;
      if (rest > 0) continue;
      return index === 0 ? 0 : Math.min(this.maxMs, Math.ceil(2 ** (index / CLASSES_A_DOUBLING)));
    }
    return 0;
  }
}
