// Checkpoints: how far a region was filled when a call began. A call may allocate in a region
// of its caller. The compiler knows in which of them only the call's variables, its results and its new objects refer
// to the new objects. What was allocated there since the checkpoint is a sub-region. The call adopts it (it does
// nothing), drops it in constant time where it returns something else (region/collect/at-return.ts), or collects it
// without a look at anything else (region/collect/collect.ts). A region of the call's own gets a checkpoint at its
// beginning, to be collected the same way.
//
//     checkpoint   0  region: 0 for none           12  last: the region's latest segment then, 0 for none
//                  4  top: of the region then      16  taken: by the region then
//                  8  limit: of the region then    24  serial: of the latest array on sparse stacks then
//                                                  32
//
// The checkpoints of a call lie side by side on the stack of frames, in front of its regions. A tail-call cycle keeps
// the checkpoints of its first call.
//
// Invariant: what lay in a region at its checkpoint has not left it. What was allocated since lies behind it: in the
// rest of the segment that the region bumped in then, and in later segments.

import { DEBUG } from "../config";
import { CHECKPOINT_BYTES, CHECKPOINT_REGION, CHECKPOINT_TAKEN, CHECKPOINT_TOP, REGION_BYTES } from "../contract";
import { poison } from "../memory/poison";
import { lastSerial } from "../sparse/alloc";
import { dropArraysBetween, hasArrays, isSparseArray, maybeArraySince, regionSparseArrays } from "./arrays";
import { bytesOnStack, isOnStack, noteTaken, Region } from "./region";
import { indexOf, returnSegments, Segment, segmentBytes, segmentOf } from "./segments";
import { counters, countReturned } from "./statistics";

@unmanaged
@final
export class Checkpoint {
  region: usize;
  top: usize;
  limit: usize;
  last: usize;
  taken: usize;
  serial: u64;

  @inline static at(address: usize): Checkpoint {
    return changetype<Checkpoint>(address);
  }
}
if (offsetof<Checkpoint>() != CHECKPOINT_BYTES) ERROR("Checkpoint must match CHECKPOINT_BYTES");
if (offsetof<Checkpoint>("region") != CHECKPOINT_REGION) ERROR("Checkpoint.region moved");
if (offsetof<Checkpoint>("top") != CHECKPOINT_TOP) ERROR("Checkpoint.top moved");
if (offsetof<Checkpoint>("taken") != CHECKPOINT_TAKEN) ERROR("Checkpoint.taken moved");

/** Notes how far a region is filled. @param at address of the checkpoint */
export function checkpointSet(at: usize, regionAt: usize): void {
  const checkpoint = Checkpoint.at(at);
  const region = Region.at(regionAt);
  checkpoint.region = regionAt;
  checkpoint.top = region.top;
  checkpoint.limit = region.limit;
  checkpoint.last = region.first ? region.last : 0;
  checkpoint.taken = region.taken;
  if (regionSparseArrays) checkpoint.serial = lastSerial;
}

/** Sets a checkpoint at the beginning of a region of the call's own. */
export function checkpointOwn(at: usize, region: usize, limit: usize): void {
  const checkpoint = Checkpoint.at(at);
  checkpoint.region = region;
  checkpoint.top = region + REGION_BYTES;
  checkpoint.limit = limit;
  checkpoint.last = checkpoint.taken = 0;
  checkpoint.serial = 0;
}

/** Writes a checkpoint of no region. */
export function checkpointNone(at: usize): void {
  Checkpoint.at(at).region = 0;
}

/**
 * Removes checkpoints whose regions turn out to be one: of several checkpoints of one region all but the first.
 * @param from address of the first checkpoint; they lie side by side up to `end`
 * @param other a region whose objects may be referred to from anywhere, or 0: if one of the checkpoints is of it, all
 *   checkpoints go
 */
export function checkpointsTell(from: usize, end: usize, other: usize): void {
  for (let at = from; at < end; at += CHECKPOINT_BYTES) {
    const region = Checkpoint.at(at).region;
    if (other && region == other) {
      for (let each = from; each < end; each += CHECKPOINT_BYTES) checkpointNone(each);
      return;
    }
    for (let later = at + CHECKPOINT_BYTES; later < end; later += CHECKPOINT_BYTES) {
      if (Checkpoint.at(later).region == region) checkpointNone(later);
    }
  }
}

/** The segment that a region bumped in when it was checkpointed; 0 for the stack of frames. */
export function checkpointedSegment(checkpoint: Checkpoint): usize {
  return isOnStack(checkpoint.limit) ? 0 : segmentOf(checkpoint.limit - 1);
}

/** The first of the segments that the region took since. */
export function firstSince(checkpoint: Checkpoint): usize {
  return checkpoint.last ? Segment.at(checkpoint.last).next : Region.at(checkpoint.region).first;
}

/** Puts a segment in front of those that the region took since. */
export function insertSince(checkpoint: Checkpoint, segment: usize): void {
  const region = Region.at(checkpoint.region);
  const next = firstSince(checkpoint);
  Segment.at(segment).next = next;
  Segment.at(segment).previous = checkpoint.last;
  Segment.at(segment).index = indexOf(checkpoint.last) + 1;
  if (next) Segment.at(next).previous = segment;
  if (checkpoint.last) Segment.at(checkpoint.last).next = segment;
  else region.first = segment;
  if (!next) region.last = segment;
  noteTaken(region, segmentBytes(segment));
}

/**
 * Whether an address was allocated in the region since the checkpoint. Also true where the answer would take too long.
 */
export function isSince(checkpoint: Checkpoint, addr: usize): bool {
  if (regionSparseArrays && isSparseArray(addr)) {
    return checkpoint.serial != lastSerial && maybeArraySince(checkpoint.region, checkpoint.serial, addr);
  }
  const segment = segmentOf(addr);
  if (!segment) return addr >= checkpoint.top && addr < checkpoint.limit;
  if (Segment.at(segment).owner != checkpoint.region) return false;
  if (Segment.at(segment).index > indexOf(checkpoint.last)) return true;
  return addr >= checkpoint.top && addr < checkpoint.limit;
}

/** How many bytes of objects were allocated since where the region bumped then. */
export function bytesWhereCheckpointed(checkpoint: Checkpoint): usize {
  const region = Region.at(checkpoint.region);
  if (region.limit == checkpoint.limit) return region.top - checkpoint.top;
  const checkpointed = checkpointedSegment(checkpoint);
  return checkpointed ? Segment.at(checkpointed).used - checkpoint.top : bytesOnStack(checkpoint.top, checkpoint.limit);
}

/**
 * The bytes filled since the checkpoint, in constant time. They include the headers of later segments and the unused
 * bytes at their ends.
 */
export function filledSince(checkpoint: Checkpoint): usize {
  const region = Region.at(checkpoint.region);
  const room: usize = region.limit == checkpoint.limit ? 0 : region.limit - region.top;
  return bytesWhereCheckpointed(checkpoint) + (region.taken - checkpoint.taken) - room;
}

/** The bytes filled since the checkpoints from `from` to `end`, in constant time for each. @returns the sum */
export function checkpointsFilled(from: usize, end: usize): usize {
  let bytes: usize = 0;
  for (let at = from; at < end; at += CHECKPOINT_BYTES) {
    if (Checkpoint.at(at).region) bytes += filledSince(Checkpoint.at(at));
  }
  return bytes;
}

/**
 * Takes the later segments off a region's list, and leaves it those it had at the checkpoint.
 * @returns the first of them, or 0
 */
export function cutOffSince(checkpoint: Checkpoint): usize {
  const region = Region.at(checkpoint.region);
  const first = firstSince(checkpoint);
  if (checkpoint.last) Segment.at(checkpoint.last).next = 0;
  else region.first = 0;
  region.last = checkpoint.last;
  region.taken = checkpoint.taken;
  return first;
}

/** Drops the sub-region: ends all that was allocated since the checkpoint. */
export function dropSince(checkpoint: Checkpoint): void {
  const region = Region.at(checkpoint.region);
  const last = region.last;
  const ofArrays = hasArrays(region) ? dropArrays(checkpoint) : 0;
  counters().droppedBytes += filledSince(checkpoint) - ofArrays;
  countReturned(region.taken - checkpoint.taken - ofArrays);
  const first = cutOffSince(checkpoint);
  if (first) returnSegments(first, last);
  if (DEBUG) poison(checkpoint.top, checkpoint.limit - checkpoint.top);
  region.top = checkpoint.top;
  region.limit = checkpoint.limit;
  region.taken += ofArrays;
}

/**
 * Ends arrays that were allocated since, in a time that grows with the segments taken since.
 * @returns the bytes of arrays that are left since: of those that it does not end, and what older ones grew by
 */
function dropArrays(checkpoint: Checkpoint): usize {
  const region = Region.at(checkpoint.region);
  let left = region.taken - checkpoint.taken;
  for (let segment = firstSince(checkpoint); segment; segment = Segment.at(segment).next) left -= segmentBytes(segment);
  return checkpoint.serial == lastSerial
    ? left
    : left - dropArraysBetween(checkpoint.region, checkpoint.serial, lastSerial, true);
}
