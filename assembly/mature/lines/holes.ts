// Bump allocation into the holes of the mature space, and the Cheney scan that follows it.
//
// A hole is a run of free lines. The blocks with holes that a sweep hands over and fresh blocks form one list, linked
// by nextBlock. The allocator's cursor moves through it once between two sweeps. Which lines are free does not change
// ahead of the cursor, so the cursor alone tells what is taken. An object that is longer than a line and does not fit
// the present hole goes to the overflow cursor, which moves through fresh blocks only (Immix).
//
// A scan is a second cursor over the same sequence. It starts where the allocator stood when the minor collection
// began, so it meets exactly the objects promoted since, in the order of their promotion, and needs no queue. The
// allocator writes a zero header where it leaves a hole before its end.
//
// Invariant (asserted in scanHoles): scan cursors never pass their allocation cursors.
// State: the list, the two pairs of cursors.
// Source: Blackburn and McKinley 2008 (Immix), Cheney 1970.

import { DEBUG } from "../../config";
import { CHUNK_BYTES, FIRST_LINE, LINE_BYTES, LINE_SHIFT, LINES_PER_BLOCK } from "../../contract";
import { lineIsMarked, nextBlock, payloadStart, setBlockStart, setNextBlock, takeFreeLines } from "../block";
import { takeBlock } from "../block-pool";
import { PromotedVisitor } from "../promoted";

// The hole that findHole found.
let foundBlock: usize = 0;
let foundLo: usize = 0;
let foundHi: usize = 0;

// The blocks that the cursor moves through.
let firstBlock: usize = 0;
let lastBlock: usize = 0;
// Where the allocator stands: the hole [holeTop, holeLimit) of holeBlock.
let holeBlock: usize = 0;
let holeTop: usize = 0;
let holeLimit: usize = 0;
// The overflow cursor, in fresh blocks.
let overBlock: usize = 0;
let overTop: usize = 0;
let overLimit: usize = 0;
// The scans that follow them.
let holeScanBlock: usize = 0;
let holeScan: usize = 0;
let holeScanLimit: usize = 0;
let overScanBlock: usize = 0;
let overScan: usize = 0;
/** Bytes of the objects that scans have visited since the beginning. */
let scannedBytes: u64 = 0;

/** Leaves all blocks: the heap opens, or a sweep begins. */
export function holesReset(): void {
  firstBlock = lastBlock = 0;
  holeBlock = holeTop = holeLimit = 0;
  overBlock = overTop = overLimit = 0;
}

/** Hands a block with holes over to the allocator. */
export function holesAppend(block: usize): void {
  setNextBlock(block, 0);
  if (lastBlock) setNextBlock(lastBlock, block);
  else firstBlock = block;
  lastBlock = block;
}

/** Finds the first hole from `line` of `block` on, also in later blocks, and sets the found globals. */
function findHole(block: usize, line: u32): bool {
  while (block) {
    while (line < <u32>LINES_PER_BLOCK && lineIsMarked(block, line)) line++;
    if (line < <u32>LINES_PER_BLOCK) {
      const lo = line;
      do line++;
      while (line < <u32>LINES_PER_BLOCK && !lineIsMarked(block, line));
      foundBlock = block;
      foundLo = block + ((<usize>lo) << LINE_SHIFT);
      foundHi = block + ((<usize>line) << LINE_SHIFT);
      return true;
    }
    block = nextBlock(block);
    line = FIRST_LINE;
  }
  return false;
}

/** Finds the hole behind the one that ends at `limit` in `block`; the first of all when there is no block yet. */
function findHoleAfter(block: usize, limit: usize): bool {
  if (!block) return findHole(firstBlock, FIRST_LINE);
  return findHole(block, <u32>((limit - block) >> LINE_SHIFT));
}

@final
@unmanaged
export class Holes {
  /**
   * Allocates `bytes`, a multiple of 8 and at most LARGE_MIN_BYTES, and sets the start bit.
   * @returns the address; 0 when there is no chunk left (never inside a collection: the reserve covers it)
   */
  @inline static alloc(bytes: usize): usize {
    const ref = holeTop;
    if (ref + bytes > holeLimit) return slowAlloc(bytes);
    holeTop = ref + bytes;
    setBlockStart(ref);
    return ref;
  }
}

function slowAlloc(bytes: usize): usize {
  if (bytes > <usize>LINE_BYTES) return allocFresh(bytes);
  if (holeTop < holeLimit) store<usize>(holeTop, 0);
  if (!findHoleAfter(holeBlock, holeLimit)) {
    const block = takeBlock();
    if (!block) return 0;
    holesAppend(block);
    findHole(block, FIRST_LINE);
  }
  if (holeBlock != foundBlock) takeFreeLines(foundBlock);
  holeBlock = foundBlock;
  holeTop = foundLo;
  holeLimit = foundHi;
  // A hole is at least a line, and so is whatever follows: it fits.
  const ref = holeTop;
  holeTop = ref + bytes;
  setBlockStart(ref);
  return ref;
}

/**
 * Allocates `bytes` at the overflow cursor, in fresh blocks only.
 * @returns the address; 0 when there is no chunk left
 */
export function allocFresh(bytes: usize): usize {
  if (overTop + bytes > overLimit) {
    const block = takeBlock();
    if (!block) return 0;
    if (overTop < overLimit) store<usize>(overTop, 0);
    overTop = payloadStart(block);
    overLimit = block + CHUNK_BYTES;
    if (overBlock) {
      setNextBlock(overBlock, block);
    } else {
      overScanBlock = block;
      overScan = overTop;
    }
    overBlock = block;
  }
  const ref = overTop;
  overTop = ref + bytes;
  setBlockStart(ref);
  return ref;
}

/** Begins scans where the allocators stand. */
export function holesScanBegin(): void {
  holeScanBlock = holeBlock;
  holeScan = holeTop;
  holeScanLimit = holeLimit;
  overScanBlock = overBlock;
  overScan = overTop;
}

/** As scanPromoted of space.ts, for lines. */
export function holesScan<V extends PromotedVisitor>(visitor: V): u64 {
  const before = scannedBytes;
  do scanHoles<V>(visitor);
  while (scanOverflow<V>(visitor));
  return scannedBytes - before;
}

function scanHoles<V extends PromotedVisitor>(visitor: V): void {
  // A local cursor: the visits change the allocation cursor only.
  let scan = holeScan;
  let limit = holeScanLimit;
  let bytes: u64 = 0;
  while (scan != holeTop) {
    if (scan < limit && load<usize>(scan)) {
      const size = visitor.promoted(scan);
      bytes += size;
      scan += size;
    } else {
      const found = findHoleAfter(holeScanBlock, limit);
      if (DEBUG) assert(found);
      holeScanBlock = foundBlock;
      scan = foundLo;
      limit = foundHi;
    }
  }
  holeScan = scan;
  holeScanLimit = limit;
  scannedBytes += bytes;
}

/** Visits the objects promoted to the overflow blocks. @returns whether there were any */
function scanOverflow<V extends PromotedVisitor>(visitor: V): bool {
  if (overScan == overTop) return false;
  do {
    if (overScan < overScanBlock + CHUNK_BYTES && load<usize>(overScan)) {
      const size = visitor.promoted(overScan);
      scannedBytes += size;
      overScan += size;
    } else {
      overScanBlock = nextBlock(overScanBlock);
      overScan = payloadStart(overScanBlock);
    }
  } while (overScan != overTop);
  return true;
}
