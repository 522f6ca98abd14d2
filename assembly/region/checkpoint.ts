// Checkpoints, here called marks: how far a region was filled when a call began. A call may allocate in a region of its
// caller. The compiler knows in which of them only the call's variables, its results and its new objects refer to the
// new objects. What was allocated there since the mark is a sub-region. The call adopts it (it does nothing), drops it
// in constant time where it returns something else (region/collect/at-return.ts), or collects it without a look at
// anything else (region/collect/collect.ts). A region of the call's own gets a mark at its beginning, to be collected
// the same way.
//
//     mark    0  region: 0 for none            12  last: the region's latest segment then, 0 for none
//             4  top: of the region then       16  taken: by the region then
//             8  limit: of the region then     20  due: how much it may have taken before a collection is; during one,
//                                                  how much has come
//            24  epoch: of region/collect/generations.ts
//            28  end, old, scanSegment, scan: of region/collect/collect.ts
//            44  fullDue: of region/collect/generations.ts
//            48  serial: of the latest array on sparse stacks then
//            56  the same as 4 to 16 and as 48, for region/collect/generations.ts
//            80  ledger: of region/collect/remembered.ts
//
// The marks of a call lie side by side on the stack of frames, in front of its regions. A tail-call cycle keeps the
// marks of its first call.
//
// Invariant: what lay in a region at its mark has not left it. What was allocated since lies behind it: in the rest of
// the segment that the region bumped in then, and in later segments.

import { DEBUG } from "../config";
import { poison } from "../memory/poison";
import { lastSerial } from "../sparse/alloc";
import { arraysApart, dropArraysSince, isArrayApart, maybeArraySince } from "./arrays";
import { leastBytes } from "./pace";
import { bytesOnStack, isOnStack, noteSegment, Region, REGION_BYTES } from "./region";
import { returnSegments, Segment, segmentOf } from "./segments";
import { countReturned, counters } from "./statistics";

@unmanaged
@final
export class Mark {
  region: usize;
  top: usize;
  limit: usize;
  last: usize;
  taken: usize;
  due: usize;
  epoch: u32;
  /** Where the objects end in the segment that has been marked. */
  end: usize;
  /** The later segments, which are being emptied. */
  old: usize;
  /** How far what has been moved has been visited. */
  scanSegment: usize;
  scan: usize;
  fullDue: usize;
  serial: u64;
  youngTop: usize;
  youngLimit: usize;
  youngLast: usize;
  youngTaken: usize;
  youngSerial: u64;
  ledger: usize;

  @inline static at(address: usize): Mark {
    return changetype<Mark>(address);
  }
}
/** Of a mark; a multiple of 8, so that its address has room for flags. */
export const MARK_BYTES: usize = 88;
if (offsetof<Mark>() > MARK_BYTES) ERROR("Mark must fit MARK_BYTES");
if (offsetof<Mark>("top") != 4 || offsetof<Mark>("taken") != 16 || offsetof<Mark>("due") != 20) ERROR("Mark moved");
if (offsetof<Mark>("epoch") != 24) ERROR("Mark.epoch moved");

/** Notes how far a region is filled, and the threshold of its first collection. @param at address of the mark */
export function markSet(at: usize, regionAt: usize): void {
  const mark = Mark.at(at);
  const region = Region.at(regionAt);
  mark.region = regionAt;
  mark.top = region.top;
  mark.limit = region.limit;
  mark.last = region.first ? region.last : 0;
  mark.taken = region.taken;
  mark.due = region.taken + leastBytes;
  mark.epoch = 0;
  if (arraysApart) mark.serial = lastSerial;
}

/**
 * Sets a mark at the beginning of a region of the call's own, for a collection. The caller has stored due and epoch
 * before.
 */
export function markOwn(at: usize, region: usize, limit: usize): void {
  const mark = Mark.at(at);
  mark.region = region;
  mark.top = region + REGION_BYTES;
  mark.limit = limit;
  mark.last = mark.taken = 0;
  mark.serial = 0;
}

/** Writes a mark of no region. Its threshold is never reached. */
export function markNone(at: usize): void {
  Mark.at(at).region = 0;
  Mark.at(at).due = usize.MAX_VALUE;
}

/**
 * Removes marks whose regions turn out to be one: of several marks of one region all but the first.
 * @param from address of the first mark; they lie side by side up to `end`
 * @param other a region whose objects may be referred to from anywhere, or 0: if one of the marks is of it, all marks
 *   go
 */
export function marksTell(from: usize, end: usize, other: usize): void {
  for (let at = from; at < end; at += MARK_BYTES) {
    const region = Mark.at(at).region;
    if (other && region == other) {
      for (let each = from; each < end; each += MARK_BYTES) markNone(each);
      return;
    }
    for (let later = at + MARK_BYTES; later < end; later += MARK_BYTES) {
      if (Mark.at(later).region == region) markNone(later);
    }
  }
}

/** The segment that a region bumped in when it was marked; 0 for the stack of frames. */
export function markedSegment(mark: Mark): usize {
  return isOnStack(mark.limit) ? 0 : segmentOf(mark.limit - 1);
}

/** The first of the segments that have come to the region since. */
export function firstSince(mark: Mark): usize {
  return mark.last ? Segment.at(mark.last).next : Region.at(mark.region).first;
}

/** Puts a segment in front of those that have come to the region since. */
export function insertSince(mark: Mark, segment: usize): void {
  const region = Region.at(mark.region);
  const next = firstSince(mark);
  Segment.at(segment).next = next;
  Segment.at(segment).previous = mark.last;
  if (next) Segment.at(next).previous = segment;
  if (mark.last) Segment.at(mark.last).next = segment;
  else region.first = segment;
  if (!next) region.last = segment;
  noteSegment(region, segment);
}

/** Whether an address was allocated in the region since the mark. Also true where the answer would take too long. */
export function isSince(mark: Mark, addr: usize): bool {
  if (arraysApart && isArrayApart(addr)) {
    return mark.serial != lastSerial && maybeArraySince(mark.region, mark.serial, addr);
  }
  const segment = segmentOf(addr);
  if (!segment) return addr >= mark.top && addr < mark.limit;
  if (Segment.at(segment).owner != mark.region) return false;
  if (Segment.at(segment).takenWith > mark.taken) return true;
  return addr >= mark.top && addr < mark.limit;
}

/** How many bytes of objects have come since to where the region bumped then. */
export function bytesWhereMarked(mark: Mark): usize {
  const region = Region.at(mark.region);
  if (region.limit == mark.limit) return region.top - mark.top;
  const marked = markedSegment(mark);
  return marked ? Segment.at(marked).used - mark.top : bytesOnStack(mark.top, mark.limit);
}

/**
 * The bytes filled since the mark, in constant time. They include the headers of later segments and the unused bytes at
 * their ends.
 */
export function filledSince(mark: Mark): usize {
  const region = Region.at(mark.region);
  const room: usize = region.limit == mark.limit ? 0 : region.limit - region.top;
  return bytesWhereMarked(mark) + (region.taken - mark.taken) - room;
}

/** The bytes filled since the marks from `from` to `end`, in constant time for each. @returns the sum */
export function marksFilled(from: usize, end: usize): usize {
  let bytes: usize = 0;
  for (let at = from; at < end; at += MARK_BYTES) {
    if (Mark.at(at).region) bytes += filledSince(Mark.at(at));
  }
  return bytes;
}

/**
 * Takes the later segments off a region's list, and leaves it those it had at the mark.
 * @returns the first of them, or 0
 */
export function cutOffSince(mark: Mark): usize {
  const region = Region.at(mark.region);
  const first = firstSince(mark);
  if (mark.last) Segment.at(mark.last).next = 0;
  else region.first = 0;
  region.last = mark.last;
  region.taken = mark.taken;
  return first;
}

/** Drops the sub-region: ends all that was allocated since the mark. */
export function dropSince(mark: Mark): void {
  const region = Region.at(mark.region);
  const last = region.last;
  counters().droppedBytes += filledSince(mark);
  countReturned(region.taken - mark.taken);
  const first = cutOffSince(mark);
  if (first) returnSegments(first, last);
  if (DEBUG) poison(mark.top, mark.limit - mark.top);
  region.top = mark.top;
  region.limit = mark.limit;
  if (arraysApart && mark.serial != lastSerial) dropArraysSince(mark.region, mark.serial);
}
