// A block of the mature space is a chunk of lines with its metadata at the head (Immix).
//
//     0     +-----------------------------------------+
//           | next: the block allocated into after it |
//     4     | free lines, until the allocator comes   |
//     8     | cycle in which it was opened or swept   |
//    12     | 1 while objects are moved out of it     |
//    64     +-----------------------------------------+
//           | line marks, a byte for each line        |  1 = held something at the last sweep, 2 = does in this marking
//   320     +-----------------------------------------+
//           | start bits, a bit for each granule      |  every object, so that a block can be walked
//  1344     +-----------------------------------------+
//           | mark bits, a bit for each granule       |  all zero in the phase idle
//  2560     +-----------------------------------------+  = FIRST_LINE lines
//           | objects                                 |
// 65536     +-----------------------------------------+
//
// A line is free while its byte is 0. The byte stays 0 when the allocator fills the line: only the allocator's cursor
// tells what is taken since the last sweep.
//
// Invariants (debug/verify.ts):
//   1. A start bit is set exactly where an object starts (3, 4).
//   2. Objects do not overlap, and none crosses the end of the block (5).
//   3. Mark bits are zero outside of marking, but for blocks that wait for their sweep (8).

import { DEBUG } from "../config";
import {
  BLOCK_BITSET_BYTES,
  BLOCK_LINES_OFFSET,
  BLOCK_MARKS_OFFSET,
  BLOCK_METADATA_BYTES,
  BLOCK_STARTS_OFFSET,
  CHUNK_BYTES,
  FIRST_LINE,
  GRANULE_SHIFT,
  LINE_BYTES,
  LINE_SHIFT,
  LINES_PER_BLOCK,
} from "../contract";
import { CHUNK_MASK } from "../memory/address";
import { nextSetBit, previousSetBit, setBit, testBit } from "../memory/bits";
import { poison } from "../memory/poison";
import { matureSizeClasses } from "./kind";
import { cycle } from "./phase";

const GRANULES_PER_BLOCK: usize = CHUNK_BYTES >> GRANULE_SHIFT;

const LINE_MARKED: u32 = 2;

const NEXT_OFFSET: usize = 0;
const FREE_LINES_OFFSET: usize = 4;
const CYCLE_OFFSET: usize = 8;
const SOURCE_OFFSET: usize = 12;

/** Lines for objects in a block. */
export const BLOCK_LINES: u32 = LINES_PER_BLOCK - FIRST_LINE;
/** Bytes for objects in a block. */
export const BLOCK_PAYLOAD_BYTES: usize = <usize>CHUNK_BYTES - ((<usize>FIRST_LINE) << LINE_SHIFT);

/** The block around an address in the mature space. */
export function blockOf(addr: usize): usize {
  return addr & ~CHUNK_MASK;
}

function granuleOf(addr: usize): usize {
  return (addr & CHUNK_MASK) >> GRANULE_SHIFT;
}

/** Makes a chunk a block. @param fresh whether the chunk reads as zero */
export function blockOpen(block: usize, fresh: bool): void {
  if (!fresh) memory.fill(block, 0, BLOCK_METADATA_BYTES);
  store<u32>(block, cycle, CYCLE_OFFSET);
}

/** Whether the block needs no sweep in this cycle, or has had it. */
export function isSwept(block: usize): bool {
  return load<u32>(block, CYCLE_OFFSET) == cycle;
}

export function nextBlock(block: usize): usize {
  return load<usize>(block, NEXT_OFFSET);
}
export function setNextBlock(block: usize, next: usize): void {
  store<usize>(block, next, NEXT_OFFSET);
}
/** Whether the present marking moves objects out of the block. */
export function isSource(block: usize): bool {
  return load<u32>(block, SOURCE_OFFSET) != 0;
}
export function setSource(block: usize): void {
  store<u32>(block, 1, SOURCE_OFFSET);
}
/** The free lines of the block; 0 once the allocator has reached it. */
export function freeLines(block: usize): u32 {
  return load<u32>(block, FREE_LINES_OFFSET);
}

/** Counts the free lines as taken: the allocator has reached the block. */
export function takeFreeLines(block: usize): void {
  store<u32>(block, 0, FREE_LINES_OFFSET);
}

export function payloadStart(block: usize): usize {
  return block + ((<usize>FIRST_LINE) << LINE_SHIFT);
}

export function lineIsMarked(block: usize, line: u32): bool {
  return load<u8>(block + BLOCK_LINES_OFFSET + <usize>line) != 0;
}

/** Marks the lines under `bytes` at `ref`. It does nothing in cells of size classes. */
export function markLines(ref: usize, bytes: usize): void {
  if (matureSizeClasses) return;
  const lines = blockOf(ref) + BLOCK_LINES_OFFSET;
  const last = ((ref + bytes - 1) & CHUNK_MASK) >> LINE_SHIFT;
  for (let line = (ref & CHUNK_MASK) >> LINE_SHIFT; line <= last; line++) {
    store<u8>(lines + line, load<u8>(lines + line) | LINE_MARKED);
  }
}

export function setBlockStart(ref: usize): void {
  setBit(blockOf(ref) + BLOCK_STARTS_OFFSET, granuleOf(ref));
}

export function isBlockStart(ref: usize): bool {
  return testBit(blockOf(ref) + BLOCK_STARTS_OFFSET, granuleOf(ref));
}

/** Finds the last object start at or below `addr`, an address in a block. @returns 0 when there is none in the block */
export function blockStart(addr: usize): usize {
  const block = blockOf(addr);
  const granule = previousSetBit(block + BLOCK_STARTS_OFFSET, granuleOf(addr));
  return granule < 0 ? 0 : block + ((<usize>granule) << GRANULE_SHIFT);
}

/**
 * Finds the first object at or after the address `from` in the block. A cursor for walks.
 * @returns 0 when there is none
 */
export function nextObject(block: usize, from: usize): usize {
  return nextIn(block, BLOCK_STARTS_OFFSET, from);
}

/** Finds the first marked object at or after the address `from` in the block. @returns 0 when there is none */
export function nextMarked(block: usize, from: usize): usize {
  return nextIn(block, BLOCK_MARKS_OFFSET, from);
}

function nextIn(block: usize, bits: usize, from: usize): usize {
  const granule = nextSetBit(block + bits, (from - block) >> GRANULE_SHIFT, GRANULES_PER_BLOCK);
  return granule == GRANULES_PER_BLOCK ? 0 : block + (granule << GRANULE_SHIFT);
}

/** Sets the mark bit of `ref`. @returns whether it was not set before */
export function markObject(ref: usize): bool {
  const at = blockOf(ref) + BLOCK_MARKS_OFFSET + (granuleOf(ref) >> 3);
  const bit = (<u32>1) << (<u32>granuleOf(ref) & 7);
  const old = <u32>load<u8>(at);
  if (old & bit) return false;
  store<u8>(at, old | bit);
  return true;
}

export function isMarkedObject(ref: usize): bool {
  return testBit(blockOf(ref) + BLOCK_MARKS_OFFSET, granuleOf(ref));
}

/** Keeps only marked objects: the mark bits become the start bits, and then zero. To be called after marking. */
export function adoptMarks(block: usize): void {
  memory.copy(block + BLOCK_STARTS_OFFSET, block + BLOCK_MARKS_OFFSET, BLOCK_BITSET_BYTES);
  memory.fill(block + BLOCK_MARKS_OFFSET, 0, BLOCK_BITSET_BYTES);
  store<u32>(block, cycle, CYCLE_OFFSET);
  store<u32>(block, 0, SOURCE_OFFSET);
}

/** Frees what is not marked. To be called after marking. Debug poisons free lines. @returns the number of free lines */
export function sweepBlock(block: usize): u32 {
  adoptMarks(block);
  let used: u32 = 0;
  const lines = block + BLOCK_LINES_OFFSET;
  for (let at = lines; at < lines + <usize>LINES_PER_BLOCK; at += 8) {
    // A marked line becomes 1, any other 0. The multiplication adds the eight bytes into the top one.
    const marks = (load<u64>(at) >> 1) & 0x0101010101010101;
    store<u64>(at, marks);
    used += <u32>((marks * 0x0101010101010101) >> 56);
  }
  if (DEBUG) poisonFreeLines(block);
  const free = BLOCK_LINES - used;
  store<u32>(block, free, FREE_LINES_OFFSET);
  return free;
}

function poisonFreeLines(block: usize): void {
  for (let line: u32 = FIRST_LINE; line < <u32>LINES_PER_BLOCK; line++) {
    if (!lineIsMarked(block, line)) poison(block + ((<usize>line) << LINE_SHIFT), LINE_BYTES);
  }
}

if (BLOCK_METADATA_BYTES != 2368) ERROR("the drawing of a block is wrong");
if (FIRST_LINE != 10) ERROR("the drawing of a block is wrong");
