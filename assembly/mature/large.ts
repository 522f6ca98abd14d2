// Large objects: each has a run of chunks of its own, and never moves. The page map finds it.
//
//     0   +----------------------------------+
//         | chunks in the run                |
//     4   | mark: 1 when the major found it  |
//    16   +----------------------------------+
//         | the object                       |
//
// A sweep gives back the runs of objects that are not marked.
//
// Invariant (debug/verify.ts, 8): marks are 0 outside of marking. State: none but the page map.

import { CHUNK_BYTES, LARGE_CHUNKS_OFFSET, LARGE_HEADER_BYTES, OWNER_LARGE, WORD_BYTES } from "../contract";
import { chunkAddress, chunkOf, chunksFor } from "../memory/address";
import { acquireRun, chunksEnd, chunksFirst, releaseRun } from "../memory/chunks";
import { largeFirstChunk, ownerOfChunk, setLargeOwners } from "../memory/page-map";

const MARK_OFFSET: usize = 4;

/**
 * Allocates a large object. lastRunIsFresh() tells whether its memory reads as zero.
 * @param bytes LARGE_MIN_BYTES or more
 * @returns its address; 0 when the memory cannot be had
 */
export function allocLarge(bytes: usize): usize {
  const count = chunksFor(bytes + LARGE_HEADER_BYTES);
  const run = acquireRun(count, OWNER_LARGE);
  if (!run) return 0;
  setLargeOwners(chunkOf(run), count);
  store<u32>(run, count, LARGE_CHUNKS_OFFSET);
  store<u32>(run, 0, MARK_OFFSET);
  return run + LARGE_HEADER_BYTES;
}

/** The start of the large object around `addr`. */
export function largeStart(addr: usize): usize {
  return chunkAddress(largeFirstChunk(addr)) + LARGE_HEADER_BYTES;
}

/** Marks the object at `ref`. @returns whether it was not marked before */
export function markLarge(ref: usize): bool {
  const run = ref - LARGE_HEADER_BYTES;
  if (load<u32>(run, MARK_OFFSET)) return false;
  store<u32>(run, 1, MARK_OFFSET);
  return true;
}

export function isMarkedLarge(ref: usize): bool {
  return load<u32>(ref - LARGE_HEADER_BYTES, MARK_OFFSET) != 0;
}

export function largeChunks(ref: usize): u32 {
  return load<u32>(ref - LARGE_HEADER_BYTES, LARGE_CHUNKS_OFFSET);
}

/** Finds the first large object at or after `chunk`. A cursor for walks. @returns 0 when there is none */
export function nextLarge(chunk: u32): usize {
  const end = chunksEnd();
  for (; chunk < end; chunk++) {
    if (ownerOfChunk(chunk) == OWNER_LARGE) return chunkAddress(chunk) + LARGE_HEADER_BYTES;
  }
  return 0;
}

/** Gives back the large objects that are not marked, and unmarks the others. */
export function sweepLarge(): void {
  let ref = nextLarge(chunksFirst());
  while (ref) {
    const run = ref - LARGE_HEADER_BYTES;
    const count = largeChunks(ref);
    if (load<u32>(run, MARK_OFFSET)) store<u32>(run, 0, MARK_OFFSET);
    else releaseRun(run, count);
    ref = nextLarge(chunkOf(run) + count);
  }
}

if (MARK_OFFSET != LARGE_CHUNKS_OFFSET + WORD_BYTES) ERROR("the drawing of a large object is wrong");
if (LARGE_HEADER_BYTES >= CHUNK_BYTES) ERROR("a large object must start in its first chunk");
