import { BLOCK_CLASSES, returnBlock, takeWhole } from "./memory";

/** Entries of 16 bytes: rank (u64), address of the record, four bytes unused. */
const ENTRY_SHIFT: u32 = 4;
const RECORD: usize = 8;
/** Unused entries before the first: the four below one then share a cache line. */
const UNUSED: u32 = 3;
/** Smallest array of a heap: 5 entries. */
const SMALLEST_CLASS: u32 = 7;

/** The first of the four positions below one; the others follow. */
export function firstBelow(position: u32): u32 {
  return (position << 2) + 1;
}

/**
 * A 4-ary heap of records, of which any can be dropped: each record knows its position. What comes
 * first is for the records to say: `T` has `rankIn(order)`, smaller first; where `canTie(order)`,
 * `isBefore(other, order)` of two whose ranks tie; and `positionIn(order)`, `moveTo(order,
 * position)`. The ranks lie in the entries, so that finding a place reads records only where they
 * tie. A heap that has shrunk to a quarter of its array gives half of it back; a smallest array is
 * kept.
 */
@unmanaged
export class Heap<T> {
  /** Block of entries; 0 until the first is needed. */
  private entries: usize;
  /** Records that it has room for. */
  private capacity: u32;
  /** Records in the heap; read-only outside. */
  count: u32;
  /** Which of its orders the records keep here. */
  order: i32;

  /** The record at a position, to look at; `at(0)` comes before all others. */
  at(position: u32): T {
    return changetype<T>(<usize> load<u32>(this.entry(position), RECORD));
  }

  /** Its rank, as it was when the record came or was last updated. */
  rankAt(position: u32): u64 {
    return load<u64>(this.entry(position));
  }

  /** How many come before a record, which need not be in the heap. Reads records only at ties. */
  countBefore(record: T): u32 {
    const rank = record.rankIn(this.order);
    let count: u32 = 0;
    for (let position: u32 = 0; position < this.count; position++) {
      const other = this.rankAt(position);
      count +=
        <u32> (other < rank || (other == rank && this.at(position).isBefore(record, this.order)));
    }
    return count;
  }

  /** Makes room for one more than there are, so that a push cannot fail; answers whether it is. */
  reserve(): bool {
    return this.count < this.capacity || this.reserveFor(this.count + 1);
  }

  /** The same for so many in all. */
  reserveFor(wantedCount: u32): bool {
    let sizeClass = this.capacity == 0 ? SMALLEST_CLASS : this.sizeClass() + 1;
    while (this.capacity < wantedCount) {
      // Where the memory is full, a larger free block does as well: cut, it would be lost for good.
      if (!this.resize(sizeClass++) && sizeClass == BLOCK_CLASSES) return false;
    }
    return true;
  }

  /** Whoever must not fail here has reserved the room before. */
  push(record: T): void {
    const hasRoom = this.reserve();
    assert(hasRoom, "a heap must have room for a push");
    this.rise(record, record.rankIn(this.order), this.count++);
  }

  remove(record: T): void {
    this.drop(record);
    if (this.count >= this.capacity >> 2 || this.sizeClass() == SMALLEST_CLASS) return;
    // Where the smaller block cannot be had, the larger one stays while there are records.
    if (!this.resize(this.sizeClass() - 1) && this.count == 0) this.release();
  }

  /** Removes a record and keeps its room. */
  drop(record: T): void {
    const hole = record.positionIn(this.order);
    assert(hole < this.count && this.at(hole) == record, "a record must be in its heap");
    const last = --this.count;
    if (last != hole) this.settle(this.at(last), this.rankAt(last), hole);
  }

  /** Changes records, in their places and order as they are, with a heap of the same order. */
  exchange(other: Heap<T>): void {
    assert(other.order == this.order, "heaps of one order exchange records");
    const entries = this.entries;
    const capacity = this.capacity;
    const count = this.count;
    this.entries = other.entries;
    this.capacity = other.capacity;
    this.count = other.count;
    other.entries = entries;
    other.capacity = capacity;
    other.count = count;
  }

  /** Finds the place of a record whose rank has changed. */
  update(record: T): void {
    const position = record.positionIn(this.order);
    assert(position < this.count && this.at(position) == record, "a record must be in its heap");
    this.settle(record, record.rankIn(this.order), position);
  }

  /** The hole may have come from another branch: the record can belong above or below it. */
  private settle(record: T, rank: u64, hole: u32): void {
    if (hole > 0 && this.isBefore(record, rank, this.entry((hole - 1) >> 2))) {
      this.rise(record, rank, hole);
    } else this.sink(record, rank, hole);
  }

  private rise(record: T, rank: u64, from: u32): void {
    let hole = from;
    while (hole > 0) {
      const above = this.entry((hole - 1) >> 2);
      if (!this.isBefore(record, rank, above)) break;
      this.put(load<u32>(above, RECORD), load<u64>(above), hole);
      hole = (hole - 1) >> 2;
    }
    this.put(<u32> changetype<usize>(record), rank, hole);
  }

  private sink(record: T, rank: u64, from: u32): void {
    const count = this.count;
    let hole = from;
    while (true) {
      const child = firstBelow(hole);
      if (child >= count) break;
      const first = child + 3 < count ? this.firstOfFour(child) : this.firstOfRest(child);
      const entry = this.entry(first);
      const other = load<u32>(entry, RECORD);
      const otherRank = load<u64>(entry);
      if (rank < otherRank) break;
      if (rank == otherRank && !changetype<T>(<usize> other).isBefore(record, this.order)) break;
      this.put(other, otherRank, hole);
      hole = first;
    }
    this.put(<u32> changetype<usize>(record), rank, hole);
  }

  /** Without branches that nobody can foretell, unless ranks tie. */
  private firstOfFour(child: u32): u32 {
    const entry = this.entry(child);
    const rank0 = load<u64>(entry);
    const rank1 = load<u64>(entry, 16);
    const rank2 = load<u64>(entry, 32);
    const rank3 = load<u64>(entry, 48);
    const rank01 = select<u64>(rank1, rank0, rank1 < rank0);
    const rank23 = select<u64>(rank3, rank2, rank3 < rank2);
    if (
      changetype<T>(entry).canTie(this.order) &&
      <i32> (rank0 == rank1) | <i32> (rank2 == rank3) | <i32> (rank01 == rank23)
    ) return this.firstOfRest(child);
    const first01 = child + <u32> (rank1 < rank0);
    const first23 = child + 2 + <u32> (rank3 < rank2);
    return select<u32>(first23, first01, rank23 < rank01);
  }

  private firstOfRest(child: u32): u32 {
    let first = child;
    const end = min(child + 4, this.count);
    for (let next = child + 1; next < end; next++) {
      if (this.isBefore(this.at(next), this.rankAt(next), this.entry(first))) first = next;
    }
    return first;
  }

  private isBefore(record: T, rank: u64, entry: usize): bool {
    const otherRank = load<u64>(entry);
    if (rank != otherRank) return rank < otherRank;
    return record.isBefore(changetype<T>(<usize> load<u32>(entry, RECORD)), this.order);
  }

  private put(record: u32, rank: u64, position: u32): void {
    const entry = this.entry(position);
    store<u64>(entry, rank);
    store<u32>(entry, record, RECORD);
    changetype<T>(<usize> record).moveTo(this.order, position);
  }

  private entry(position: u32): usize {
    return this.entries + (<usize> (position + UNUSED) << ENTRY_SHIFT);
  }

  private sizeClass(): u32 {
    return ENTRY_SHIFT + ctz<u32>(this.capacity + UNUSED);
  }

  /** Answers false, and nothing has changed, when the memory is full. */
  private resize(sizeClass: u32): bool {
    const entries = takeWhole(sizeClass);
    if (entries == 0) return false;
    if (this.entries != 0) {
      memory.copy(entries, this.entries, <usize> (this.count + UNUSED) << ENTRY_SHIFT);
      returnBlock(this.entries, this.sizeClass());
    }
    this.entries = entries;
    this.capacity = ((<u32> 1) << (sizeClass - ENTRY_SHIFT)) - UNUSED;
    return true;
  }

  private release(): void {
    returnBlock(this.entries, this.sizeClass());
    this.entries = 0;
    this.capacity = 0;
  }
}
