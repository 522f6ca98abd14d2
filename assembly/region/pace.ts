// The thresholds of collections of regions. A region is collected after so many bytes that the copies pay, and before
// the memory for the copies is gone.
//
// A collection copies at most what was allocated, and loses a part of each segment. Until it has ended, old and new
// segments are both in use. This file compares their sum with what the program may still take, and asks the engine as
// long as there is time: the memory is grown in advance, and costs nothing until it is touched. State: the setting.

import {
  REGION_GROWING_PERCENT,
  REGION_KEPT_BACK_CHUNKS,
  REGION_STEP_SHARE,
  REGION_THRESHOLD_BYTES,
  REGION_THRESHOLD_MIN_BYTES,
  REGION_THRESHOLD_SHARE,
} from "../config";
import { CHUNK_SHIFT } from "../contract";
import { CHUNK_MASK } from "../memory/address";
import { chunksAvailable, chunksLimit, chunksReserve, chunksUsed, ensureFree } from "../memory/chunks";
import { freeWholeChunks } from "./segments";

/** A region is not collected before it has taken this many bytes, but where memory is short. Set by `paceOpen`. */
export let regionLeastBytes: u32 = 0;

/** Decides that, before any region is opened. @param heapLimitBytes 0 for no limit */
export function paceOpen(heapLimitBytes: usize): void {
  const share = heapLimitBytes / REGION_THRESHOLD_SHARE;
  const least = share < REGION_THRESHOLD_MIN_BYTES ? REGION_THRESHOLD_MIN_BYTES : share;
  const isLimited = heapLimitBytes != 0 && least < REGION_THRESHOLD_BYTES;
  regionLeastBytes = <u32>(isLimited ? least : REGION_THRESHOLD_BYTES);
}

/**
 * How much memory is needed at most for copies of so many bytes: an object of a quarter of a segment may not fit its
 * end.
 */
export function copiesNeed(bytes: u64): u64 {
  return bytes + (bytes >> 2) + (bytes >> 3);
}

/**
 * How many bytes may come so that there is memory for their copies, and for those of `copied` bytes that are there.
 * @param wanted how many should come: the engine is asked for memory for these and for all the copies
 * @returns 0 where it is not worth it
 */
export function budgetFor(copied: usize, wanted: u64): u64 {
  const spare = grantedBytes(wanted + copiesNeed(copied + wanted));
  const needed = copiesNeed(copied);
  const most = spare > needed ? ((spare - needed) / 5) * 2 : 0;
  return most < leastStep() ? 0 : most;
}

/**
 * The threshold at which a region that has taken `taken` bytes is collected.
 * @param wanted how many bytes should come before
 * @param most how many may
 */
export function thresholdAfter(taken: usize, wanted: u64, most: u64): usize {
  const more = wanted < most ? wanted : most;
  const threshold = <u64>taken + (more < leastStep() ? leastStep() : more);
  return threshold < usize.MAX_VALUE ? <usize>threshold : usize.MAX_VALUE;
}

/**
 * How many bytes should come before the next collection of all. As much as is live, so that the cost of a collection is
 * paid by as many bytes of allocation; the more, the more of all was live, which tells of something that only grows.
 * @param live bytes that the collection has left of what it looked at
 * @param before bytes that it looked at
 */
export function wantedAfter(live: usize, before: usize): u64 {
  return atLeast(live + growingPart(live, before) * 2);
}

/** How many bytes should come before the next collection of what is young. */
export function wantedYoung(live: usize, before: usize): u64 {
  return atLeast(isMostlyLive(live, before) ? <u64>before * 2 : 0);
}

/** The bytes of an old part at which it is collected again. @param most how much it may grow, 0 for no more */
export function fullThresholdAfter(live: usize, before: usize, most: u64): usize {
  const later = atLeast(<u64>live * 2 + growingPart(live, before) * 2) - live;
  return most ? thresholdAfter(live, later, most) : usize.MAX_VALUE;
}

/** Whether a region seems to grow only. */
export function isMostlyLive(live: usize, before: usize): bool {
  return live > (before / 100) * REGION_GROWING_PERCENT;
}

/** The part of what is live that speaks for growth: nothing when half of all was live, all of it when all was. */
function growingPart(live: usize, before: usize): u64 {
  if (live >= before) return live;
  return live > before / 2 ? (<u64>live * (2 * live - before)) / before : 0;
}

function atLeast(bytes: u64): u64 {
  return bytes < regionLeastBytes ? regionLeastBytes : bytes;
}

function leastStep(): u64 {
  return regionLeastBytes / REGION_STEP_SHARE;
}

/** Whether there is not much more memory than for copies of so many bytes. */
export function isScarceFor(bytes: usize): bool {
  return spareBytes() < copiesNeed(bytes) * 2;
}

/**
 * How much more regions may take, together, in whole chunks: if the engine has not granted so many bytes, no more than
 * it has.
 */
function grantedBytes(bytes: u64): u64 {
  const own = freeWholeChunks();
  const room = spareChunks();
  const needed = REGION_KEPT_BACK_CHUNKS + ((bytes + CHUNK_MASK) >> CHUNK_SHIFT);
  const more = <u32>(needed > own ? min<u64>(needed - own, room) : 0);
  const reserve = chunksReserve();
  return bytesOf((ensureFree(more + reserve) ? room : chunksAvailable(more + reserve) - reserve) + own);
}

/** How much more they may take as far as the limit goes. */
function spareBytes(): u64 {
  return bytesOf(spareChunks() + freeWholeChunks());
}

/** The chunks up to the limit, without those that are kept back for a collector beside the regions. */
function spareChunks(): u32 {
  const taken = chunksUsed() + chunksReserve();
  return taken < chunksLimit() ? chunksLimit() - taken : 0;
}

function bytesOf(chunks: u32): u64 {
  return chunks > REGION_KEPT_BACK_CHUNKS ? (<u64>(chunks - REGION_KEPT_BACK_CHUNKS)) << CHUNK_SHIFT : 0;
}
