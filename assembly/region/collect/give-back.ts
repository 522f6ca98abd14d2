// The end of a collection: gives back what has been emptied, and leaves the regions as compiled code goes on with them.

import { DEBUG } from "../../config";
import { poison } from "../../memory/poison";
import { bytesBeforeMove } from "../../object/header";
import { regionSparseArrays, sweepArrays, sweptBytes } from "../arrays";
import { Checkpoint, checkpointedSegment, firstSince } from "../checkpoint";
import { append, endOnStack, isOnStack, leaveRoom, noteTaken, Region } from "../region";
import { returnSegments, Segment, SEGMENT_HEADER_BYTES, segmentBytes } from "../segments";
import { counters, countReturned } from "../statistics";
import { bytesIn } from "./empty";
import { KEPT, Row } from "../collection-table";

/** Ends the collection of one region. */
export function giveBack(row: Row): void {
  row.copied = copiedBytes(row);
  const kept = row.copied + dropOld(row);
  counters().copiedBytes += row.copied;
  counters().freedBytes += row.emptied - kept;
}

/** The bytes of the objects that a region has got in the place of its old ones, while it has no others. */
function copiedBytes(row: Row): usize {
  const region = Region.at(row.region);
  let bytes: usize = 0;
  for (let segment = firstSince(Checkpoint.at(row.fill)); segment; segment = Segment.at(segment).next)
    bytes += bytesIn(region, segment);
  return bytes;
}

/**
 * Gives back what has been emptied, and hands the runs and arrays that stay to their region.
 * @returns the bytes of these
 */
function dropOld(row: Row): usize {
  const fill = Checkpoint.at(row.fill);
  const region = Region.at(row.region);
  const checkpointed = checkpointedSegment(fill);
  if (checkpointed) {
    Segment.at(checkpointed).owner = row.region;
    Segment.at(checkpointed).used = fill.top;
  }
  let kept: usize = 0;
  let ofArrays = row.before;
  let first: usize = 0;
  let last: usize = 0;
  let segment = row.old;
  while (segment) {
    const next = Segment.at(segment).next;
    const bytes = segmentBytes(segment);
    countReturned(bytes);
    ofArrays -= bytes;
    if (Segment.at(segment).owner & KEPT) {
      Segment.at(segment).owner = row.region;
      Segment.at(segment).next = 0;
      append(region, segment);
      kept += bytesBeforeMove(segment + SEGMENT_HEADER_BYTES);
    } else {
      if (!last) last = segment;
      Segment.at(segment).next = first;
      first = segment;
    }
    segment = next;
  }
  if (last) returnSegments(first, last);
  if (DEBUG) poison(fill.top, fill.limit - fill.top);
  goOn(region, row);
  return regionSparseArrays ? kept + dropArrays(row, ofArrays) : kept;
}

/** A region goes on where it was checkpointed, or behind what has been moved: where there is more room. */
function goOn(region: Region, row: Row): void {
  const fill = Checkpoint.at(row.fill);
  if (region.limit != row.region) {
    if (region.limit - region.top > fill.limit - fill.top) {
      if (isOnStack(fill.limit)) endOnStack(fill.top, fill.limit);
      return;
    }
    leaveRoom(region);
  }
  region.top = fill.top;
  region.limit = fill.limit;
}

/**
 * Frees the arrays on sparse stacks that have not been reached.
 * @param taken bytes that the region took for arrays since the checkpoint
 * @returns the bytes of those that stay
 */
function dropArrays(row: Row, taken: usize): usize {
  countReturned(taken);
  const live = sweepArrays(row.region, Checkpoint.at(row.fill).serial);
  const ofRow = live + sweptBytes;
  row.emptied += ofRow;
  // The rest is what older arrays have grown by.
  if (taken > ofRow) noteTaken(Region.at(row.region), taken - ofRow);
  return live;
}
