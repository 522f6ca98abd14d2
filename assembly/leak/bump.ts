// The manager `leak` bumps and never frees. It is the floor that every other manager is measured against.
//
//     heapBase | ... objects ... | leakTop | free | leakLimit |
//
// It needs no page map, since it gives nothing back: it only grows the memory, and skips what others have grown.
// State: the two globals, exported to the program, which bumps by itself; what is left of the heap limit.

import { LEAK_STEP_BYTES } from "../config";
import { CHUNK_SHIFT, ERROR_LIMIT, ERROR_NONE, GRANULE_BYTES } from "../contract";
import { alignUp, chunkAddress, chunksFor } from "../memory/address";
import { chunksUsed, lowerLimit } from "../memory/chunks";
import { growMemory } from "../memory/grow";

export let leakTop: usize = 0;
export let leakLimit: usize = 0;
let chunksLeft: u32 = 0;

/**
 * Opens the heap for `leak`.
 * @param heapBase address where the core's part of the memory begins
 * @param heapLimitBytes limit of all chunks together; 0 for no limit
 * @returns 0, or an ERROR_ code
 */
export function leakInit(heapBase: usize, heapLimitBytes: usize): i32 {
  leakTop = alignUp(heapBase, GRANULE_BYTES);
  // The rest of the chunk that the program's own data ends in.
  leakLimit = chunkAddress(chunksFor(leakTop));
  if (leakLimit > chunkAddress(<u32>memory.size())) leakLimit = leakTop;
  chunksLeft = heapLimitBytes ? <u32>(heapLimitBytes >> CHUNK_SHIFT) : -1;
  return chunksLeft ? ERROR_NONE : ERROR_LIMIT;
}

/**
 * Allocates what does not fit below leakLimit, and moves both globals.
 * @param bytes a multiple of 8
 * @returns the address of zeroed memory; 0 when out of memory
 */
export function leakRefill(bytes: usize): usize {
  const start = chunkAddress(<u32>memory.size());
  // If the growth follows leakLimit, the rest below it is used too.
  if (leakLimit != start) leakTop = start;
  const needed = chunksFor(bytes - (leakLimit == start ? leakLimit - leakTop : 0));
  let chunks = chunksFor(LEAK_STEP_BYTES);
  if (chunks < needed) chunks = needed;
  if (chunks > chunksLeft) chunks = chunksLeft;
  if (chunks < needed) return 0;
  if (!growMemory(chunks)) {
    // Near the memory's maximum the engine may refuse a whole step and grant what is needed.
    chunks = needed;
    if (!growMemory(chunks)) return 0;
  }
  chunksLeft -= chunks;
  const ref = leakTop;
  leakTop = ref + bytes;
  leakLimit = start + chunkAddress(chunks);
  return ref;
}

/** Allocates as the program does, for the core itself. @returns the address of zeroed memory; 0 when out of memory */
export function leakAllocate(bytes: usize): usize {
  const ref = leakTop;
  if (bytes > leakLimit - ref) return leakRefillShared(bytes);
  leakTop = ref + bytes;
  return ref;
}

/** As leakRefill, where malloc has opened the chunk provider: both share one heap limit. */
export function leakRefillShared(bytes: usize): usize {
  const others = chunksUsed();
  chunksLeft -= others;
  const left = chunksLeft;
  const ref = leakRefill(bytes);
  lowerLimit(left - chunksLeft);
  chunksLeft += others;
  return ref;
}
