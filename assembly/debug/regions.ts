// Verification of regions. Each invariant has a number. Debug target only.
//
//   1 the segments of a region are linked both ways, its first behind 0 and its last in front of 0
//   2 a segment that is not free belongs to the region that lists it, and is of the kind that the page map says
//   3 what a region has taken is the sum of its segments and of its arrays on sparse stacks
//   4 the objects of a segment leave no gap and have shapes, up to where the region has filled it
//   5 a pointer leads to an object of the same region, or of one that ends later (region-pointers.ts)
//   6 what was allocated since a checkpoint lies behind it, and what is young lies behind what is old
//   7 an old object that is not remembered refers to nothing young (region-pointers.ts)
//   8 sparse stacks: as debug/sparse.ts says; the owner of an array is a region that knows that it has arrays
//   9 no pointer leads to the heap that may lie beside the regions (region-pointers.ts)
//
// The page map leads to all segments and extents, and their owners to all regions that have any. The walk over the
// objects of a segment sets its start bits, which only a collection needs otherwise, and sets anew.
//
// State: what the walk counts, and whether the collection that is under way is verified.

import { DEBUG } from "../config";
import {
  CHECKPOINT_BYTES,
  CHUNK_BYTES,
  COLLECTION_ROW_BYTES,
  FIRST_ADDRESS,
  GRANULE_BYTES,
  GRANULE_SHIFT,
  OWNER_EXTENT,
  OWNER_SEGMENT_RUN,
  OWNER_SEGMENTS,
  REGION_BROKEN_ARRAYS,
  REGION_BROKEN_CHECKPOINTS,
  REGION_BROKEN_LISTS,
  REGION_BROKEN_OBJECTS,
  REGION_BROKEN_OWNERS,
  REGION_BROKEN_TAKEN,
  WORD_BYTES,
} from "../contract";
import { chunkAddress } from "../memory/address";
import { setBit } from "../memory/bits";
import { chunksEnd, chunksFirst } from "../memory/chunks";
import { ownerOfChunk } from "../memory/page-map";
import { objectBytes, shapeOf } from "../object/header";
import { hasArrays, stackOf, visitArrays } from "../region/arrays";
import { Checkpoint } from "../region/checkpoint";
import { Row, tableBegin, tableEnd } from "../region/collection-table";
import { Generation, isOfCaller, youngOf } from "../region/generation";
import { Region, regionFrameLimit, usedEnd } from "../region/region";
import {
  CHUNK_KIND,
  indexOf,
  isCutOff,
  isRun,
  roomEnd,
  Segment,
  SEGMENT_HEADER_BYTES,
  segmentBytes,
  segmentOf,
} from "../region/segments";
import { counters } from "../region/statistics";
import { Stack } from "../sparse/descriptor";
import { Entry } from "../sparse/entry";
import { Extent } from "../sparse/extent";
import { isFreed } from "../sparse/free-set";
import { isShape } from "./shapes";
import { verifySparse } from "./sparse";

const OK: i32 = 0;

/** While more is in use, only one in so many collections is verified: a walk over all of it takes longer than these. */
const ALWAYS_BYTES: u32 = 64 << 10;
const SELDOM: u32 = 16;

/** Segments that have an owner, and those that the lists of these owners have. */
let owned: u32 = 0;
let listed: u32 = 0;
/** Of the arrays of a region. */
let arrayBytes: usize = 0;

/** Walks all regions that have segments or arrays. @returns 0, or the number of a broken invariant */
export function verifyRegions(): i32 {
  const broken = verifySegments();
  if (broken) return broken;
  for (let chunk = chunksFirst(); chunk < chunksEnd(); chunk++) {
    if (ownerOfChunk(chunk) != OWNER_EXTENT) continue;
    const extent = Extent.at(chunkAddress(chunk));
    const stack = Stack.at(extent.stack);
    if (stack.extents == chunkAddress(chunk) && verifySparse(extent.stack)) return REGION_BROKEN_ARRAYS;
    const brokenArray = verifyArrays(stack, extent);
    if (brokenArray) return brokenArray;
  }
  return OK;
}

/** The same without arrays, also at the end of a collection. */
export function verifySegments(): i32 {
  owned = listed = 0;
  for (let chunk = chunksFirst(); chunk < chunksEnd(); chunk++) {
    const mapped = ownerOfChunk(chunk);
    const kind = mapped - OWNER_SEGMENTS;
    if (mapped != OWNER_SEGMENT_RUN && kind > CHUNK_KIND) continue;
    const end = chunkAddress(chunk) + CHUNK_BYTES;
    let segment = chunkAddress(chunk);
    while (segment < end && (mapped == OWNER_SEGMENT_RUN || isCutOff(segment, kind))) {
      const at = Segment.at(segment);
      if (mapped == OWNER_SEGMENT_RUN ? !isRun(segment) : at.kind != kind) return REGION_BROKEN_OWNERS;
      const broken = at.owner ? verifySegment(segment) : OK;
      if (broken) return broken;
      segment += segmentBytes(segment);
    }
  }
  // A segment on no list is one that its owner does not know.
  return owned == listed ? OK : REGION_BROKEN_LISTS;
}

/** Checks the checkpoints from `from` to `end`, which lie side by side, where all regions are in order. */
export function verifyCheckpoints(from: usize, end: usize): i32 {
  for (let at = from; at < end; at += CHECKPOINT_BYTES) {
    if (Checkpoint.at(at).region && !isBehind(Checkpoint.at(at))) return REGION_BROKEN_CHECKPOINTS;
  }
  return OK;
}

/** Checks the checkpoints that a collection has in its table, and what of their regions is old. */
function verifyTable(): i32 {
  for (let at = tableBegin; at < tableEnd; at += COLLECTION_ROW_BYTES) {
    const row = Row.at(at);
    const generation = row.generation;
    if (!isBehind(Checkpoint.at(row.fill))) return REGION_BROKEN_CHECKPOINTS;
    if (!generation || !Generation.at(generation).epoch) continue;
    const first = Checkpoint.at(Generation.at(generation).checkpoint);
    const young = Checkpoint.at(youngOf(generation));
    // Compiled code removes the epoch when it resets a region with segments: there it looks no further.
    if ((!isOfCaller(generation) && !Region.at(row.region).first) || young.taken < first.taken)
      return REGION_BROKEN_CHECKPOINTS;
    if (!isBehind(first) || !isBehind(young)) return REGION_BROKEN_CHECKPOINTS;
  }
  return OK;
}

/** Whether the collection that is under way is verified. */
let verified: bool = false;

export function isVerified(): bool {
  return DEBUG && verified;
}

/** Asserts that all regions are in order as a collection begins, and the checkpoints that it has in its table. */
export function verifyBeginOrTrap(): void {
  if (!DEBUG) return;
  verified = counters().usedBytes <= ALWAYS_BYTES || counters().collections % SELDOM == 0;
  verifyEndOrTrap();
}

/** Asserts the same as the collection ends. */
export function verifyEndOrTrap(): void {
  if (!isVerified()) return;
  assert(verifyRegions() == OK);
  assert(verifyTable() == OK);
}

/** Asserts that the list of a region is in order. */
export function verifyListOrTrap(at: usize): void {
  if (DEBUG) assert(verifyList(at) == OK);
}

/** Whether the segments behind a checkpoint are later than its last, and are what the region has taken since. */
function isBehind(checkpoint: Checkpoint): bool {
  const region = Region.at(checkpoint.region);
  const last = checkpoint.last;
  if (checkpoint.top > checkpoint.limit || checkpoint.taken > region.taken) return false;
  let segment = region.first;
  if (last) {
    while (segment && segment != last) segment = Segment.at(segment).next;
    if (!segment) return false;
    segment = Segment.at(segment).next;
  }
  let taken = checkpoint.taken;
  for (; segment; segment = Segment.at(segment).next) {
    if (Segment.at(segment).index <= indexOf(last)) return false;
    taken += segmentBytes(segment);
  }
  // Older arrays grow, and may be freed alone.
  return taken == region.taken || hasArrays(region);
}

/** Where a region may be: among the program's data, or on the stack of frames. */
function isRegion(at: usize): bool {
  return at >= <usize>FIRST_ADDRESS && at < regionFrameLimit && (at & (WORD_BYTES - 1)) == 0;
}

function verifySegment(segment: usize): i32 {
  owned++;
  const at = Segment.at(segment);
  if (!isRegion(at.owner)) return REGION_BROKEN_OWNERS;
  if (!at.previous) {
    if (Region.at(at.owner).first != segment) return REGION_BROKEN_LISTS;
    const broken = verifyList(at.owner);
    if (broken) return broken;
  }
  return walk(segment) ? OK : REGION_BROKEN_OBJECTS;
}

/** Walks the segments of a region. @returns 0, or the number of a broken invariant */
function verifyList(at: usize): i32 {
  const region = Region.at(at);
  arrayBytes = 0;
  visitArrays<ArrayBytes>(at, 0, u64.MAX_VALUE, changetype<ArrayBytes>(0));
  let taken = arrayBytes;
  let previous: usize = 0;
  for (let segment = region.first; segment; segment = Segment.at(segment).next) {
    if (segmentOf(segment) != segment) return REGION_BROKEN_LISTS;
    if (Segment.at(segment).owner != at) return REGION_BROKEN_OWNERS;
    if (Segment.at(segment).previous != previous) return REGION_BROKEN_LISTS;
    taken += segmentBytes(segment);
    previous = segment;
    listed++;
  }
  if (previous && region.last != previous) return REGION_BROKEN_LISTS;
  // Without memory for the set of freed entries, a freed array cannot be told from others.
  const isExact = !hasArrays(region) || !Stack.at(stackOf(region)).lost;
  return taken == region.taken || (!isExact && taken > region.taken) ? OK : REGION_BROKEN_TAKEN;
}

@final
@unmanaged
class ArrayBytes {
  array(at: usize): void {
    arrayBytes += Entry.at(at).bytes;
  }
}

/** Sets the start bits of a segment. @returns false when its objects are not in order */
function walk(segment: usize): bool {
  let ref = segment + SEGMENT_HEADER_BYTES;
  const most = roomEnd(segment);
  if (isRun(segment)) return isObject(ref, most);
  const end = usedEnd(Region.at(Segment.at(segment).owner), segment);
  if (end < ref || end > most) return false;
  memory.fill(most, 0, segmentBytes(segment) - (most - segment));
  while (ref < end) {
    if (!isObject(ref, end)) return false;
    setBit(most, (ref - segment) >> GRANULE_SHIFT);
    ref += objectBytes(ref, shapeOf(ref));
  }
  return true;
}

/** Whether an object lies at an address and ends in front of another. */
function isObject(ref: usize, end: usize): bool {
  if (end - ref < <usize>GRANULE_BYTES || !isShape(load<usize>(ref))) return false;
  return objectBytes(ref, shapeOf(ref)) <= end - ref;
}

/** Whether the arrays of an extent belong to regions that know of them, and have the stack that these name. */
function verifyArrays(stack: Stack, extent: Extent): i32 {
  let above: usize = 0;
  for (let at = extent.head; at != extent.base; at = Entry.at(at).previous) {
    const owner = <usize>Entry.at(at).owner;
    if (isFreed(stack.freed, at) || owner == above) continue;
    above = owner;
    if (!isRegion(owner) || !hasArrays(Region.at(owner)) || stackOf(Region.at(owner)) != extent.stack)
      return REGION_BROKEN_ARRAYS;
    // The others have been found by their segments.
    if (!Region.at(owner).first && verifyList(owner)) return REGION_BROKEN_TAKEN;
  }
  return OK;
}
