// Marks: how far a region was filled when a call began. To a region that its caller has handed over, a call may add objects
// that only its own variables, its results and each other refer to; the compiler knows which regions those are. What
// has come to one since the mark is a sub-region then: adopted by leaving it there, dropped at once where the call returns something
// else (region/collect/at-return.ts), collected without a look at anything else (region/collect/collect.ts). A region of the call's own gets a mark at its
// beginning to be collected in the same way.
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
// The marks of a call lie side by side on the stack of frames, in front of its regions. A chain of tail calls keeps those of its
// first call.
//
// Invariant: nothing that lay in a region when it was marked has left it, and all that has come lies behind it, in the rest of
// the segment that the region bumped in and in later ones.

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

/** Marks how far a region is filled. */
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

/** Marks the beginning of a region of the call's own, for a collection; when it is due has been noted before. */
export function markOwn(at: usize, region: usize, limit: usize): void {
  const mark = Mark.at(at);
  mark.region = region;
  mark.top = region + REGION_BYTES;
  mark.limit = limit;
  mark.last = mark.taken = 0;
  mark.serial = 0;
}

/** Writes a mark of no region: nothing is due. */
export function markNone(at: usize): void {
  Mark.at(at).region = 0;
  Mark.at(at).due = usize.MAX_VALUE;
}

/**
 * Removes marks of regions that cannot be told from others: of all but the first of those of one region.
 * @param other a region to which something comes that may be referred to from anywhere, or 0: where it is marked, all marks go
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

/** Whether an address is one of what has come to the region since; true as well where that takes too long to find out. */
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
 * How many bytes have been filled since, in a time that does not depend on their number: of later segments, headers and what was
 * lost at their ends are part of it.
 */
export function filledSince(mark: Mark): usize {
  const region = Region.at(mark.region);
  const room: usize = region.limit == mark.limit ? 0 : region.limit - region.top;
  return bytesWhereMarked(mark) + (region.taken - mark.taken) - room;
}

/** The same of several marks. */
export function marksFilled(from: usize, end: usize): usize {
  let bytes: usize = 0;
  for (let at = from; at < end; at += MARK_BYTES) {
    if (Mark.at(at).region) bytes += filledSince(Mark.at(at));
  }
  return bytes;
}

/** Takes off the list of a region what has come to it since, and leaves it with the segments that it had. @returns the first of them, or 0 */
export function cutOffSince(mark: Mark): usize {
  const region = Region.at(mark.region);
  const first = firstSince(mark);
  if (mark.last) Segment.at(mark.last).next = 0;
  else region.first = 0;
  region.last = mark.last;
  region.taken = mark.taken;
  return first;
}

/** Ends all that has come to the region since. */
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
