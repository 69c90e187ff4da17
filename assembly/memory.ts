/**
 * The only file that takes memory. Records are never given back, their owners keep them in free
 * lists. Blocks (the arrays of heaps and tables) have sizes that are powers of two, and a free one
 * serves the next taker of its size: as much is held as was once needed at the same time, whatever
 * grows and shrinks.
 */

const PAGE_SHIFT: usize = 16;
export const BLOCK_CLASSES: u32 = 32;

/** Where records and blocks begin: what fits into a cache line lies in one. */
const LINE: usize = 64;

let top: usize = (__heap_base + LINE - 1) & ~(LINE - 1);

/** First free block of each size class; a free block's first word is the next one. */
const freeBlocks: usize = memory.data(4 * BLOCK_CLASSES);

/** Takes `size` zeroed bytes, aligned to a cache line; 0 when the memory cannot grow. */
export function takeRecord(size: usize): usize {
  const start = top;
  const end = (start + size + LINE - 1) & ~(LINE - 1);
  if (end < start) return 0;
  const have = (<usize> memory.size()) << PAGE_SHIFT;
  if (end > have) {
    const needed = <i32> ((end - have + 0xffff) >> PAGE_SHIFT);
    // A little more than now spares calls to the engine; what is not touched costs nothing real.
    const wanted = max(needed, memory.size() >> 5);
    if (memory.grow(wanted) < 0 && memory.grow(needed) < 0) return 0;
  }
  top = end;
  return start;
}

/** Takes a block of `1 << sizeClass` bytes, not zeroed; 0 when the memory cannot grow. */
export function takeWhole(sizeClass: u32): usize {
  const free = takeFree(sizeClass);
  return free != 0 ? free : takeRecord((<usize> 1) << sizeClass);
}

/** The same, by cutting larger free blocks where the memory cannot grow. */
export function takeBlock(sizeClass: u32): usize {
  const whole = takeWhole(sizeClass);
  return whole != 0 ? whole : takeHalf(sizeClass);
}

/** Gives a block back for the next taker of its size. */
export function returnBlock(block: usize, sizeClass: u32): void {
  const list = freeBlocks + (<usize> sizeClass << 2);
  store<u32>(block, load<u32>(list));
  store<u32>(list, <u32> block);
}

function takeFree(sizeClass: u32): usize {
  const list = freeBlocks + (<usize> sizeClass << 2);
  const block = <usize> load<u32>(list);
  if (block != 0) store<u32>(list, load<u32>(block));
  return block;
}

/** The memory cannot grow: a larger free block is cut in two, as often as need be. */
function takeHalf(sizeClass: u32): usize {
  const larger = sizeClass + 1;
  if (larger >= BLOCK_CLASSES) return 0;
  const free = takeFree(larger);
  const block = free != 0 ? free : takeHalf(larger);
  if (block != 0) returnBlock(block + ((<usize> 1) << sizeClass), sizeClass);
  return block;
}
