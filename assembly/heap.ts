import { returnBlock, takeBlock } from "./memory";

/** Smallest array of a heap: 8 places of 4 bytes. */
const SMALLEST_CLASS: u32 = 5;
/** `1 << sizeClass` bytes hold `1 << (sizeClass - 2)` places. */
const PLACE_SHIFT: u32 = 2;

/**
 * A 4-ary heap of records, of which any can be dropped: each record knows its position. What comes
 * first is for the records to say: `T` has `isBefore(other, order)`, `positionIn(order)` and
 * `moveTo(order, position)`. An empty heap holds no array, and one that has shrunk to a quarter
 * gives half of it back.
 */
@unmanaged
export class Heap<T> {
  /** Block of record addresses, 4 bytes each; 0 while the heap is empty. */
  private places: usize;
  private sizeClass: u32;
  /** Records in the heap; read-only outside. */
  count: u32;
  /** Which of its orders the records keep here. */
  order: i32;

  /** The record at a position, to look at; `at(0)` comes before all others. */
  at(position: u32): T {
    return changetype<T>(<usize> load<u32>(this.places + (<usize> position << PLACE_SHIFT)));
  }

  /** Makes room for one more than there are, so that a push cannot fail; answers whether it is. */
  reserve(): bool {
    return this.reserveFor(this.count + 1);
  }

  /** The same for so many in all. */
  reserveFor(wantedCount: u32): bool {
    while (this.capacity() < wantedCount) {
      if (!this.resize(this.places == 0 ? SMALLEST_CLASS : this.sizeClass + 1)) return false;
    }
    return true;
  }

  /** Whoever must not fail here has reserved the room before. */
  push(record: T): void {
    const hasRoom = this.reserve();
    assert(hasRoom, "a heap must have room for what is pushed");
    this.rise(record, this.count++);
  }

  remove(record: T): void {
    this.drop(record);
    if (this.count == 0) this.release();
    // Where the smaller block cannot be had, the larger one stays.
    else if (this.sizeClass > SMALLEST_CLASS && this.count < this.capacity() >> 2) {
      this.resize(this.sizeClass - 1);
    }
  }

  /** Removes a record and keeps its room. */
  drop(record: T): void {
    const hole = record.positionIn(this.order);
    assert(hole < this.count && this.at(hole) == record, "a record must be in the heap it leaves");
    const last = this.at(--this.count);
    if (last != record) this.settle(last, hole);
  }

  /** Finds the place of a record whose rank has changed. */
  update(record: T): void {
    const position = record.positionIn(this.order);
    assert(position < this.count && this.at(position) == record, "a record must be in its heap");
    this.settle(record, position);
  }

  /** The hole may have come from another branch: the record can belong above or below it. */
  private settle(record: T, hole: u32): void {
    this.rise(record, hole);
    if (record.positionIn(this.order) == hole) this.sink(record, hole);
  }

  private rise(record: T, from: u32): void {
    let hole = from;
    while (hole > 0) {
      const above = (hole - 1) >> 2;
      const other = this.at(above);
      if (!record.isBefore(other, this.order)) break;
      this.put(other, hole);
      hole = above;
    }
    this.put(record, hole);
  }

  private sink(record: T, from: u32): void {
    let hole = from;
    while (true) {
      const child = (hole << 2) + 1;
      if (child >= this.count) break;
      let first = child;
      const end = min(child + 4, this.count);
      for (let next = child + 1; next < end; next++) {
        if (this.at(next).isBefore(this.at(first), this.order)) first = next;
      }
      const other = this.at(first);
      if (!other.isBefore(record, this.order)) break;
      this.put(other, hole);
      hole = first;
    }
    this.put(record, hole);
  }

  private put(record: T, position: u32): void {
    store<u32>(this.places + (<usize> position << PLACE_SHIFT), <u32> changetype<usize>(record));
    record.moveTo(this.order, position);
  }

  private capacity(): u32 {
    return this.places == 0 ? 0 : <u32> 1 << (this.sizeClass - PLACE_SHIFT);
  }

  /** Answers false, and nothing has changed, when the memory is full. */
  private resize(sizeClass: u32): bool {
    const places = takeBlock(sizeClass);
    if (places == 0) return false;
    if (this.places != 0) {
      memory.copy(places, this.places, <usize> this.count << PLACE_SHIFT);
      returnBlock(this.places, this.sizeClass);
    }
    this.places = places;
    this.sizeClass = sizeClass;
    return true;
  }

  private release(): void {
    returnBlock(this.places, this.sizeClass);
    this.places = 0;
  }
}
