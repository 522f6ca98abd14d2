// The chunk provider hands out runs of 64 KiB chunks and takes them back in bulk;
// neighbouring free chunks are one run by themselves, because the page map is the only record of them.
//
// The lowest free run that fits is taken first, so touched memory is reused before the memory grows. Growth by anybody
// else is tolerated: what lies between our growths stays foreign.
//
// `reserve` chunks are kept back for the collector: a program's own requests leave them alone, so that an evacuation
// that has begun can always finish.
//
// Invariants (debug/verify.ts recounts them): freeChunks = fresh and warm chunks in the map; usedChunks = all other
// chunks of ours; usedChunks + freeChunks never exceeds what we have grown; no free chunk lies below lowestFree.
// State: everything declared with `let` below.

import { ERROR_GROW, ERROR_LIMIT, ERROR_NONE, GROW_MIN_CHUNKS } from "../config";
import { alignUp, CHUNK_BYTES, CHUNKS_MAX, chunkAddress, chunkOf } from "./address";
import { growMemory } from "./grow";
import { OWNER_CONTROL, OWNER_FRESH, OWNER_WARM, ownerOfChunk, pageMapOpen, setOwners } from "./pagemap";

let firstChunk: u32 = 0;
/** One past the last chunk that we have grown. */
let endChunk: u32 = 0;
let lowestFree: u32 = 0;
let freeChunks: u32 = 0;
let usedChunks: u32 = 0;
let peakChunks: u32 = 0;
let limitChunks: u32 = 0;
let reserve: u32 = 0;
let error: i32 = 0;
let lastRunFresh: bool = false;

export function chunksFirst(): u32 {
  return firstChunk;
}
export function chunksEnd(): u32 {
  return endChunk;
}
export function chunksFree(): u32 {
  return freeChunks;
}
export function chunksUsed(): u32 {
  return usedChunks;
}
export function chunksPeak(): u32 {
  return peakChunks;
}
export function chunksLimit(): u32 {
  return limitChunks;
}
export function chunksReserve(): u32 {
  return reserve;
}

/** Why the last failed request failed: one of the ERROR_ codes. */
export function chunksError(): i32 {
  return error;
}

/** Records a request that no memory could ever satisfy. */
export function failRequest(): void {
  error = ERROR_LIMIT;
}

/** Whether the chunks of the last run handed out have never been touched: they read as zero. */
export function lastRunIsFresh(): bool {
  return lastRunFresh;
}

/**
 * Takes over the memory from `heapBase` on, for the page map at first.
 * @param limitBytes how many bytes of chunks may be in use; 0 for all of the address space
 * @returns 0, or an ERROR_ code
 */
export function chunksOpen(heapBase: usize, limitBytes: usize): i32 {
  firstChunk = chunkOf(alignUp(heapBase, CHUNK_BYTES));
  endChunk = firstChunk;
  lowestFree = firstChunk;
  limitChunks = limitBytes ? chunkOf(limitBytes) : CHUNKS_MAX;
  freeChunks = usedChunks = peakChunks = reserve = 0;
  const present = <u32>memory.size();
  if (limitChunks == 0) return (error = ERROR_LIMIT);
  // The map needs its chunk before the map can record it.
  if (firstChunk >= present && !growMemory(firstChunk + 1 - present)) return (error = ERROR_GROW);
  pageMapOpen(chunkAddress(firstChunk));
  setOwners(firstChunk, 1, OWNER_CONTROL);
  usedChunks = peakChunks = 1;
  endChunk = <u32>memory.size();
  if (endChunk > CHUNKS_MAX) endChunk = CHUNKS_MAX;
  // What the memory already has beyond our base is ours by contract.
  freeChunks = endChunk - firstChunk - 1;
  setOwners(firstChunk + 1, freeChunks, OWNER_FRESH);
  return ERROR_NONE;
}

/** Takes `count` chunks off the limit, which somebody has grown who shares it. */
export function lowerLimit(count: u32): void {
  limitChunks -= count;
}

/**
 * Makes at least `count` chunks at the end of the memory ours and free.
 * Chunks that somebody else has grown in the meantime stay foreign.
 */
function grow(count: u32): bool {
  const start = <u32>memory.size();
  // A large step may be refused where a small one is not.
  if (!(count < GROW_MIN_CHUNKS && growMemory(GROW_MIN_CHUNKS)) && !growMemory(count)) {
    error = ERROR_GROW;
    return false;
  }
  const end = <u32>memory.size();
  setOwners(start, end - start, OWNER_FRESH);
  if (freeChunks == 0) lowestFree = start;
  freeChunks += end - start;
  endChunk = end;
  return true;
}

/** The first run of `count` free chunks; 0 when there is none. */
function findRun(count: u32): u32 {
  if (freeChunks < count) return 0;
  let start = lowestFree;
  let seenFree = false;
  while (start < endChunk) {
    const owner = ownerOfChunk(start);
    if (owner != OWNER_FRESH && owner != OWNER_WARM) {
      start++;
      continue;
    }
    if (!seenFree) {
      lowestFree = start;
      seenFree = true;
    }
    let end = start + 1;
    while (end < endChunk && end - start < count) {
      const next = ownerOfChunk(end);
      if (next != OWNER_FRESH && next != OWNER_WARM) break;
      end++;
    }
    if (end - start == count) return start;
    start = end;
  }
  return 0;
}

/** How many free chunks end the memory, so that a growth would extend them. */
function trailingFree(): u32 {
  if (endChunk != <u32>memory.size()) return 0;
  let chunk = endChunk;
  while (chunk > firstChunk) {
    const owner = ownerOfChunk(chunk - 1);
    if (owner != OWNER_FRESH && owner != OWNER_WARM) break;
    chunk--;
  }
  return endChunk - chunk;
}

/**
 * Makes sure that `count` single chunks are free and within the limit.
 * @returns false, with chunksError() saying why, when they cannot be had
 */
export function ensureFree(count: u32): bool {
  if (usedChunks + count > limitChunks) {
    error = ERROR_LIMIT;
    return false;
  }
  return freeChunks >= count || grow(count - freeChunks);
}

/** Grows as far as the limit allows, by `most` chunks together. @returns how many single chunks the collector could take then */
export function chunksAvailable(most: u32): u32 {
  const room = limitChunks - usedChunks;
  const wanted = room < most ? room : most;
  // One by one at the end: what the engine still grants is less than a step.
  while (freeChunks < wanted && grow(1)) {}
  return freeChunks < room ? freeChunks : room;
}

/** Keeps `count` free chunks back for the collector. The caller has ensured that they are there. */
export function setReserve(count: u32): void {
  reserve = count;
}

/** Takes a run for the program: leaves the reserve alone. 0 when it cannot be had. */
export function acquireRun(count: u32, owner: u32): usize {
  if (count > CHUNKS_MAX || usedChunks + count + reserve > limitChunks) {
    error = ERROR_LIMIT;
    return 0;
  }
  let start = freeChunks >= count + reserve ? findRun(count) : 0;
  if (!start) {
    const trailing = trailingFree();
    let missing = trailing < count ? count - trailing : 0;
    if (freeChunks + missing < count + reserve) missing = count + reserve - freeChunks;
    if (!grow(missing)) return 0;
    start = findRun(count);
    // Only when somebody else has grown in between: nothing of ours is adjacent.
    if (!start && grow(count)) start = findRun(count);
    if (!start) return 0;
  }
  return take(start, count, owner);
}

/** Takes one chunk for the collector: from the reserve if need be. 0 when there is none. */
export function acquireReserved(owner: u32): usize {
  if (usedChunks >= limitChunks) {
    error = ERROR_LIMIT;
    return 0;
  }
  if (freeChunks == 0 && !grow(1)) return 0;
  return take(findRun(1), 1, owner);
}

function take(start: u32, count: u32, owner: u32): usize {
  lastRunFresh = true;
  for (let i: u32 = 0; i < count; i++) {
    if (ownerOfChunk(start + i) != OWNER_FRESH) {
      lastRunFresh = false;
      break;
    }
  }
  setOwners(start, count, owner);
  freeChunks -= count;
  usedChunks += count;
  if (usedChunks > peakChunks) peakChunks = usedChunks;
  if (start == lowestFree) lowestFree = start + count;
  return chunkAddress(start);
}

/** Gives back a run, in bulk. The chunks are warm from now on. */
export function releaseRun(at: usize, count: u32): void {
  const start = chunkOf(at);
  setOwners(start, count, OWNER_WARM);
  if (freeChunks == 0 || start < lowestFree) lowestFree = start;
  freeChunks += count;
  usedChunks -= count;
}
