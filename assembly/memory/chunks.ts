// The chunk provider hands out runs of 64 KiB chunks and takes them back in bulk;
// neighbouring free chunks are one run by themselves, because the page map is the only record of them.
//
// The lowest free run that fits is taken first, so touched memory is reused before the memory grows. Growth by anybody
// else is tolerated: what lies between our growths stays foreign.
//
// `reserve` chunks are kept back for the collector: a program's own requests leave them alone, so that an evacuation
// that has begun can always finish.
//
// A run may have room: chunks behind it that are set aside, so that it can be extended where it is. Nobody takes them while
// there are others, or the memory grows; they are not in use, and free again as soon as there are no others.
//
// Invariants (debug/verify.ts recounts them): freeChunks = fresh and warm chunks in the map; asideChunks = those set
// aside, right behind a run; usedChunks = all other chunks of ours; together they never exceed what we have grown; no free
// chunk lies below lowestFree.
// State: everything declared with `let` below.

import { ERROR_GROW, ERROR_LIMIT, ERROR_NONE, GROW_MIN_CHUNKS } from "../config";
import { alignUp, CHUNK_BYTES, CHUNKS_MAX, chunkAddress, chunkOf } from "./address";
import { growMemory } from "./grow";
import {
  OWNER_ASIDE_FRESH,
  OWNER_ASIDE_WARM,
  OWNER_CONTROL,
  OWNER_FRESH,
  OWNER_WARM,
  ownerOfChunk,
  pageMapOpen,
  setOwners,
} from "./page-map";

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
  freeChunks = asideChunks = usedChunks = peakChunks = reserve = 0;
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

/** How many free chunks end the memory, so that a growth would extend them. */
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

/** Grows as far as the limit allows, by `most` chunks together. @returns how many single chunks the collector could take then */
export function chunksAvailable(most: u32): u32 {
  const room = limitChunks - usedChunks;
  const wanted = room < most ? room : most;
  // One by one at the end: what the engine still grants is less than a step.
  while (freeChunks < wanted && (grow(1) || dropAside())) {}
  return freeChunks < room ? freeChunks : room;
}

/** Keeps `count` free chunks back for the collector. The caller has ensured that they are there. */
export function setReserve(count: u32): void {
  reserve = count;
}

/** The first run of `count` free chunks beyond the reserve, for which the memory grows if need be; 0 when there is none. */
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

/** Whether the program may have so many chunks more. */
function isWithinLimit(count: u32): bool {
  if (count <= CHUNKS_MAX && usedChunks + count + reserve <= limitChunks) return true;
  error = ERROR_LIMIT;
  return false;
}

/** Takes a run for the program: leaves the reserve alone. 0 when it cannot be had. */
export function acquireRun(count: u32, owner: u32): usize {
  if (!isWithinLimit(count)) return 0;
  let start = findOrGrow(count);
  if (!start && dropAside()) start = findOrGrow(count);
  return start ? take(start, count, owner) : 0;
}

/** As acquireRun; up to `room` chunks behind the run are set aside for it, as far as they can be had and the limit allows. */
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
 * Sets aside `room` chunks behind a run, or as many as the limit and the memory allow.
 * @param end the chunk behind it
 * @returns false when there are others in between: then the room stays as it is
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
 * Extends a run where it is.
 * @param end the chunk behind it
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

/** Whether the owner of a chunk says that anybody may take it. */
export function isFree(owner: u32): bool {
  return owner == OWNER_FRESH || owner == OWNER_WARM;
}

/** Whether it says that the chunk is the room of a run. */
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

/** Frees all that is set aside, where nothing else is left. @returns whether there was anything */
function dropAside(): bool {
  if (!asideChunks) return false;
  for (let chunk = firstChunk; chunk < endChunk; chunk++) dropRoom(chunk);
  return true;
}

/** Takes one chunk for the collector: from the reserve if need be. 0 when there is none. */
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

/** Gives back a run, in bulk. The chunks are warm from now on. */
export function releaseRun(at: usize, count: u32): void {
  const start = chunkOf(at);
  setOwners(start, count, OWNER_WARM);
  if (freeChunks == 0 || start < lowestFree) lowestFree = start;
  freeChunks += count;
  usedChunks -= count;
}
