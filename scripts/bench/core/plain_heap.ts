/** A 4-ary heap of objects that know their position, so that any can be removed. */
export class PlainHeap<T extends { position: number }> {
  readonly #items: T[] = [];
  readonly #isBefore: (a: T, b: T) => boolean;

  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  remove(item: T): void {
    const hole = item.position;
    const last = this.#items.pop()!;
    if (last === item) return;
    this.#rise(last, hole);
    if (last.position === hole) this.#sink(last, hole);
  }

  #rise(item: T, from: number): void {
    const items = this.#items;
    let hole = from;
    while (hole > 0) {
      const above = (hole - 1) >> 2;
      const other = items[above]!;
      if (!this.#isBefore(item, other)) break;
      items[hole] = other;
      other.position = hole;
      hole = above;
    }
    items[hole] = item;
    item.position = hole;
  }

  #sink(item: T, from: number): void {
    const items = this.#items;
    let hole = from;
    while (true) {
      const child = (hole << 2) + 1;
      if (child >= items.length) break;
      let first = child;
      const end = Math.min(child + 4, items.length);
      for (let next = child + 1; next < end; next++) {
        if (this.#isBefore(items[next]!, items[first]!)) first = next;
      }
      const other = items[first]!;
      if (!this.#isBefore(other, item)) break;
      items[hole] = other;
      other.position = hole;
      hole = first;
    }
    items[hole] = item;
    item.position = hole;
  }
}
