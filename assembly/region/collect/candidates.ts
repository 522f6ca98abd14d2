// Candidates: values that a call builds one after the other, of which it returns one. Further
// checkpoints on the same region divide what was allocated since the first checkpoint into sub-regions, one for each
// candidate:
//
//     region   .. | first checkpoint: sub-region 0 | checkpoint: sub-region 1 | checkpoint: sub-region 2
//
// At the return, the addresses of the results tell which candidates are needed. The compiler tells which others these
// may refer to. The rest ends without a look at any object. A candidate on top is dropped: the region goes back to its
// checkpoint. A candidate below a needed one is cut out of the list of segments. Its bytes in the segment that it
// shares with the next one stay as a gap, unless a copy of everything needed is smaller than the gaps. Arrays on sparse
// stacks belong to a candidate by their serials. One that was made larger may be part of a later candidate, so it stays
// where that is needed.
//
// A checkpoint of no region, as `checkpointNone` writes it, stands for a candidate that the call did not build.
// State: the bytes of gaps, while a call returns.

import { DEBUG, GAPS_MIN_BYTES } from "../../config";
import { CANDIDATES_MOST, CHECKPOINT_BYTES, WORD_BYTES } from "../../contract";
import { verifyListOrTrap } from "../../debug/regions";
import { poison } from "../../memory/poison";
import { dropArraysBetween, isDated, isSparseArray, regionSparseArrays } from "../arrays";
import { checkpointsCollect } from "./collect";
import { Checkpoint, checkpointedSegment, checkpointsFilled, dropSince, firstSince, isSince } from "../checkpoint";
import { endOnStack, leaveRoom, Region } from "../region";
import { indexOf, returnSegments, Segment, SEGMENT_HEADER_BYTES, segmentBytes } from "../segments";
import { counters, countReturned } from "../statistics";

if (CANDIDATES_MOST * CANDIDATES_MOST > 32) ERROR("what the compiler tells must fit a word");

const ALL: u32 = (1 << CANDIDATES_MOST) - 1;

let gapBytes: usize = 0;

/**
 * Ends the sub-regions that the results do not need, if the results need one of them. Otherwise it does nothing.
 * @param first address of the checkpoint of the first sub-region
 * @param from address of the checkpoints of the others, in the order in which the call sets them, up to `end`
 * @param needs five bits for each sub-region, the first one's lowest: the sub-regions that it may refer to, and itself
 * @param roots address of the results: `boxes` words that are Boxes, then `slices` words that are Slices; it may update
 *   them
 */
export function candidatesReturn(
  first: usize,
  from: usize,
  end: usize,
  needs: u32,
  roots: usize,
  boxes: u32,
  slices: u32,
): void {
  const regionAt = Checkpoint.at(first).region;
  if (!regionAt) return;
  let needed: u32 = 0;
  for (let i: u32 = 0; i < boxes + slices; i++) {
    needed |= neededBy(load<usize>(roots + <usize>i * WORD_BYTES), first, from, end, needs);
  }
  if (!needed) return;
  gapBytes = 0;
  let isOnTop: bool = true;
  // The checkpoint behind the sub-region, if something is needed there.
  let above: usize = 0;
  let at = end;
  while (at > from) {
    at -= CHECKPOINT_BYTES;
    if (!Checkpoint.at(at).region) continue;
    isOnTop = endUnneeded(at, above, isNeeded(needed, numberOf(at, from)), isOnTop);
    above = at;
  }
  endUnneeded(first, above, isNeeded(needed, 0), isOnTop);
  verifyListOrTrap(regionAt);
  if (gapBytes < GAPS_MIN_BYTES) return;
  const firstEnd = first + CHECKPOINT_BYTES;
  if (checkpointsFilled(first, firstEnd) - gapBytes <= gapBytes) {
    checkpointsCollect(first, firstEnd, roots, boxes, slices);
  }
}

/** @returns whether all up to the checkpoint has ended now */
function endUnneeded(at: usize, above: usize, isNeeded: bool, isOnTop: bool): bool {
  if (isNeeded) return false;
  if (isOnTop) dropSince(Checkpoint.at(at));
  else dropBetween(Checkpoint.at(at), Checkpoint.at(above));
  return isOnTop;
}

/**
 * The sub-regions that are needed if a value is returned: none if it was not allocated since, and all if it is an array
 * whose serial does not tell.
 */
function neededBy(root: usize, first: usize, from: usize, end: usize, needs: u32): u32 {
  if (!isSince(Checkpoint.at(first), root)) return 0;
  if (regionSparseArrays && isSparseArray(root) && !isDated(Checkpoint.at(first).region, root)) return ALL;
  let at = end;
  let index: u32 = 0;
  while (at > from && !index) {
    at -= CHECKPOINT_BYTES;
    if (Checkpoint.at(at).region && isSince(Checkpoint.at(at), root)) index = numberOf(at, from);
  }
  return (needs >> (index * CANDIDATES_MOST)) & ALL;
}

function numberOf(at: usize, from: usize): u32 {
  return <u32>((at - from) / CHECKPOINT_BYTES) + 1;
}

function isNeeded(needed: u32, index: u32): bool {
  return ((needed >> index) & 1) != 0;
}

/** Ends what was allocated in a region between two checkpoints. */
function dropBetween(lower: Checkpoint, upper: Checkpoint): void {
  const region = Region.at(lower.region);
  const begin = checkpointedSegment(lower);
  let shared = checkpointedSegment(upper);
  // Both on the stack of frames, or in one segment.
  if (begin == shared) gapBytes += upper.top - lower.top;
  else endRest(lower, begin);
  let bytes = dropArraysBetween(lower.region, lower.serial, upper.serial, false);
  if (indexOf(shared) <= indexOf(lower.last)) shared = 0;
  if (shared) gapBytes += upper.top - (shared + SEGMENT_HEADER_BYTES);
  if (upper.last != lower.last) {
    const first = firstSince(lower);
    if (!shared) bytes += takeOut(region, first, upper.last);
    else {
      const before = Segment.at(shared).previous;
      if (shared != upper.last) bytes += takeOut(region, Segment.at(shared).next, upper.last);
      if (shared != first) bytes += takeOut(region, first, before);
    }
  }
  region.taken -= bytes;
  counters().droppedBytes += bytes;
  countReturned(bytes);
}

/**
 * Ends what lies behind a checkpoint in the segment that was checkpointed, or on the stack of frames, where the region
 * has gone on elsewhere.
 */
function endRest(checkpoint: Checkpoint, checkpointed: usize): void {
  const region = Region.at(checkpoint.region);
  if (region.limit == checkpoint.limit) return;
  if (DEBUG) poison(checkpoint.top, checkpoint.limit - checkpoint.top);
  if (checkpoint.limit - checkpoint.top > region.limit - region.top) {
    leaveRoom(region);
    region.top = checkpoint.top;
    region.limit = checkpoint.limit;
  } else if (checkpointed) Segment.at(checkpointed).used = checkpoint.top;
  else endOnStack(checkpoint.top, checkpoint.limit);
}

/** Returns some of a region's segments that follow each other. @returns their bytes */
function takeOut(region: Region, from: usize, to: usize): usize {
  const before = Segment.at(from).previous;
  const behind = Segment.at(to).next;
  if (before) Segment.at(before).next = behind;
  else region.first = behind;
  if (behind) Segment.at(behind).previous = before;
  else region.last = before;
  Segment.at(to).next = 0;
  let bytes: usize = 0;
  for (let segment = from; segment; segment = Segment.at(segment).next) bytes += segmentBytes(segment);
  returnSegments(from, to);
  return bytes;
}
