// Blocks of the mature space: a chunk of lines with its metadata at the head (Immix).
//
//     0     +-----------------------------------------+
//           | next: the block allocated into after it |
//     4     | free lines, counted by the last sweep   |
//    64     +-----------------------------------------+
//           | line marks, a byte for each line        |  1 = holds something that survived the last major collection
//   320     +-----------------------------------------+
//           | start bits, a bit for each granule      |  every object, so that a block can be walked
//  1344     +-----------------------------------------+
//           | mark bits, a bit for each granule       |  all zero outside a major collection
//  2560     +-----------------------------------------+  = FIRST_LINE lines
//           | objects                                 |
// 65536     +-----------------------------------------+
//
// Invariants: a start bit is set exactly where an object starts; objects do not overlap; no object crosses a block.

import { CHUNK_BYTES, CHUNK_MASK, GRANULE_SHIFT } from "../memory/address";
import { nextSetBit, previousSetBit, setBit, testBit } from "../memory/bits";

export const LINE_SHIFT: usize = 8;
export const LINE_BYTES: usize = 1 << LINE_SHIFT;
export const LINES_PER_BLOCK: u32 = <u32>(CHUNK_BYTES >> LINE_SHIFT);
const GRANULES_PER_BLOCK: usize = CHUNK_BYTES >> GRANULE_SHIFT;
const BITSET_BYTES: usize = GRANULES_PER_BLOCK >> 3;

const NEXT_OFFSET: usize = 0;
const FREE_LINES_OFFSET: usize = 4;
const LINES_OFFSET: usize = 64;
const STARTS_OFFSET: usize = LINES_OFFSET + <usize>LINES_PER_BLOCK;
const MARKS_OFFSET: usize = STARTS_OFFSET + BITSET_BYTES;
const METADATA_BYTES: usize = MARKS_OFFSET + BITSET_BYTES;
/** The first line that holds objects. */
export const FIRST_LINE: u32 = <u32>((METADATA_BYTES + LINE_BYTES - 1) >> LINE_SHIFT);
/** Bytes for objects in a block. */
export const BLOCK_PAYLOAD_BYTES: usize = CHUNK_BYTES - ((<usize>FIRST_LINE) << LINE_SHIFT);

/** The block an address in the mature space lies in. */
export function blockOf(addr: usize): usize {
  return addr & ~CHUNK_MASK;
}

function granuleOf(addr: usize): usize {
  return (addr & CHUNK_MASK) >> GRANULE_SHIFT;
}

/** Makes a block of a chunk; `fresh` chunks are zero already. */
export function blockOpen(block: usize, fresh: bool): void {
  if (!fresh) memory.fill(block, 0, METADATA_BYTES);
}

export function nextBlock(block: usize): usize {
  return load<usize>(block, NEXT_OFFSET);
}
export function setNextBlock(block: usize, next: usize): void {
  store<usize>(block, next, NEXT_OFFSET);
}
export function freeLines(block: usize): u32 {
  return load<u32>(block, FREE_LINES_OFFSET);
}

export function payloadStart(block: usize): usize {
  return block + ((<usize>FIRST_LINE) << LINE_SHIFT);
}

export function lineIsMarked(block: usize, line: u32): bool {
  return load<u8>(block + LINES_OFFSET + <usize>line) != 0;
}

/** Marks the lines that `bytes` at `ref` lie on. */
export function markLines(ref: usize, bytes: usize): void {
  const lines = blockOf(ref) + LINES_OFFSET;
  const last = ((ref + bytes - 1) & CHUNK_MASK) >> LINE_SHIFT;
  for (let line = (ref & CHUNK_MASK) >> LINE_SHIFT; line <= last; line++) store<u8>(lines + line, 1);
}

export function clearLineMarks(block: usize): void {
  memory.fill(block + LINES_OFFSET, 0, <usize>LINES_PER_BLOCK);
}

export function setBlockStart(ref: usize): void {
  setBit(blockOf(ref) + STARTS_OFFSET, granuleOf(ref));
}

export function isBlockStart(ref: usize): bool {
  return testBit(blockOf(ref) + STARTS_OFFSET, granuleOf(ref));
}

/** The start of the object around `addr`, an address in a block; 0 when there is none before it. */
export function blockStart(addr: usize): usize {
  const block = blockOf(addr);
  const granule = previousSetBit(block + STARTS_OFFSET, granuleOf(addr));
  return granule < 0 ? 0 : block + ((<usize>granule) << GRANULE_SHIFT);
}

/** The first object at or after `addr` in the block of `addr`; 0 when there is none. Cursor for walks. */
export function nextObject(block: usize, from: usize): usize {
  return nextIn(block, STARTS_OFFSET, from);
}

/** The first marked object at or after offset `from`; 0 when there is none. */
export function nextMarked(block: usize, from: usize): usize {
  return nextIn(block, MARKS_OFFSET, from);
}

function nextIn(block: usize, bits: usize, from: usize): usize {
  const granule = nextSetBit(block + bits, (from - block) >> GRANULE_SHIFT, GRANULES_PER_BLOCK);
  return granule == GRANULES_PER_BLOCK ? 0 : block + (granule << GRANULE_SHIFT);
}

/** Sets the mark bit of `ref`; true when it was not set before. */
export function markObject(ref: usize): bool {
  const at = blockOf(ref) + MARKS_OFFSET + (granuleOf(ref) >> 3);
  const bit = (<u32>1) << (<u32>granuleOf(ref) & 7);
  const old = <u32>load<u8>(at);
  if (old & bit) return false;
  store<u8>(at, old | bit);
  return true;
}

export function isMarkedObject(ref: usize): bool {
  return testBit(blockOf(ref) + MARKS_OFFSET, granuleOf(ref));
}

/**
 * After marking: what is marked is what is there. Start bits become the mark bits, mark bits become zero.
 * @returns the number of free lines
 */
export function sweepBlock(block: usize): u32 {
  memory.copy(block + STARTS_OFFSET, block + MARKS_OFFSET, BITSET_BYTES);
  memory.fill(block + MARKS_OFFSET, 0, BITSET_BYTES);
  let used: u32 = 0;
  const lines = block + LINES_OFFSET;
  // Marks are 0 or 1, so a multiplication adds the eight bytes of a word into its top byte.
  for (let at = lines; at < lines + <usize>LINES_PER_BLOCK; at += 8) {
    used += <u32>((load<u64>(at) * 0x0101010101010101) >> 56);
  }
  const free = LINES_PER_BLOCK - FIRST_LINE - used;
  store<u32>(block, free, FREE_LINES_OFFSET);
  return free;
}

if (METADATA_BYTES != 2368) ERROR("the drawing of a block is wrong");
if (FIRST_LINE != 10) ERROR("the drawing of a block is wrong");
