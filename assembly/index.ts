// What the core exports: functions that take and return numbers, and the globals that compiled code reads and moves.

import { DEBUG } from "./config";
import { verifySparse } from "./debug/sparse";
import { verify as verifyHeap } from "./debug/verify";
import { census, censusNow } from "./gc/census";
import { collect, setZealEvery } from "./gc/collect";
import { refresh } from "./gc/statistics";
import { matureStart } from "./mature/space";
import { limitMarkStack } from "./mature/mark";
import { limitRemembered } from "./mature/remembered";
import { chunksError } from "./memory/chunks";
import { refuseGrowAfter } from "./memory/grow";
import { isYoung } from "./nursery/bump";
import { youngStartNow } from "./nursery/starts/finder";

export { allocArray, allocRecord, reserve } from "./gc/allocate";
export { census, chooseCensus } from "./gc/census";
export { shapeNew, shapeNewWide } from "./gc/immortal";
export { init } from "./gc/open";
export { leakInit, leakLimit, leakRefill, leakRefillShared, leakTop } from "./leak/bump";
export { free, malloc, mallocLive, mallocOpen, mallocOwns, mallocReaches, realloc } from "./malloc/malloc";
export { nurseryBase, nurseryBytes, nurseryLimit, nurseryTop } from "./nursery/bump";
export { barrierBase, barrierBox, barrierBytes, barrierSlice } from "./nursery/barrier";
export { chooseStarts, startFinder } from "./nursery/starts/finder";
export { startBits } from "./nursery/starts/bitset";
export { sideTop } from "./nursery/starts/side-stack";
export { chooseClasses, sizeClasses } from "./mature/kind";
export { chooseIncremental, chooseTimed, incremental, timed } from "./memory/clock";
export { clearGranules } from "./memory/copy";
export { allInterior, chooseInterior } from "./object/interior";
export { alternativesReturn } from "./region/collect/candidates";
export { arraysApart, chooseArraysApart, mayGrowApart, regionArray, regionArrayGrow } from "./region/arrays";
export { regionArrayFree } from "./region/free-array";
export { regionsCollect } from "./region/collect/collect";
export { leastBytes } from "./region/pace";
export { regionRenew, regionReturn } from "./region/close";
export { markCovers, regionAround, regionStart } from "./region/owner";
export { markNone, markOwn, marksFilled, markSet, marksTell } from "./region/checkpoint";
export { frameLimit, frameTop, poisonFrames, regionGrow, regionsInit } from "./region/region";
export { marksReturn } from "./region/collect/at-return";
export { regionsStatistics } from "./region/statistics";
export { sparseAlloc } from "./sparse/alloc";
export {
  chooseSparse,
  sparseSetEntries,
  sparseSetPercent,
  sparseStatistics,
  sparseWasteBytes,
  sparseWastePercent,
} from "./sparse/descriptor";
export { sparseFree } from "./sparse/free";
export { sparseGrow } from "./sparse/grow";
export { sparseClose, sparseLeave } from "./sparse/leave";
export { sparseReach, sparseStart, sparseSweep, sparseTrace } from "./sparse/reach";
export { handleFree, handleGet, handleNew, handleSet } from "./roots/handles";
export { shadowLimit, shadowTop } from "./roots/shadow";

/** @returns why the last call that returned 0 for lack of memory failed: 1 heap limit reached, 2 memory.grow refused */
export function lastError(): i32 {
  return chunksError();
}

/** Collects the nursery, and the mature space too if its threshold is reached. A safepoint. */
export function collectMinor(): void {
  collect(false);
}

/** Collects the whole heap in one pause. A safepoint. */
export function collectMajor(): void {
  collect(true);
}

/**
 * Finds the start of the object around an address.
 * @param addr an address that a Slice may hold
 * @returns the address of the object's header; 0 when `addr` is not in the heap
 */
export function startOf(addr: usize): usize {
  return isYoung(addr) ? youngStartNow(addr) : matureStart(addr);
}

/** Brings the statistics block up to date. @returns its address; gc/statistics.ts draws it */
export function statistics(): usize {
  return refresh(true);
}

/**
 * Counts allocation by shape.
 * @returns the address of the table, which gc/census.ts draws; 0 without the setting `census`
 */
export function allocated(): usize {
  return census ? censusNow() : 0;
}

/** Debug: walks the whole heap. @returns 0, or the number of a broken invariant (debug/verify.ts); -1 in release */
export function verify(): i32 {
  return DEBUG ? verifyHeap() : -1;
}

/** Debug: walks a sparse stack. @returns 0, or the number of a broken invariant (debug/sparse.ts); -1 in release */
export function sparseVerify(stack: usize): i32 {
  return DEBUG ? verifySparse(stack) : -1;
}

/** Debug: collects at every `allocations`-th allocation from now on; 0 for never. */
export function setZeal(allocations: u32): void {
  if (DEBUG) setZealEvery(allocations);
}

/** Debug: refuses the `count`-th memory.grow from now on; 0 for none. */
export function refuseGrow(count: u32): void {
  if (DEBUG) refuseGrowAfter(count);
}

/** Debug: limits the entries of the mark stack and the chunks of the remembered set; 0 for no limit. */
export function limitTables(markEntries: u32, rememberedChunks: u32): void {
  if (!DEBUG) return;
  limitMarkStack(markEntries);
  limitRemembered(rememberedChunks);
}
