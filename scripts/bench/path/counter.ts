/** Counts, and tells when a count is reached. */
export class Counter {
  #count = 0;
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  get count(): number {
    return this.#count;
  }

  add(count: number): void {
    this.#count += count;
    const due = this.#waiting.filter((it) => it.count <= this.#count);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter((it) => it.count > this.#count);
    for (const { resolve } of due) resolve();
  }

  reset(): void {
    this.#count = 0;
  }

  reaches(count: number): Promise<void> {
    if (this.#count >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }
}
