// What the core exports: functions that take and return numbers, and the globals that compiled code reads and moves.

import { DEBUG } from "./config";
import { verifyObjects } from "./debug/region-pointers";
import { verifyCheckpoints, verifyRegions } from "./debug/regions";
import { verifySparse } from "./debug/sparse";
import { verify as verifyHeap } from "./debug/verify";
import { censusNow, gcCensus } from "./gc/census";
import { collect, setZealEvery } from "./gc/collect";
import { refresh } from "./gc/statistics";
import { matureStart } from "./mature/space";
import { limitMarkStack } from "./mature/mark";
import { limitRemembered } from "./mature/remembered";
import { chunksError } from "./memory/chunks";
import { refuseGrowAfter } from "./memory/grow";
import { isYoung } from "./nursery/bump";
import { youngStartNow } from "./nursery/starts/finder";

export { gcAllocArray, gcAllocRecord, gcReserve } from "./gc/allocate";
export { gcCensus, gcChooseCensus } from "./gc/census";
export { shapeNew, shapeNewWide } from "./gc/immortal";
export { gcInit } from "./gc/open";
export { leakInit, leakLimit, leakRefill, leakRefillShared, leakTop } from "./leak/bump";
export {
  mallocAllocate,
  mallocFree,
  mallocLive,
  mallocOpen,
  mallocOwns,
  mallocReaches,
  mallocReallocate,
} from "./malloc/malloc";
export { nurseryBase, nurseryBytes, nurseryLimit, nurseryTop } from "./nursery/bump";
export { barrierBase, barrierBox, barrierBytes, barrierSlice } from "./nursery/barrier";
export { nurseryChooseStarts, nurseryStartFinder } from "./nursery/starts/finder";
export { nurseryStartBits } from "./nursery/starts/bitset";
export { nurserySideTop } from "./nursery/starts/side-stack";
export { matureChooseClasses, matureSizeClasses } from "./mature/kind";
export { gcChooseIncremental, gcChooseTimed, gcIncremental, gcTimed } from "./memory/clock";
export { memoryClear } from "./memory/copy";
export { gcAllInterior, gcChooseInterior } from "./object/interior";
export { candidatesReturn } from "./region/collect/candidates";
export {
  regionArrayGrow,
  regionArrayMayGrow,
  regionArrayNew,
  regionChooseSparseArrays,
  regionSparseArrays,
} from "./region/arrays";
export { regionArrayFree } from "./region/free-array";
export { checkpointsCollect, regionCollect } from "./region/collect/collect";
export { generationOwn, generationSet } from "./region/generation";
export { regionLeastBytes } from "./region/pace";
export { regionClose, regionReset } from "./region/close";
export { checkpointCovers, regionAround, regionStart } from "./region/owner";
export { checkpointNone, checkpointOwn, checkpointSet, checkpointsFilled, checkpointsTell } from "./region/checkpoint";
export {
  regionFrameLimit,
  regionFrameTop,
  regionGrow,
  regionInit,
  regionOpen,
  regionPoisonFrames,
} from "./region/region";
export { regionReleaseChunks } from "./region/segments";
export { checkpointsReturn } from "./region/collect/at-return";
export { checkpointsBeforeCall } from "./region/collect/before-call";
export { regionCountHeap, regionStatistics } from "./region/statistics";
export { sparseAlloc } from "./sparse/alloc";
export {
  sparseChooseLimits,
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
export function memoryLastError(): i32 {
  return chunksError();
}

/** Collects the nursery, and the mature space too if its threshold is reached. A safepoint. */
export function gcCollectMinor(): void {
  collect(false);
}

/** Collects the whole heap in one pause. A safepoint. */
export function gcCollectMajor(): void {
  collect(true);
}

/**
 * Finds the start of the object around an address.
 * @param addr an address that a Slice may hold
 * @returns the address of the object's header; 0 when `addr` is not in the heap
 */
export function gcStartOf(addr: usize): usize {
  return isYoung(addr) ? youngStartNow(addr) : matureStart(addr);
}

/** Brings the statistics block up to date. @returns its address; gc/statistics.ts draws it */
export function gcStatistics(): usize {
  return refresh(true);
}

/**
 * Counts allocation by shape.
 * @returns the address of the table, which gc/census.ts draws; 0 without the setting `gcCensus`
 */
export function gcAllocated(): usize {
  return gcCensus ? censusNow() : 0;
}

/** Debug: walks the whole heap. @returns 0, or the number of a broken invariant (debug/verify.ts); -1 in release */
export function gcVerify(): i32 {
  return DEBUG ? verifyHeap() : -1;
}

/** Debug: walks a sparse stack. @returns 0, or the number of a broken invariant (debug/sparse.ts); -1 in release */
export function sparseVerify(stack: usize): i32 {
  return DEBUG ? verifySparse(stack) : -1;
}

/**
 * Debug: walks all regions that have segments or arrays.
 * @returns 0, or the number of a broken invariant (debug/regions.ts); -1 in release
 */
export function regionVerify(): i32 {
  return DEBUG ? verifyRegions() : -1;
}

/**
 * Debug: checks the pointers of all objects of a region, behind regionVerify.
 * @param limit address where the region's first bytes on the stack of frames end
 * @returns as regionVerify
 */
export function regionVerifyObjects(region: usize, limit: usize): i32 {
  return DEBUG ? verifyObjects(region, limit) : -1;
}

/** Debug: checks the checkpoints from `from` to `end`, behind regionVerify. @returns as regionVerify */
export function checkpointsVerify(from: usize, end: usize): i32 {
  return DEBUG ? verifyCheckpoints(from, end) : -1;
}

/** Debug: collects at every `allocations`-th allocation from now on; 0 for never. */
export function gcSetZeal(allocations: u32): void {
  if (DEBUG) setZealEvery(allocations);
}

/** Debug: refuses the `count`-th memory.grow from now on; 0 for none. */
export function memoryRefuseGrow(count: u32): void {
  if (DEBUG) refuseGrowAfter(count);
}

/** Debug: limits the entries of the mark stack and the chunks of the remembered set; 0 for no limit. */
export function gcLimitTables(markEntries: u32, rememberedChunks: u32): void {
  if (!DEBUG) return;
  limitMarkStack(markEntries);
  limitRemembered(rememberedChunks);
}
