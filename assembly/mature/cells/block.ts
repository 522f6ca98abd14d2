// A block of cells, all of one size (the setting matureSizeClasses). It has what mature/block.ts draws, but no lines,
// and:
//
//    16     +-----------------------------------------+
//           | bytes of a cell                         |
//    20     | 2^32 / that, rounded up                 |
//    24     | where the last cell ends, in the block  |
//  2368     +-----------------------------------------+
//           | taken bits, at a cell's first granule   |  the start bits as the last sweep left them
//  3392     +-----------------------------------------+  = BLOCK_CELLS_OFFSET
//           | cells                                   |
// 65536     +-----------------------------------------+
//
// Invariant: an object starts where its cell does, and is no longer.

import { DEBUG } from "../../config";
import {
  BLOCK_BITSET_BYTES,
  BLOCK_CELL_BYTES_OFFSET,
  BLOCK_CELLS_OFFSET,
  BLOCK_MARKS_OFFSET,
  BLOCK_TAKEN_OFFSET,
  CHUNK_BYTES,
  GRANULE_SHIFT,
  WORD_BYTES,
} from "../../contract";
import { CHUNK_MASK } from "../../memory/address";
import { testBit } from "../../memory/bits";
import { poison } from "../../memory/poison";
import { adoptMarks, blockOf } from "../block";

const RECIPROCAL_OFFSET: usize = 20;
const END_OFFSET: usize = 24;
/** Bytes for cells in a block. */
export const CELLS_PAYLOAD_BYTES: usize = CHUNK_BYTES - BLOCK_CELLS_OFFSET;

/** Makes an open block one of cells of `bytes`. */
export function cellsOpen(block: usize, bytes: usize): void {
  memory.fill(block + BLOCK_TAKEN_OFFSET, 0, BLOCK_BITSET_BYTES);
  store<u32>(block, <u32>bytes, BLOCK_CELL_BYTES_OFFSET);
  // Offsets in a block are below 2^16, and so is `bytes`: the quotient is exact.
  store<u32>(block, <u32>((((<u64>1) << 32) + bytes - 1) / bytes), RECIPROCAL_OFFSET);
  store<u32>(block, <u32>(<usize>BLOCK_CELLS_OFFSET + (CELLS_PAYLOAD_BYTES / bytes) * bytes), END_OFFSET);
}

export function cellBytes(block: usize): usize {
  return load<u32>(block, BLOCK_CELL_BYTES_OFFSET);
}

export function firstCell(block: usize): usize {
  return block + BLOCK_CELLS_OFFSET;
}

/** Where the last cell ends. */
export function cellsEnd(block: usize): usize {
  return block + load<u32>(block, END_OFFSET);
}

/** How many cells there are. */
export function cellsIn(block: usize): u32 {
  return <u32>((cellsEnd(block) - firstCell(block)) / cellBytes(block));
}

/** Whether something lived in the cell at `cell` at the last sweep. */
export function isTaken(cell: usize): bool {
  return testBit(blockOf(cell) + BLOCK_TAKEN_OFFSET, (cell & CHUNK_MASK) >> GRANULE_SHIFT);
}

/** The start of the cell around `addr`, an address in a cell: a division, done by a multiplication. */
export function cellStart(addr: usize): usize {
  const block = blockOf(addr);
  const cells = firstCell(block);
  const index = (<u64>(addr - cells) * <u64>load<u32>(block, RECIPROCAL_OFFSET)) >> 32;
  return cells + <usize>index * cellBytes(block);
}

/** Whether `addr`, an address in a block, is in a cell. */
export function isInCell(addr: usize): bool {
  const block = blockOf(addr);
  return addr >= firstCell(block) && addr < cellsEnd(block);
}

/** Frees the cells that are not marked. To be called after marking. Debug poisons them. @returns how many are taken */
export function sweepCells(block: usize): u32 {
  memory.copy(block + BLOCK_TAKEN_OFFSET, block + BLOCK_MARKS_OFFSET, BLOCK_BITSET_BYTES);
  adoptMarks(block);
  let taken: u64 = 0;
  for (let at = block + BLOCK_TAKEN_OFFSET; at < block + BLOCK_CELLS_OFFSET; at += 8) taken += popcnt(load<u64>(at));
  if (DEBUG) {
    const bytes = cellBytes(block);
    for (let cell = firstCell(block); cell < cellsEnd(block); cell += bytes) if (!isTaken(cell)) poison(cell, bytes);
  }
  return <u32>taken;
}

if (RECIPROCAL_OFFSET != BLOCK_CELL_BYTES_OFFSET + WORD_BYTES) ERROR("the drawing of a block of cells is wrong");
if (BLOCK_CELLS_OFFSET != 3392) ERROR("the drawing of a block of cells is wrong");
