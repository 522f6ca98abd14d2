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

/** Why the last call that returned 0 for lack of memory failed: 1 heap limit, 2 memory.grow refused. */
export function lastError(): i32 {
  return chunksError();
}

/** Collects the nursery, and the whole heap if that is due. A safepoint. */
export function collectMinor(): void {
  collect(false);
}

/** Collects the whole heap. A safepoint. */
export function collectMajor(): void {
  collect(true);
}

/** The start of the object around `addr`, for a Slice that points there; 0 when `addr` is not in the heap. */
export function startOf(addr: usize): usize {
  return isYoung(addr) ? youngStartNow(addr) : matureStart(addr);
}

/** Brings the statistics block up to date; its address (layout in gc/statistics.ts). */
export function statistics(): usize {
  return refresh(true);
}

/** What has been allocated by shape: the address of the table (layout in gc/census.ts), 0 where the census is not chosen. */
export function allocated(): usize {
  return census ? censusNow() : 0;
}

/** Debug: walks the whole heap; 0, or the number of a broken invariant (debug/verify.ts). */
export function verify(): i32 {
  return DEBUG ? verifyHeap() : -1;
}

/** Debug: walks a sparse stack; 0, or the number of a broken invariant (debug/sparse.ts). */
export function sparseVerify(stack: usize): i32 {
  return DEBUG ? verifySparse(stack) : -1;
}

/** Debug: collects at every `allocations`-th allocation from now on; 0 stops that. */
export function setZeal(allocations: u32): void {
  if (DEBUG) setZealEvery(allocations);
}

/** Debug: the `count`-th memory.grow from now on is refused; 0 for none. */
export function refuseGrow(count: u32): void {
  if (DEBUG) refuseGrowAfter(count);
}

/** Debug: at most so many entries on the mark stack and chunks of remembered set; 0 for the usual. */
export function limitTables(markEntries: u32, rememberedChunks: u32): void {
  if (!DEBUG) return;
  limitMarkStack(markEntries);
  limitRemembered(rememberedChunks);
}
