// Regions: objects that end together. A region begins with some bytes on the stack of frames, right behind its
// descriptor, and goes on in segments of 1 KiB, 8 KiB and then 64 KiB; an object too large for one has a run of chunks.
//
//     region   0  top: where the next object begins      12  taken: bytes of its segments
//              4  limit: the end of the room there        16  last: its latest segment
//              8  first: its first segment, 0 for none    20  arrays: of arrays.ts
//                                                         24  bytes on the stack ..
//
// Compiled code opens a region by storing top and limit, and 0 in first and taken. It bumps small objects itself, and
// calls the core for large ones and beyond the limit.
//
//     frames   regionFrameTop | frame | frame | .. | regionFrameLimit
//
// A frame holds the regions of one call, behind the checkpoints that it needs (checkpoint.ts). The compiler decides its
// length. Compiled code passes a callee the address of its frame, so leaving a frame takes nothing. A host moves
// regionFrameTop instead.
//
// Invariants:
//   1. The last segment leads to 0.
//   2. Where a region has left the stack of frames before its limit there, a zero word follows its last object there.
// State: the two globals, exported to the program, and the credit.

import { DEBUG } from "../config";
import {
  ERROR_LIMIT,
  ERROR_NONE,
  GRANULE_BYTES,
  REGION_ARRAYS,
  REGION_BUMP_MAX_BYTES,
  REGION_BYTES,
  REGION_FIRST,
  REGION_LIMIT,
  REGION_STATISTICS_BYTES,
  REGION_TAKEN,
  REGION_TOP,
  WORD_BYTES,
} from "../contract";
import { alignUp } from "../memory/address";
import { chunksOpen } from "../memory/chunks";
import { poison } from "../memory/poison";
import { bytesBeforeMove } from "../object/header";
import { paceOpen } from "./pace";
import {
  ANY_RUN,
  CHUNK_KIND,
  indexOf,
  returnSegments,
  roomEnd,
  Segment,
  SEGMENT_HEADER_BYTES,
  segmentBytes,
  segmentOf,
  takeSegment,
} from "./segments";
import { countTaken, statisticsOpen } from "./statistics";

export let regionFrameTop: usize = 0;
export let regionFrameLimit: usize = 0;

/** Allocation credit: the bytes taken since the last collection at a return. The next one may not cost more. */
export let credit: u64 = 0;

@unmanaged
@final
export class Region {
  top: usize;
  limit: usize;
  first: usize;
  taken: usize;
  last: usize;
  /** Under `sparse`: the sparse stack for its arrays, with a flag; otherwise nothing. */
  arrays: usize;

  @inline static at(address: usize): Region {
    return changetype<Region>(address);
  }
}
if (offsetof<Region>() != REGION_BYTES) ERROR("Region must match REGION_BYTES");
if (offsetof<Region>("top") != REGION_TOP) ERROR("Region.top moved");
if (offsetof<Region>("limit") != REGION_LIMIT) ERROR("Region.limit moved");
if (offsetof<Region>("first") != REGION_FIRST) ERROR("Region.first moved");
if (offsetof<Region>("taken") != REGION_TAKEN) ERROR("Region.taken moved");
if (offsetof<Region>("arrays") != REGION_ARRAYS) ERROR("Region.arrays moved");
if (REGION_TAKEN != REGION_FIRST + WORD_BYTES) ERROR("compiled code stores first and taken as one");

/**
 * Opens the heap for `regions`.
 * @param framesBase address of the statistics block, behind which the stack of frames begins
 * @param heapBase address where the stack of frames ends, and the core's part of the memory begins
 * @param heapLimitBytes limit of all chunks together; 0 for no limit
 * @returns 0, or an ERROR_ code
 */
export function regionInit(framesBase: usize, heapBase: usize, heapLimitBytes: usize): i32 {
  if (alignUp(framesBase, GRANULE_BYTES) + REGION_STATISTICS_BYTES > heapBase) return ERROR_LIMIT;
  const error = chunksOpen(heapBase, heapLimitBytes);
  return error ? error : regionOpen(framesBase, heapBase, heapLimitBytes);
}

/**
 * Opens the regions in a heap that is open: beside the nursery and the mature space.
 * @param framesBase as for `regionInit`
 * @param framesEnd address where the stack of frames ends, at most where the heap begins
 * @param heapLimitBytes the limit that the heap has been opened with
 * @returns 0, or an ERROR_ code
 */
export function regionOpen(framesBase: usize, framesEnd: usize, heapLimitBytes: usize): i32 {
  const statistics = alignUp(framesBase, GRANULE_BYTES);
  regionFrameTop = statistics + REGION_STATISTICS_BYTES;
  regionFrameLimit = framesEnd;
  if (regionFrameTop > regionFrameLimit) return ERROR_LIMIT;
  paceOpen(heapLimitBytes);
  statisticsOpen(statistics);
  return ERROR_NONE;
}

/** Whether a region bumps on the stack of frames, up to `limit`. */
export function isOnStack(limit: usize): bool {
  return limit <= regionFrameLimit;
}

/**
 * Allocates what does not fit below the region's limit.
 * @param bytes a multiple of 8
 * @returns the address of memory with any content; 0 when out of memory
 */
export function regionGrow(at: usize, bytes: usize): usize {
  const region = Region.at(at);
  if (bytes > <usize>REGION_BUMP_MAX_BYTES) {
    const run = takeSegment(ANY_RUN, bytes, at);
    if (!run) return 0;
    append(region, run);
    return run + SEGMENT_HEADER_BYTES;
  }
  const segment = takeSegment(nextKind(region), bytes, at);
  if (!segment) return 0;
  leaveRoom(region);
  append(region, segment);
  const ref = segment + SEGMENT_HEADER_BYTES;
  region.top = ref + bytes;
  region.limit = roomEnd(segment);
  return ref;
}

/** One larger than the segment that the region bumps in now. */
function nextKind(region: Region): u32 {
  if (isOnStack(region.limit)) return 0;
  const kind = Segment.at(segmentOf(region.limit - 1)).kind + 1;
  return kind < CHUNK_KIND ? kind : CHUNK_KIND;
}

/** Notes where the objects end in the segment, or on the stack of frames, where the region has bumped until now. */
export function leaveRoom(region: Region): void {
  if (isOnStack(region.limit)) endOnStack(region.top, region.limit);
  else Segment.at(segmentOf(region.limit - 1)).used = region.top;
}

/** Notes that the objects of a region on the stack of frames, which has left it, end at `top`. */
export function endOnStack(top: usize, limit: usize): void {
  if (top < limit) store<usize>(top, 0);
}

/** How many bytes the objects from `top` on have that a region left on the stack of frames: few. */
export function bytesOnStack(top: usize, limit: usize): usize {
  let end = top;
  while (end < limit && load<usize>(end)) end += bytesBeforeMove(end);
  return end - top;
}

/** Puts a segment behind the others of a region. */
export function append(region: Region, segment: usize): void {
  const before: usize = region.first ? region.last : 0;
  if (before) Segment.at(before).next = segment;
  else region.first = segment;
  Segment.at(segment).previous = before;
  Segment.at(segment).index = indexOf(before) + 1;
  region.last = segment;
  noteTaken(region, segmentBytes(segment));
}

/** Counts bytes that a region has taken, for it and for all. */
export function noteTaken(region: Region, bytes: usize): void {
  region.taken += bytes;
  credit += bytes;
  countTaken(bytes);
}

/** Notes that there has been a collection at a return. */
export function spendCredit(): void {
  credit = 0;
}

/** Where the objects of a segment that is no run end. */
export function usedEnd(region: Region, segment: usize): usize {
  return region.limit == roomEnd(segment) ? region.top : Segment.at(segment).used;
}

/** Debug: makes the bytes of ended regions on the stack of frames useless. */
export function regionPoisonFrames(from: usize, to: usize): void {
  if (DEBUG) poison(from, to - from);
}
