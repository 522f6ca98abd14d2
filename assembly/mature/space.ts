// The mature space as the collector sees it, of either kind (kind.ts): it allocates, follows what was promoted, finds
// starts, and sweeps. Large objects are apart (large.ts).

import { OWNER_BLOCK } from "../contract";
import { isLarge, ownerOf } from "../memory/page-map";
import { BLOCK_LINES, BLOCK_PAYLOAD_BYTES, blockStart, isBlockStart, sweepBlock } from "./block";
import { blocksOpen, giveBlock } from "./block-pool";
import { CELLS_PAYLOAD_BYTES, cellsIn, cellStart, isInCell, sweepCells } from "./cells/block";
import {
  allocCell,
  CLASSES,
  classesAppend,
  classesOpen,
  classesReset,
  classesScan,
  classesScanBegin,
} from "./cells/allocate";
import { Holes, holesAppend, holesReset, holesScan, holesScanBegin } from "./lines/holes";
import { matureSizeClasses } from "./kind";
import { largeStart } from "./large";
import { PromotedVisitor } from "./promoted";

/** Opens the mature space. @returns false when the memory for its tables cannot be had */
export function spaceOpen(): bool {
  blocksOpen();
  holesReset();
  return !matureSizeClasses || classesOpen();
}

@final
@unmanaged
export class Mature {
  /**
   * Allocates `bytes`, a multiple of 8 and at most LARGE_MIN_BYTES, and sets the start bit.
   * @returns the address; 0 when there is no chunk left (never inside a collection: the reserve covers it)
   */
  @inline static alloc(bytes: usize): usize {
    return matureSizeClasses ? allocCell(bytes) : Holes.alloc(bytes);
  }
}

/** Mature.alloc as a call. */
export function allocMature(bytes: usize): usize {
  return Mature.alloc(bytes);
}

/** The bytes of objects up to `largest` bytes that a block holds in any case. */
export function blockYield(largest: usize): usize {
  // A cell is longer than its object by a fourth at most.
  return matureSizeClasses ? ((CELLS_PAYLOAD_BYTES - largest) / 5) * 4 : BLOCK_PAYLOAD_BYTES - largest;
}

/** The most blocks that the allocators have begun and not filled. */
export function begunBlocks(): u32 {
  return matureSizeClasses ? CLASSES : 2;
}

/** Begins a scan where the allocators stand. */
export function scanBegin(): void {
  if (matureSizeClasses) classesScanBegin();
  else holesScanBegin();
}

/**
 * Visits every object promoted since scanBegin once, also those that the visits promote. On lines it follows the order
 * of promotion.
 * @returns the bytes of all of them
 */
export function scanPromoted<V extends PromotedVisitor>(visitor: V): u64 {
  return matureSizeClasses ? classesScan<V>(visitor) : holesScan<V>(visitor);
}

/** The start of the object around `addr`, an address inside an object of a block. */
export function startInBlock(addr: usize): usize {
  return matureSizeClasses ? cellStart(addr) : blockStart(addr);
}

/** Finds the mature or large object around any address, or one that ends before it. @returns its start; 0 for none */
export function matureStart(addr: usize): usize {
  const owner = ownerOf(addr);
  if (isLarge(owner)) return largeStart(addr);
  if (owner != OWNER_BLOCK) return 0;
  if (!matureSizeClasses) return blockStart(addr);
  if (!isInCell(addr)) return 0;
  const start = cellStart(addr);
  return isBlockStart(start) ? start : 0;
}

/** Takes all blocks away from the allocators: a sweep begins. */
export function spaceReset(): void {
  if (matureSizeClasses) classesReset();
  else holesReset();
}

/** Sweeps a block. It gives an empty block back, and hands one with free room to the allocator. */
export function sweepIntoSpace(block: usize): void {
  if (matureSizeClasses) {
    const taken = sweepCells(block);
    if (!taken) giveBlock(block);
    else if (taken < cellsIn(block)) classesAppend(block);
    return;
  }
  const free = sweepBlock(block);
  if (free == BLOCK_LINES) giveBlock(block);
  else if (free) holesAppend(block);
}
