// The pointers of objects in regions, for verification (regions.ts, 5, 7 and 9). Debug target only.
//
// Only what a collection has just copied is sure to be alive. An object that has died may refer to what has ended
// since, as long as nobody looks at it. State: the object whose pointers are checked.

import {
  COLLECTION_ROW_BYTES,
  GRANULE_SHIFT,
  OWNER_BLOCK,
  OWNER_NURSERY,
  REGION_BYTES,
  REGION_BROKEN_HEAP,
  REGION_BROKEN_POINTERS,
  REGION_BROKEN_REMEMBERED,
  REGION_STATISTICS_BYTES,
} from "../contract";
import { previousSetBit } from "../memory/bits";
import { isLarge, ownerOf } from "../memory/page-map";
import { objectBytes, shapeOf } from "../object/header";
import { PointerVisitor, visitPointers } from "../object/walk";
import { isSparseArray, visitArrays } from "../region/arrays";
import { Checkpoint, firstSince, isSince } from "../region/checkpoint";
import { rememberedCount, rememberedEntry } from "../region/remembered";
import { isYoungOnly, Row, tableBegin, tableEnd } from "../region/collection-table";
import { Generation } from "../region/generation";
import { bytesOnStack, isOnStack, Region, regionFrameLimit, usedEnd } from "../region/region";
import { isRun, roomEnd, Segment, SEGMENT_HEADER_BYTES, segmentOf } from "../region/segments";
import { regionStatistics } from "../region/statistics";
import { Entry, entryOf } from "../sparse/entry";
import { sparseStart } from "../sparse/reach";
import { isVerified, verifySegments } from "./regions";
import { isShape } from "./shapes";

const OK: i32 = 0;

/** The region of the object, and where what it may refer to on the stack of frames ends. */
let holder: usize = 0;
let stackEnd: usize = 0;
let broken: i32 = OK;

/** Asserts that what a collection has left refers only to what lives as long. */
export function verifySurvivorsOrTrap(): void {
  if (!isVerified()) return;
  assert(verifySegments() == OK);
  for (let at = tableBegin; at < tableEnd; at += COLLECTION_ROW_BYTES) {
    const row = Row.at(at);
    // Callers' regions end later than the frame of the call, which begins with the checkpoints of these.
    const checkpoint = row.generation ? Generation.at(row.generation).checkpoint : row.fill;
    stackEnd = row.region < checkpoint ? checkpoint : regionFrameLimit;
    assert(verifySurvivors(Checkpoint.at(row.fill)) == OK);
  }
}

/**
 * Asserts that no old object refers to what the collection that begins is about to move or to end, unless it is
 * remembered.
 */
export function verifyRememberedOrTrap(): void {
  if (!isVerified()) return;
  for (let at = tableBegin; at < tableEnd; at += COLLECTION_ROW_BYTES) {
    if (isYoungOnly(Row.at(at))) assert(verifyOld(Row.at(at)) == OK);
  }
}

/**
 * Checks the pointers of all objects of a region, for a host that sees to it that dead objects dangle no more than
 * others.
 * @param limit where its first bytes on the stack of frames end
 */
export function verifyObjects(at: usize, limit: usize): i32 {
  const region = Region.at(at);
  holder = at;
  stackEnd = limit;
  broken = OK;
  const first = at + REGION_BYTES;
  visitRange<PointerVerifier>(first, endBehind(region, first, limit));
  visitSegments<PointerVerifier>(region, region.first);
  visitArrays<PointersOfArrays>(at, 0, u64.MAX_VALUE, changetype<PointersOfArrays>(0));
  return broken;
}

function verifySurvivors(checkpoint: Checkpoint): i32 {
  holder = checkpoint.region;
  broken = OK;
  const region = Region.at(checkpoint.region);
  visitSegments<PointerVerifier>(region, firstSince(checkpoint));
  visitArrays<PointersOfArrays>(holder, checkpoint.serial, u64.MAX_VALUE, changetype<PointersOfArrays>(0));
  return broken;
}

/** Checks what is old in the region of a row. */
function verifyOld(row: Row): i32 {
  const region = Region.at(row.region);
  const first = Checkpoint.at(Generation.at(row.generation).checkpoint);
  const young = Checkpoint.at(row.fill);
  broken = OK;
  visitOld(row, first.top, endBehind(region, first.top, first.limit));
  let last = first.last;
  while (last != young.last) {
    last = last ? Segment.at(last).next : region.first;
    visitOld(row, last + SEGMENT_HEADER_BYTES, objectsEnd(region, last));
  }
  visitArrays<FixedArrays>(row.region, first.serial, young.serial, changetype<FixedArrays>(0));
  return broken;
}

/**
 * Where the objects from `top` on end that lie side by side, up to `limit` at most: as bytesWhereCheckpointed, for any
 * fill. Shared, it would make each module that has regions larger.
 */
function endBehind(region: Region, top: usize, limit: usize): usize {
  if (region.limit == limit) return region.top;
  return isOnStack(limit) ? top + bytesOnStack(top, limit) : Segment.at(segmentOf(limit - 1)).used;
}

/** Visits the objects from `from` on that lie in front of the young part. */
function visitOld(row: Row, from: usize, end: usize): void {
  const young = Checkpoint.at(row.fill);
  let ref = from;
  while (ref < end && !broken) {
    if (ref >= young.top && ref < young.limit) return;
    visitPointers<YoungVerifier>(ref, shapeOf(ref), changetype<YoungVerifier>(0));
    if (broken && isRemembered(Generation.at(row.generation), ref)) broken = OK;
    ref += objectBytes(ref, shapeOf(ref));
  }
}

function isRemembered(generation: Generation, ref: usize): bool {
  const count = rememberedCount(generation);
  for (let i: u32 = 0; i < count; i++) if (rememberedEntry(generation, i) == ref) return true;
  return false;
}

function visitSegments<V extends PointerVisitor>(region: Region, first: usize): void {
  for (let segment = first; segment; segment = Segment.at(segment).next) {
    visitRange<V>(segment + SEGMENT_HEADER_BYTES, objectsEnd(region, segment));
  }
}

function objectsEnd(region: Region, segment: usize): usize {
  const ref = segment + SEGMENT_HEADER_BYTES;
  return isRun(segment) ? ref + objectBytes(ref, shapeOf(ref)) : usedEnd(region, segment);
}

function visitRange<V extends PointerVisitor>(from: usize, end: usize): void {
  for (let ref = from; ref < end && !broken; ref += objectBytes(ref, shapeOf(ref))) {
    visitPointers<V>(ref, shapeOf(ref), changetype<V>(0));
  }
}

/** Checks that a pointer leads to an object that ends no sooner. */
@final
@unmanaged
class PointerVerifier {
  box(slot: usize): void {
    const addr = load<usize>(slot);
    const isImmediate = (addr & 1) != 0;
    if (isImmediate || isConstant(addr)) return;
    if (isInHeap(addr)) broken = REGION_BROKEN_HEAP;
    else if (startOf(addr) != addr || !isShape(load<usize>(addr))) broken = REGION_BROKEN_POINTERS;
  }

  slice(slot: usize): void {
    const addr = load<usize>(slot);
    if (isConstant(addr)) return;
    if (isInHeap(addr)) broken = REGION_BROKEN_HEAP;
    else if (!startOf(addr)) broken = REGION_BROKEN_POINTERS;
  }
}

@final
@unmanaged
class PointersOfArrays {
  array(at: usize): void {
    const ref = Entry.at(at).object;
    visitPointers<PointerVerifier>(ref, shapeOf(ref), changetype<PointerVerifier>(0));
  }
}

/** Checks that a pointer does not lead behind a checkpoint. */
@final
@unmanaged
class YoungVerifier {
  box(slot: usize): void {
    this.slice(slot);
  }

  slice(slot: usize): void {
    const addr = load<usize>(slot);
    if (isConstant(addr)) return;
    for (let at = tableBegin; at < tableEnd; at += COLLECTION_ROW_BYTES) {
      if (isCollected(Checkpoint.at(Row.at(at).fill), addr)) broken = REGION_BROKEN_REMEMBERED;
    }
  }
}

/** Of arrays whose pointers never change: a collection visits the others without a set. */
@final
@unmanaged
class FixedArrays {
  array(at: usize): void {
    const ref = Entry.at(at).object;
    const shape = shapeOf(ref);
    if (!shape.mayChange) visitPointers<YoungVerifier>(ref, shape, changetype<YoungVerifier>(0));
  }
}

/** Whether an address is one of the collected heap, which lies beside the regions where a program needs it. */
function isInHeap(addr: usize): bool {
  const owner = ownerOf(addr);
  return owner == OWNER_NURSERY || owner == OWNER_BLOCK || isLarge(owner);
}

/** 0, or an object among the program's data. */
function isConstant(addr: usize): bool {
  return addr < regionStatistics() + REGION_STATISTICS_BYTES;
}

/**
 * The start of the object around an address, if an object of `holder` may refer to it; 0 otherwise. On the stack of
 * frames it is the address itself: there are no start bits.
 */
function startOf(addr: usize): usize {
  if (addr < regionFrameLimit) return addr < stackEnd ? addr : 0;
  if (isSparseArray(addr)) {
    const start = sparseStart(addr);
    return start && <usize>Entry.at(entryOf(start)).owner <= holder ? start : 0;
  }
  const segment = segmentOf(addr);
  const first = segment + SEGMENT_HEADER_BYTES;
  if (!segment || addr < first) return 0;
  const owner = Segment.at(segment).owner;
  if (!owner || owner > holder) return 0;
  let start = first;
  if (!isRun(segment)) {
    const granule = previousSetBit(roomEnd(segment), (addr - segment) >> GRANULE_SHIFT);
    if (granule < 0) return 0;
    start = segment + ((<usize>granule) << GRANULE_SHIFT);
  }
  return addr - start < objectBytes(start, shapeOf(start)) ? start : 0;
}

/** Whether what lies at an address was allocated since a checkpoint: as isSince says, but exactly. */
function isCollected(checkpoint: Checkpoint, addr: usize): bool {
  if (!isSparseArray(addr)) return isSince(checkpoint, addr);
  const start = sparseStart(addr);
  if (!start) return false;
  const entry = Entry.at(entryOf(start));
  return <usize>entry.owner == checkpoint.region && entry.serial > checkpoint.serial;
}
