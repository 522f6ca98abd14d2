// Closes regions, and resets them between iterations.

import { DEBUG, RESET_KEPT_KIND } from "../config";
import { poison } from "../memory/poison";
import { leaveArrays } from "./arrays";
import { endOnStack, Region } from "./region";
import { returnSegments, roomEnd, Segment, SEGMENT_HEADER_BYTES, segmentBytes } from "./segments";
import { countReturned } from "./statistics";

/**
 * Ends all objects of a region that has segments, or arrays on a sparse stack. Then it may be left, or opened again.
 */
export function regionClose(at: usize): void {
  const region = Region.at(at);
  leaveArrays(at);
  if (region.first) returnSegments(region.first, region.last);
  countReturned(region.taken);
  region.first = region.taken = 0;
}

/**
 * Resets a region that has segments, or arrays on a sparse stack: ends all its objects, and leaves it open and empty.
 * It keeps a small segment, since an iteration that takes one is mostly followed by one that does.
 * @param start address where its first bytes begin on the stack of frames
 * @param limit address where they end
 */
export function regionReset(at: usize, start: usize, limit: usize): void {
  const region = Region.at(at);
  const first = region.first;
  if (!first || Segment.at(first).kind > RESET_KEPT_KIND) {
    regionClose(at);
    region.top = start;
    region.limit = limit;
    return;
  }
  leaveArrays(at);
  countReturned(region.taken - segmentBytes(first));
  const rest = Segment.at(first).next;
  if (rest) {
    returnSegments(rest, region.last);
    Segment.at(first).next = 0;
    region.last = first;
  }
  region.taken = segmentBytes(first);
  region.top = first + SEGMENT_HEADER_BYTES;
  region.limit = roomEnd(first);
  endOnStack(start, limit);
  if (DEBUG) poison(region.top, region.limit - region.top);
}
