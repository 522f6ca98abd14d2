// The chunk provider hands out runs of 64 KiB chunks and takes them back in bulk. The page map is the only record of
// free chunks, so free neighbours are one run without merging.
//
// It takes the lowest free run that fits, so touched memory is used again before the memory grows. Others may grow the
// memory too: what lies between our growths stays foreign.
//
// It keeps `reserve` chunks back for the collector. A program's own requests leave them alone, so an evacuation that
// has begun can always finish.
//
// A run may have room: chunks behind it that are set aside, so that the run can be extended in place. Others take them
// only when there is no free chunk and the memory cannot grow. They do not count as used.
//
// Invariants (debug/verify.ts, 6, recounts the first three):
//   1. freeChunks is the number of fresh and warm chunks in the map.
//   2. asideChunks is the number of chunks set aside; these lie right behind a run.
//   3. usedChunks is the number of all our other chunks.
//   4. No free chunk lies below lowestFree.
// State: everything declared with `let` below.

import { GROW_MIN_CHUNKS } from "../config";
import {
  CHUNK_BYTES,
  CHUNKS_MAX,
  ERROR_GROW,
  ERROR_LIMIT,
  ERROR_NONE,
  OWNER_ASIDE_FRESH,
  OWNER_ASIDE_WARM,
  OWNER_CONTROL,
  OWNER_FRESH,
  OWNER_WARM,
} from "../contract";
import { alignUp, chunkAddress, chunkOf } from "./address";
import { growMemory } from "./grow";
import { ownerOfChunk, pageMapOpen, setOwners } from "./page-map";

let firstChunk: u32 = 0;
/** One past the last chunk that we have grown. */
let endChunk: u32 = 0;
let lowestFree: u32 = 0;
let freeChunks: u32 = 0;
let asideChunks: u32 = 0;
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
export function chunksAside(): u32 {
  return asideChunks;
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

/** @returns why the last failed request failed: one of the ERROR_ codes */
export function chunksError(): i32 {
  return error;
}

/** Records that a request failed because no memory could satisfy it. */
export function failRequest(): void {
  error = ERROR_LIMIT;
}

/** Whether the chunks of the last run handed out have never been touched: they read as zero. */
export function lastRunIsFresh(): bool {
  return lastRunFresh;
}

/**
 * Opens the provider: takes over the memory from `heapBase` on, and makes the page map in the first chunk.
 * @param limitBytes how many bytes of chunks may be in use; 0 for all of the address space
 * @returns 0, or an ERROR_ code
 */
export function chunksOpen(heapBase: usize, limitBytes: usize): i32 {
  firstChunk = chunkOf(alignUp(heapBase, CHUNK_BYTES));
  endChunk = firstChunk;
  lowestFree = firstChunk;
  limitChunks = limitBytes ? chunkOf(limitBytes) : CHUNKS_MAX;
  freeChunks = asideChunks = usedChunks = peakChunks = reserve = 0;
  const present = <u32>memory.size();
  if (limitChunks == 0) return (error = ERROR_LIMIT);
  // The map needs its chunk before the map can record it.
  if (firstChunk >= present && !growMemory(firstChunk + 1 - present)) return (error = ERROR_GROW);
  pageMapOpen(chunkAddress(firstChunk));
  setOwners(firstChunk, 1, OWNER_CONTROL);
  usedChunks = peakChunks = 1;
  endChunk = <u32>memory.size();
  if (endChunk > <u32>CHUNKS_MAX) endChunk = CHUNKS_MAX;
  // What the memory already has beyond our base is ours by contract.
  freeChunks = endChunk - firstChunk - 1;
  setOwners(firstChunk + 1, freeChunks, OWNER_FRESH);
  return ERROR_NONE;
}

/** Lowers the limit by `count` chunks, which another user of the same limit has grown. */
export function lowerLimit(count: u32): void {
  limitChunks -= count;
}

/**
 * Grows the memory by at least `count` chunks, which are ours and free then.
 * Chunks that others have grown in the meantime stay foreign.
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

/** Finds the lowest run of `count` free chunks. @returns its first chunk; 0 when there is none */
function findRun(count: u32): u32 {
  if (freeChunks < count) return 0;
  let start = lowestFree;
  let seenFree = false;
  while (start < endChunk) {
    if (!isFree(ownerOfChunk(start))) {
      start++;
      continue;
    }
    if (!seenFree) {
      lowestFree = start;
      seenFree = true;
    }
    let end = start + 1;
    while (end < endChunk && end - start < count) {
      if (!isFree(ownerOfChunk(end))) break;
      end++;
    }
    if (end - start == count) return start;
    start = end;
  }
  return 0;
}

/** Counts the free chunks at the end of the memory, which a growth would extend. */
function trailingFree(): u32 {
  if (endChunk != <u32>memory.size()) return 0;
  let chunk = endChunk;
  while (chunk > firstChunk) {
    if (!isFree(ownerOfChunk(chunk - 1))) break;
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
  return freeChunks >= count || grow(count - freeChunks) || (dropAside() && freeChunks >= count);
}

/**
 * Grows the memory until `most` chunks are free, or as far as it goes.
 * @returns how many chunks the collector can take
 */
export function chunksAvailable(most: u32): u32 {
  const room = limitChunks - usedChunks;
  const wanted = room < most ? room : most;
  // One by one at the end: what the engine still grants is less than a step.
  while (freeChunks < wanted && (grow(1) || dropAside())) {}
  return freeChunks < room ? freeChunks : room;
}

/** Keeps `count` free chunks back for the collector. The caller has made sure that there are so many. */
export function setReserve(count: u32): void {
  reserve = count;
}

/**
 * Finds a run of `count` free chunks beyond the reserve, and grows the memory for it if need be.
 * @returns 0 for none
 */
function findOrGrow(count: u32): u32 {
  let start = freeChunks >= count + reserve ? findRun(count) : 0;
  if (start) return start;
  const trailing = trailingFree();
  let missing = trailing < count ? count - trailing : 0;
  if (freeChunks + missing < count + reserve) missing = count + reserve - freeChunks;
  if (!grow(missing)) return 0;
  start = findRun(count);
  // Only when somebody else has grown in between: nothing of ours is adjacent.
  if (!start && grow(count)) start = findRun(count);
  return start;
}

/** Whether the limit allows the program `count` more chunks. */
function isWithinLimit(count: u32): bool {
  if (count <= <u32>CHUNKS_MAX && usedChunks + count + reserve <= limitChunks) return true;
  error = ERROR_LIMIT;
  return false;
}

/**
 * Takes a run for the program. It leaves the reserve alone.
 * @param count chunks
 * @param owner one of the OWNER_ codes of page-map.ts
 * @returns the run's address; 0 when it cannot be had, and chunksError() says why
 */
export function acquireRun(count: u32, owner: u32): usize {
  if (!isWithinLimit(count)) return 0;
  let start = findOrGrow(count);
  if (!start && dropAside()) start = findOrGrow(count);
  return start ? take(start, count, owner) : 0;
}

/** As acquireRun, and sets aside up to `room` chunks behind the run, as far as memory and limit allow. */
export function acquireWithRoom(count: u32, room: u32, owner: u32): usize {
  if (!isWithinLimit(count)) return 0;
  const most = limitChunks - usedChunks - reserve - count;
  for (let aside = room < most ? room : most; aside; aside >>= 2) {
    const start = findOrGrow(count + aside);
    if (!start) continue;
    setAside(start + count, aside);
    return take(start, count, owner);
  }
  return acquireRun(count, owner);
}

/**
 * Sets aside `room` chunks behind a run, or as many as memory and limit allow.
 * @param end the chunk behind the run
 * @returns false when chunks of others lie in between; then the room stays as it is
 */
export function widenRoom(end: u32, room: u32): bool {
  const most = limitChunks - usedChunks - reserve;
  let wanted = end + (room < most ? room : most);
  let first = end;
  while (first < endChunk && isAside(ownerOfChunk(first))) first++;
  let next = first;
  while (next < wanted && next < endChunk && isFree(ownerOfChunk(next))) next++;
  if (next < wanted) {
    if (next < endChunk || endChunk != <u32>memory.size()) return false;
    if (!grow(wanted - next)) wanted = next;
  }
  if (first < wanted) {
    if (freeChunks < wanted - first + reserve) return false;
    setAside(first, wanted - first);
  }
  return true;
}

/**
 * Extends a run in place.
 * @param end the chunk behind the run
 * @returns false when the `count` chunks there are neither free nor its room, or the limit forbids them
 */
export function extendRun(end: u32, count: u32, owner: u32): bool {
  if (!isWithinLimit(count)) return false;
  let free: u32 = 0;
  let next = end;
  while (next < end + count && next < endChunk) {
    const kind = ownerOfChunk(next);
    if (isFree(kind)) free++;
    else if (!isAside(kind)) return false;
    next++;
  }
  const missing = end + count - next;
  if (missing && (endChunk != <u32>memory.size() || !grow(missing))) return false;
  free += missing;
  if (freeChunks < free + reserve) return false;
  // What take() hands out is free.
  asideChunks -= count - free;
  freeChunks += count - free;
  take(end, count, owner);
  return true;
}

/** Whether a chunk with this owner is free: anybody may take it. */
export function isFree(owner: u32): bool {
  return owner == OWNER_FRESH || owner == OWNER_WARM;
}

/** Whether a chunk with this owner is the room of a run. */
export function isAside(owner: u32): bool {
  return owner == OWNER_ASIDE_FRESH || owner == OWNER_ASIDE_WARM;
}

/** Sets free chunks aside. */
function setAside(start: u32, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    setOwners(start + i, 1, ownerOfChunk(start + i) == OWNER_FRESH ? OWNER_ASIDE_FRESH : OWNER_ASIDE_WARM);
  }
  freeChunks -= count;
  asideChunks += count;
}

/** Frees the room that begins at a chunk, if any does. */
export function dropRoom(start: u32): void {
  let chunk = start;
  while (chunk < endChunk && isAside(ownerOfChunk(chunk))) {
    setOwners(chunk, 1, ownerOfChunk(chunk) == OWNER_ASIDE_FRESH ? OWNER_FRESH : OWNER_WARM);
    chunk++;
  }
  if (chunk == start) return;
  if (freeChunks == 0 || start < lowestFree) lowestFree = start;
  asideChunks -= chunk - start;
  freeChunks += chunk - start;
}

/** Frees all chunks that are set aside, once nothing else is left. @returns whether there were any */
function dropAside(): bool {
  if (!asideChunks) return false;
  for (let chunk = firstChunk; chunk < endChunk; chunk++) dropRoom(chunk);
  return true;
}

/** Takes one chunk for the collector, from the reserve if need be. @returns its address; 0 when there is none */
export function acquireReserved(owner: u32): usize {
  if (usedChunks >= limitChunks) {
    error = ERROR_LIMIT;
    return 0;
  }
  if (freeChunks == 0 && !grow(1) && !dropAside()) return 0;
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

/** Frees a run of `count` chunks in bulk. They are warm from now on. */
export function releaseRun(at: usize, count: u32): void {
  const start = chunkOf(at);
  setOwners(start, count, OWNER_WARM);
  if (freeChunks == 0 || start < lowestFree) lowestFree = start;
  freeChunks += count;
  usedChunks -= count;
}
