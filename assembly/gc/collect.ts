// Decides when to collect, and what to keep back so that a collection that has begun can finish.
//
// After every collection it asks the chunk provider for the evacuation reserve: enough free chunks for all survivors of
// a full nursery, however they pack, and for the mark stack. If the reserve cannot be had, the nursery is used only as
// far as the free chunks suffice. When that is next to nothing, the program is out of memory, with the heap intact.
//
// State: the growth, the largest young object, how far the nursery may be used; zeal.

import {
  DEBUG,
  GROWTH_DEFAULT_PERCENT,
  LARGE_MIN_BYTES,
  MAJOR_MIN_BYTES,
  MAJOR_SMALL_BYTES,
  YOUNG_MAX_BYTES,
} from "../config";
import {
  INLINE_MAX_BYTES,
  PHASE_IDLE,
  PHASE_MARKING,
  PHASE_SWEEPING,
  STEP_BEGIN,
  STEP_END,
  STEP_MARK,
  STEP_MARKED,
  STEP_SWEEP,
} from "../contract";
import { verifyMarksOrTrap, verifyOrTrap } from "../debug/verify";
import { evacuateBegin, evacuateEnd } from "../mature/lines/evacuate";
import { keepInBlock, keepLarge, markBegin, markedBytes, markRest, markStep } from "../mature/mark";
import { isMarking, phase, setPhase } from "../mature/phase";
import { rememberedOverflowed } from "../mature/remembered";
import { begunBlocks, blockYield } from "../mature/space";
import { sweepBegin, sweepRest, sweepStep } from "../mature/sweep";
import { chunksAvailable, ensureFree, setReserve } from "../memory/chunks";
import { collected } from "../memory/host";
import { gcIncremental, isHurried, isLate, pauseBegin, pauseGoesOn, pauseMs, setHurried } from "../memory/clock";
import { poison } from "../memory/poison";
import { barrierSet } from "../nursery/barrier";
import { limitNursery, nurseryBase, nurseryTop, nurseryUsed, setNurseryEnd } from "../nursery/bump";
import { collectNursery } from "../nursery/minor";
import { nurserySize, sizeAfter } from "../nursery/size";
import { startsLimit } from "../nursery/starts/finder";
import { censusCount, censusNow, censusReset, gcCensus } from "./census";
import { counters, countPause } from "./statistics";

/** Chunks that are always kept back: without a mark stack nothing could be freed any more. */
const RESERVE_MARK_CHUNKS: u32 = 1;

/** The least number of bytes that a step marks for each byte promoted. */
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

/** The size of the largest objects born in the nursery, in bytes. */
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

/** Collects at every zeal-th call. Every eighth collection is of the whole heap; in steps, every 1024th. */
export function zealousCollect(): void {
  if (--allocationsUntilZeal != 0) return;
  allocationsUntilZeal = zeal;
  const whole: u32 = gcIncremental ? 1023 : 7;
  collect((counters().minorCollections & whole) == whole);
}

/** The bytes of survivors that a block holds in any case. */
function survivorYield(): usize {
  return blockYield(youngMax > <usize>INLINE_MAX_BYTES ? youngMax : INLINE_MAX_BYTES);
}

/** The chunks of the reserve beyond those for survivors: for blocks begun, and for the mark stack. */
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

/** Sets the limit that the inlined bump compares with. */
export function limitFastPath(): void {
  startsLimit();
  if (isZealous()) limitNursery(nurseryTop);
}

/**
 * Restores the reserve, and opens the empty nursery as far as the reserve goes.
 * @returns whether that is its whole size
 */
function prepareNursery(): bool {
  const size = nurserySize();
  const wanted = reserveFor(size);
  if (ensureFree(wanted)) {
    usable = size;
    setReserve(wanted);
  } else {
    const available = chunksAvailable(wanted);
    usable = available > extraChunks() ? <usize>(available - extraChunks()) * survivorYield() : 0;
    // With a sliver of a nursery every few allocations would collect.
    if (usable < size >> 4 || usable < <usize>INLINE_MAX_BYTES) usable = 0;
    if (usable > size) usable = size;
    setReserve(usable ? available : RESERVE_MARK_CHUNKS);
  }
  openNursery();
  return usable == size;
}

/** Gives up the reserve of the empty nursery. The next young allocation collects, and that opens the nursery again. */
export function closeNursery(): void {
  usable = 0;
  setReserve(RESERVE_MARK_CHUNKS);
  openNursery();
}

function minor(): void {
  const now = counters();
  if (gcCensus) censusNow();
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
  if (gcCensus) censusReset();
  if (DEBUG) poison(nurseryBase, used);
}

function setPhaseTo(to: u32): void {
  setPhase(to);
  barrierSet();
}

/** Begins a cycle, with an empty nursery and no cycle under way. @returns false without memory for the mark stack */
function beginMajor(): bool {
  if (!markBegin()) return false;
  setPhaseTo(PHASE_MARKING);
  return true;
}

/** Begins the sweep: everything is marked. */
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
  // A small heap may grow faster: marking it again and again costs more than its memory.
  const small = live << 2 < MAJOR_SMALL_BYTES ? live << 2 : MAJOR_SMALL_BYTES;
  const least = small > MAJOR_MIN_BYTES ? small : MAJOR_MIN_BYTES;
  return due > least ? due : least;
}

/** Continues the major collection, or begins one whose threshold is reached, as far as the pause allows. */
function stepMajor(): void {
  const now = counters();
  if (phase == PHASE_IDLE) {
    if ((now.matureBytes < now.majorAtBytes && !isZealous()) || !beginMajor()) return;
    now.lastSteps |= STEP_BEGIN;
  }
  pauseGoesOn();
  if (phase == PHASE_MARKING) {
    now.lastSteps |= STEP_MARK;
    // So marking ends however short pauses are: to a cycle that began with n bytes, at most n / 2 more come.
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

/** Finishes the major collection that is under way, if one is. */
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

/** Runs a whole major collection in one pause. It frees everything that is dead now, and may move objects. */
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

/**
 * Collects the nursery. It also collects the mature space if its threshold is reached, or if the reserve cannot be had
 * otherwise.
 * @param whole whether to collect the whole heap in any case
 */
export function collect(whole: bool): void {
  if (DEBUG) verifyOrTrap();
  pauseBegin();
  counters().lastSteps = 0;
  minor();
  const full = whole || (!gcIncremental && counters().matureBytes >= counters().majorAtBytes);
  if (full) major();
  else if (gcIncremental) stepMajor();
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

/**
 * Collects if an object of `bytes`, which is to be born old, would reach the threshold: the whole heap, or a step of
 * it.
 */
export function collectBeforeOld(bytes: usize): void {
  const now = counters();
  if (now.matureBytes + bytes >= now.majorAtBytes) collect(!gcIncremental);
}

/** Counts an object of `bytes` that was born old, of the shape at `shape`, and keeps it if the heap is being marked. */
export function countOld(ref: usize, bytes: usize, shape: usize): void {
  if (gcCensus) censusCount(shape, bytes);
  counters().matureBytes += bytes;
  if (!isMarking()) return;
  if (bytes >= LARGE_MIN_BYTES) keepLarge(ref, bytes);
  else keepInBlock(ref, bytes);
}
