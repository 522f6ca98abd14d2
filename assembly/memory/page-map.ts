// The page map: one byte for each 64 KiB chunk of the 4 GiB space names the chunk's owner. So every mechanism finds out
// with one load whose an address is. The map lies in a chunk of its own; only its touched parts cost memory.
//
// Invariant (debug/verify.ts, 6): a byte is 0 exactly for chunks that are not ours: those below the heap, beyond our
// last growth, or grown by others.
// State: the address of the map.

import {
  CHUNK_SHIFT,
  OWNER_EXTENT,
  OWNER_EXTENT_REST,
  OWNER_LARGE,
  OWNER_LARGE_REST,
  OWNER_SEGMENT_RUN,
  OWNER_SEGMENT_RUN_REST,
} from "../contract";
import { chunkOf } from "./address";

// A later chunk is less than 2^16 chunks behind the first.
if (OWNER_EXTENT_REST + 16 > OWNER_SEGMENT_RUN || OWNER_SEGMENT_RUN_REST + 16 > OWNER_LARGE_REST)
  ERROR("owners overlap");
if (OWNER_LARGE_REST + 16 > 256) ERROR("owners pass a byte");

let pageMap: usize = 0;

export function pageMapOpen(at: usize): void {
  pageMap = at;
}

export function ownerOfChunk(chunk: u32): u32 {
  return load<u8>(pageMap + <usize>chunk);
}

export function ownerOf(addr: usize): u32 {
  return load<u8>(pageMap + (addr >> CHUNK_SHIFT));
}

export function setOwners(chunk: u32, count: u32, owner: u32): void {
  memory.fill(pageMap + <usize>chunk, <u8>owner, <usize>count);
}

/** Enters a run as one large object: its first chunk, then back-skips. */
export function setLargeOwners(chunk: u32, count: u32): void {
  store<u8>(pageMap + <usize>chunk, OWNER_LARGE);
  setBackSkips(chunk, 1, count, OWNER_LARGE_REST);
}

/** Enters a run as one segment of a region. */
export function setSegmentRunOwners(chunk: u32, count: u32): void {
  store<u8>(pageMap + <usize>chunk, OWNER_SEGMENT_RUN);
  setBackSkips(chunk, 1, count, OWNER_SEGMENT_RUN_REST);
}

/** Enters a run as one extent. */
export function setExtentOwners(chunk: u32, count: u32): void {
  store<u8>(pageMap + <usize>chunk, OWNER_EXTENT);
  setBackSkips(chunk, 1, count, OWNER_EXTENT_REST);
}

/** Enters the chunks `[from, to)` of an extent. @param chunk its first chunk, from which the others are counted */
export function setExtentRest(chunk: u32, from: u32, to: u32): void {
  setBackSkips(chunk, from, to, OWNER_EXTENT_REST);
}

function setBackSkips(chunk: u32, from: u32, to: u32, rest: u32): void {
  for (let i = from; i < to; i++) store<u8>(pageMap + <usize>chunk + <usize>i, rest + 31 - clz(i));
}

export function isLarge(owner: u32): bool {
  return owner == OWNER_LARGE || owner >= <u32>OWNER_LARGE_REST;
}

export function isExtent(owner: u32): bool {
  return owner >= <u32>OWNER_EXTENT && owner < <u32>OWNER_SEGMENT_RUN;
}

export function isSegmentRun(owner: u32): bool {
  return owner >= <u32>OWNER_SEGMENT_RUN && owner < <u32>OWNER_LARGE_REST;
}

/** The first chunk of the large object that `addr` lies in. */
export function largeFirstChunk(addr: usize): u32 {
  return skipBack(addr, OWNER_LARGE_REST);
}

/** The first chunk of the run that `addr` lies in, which is a segment of a region. */
export function segmentRunFirstChunk(addr: usize): u32 {
  return skipBack(addr, OWNER_SEGMENT_RUN_REST);
}

/** The first chunk of the extent that `addr` lies in. */
export function extentFirstChunk(addr: usize): u32 {
  return skipBack(addr, OWNER_EXTENT_REST);
}

/** Finds the first chunk of the run around `addr`, in at most 16 steps, each of which at least halves the distance. */
function skipBack(addr: usize, rest: u32): u32 {
  let chunk = chunkOf(addr);
  let owner = ownerOfChunk(chunk);
  while (owner >= rest) {
    chunk -= (<u32>1) << (owner - rest);
    owner = ownerOfChunk(chunk);
  }
  return chunk;
}
