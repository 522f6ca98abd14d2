// When to collect, and what to keep back so that a collection that has begun can finish.
//
// After every collection the provider is asked for the evacuation reserve: enough free chunks to hold all survivors of a
// full nursery, however they pack, and the mark stack. If it cannot be had, the nursery is used only as far as what there is
// reserves for; when that is next to nothing, the program is out of memory, with the heap intact.
//
// State: when the next major collection is due; zeal.

import { DEBUG, GROWTH_DEFAULT_PERCENT, INLINE_MAX_BYTES, MAJOR_MIN_BYTES, YOUNG_MAX_BYTES } from "../config";
import { poisonNursery } from "../debug/poison";
import { verifyOrTrap } from "../debug/verify";
import { BLOCK_PAYLOAD_BYTES } from "../mature/block";
import { markAll, markedBytes } from "../mature/mark";
import { rememberedOverflowed } from "../mature/remembered";
import { sweepAll } from "../mature/sweep";
import { chunksAvailable, ensureFree, setReserve } from "../memory/chunks";
import { limitNursery, nurseryBase, nurseryTop, nurseryUsed, setNurseryEnd } from "../nursery/bump";
import { collectNursery } from "../nursery/minor";
import { nurserySize, sizeAfter } from "../nursery/size";
import { startsLimit } from "../nursery/starts";
import { counters } from "./statistics";

/** Chunks that are always kept back: without a mark stack nothing could ever be freed again. */
const RESERVE_MARK_CHUNKS: u32 = 1;
/** Chunks that the reserve has beyond the survivors': two blocks begun, and the mark stack. */
const RESERVE_EXTRA_CHUNKS: u32 = 2 + RESERVE_MARK_CHUNKS;

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
  prepareNursery();
}

/** The largest object born in the nursery, in bytes. */
export function youngMaxBytes(): usize {
  return youngMax;
}

export function setZealEvery(allocations: u32): void {
  zeal = allocationsUntilZeal = allocations;
  openNursery();
}

export function isZealous(): bool {
  return DEBUG && zeal != 0;
}

/** Collects at every zeal-th call; every eighth time the whole heap. */
export function zealousCollect(): void {
  if (--allocationsUntilZeal != 0) return;
  allocationsUntilZeal = zeal;
  collect((counters().minorCollections & 7) == 7);
}

/** What a block is sure to hold before an object does not fit. */
function blockYield(): usize {
  return BLOCK_PAYLOAD_BYTES - (youngMax > INLINE_MAX_BYTES ? youngMax : INLINE_MAX_BYTES);
}

function reserveFor(bytes: usize): u32 {
  return <u32>((bytes + blockYield() - 1) / blockYield()) + RESERVE_EXTRA_CHUNKS;
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
    const available = chunksAvailable();
    usable = available > RESERVE_EXTRA_CHUNKS ? <usize>(available - RESERVE_EXTRA_CHUNKS) * blockYield() : 0;
    // A sliver would only mean a collection at every few allocations before the end.
    if (usable < size >> 4) usable = 0;
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
  const used = nurseryUsed();
  now.minorCollections++;
  now.nurseryBytes += used;
  if (rememberedOverflowed()) now.rememberedOverflows++;
  const promoted = collectNursery();
  now.promotedBytes += promoted;
  now.matureBytes += promoted;
  sizeAfter(used, promoted, now.liveBytes);
  if (DEBUG) poisonNursery(nurseryBase, used);
}

/** The nursery is empty. */
function major(): void {
  const now = counters();
  if (!markAll()) return;
  sweepAll();
  now.majorCollections++;
  now.liveBytes = now.matureBytes = markedBytes();
  const due = (now.liveBytes * <u64>(100 + growthPercent)) / 100;
  now.majorAtBytes = due > MAJOR_MIN_BYTES ? due : MAJOR_MIN_BYTES;
}

/** Collects the nursery; the whole heap as well if asked to, if it is due, or if the reserve cannot be had otherwise. */
export function collect(whole: bool): void {
  if (DEBUG) verifyOrTrap();
  minor();
  const now = counters();
  if (whole || now.matureBytes >= now.majorAtBytes) {
    major();
    prepareNursery();
  } else if (!prepareNursery()) {
    major();
    prepareNursery();
  }
  if (DEBUG) verifyOrTrap();
}

/** Collects the whole heap if that is due before an object of `bytes` is born outside the nursery. */
export function collectBeforeOld(bytes: usize): void {
  const now = counters();
  if (now.matureBytes + bytes >= now.majorAtBytes) collect(true);
}

/** Accounts for an object born outside the nursery. */
export function countOld(bytes: usize): void {
  counters().matureBytes += bytes;
}
