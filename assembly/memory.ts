/**
 * The only file that takes memory. Records are never given back, their owners keep them in free
 * lists. Blocks (the arrays of heaps and tables) have sizes that are powers of two, and a free one
 * serves the next taker of its size: as much is held as was once needed at the same time, whatever
 * grows and shrinks.
 */

const PAGE_SHIFT: usize = 16;
const BLOCK_CLASSES: u32 = 32;

let top: usize = (__heap_base + 15) & ~15;

/** First free block of each size class; a free block's first word is the next one. */
const freeBlocks: usize = memory.data(4 * BLOCK_CLASSES);

/** Takes `size` zeroed bytes, aligned to 8; 0 when the memory cannot grow. */
export function takeRecord(size: usize): usize {
  const start = top;
  const end = (start + size + 7) & ~7;
  if (end < start) return 0;
  const have = (<usize> memory.size()) << PAGE_SHIFT;
  if (end > have) {
    const needed = <i32> ((end - have + 0xffff) >> PAGE_SHIFT);
    // An eighth more than now spares calls to the engine; what is not touched costs nothing real.
    const wanted = max(needed, memory.size() >> 3);
    if (memory.grow(wanted) < 0 && memory.grow(needed) < 0) return 0;
  }
  top = end;
  return start;
}

/** Takes a block of `1 << sizeClass` bytes, not zeroed; 0 when the memory cannot grow. */
export function takeBlock(sizeClass: u32): usize {
  assert(sizeClass >= 2 && sizeClass < BLOCK_CLASSES, "a block has 4 bytes to 2 GiB");
  const free = takeFree(sizeClass);
  if (free != 0) return free;
  const fresh = takeRecord((<usize> 1) << sizeClass);
  return fresh != 0 ? fresh : takeHalf(sizeClass);
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
