// Allocation into cells of size classes, and the Cheney scan that follows it (the setting matureSizeClasses).
//
// Each class has a list of blocks and a cursor of its own. The cursor bumps through runs of cells that the last sweep
// found free, as mature/lines/holes.ts does through holes. So a promotion is a bump once its class is known. Objects
// that are promoted together land among those of their sizes.
//
//     size class   0  blocks: first, last        8  allocator: block, run [top, limit)       20  scan: block, at, limit
//
// Invariant: a class's scan never passes its allocator. State: the table of classes.

import { OWNER_CONTROL } from "../../contract";
import { acquireRun } from "../../memory/chunks";
import { nextBlock, setBlockStart, setNextBlock } from "../block";
import { takeBlock } from "../block-pool";
import { cellBytes, cellsEnd, cellsOpen, firstCell, isTaken } from "./block";
import { PromotedVisitor } from "../promoted";

/** Up to this many bytes each size has a class; above there are four classes for each doubling. */
const EXACT_BYTES: usize = 128;
const EXACT_CLASSES: u32 = 16;
const EXACT_SHIFT: u32 = 7;
/** Up to 32 KiB, which is more than any object in a block. */
export const CLASSES: u32 = EXACT_CLASSES + 8 * 4;

@final
@unmanaged
class SizeClass {
  first: usize;
  last: usize;
  block: usize;
  top: usize;
  limit: usize;
  scanBlock: usize;
  scan: usize;
  scanLimit: usize;
}

let table: usize = 0;

// The run that findRun found.
let foundBlock: usize = 0;
let foundLo: usize = 0;
let foundHi: usize = 0;

/** @returns false when the table's memory cannot be had */
export function classesOpen(): bool {
  table = acquireRun(1, OWNER_CONTROL);
  if (!table) return false;
  classesReset();
  return true;
}

/** Leaves all blocks: a sweep begins. */
export function classesReset(): void {
  memory.fill(table, 0, <usize>CLASSES * offsetof<SizeClass>());
}

/** The class of objects of `bytes`, a multiple of 8 and at most 32 KiB. */
export function classOf(bytes: usize): u32 {
  if (bytes <= EXACT_BYTES) return <u32>(bytes >> 3) - 1;
  const doubling = 31 - clz<u32>(<u32>bytes - 1);
  const quarter = ((<u32>bytes - 1) >> (doubling - 2)) & 3;
  return EXACT_CLASSES + (doubling - EXACT_SHIFT) * 4 + quarter;
}

/** The bytes of a cell of class `index`. */
export function classBytes(index: u32): usize {
  if (index < EXACT_CLASSES) return (<usize>(index + 1)) << 3;
  const above = index - EXACT_CLASSES;
  return (<usize>((above & 3) + 5)) << (EXACT_SHIFT + (above >> 2) - 2);
}

function classAt(index: u32): SizeClass {
  return changetype<SizeClass>(table + <usize>index * offsetof<SizeClass>());
}

/** Hands a block with free cells over to the allocator of its class. */
export function classesAppend(block: usize): void {
  const own = classAt(classOf(cellBytes(block)));
  setNextBlock(block, 0);
  if (own.last) setNextBlock(own.last, block);
  else own.first = block;
  own.last = block;
}

/** Finds the first run of free cells from `cell` of `block` on, also in later blocks, and sets the found globals. */
function findRun(block: usize, cell: usize): bool {
  while (block) {
    const bytes = cellBytes(block);
    const end = cellsEnd(block);
    while (cell < end && isTaken(cell)) cell += bytes;
    if (cell < end) {
      foundBlock = block;
      foundLo = cell;
      do cell += bytes;
      while (cell < end && !isTaken(cell));
      foundHi = cell;
      return true;
    }
    block = nextBlock(block);
    cell = firstCell(block);
  }
  return false;
}

/** Finds the run behind the one that ends at `limit` in `block`; the first of all when there is no block yet. */
function findRunAfter(own: SizeClass, block: usize, limit: usize): bool {
  return block ? findRun(block, limit) : findRun(own.first, firstCell(own.first));
}

/**
 * Allocates a cell for `bytes`, a multiple of 8 and at most 32 KiB, and sets the start bit.
 * @returns the address; 0 when there is no chunk left (never inside a collection: the reserve covers it)
 */
export function allocCell(bytes: usize): usize {
  const index = classOf(bytes);
  const own = classAt(index);
  let ref = own.top;
  if (ref == own.limit) {
    if (!findRunAfter(own, own.block, own.limit)) {
      const block = takeBlock();
      if (!block) return 0;
      cellsOpen(block, classBytes(index));
      classesAppend(block);
      findRun(block, firstCell(block));
    }
    own.block = foundBlock;
    ref = foundLo;
    own.limit = foundHi;
  }
  own.top = ref + classBytes(index);
  setBlockStart(ref);
  return ref;
}

/** Begins scans where the allocators stand. */
export function classesScanBegin(): void {
  for (let index: u32 = 0; index < CLASSES; index++) {
    const own = classAt(index);
    own.scanBlock = own.block;
    own.scan = own.top;
    own.scanLimit = own.limit;
  }
}

/** As scanPromoted of space.ts, for cells. It does not follow the order of promotion. */
export function classesScan<V extends PromotedVisitor>(visitor: V): u64 {
  let bytes: u64 = 0;
  let quiet: u32 = 0;
  // The scan ends when every class in turn had nothing to visit.
  for (let index: u32 = 0; quiet < CLASSES; index = index + 1 == CLASSES ? 0 : index + 1) {
    const visited = scanClass<V>(classAt(index), classBytes(index), visitor);
    bytes += visited;
    quiet = visited ? 0 : quiet + 1;
  }
  return bytes;
}

/** Visits the objects promoted to one class. @returns their bytes; 0 when there were none */
function scanClass<V extends PromotedVisitor>(own: SizeClass, cell: usize, visitor: V): u64 {
  let scan = own.scan;
  let limit = own.scanLimit;
  let bytes: u64 = 0;
  while (scan != own.top) {
    if (scan == limit) {
      findRunAfter(own, own.scanBlock, limit);
      own.scanBlock = foundBlock;
      scan = foundLo;
      limit = foundHi;
    }
    bytes += visitor.promoted(scan);
    scan += cell;
  }
  own.scan = scan;
  own.scanLimit = limit;
  return bytes;
}
