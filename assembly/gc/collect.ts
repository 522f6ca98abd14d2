// When to collect, and what to keep back so that a collection that has begun can finish.
//
// After every collection the provider is asked for the evacuation reserve: enough free chunks to hold all survivors of a
// full nursery, however they pack, and the mark stack. If it cannot be had, the nursery is used only as far as what there is
// reserves for; when that is next to nothing, the program is out of memory, with the heap intact.
//
// State: when the next major collection is due; zeal.

import {
  DEBUG,
  GROWTH_DEFAULT_PERCENT,
  INLINE_MAX_BYTES,
  LARGE_MIN_BYTES,
  MAJOR_MIN_BYTES,
  MAJOR_SMALL_BYTES,
  YOUNG_MAX_BYTES,
} from "../config";
import { verifyMarksOrTrap, verifyOrTrap } from "../debug/verify";
import { evacuateBegin, evacuateEnd } from "../mature/lines/evacuate";
import { keepInBlock, keepLarge, markBegin, markedBytes, markRest, markStep } from "../mature/mark";
import { isMarking, PHASE_IDLE, PHASE_MARKING, PHASE_SWEEPING, phase, setPhase } from "../mature/phase";
import { rememberedOverflowed } from "../mature/remembered";
import { begunBlocks, blockYield } from "../mature/space";
import { sweepBegin, sweepRest, sweepStep } from "../mature/sweep";
import { chunksAvailable, ensureFree, setReserve } from "../memory/chunks";
import { collected } from "../memory/host";
import { incremental, isHurried, isLate, pauseBegin, pauseGoesOn, pauseMs, setHurried } from "../memory/clock";
import { poison } from "../memory/poison";
import { barrierSet } from "../nursery/barrier";
import { limitNursery, nurseryBase, nurseryTop, nurseryUsed, setNurseryEnd } from "../nursery/bump";
import { collectNursery } from "../nursery/minor";
import { nurserySize, sizeAfter } from "../nursery/size";
import { startsLimit } from "../nursery/starts/finder";
import { census, censusCount, censusNow, censusReset } from "./census";
import { countPause, counters, STEP_BEGIN, STEP_END, STEP_MARK, STEP_MARKED, STEP_SWEEP } from "./statistics";

/** Chunks that are always kept back: without a mark stack nothing could ever be freed again. */
const RESERVE_MARK_CHUNKS: u32 = 1;

/** Bytes marked in a step for each byte promoted, at least. */
const MARK_PER_PROMOTED: u64 = 2;

let growthPercent: u32 = 0;
let youngMax: usize = 0;
/** Debug: collect at every zeal-th allocation; 0 for never. */
let zeal: u32 = 0;
let allocationsUntilZeal: u32 = 0;

export function collectOpen(growth: u32): void {
  growthPercent = growth ? growth : GROWTH_DEFAULT_PERCENT;
  zeal = 0;
  youngMax = nurserySize() >> 2 < YOUNG_MAX_BYTES ? nurserySize() >> 2 : YOUNG_MAX_BYTES;
  counters().majorAtBytes = MAJOR_MIN_BYTES;
  barrierSet();
  prepareNursery();
}

/** The largest object born in the nursery, in bytes. */
export function youngMaxBytes(): usize {
  return youngMax;
}

export function setZealEvery(allocations: u32): void {
  zeal = allocationsUntilZeal = allocations;
  setHurried(isZealous());
  openNursery();
}

export function isZealous(): bool {
  return DEBUG && zeal != 0;
}

/** Collects at every zeal-th call; every eighth time the whole heap, or every 1024th where it is done in steps. */
export function zealousCollect(): void {
  if (--allocationsUntilZeal != 0) return;
  allocationsUntilZeal = zeal;
  const whole: u32 = incremental ? 1023 : 7;
  collect((counters().minorCollections & whole) == whole);
}

/** What a block is sure to hold of survivors. */
function survivorYield(): usize {
  return blockYield(youngMax > INLINE_MAX_BYTES ? youngMax : INLINE_MAX_BYTES);
}

/** Chunks that the reserve has beyond the survivors': blocks begun, and the mark stack. */
function extraChunks(): u32 {
  return begunBlocks() + RESERVE_MARK_CHUNKS;
}

function reserveFor(bytes: usize): u32 {
  return <u32>((bytes + survivorYield() - 1) / survivorYield()) + extraChunks();
}

let usable: usize = 0;

function openNursery(): void {
  setNurseryEnd(usable);
  limitFastPath();
}

/** Sets how far the inlined bump may go before it comes to the slow path. */
export function limitFastPath(): void {
  startsLimit();
  if (isZealous()) limitNursery(nurseryTop);
}

/** Restores the reserve and opens the empty nursery as far as it goes; false when that is next to nothing. */
function prepareNursery(): bool {
  const size = nurserySize();
  const wanted = reserveFor(size);
  if (ensureFree(wanted)) {
    usable = size;
    setReserve(wanted);
  } else {
    const available = chunksAvailable(wanted);
    usable = available > extraChunks() ? <usize>(available - extraChunks()) * survivorYield() : 0;
    // A sliver would only mean a collection at every few allocations before the end.
    if (usable < size >> 4 || usable < INLINE_MAX_BYTES) usable = 0;
    if (usable > size) usable = size;
    setReserve(usable ? available : RESERVE_MARK_CHUNKS);
  }
  openNursery();
  return usable == size;
}

/** Gives up the reserve of the empty nursery; the next young allocation collects, which opens it as far as it goes then. */
export function closeNursery(): void {
  usable = 0;
  setReserve(RESERVE_MARK_CHUNKS);
  openNursery();
}

function minor(): void {
  const now = counters();
  if (census) censusNow();
  const used = nurseryUsed();
  now.minorCollections++;
  now.nurseryBytes += used;
  if (rememberedOverflowed()) now.rememberedOverflows++;
  const promoted = collectNursery();
  now.lastNurseryBytes = used;
  now.lastPromotedBytes = promoted;
  now.promotedBytes += promoted;
  now.matureBytes += promoted;
  sizeAfter(used, promoted, now.liveBytes);
  if (census) censusReset();
  if (DEBUG) poison(nurseryBase, used);
}

function setPhaseTo(to: u32): void {
  setPhase(to);
  barrierSet();
}

/** The nursery is empty, and so are the phases before. @returns false when there is no memory for the mark stack */
function beginMajor(): bool {
  if (!markBegin()) return false;
  setPhaseTo(PHASE_MARKING);
  return true;
}

/** Everything is marked. */
function beginSweep(): void {
  evacuateEnd();
  if (DEBUG) verifyMarksOrTrap();
  setPhaseTo(PHASE_SWEEPING);
  sweepBegin();
  const now = counters();
  now.majorCollections++;
  now.liveBytes = now.matureBytes = markedBytes();
  now.majorAtBytes = nextMajorAt(now.liveBytes);
}

function nextMajorAt(live: u64): u64 {
  const due = (live * <u64>(100 + growthPercent)) / 100;
  // A small heap may grow faster: marking it anew and anew costs more than what it takes.
  const small = live << 2 < MAJOR_SMALL_BYTES ? live << 2 : MAJOR_SMALL_BYTES;
  const least = small > MAJOR_MIN_BYTES ? small : MAJOR_MIN_BYTES;
  return due > least ? due : least;
}

/** Goes on with the major collection, or begins one that is due, as far as the pause allows. */
function stepMajor(): void {
  const now = counters();
  if (phase == PHASE_IDLE) {
    if ((now.matureBytes < now.majorAtBytes && !isZealous()) || !beginMajor()) return;
    now.lastSteps |= STEP_BEGIN;
  }
  pauseGoesOn();
  if (phase == PHASE_MARKING) {
    now.lastSteps |= STEP_MARK;
    // So that marking ends however short pauses are: when this cycle began with n bytes, at most n / 2 more come to it.
    if (!markStep(isHurried() ? 0 : now.lastPromotedBytes * MARK_PER_PROMOTED)) return;
    beginSweep();
    now.lastSteps |= STEP_MARKED;
    if (isLate()) return;
  }
  now.lastSteps |= STEP_SWEEP;
  if (!sweepStep()) return;
  setPhaseTo(PHASE_IDLE);
  now.lastSteps |= STEP_END;
}

/** Ends the major collection that has been begun. */
function endMajor(): void {
  const now = counters();
  if (phase == PHASE_IDLE) return;
  if (phase == PHASE_MARKING) {
    markRest();
    beginSweep();
  }
  sweepRest();
  setPhaseTo(PHASE_IDLE);
  now.lastSteps |= STEP_MARK | STEP_MARKED | STEP_SWEEP | STEP_END;
}

/** A whole major collection, of everything that is dead now, in one pause: so objects may be moved. */
function major(): void {
  endMajor();
  evacuateBegin(isZealous());
  if (!beginMajor()) {
    evacuateEnd();
    return;
  }
  counters().lastSteps |= STEP_BEGIN;
  endMajor();
}

/** Collects the nursery; the whole heap as well if asked to, if it is due, or if the reserve cannot be had otherwise. */
export function collect(whole: bool): void {
  if (DEBUG) verifyOrTrap();
  pauseBegin();
  counters().lastSteps = 0;
  minor();
  const full = whole || (!incremental && counters().matureBytes >= counters().majorAtBytes);
  if (full) major();
  else if (incremental) stepMajor();
  let opened = prepareNursery();
  if (!opened && phase != PHASE_IDLE) {
    endMajor();
    opened = prepareNursery();
  }
  if (!opened && !full) {
    major();
    prepareNursery();
  }
  const block = countPause(pauseMs());
  if (DEBUG) verifyOrTrap();
  collected(block);
}

/** Collects the whole heap, or goes on with that, if it is due before an object of `bytes` is born outside the nursery. */
export function collectBeforeOld(bytes: usize): void {
  const now = counters();
  if (now.matureBytes + bytes >= now.majorAtBytes) collect(!incremental);
}

/** Accounts for an object of `bytes` born outside the nursery, of the shape at `shape`. */
export function countOld(ref: usize, bytes: usize, shape: usize): void {
  if (census) censusCount(shape, bytes);
  counters().matureBytes += bytes;
  if (!isMarking()) return;
  if (bytes >= LARGE_MIN_BYTES) keepLarge(ref, bytes);
  else keepInBlock(ref, bytes);
}
