// Large memory of malloc: a run of chunks for each request that is too large for a cell.
//
//     0   +----------------------------------+
//         | chunks in the run                |
//    16   +----------------------------------+
//         | the memory                       |
//
// State: none but the page map, which tells the first chunk of a run from its others.

import { CHUNK_BYTES, OWNER_RUN, OWNER_RUN_REST } from "../contract";
import { chunkAddress, chunkOf, chunksFor } from "../memory/address";
import { acquireRun, lastRunIsFresh, releaseRun } from "../memory/chunks";
import { ownerOfChunk, setOwners } from "../memory/page-map";

const HEADER_BYTES: usize = 16;

/** The number of chunks in a run for `bytes`. */
export function runChunks(bytes: usize): u32 {
  return chunksFor(bytes + HEADER_BYTES);
}

/** Allocates a zeroed run for `bytes`. @returns where its memory begins; 0 when it cannot be had */
export function allocRun(bytes: usize): usize {
  const count = runChunks(bytes);
  const run = acquireRun(count, OWNER_RUN_REST);
  if (!run) return 0;
  setOwners(chunkOf(run), 1, OWNER_RUN);
  if (!lastRunIsFresh()) memory.fill(run, 0, <usize>count * CHUNK_BYTES);
  store<u32>(run, count);
  return run + HEADER_BYTES;
}

export function freeRun(addr: usize): void {
  const run = addr - HEADER_BYTES;
  releaseRun(run, load<u32>(run));
}

/** The bytes of a run's memory, which begins at `addr`. */
export function runBytes(addr: usize): usize {
  return <usize>load<u32>(addr - HEADER_BYTES) * CHUNK_BYTES - HEADER_BYTES;
}

/** Debug: finds the run around `addr`. @returns where its memory begins; 0 when `addr` lies in front of that */
export function runAround(addr: usize): usize {
  let chunk = chunkOf(addr);
  while (ownerOfChunk(chunk) == OWNER_RUN_REST) chunk--;
  const start = chunkAddress(chunk) + HEADER_BYTES;
  return addr < start ? 0 : start;
}
