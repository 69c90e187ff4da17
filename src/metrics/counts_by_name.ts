/** More names than this are counted together. */
export const NAMES_MAX = 200;
/** What those are counted by: no database and no channel is called so. */
export const OTHER = "(others)";

/** Counts by names from outside, of which there may be many: those that come first are kept. */
export class CountsByName {
  readonly #counts = new Map<string, number>();

  add(name: string, count = 1): void {
    const counts = this.#counts;
    const known = counts.get(name);
    if (known !== undefined) counts.set(name, known + count);
    else if (counts.size < NAMES_MAX || name === OTHER) counts.set(name, count);
    else this.add(OTHER, count);
  }

  /** The name is of no interest any more: another may have its place. */
  forget(name: string): void {
    this.#counts.delete(name);
  }

  entries(): IterableIterator<[name: string, count: number]> {
    return this.#counts.entries();
  }

  get total(): number {
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total;
  }
}
