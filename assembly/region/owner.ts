// Finds whose an address is, for a host that checks which object may refer to which.

import { bytesBeforeMove } from "../object/header";
import { Entry, entryOf } from "../sparse/entry";
import { sparseStart } from "../sparse/reach";
import { isSparseArray } from "./arrays";
import { Checkpoint, isSince } from "./checkpoint";
import { isRun, Segment, SEGMENT_HEADER_BYTES, segmentOf } from "./segments";

/** The region with a segment, or an array, around an address; 0 where there is none, as on the stack of frames. */
export function regionAround(addr: usize): usize {
  if (isSparseArray(addr)) {
    const start = sparseStart(addr);
    return start ? <usize>Entry.at(entryOf(start)).owner : 0;
  }
  const segment = segmentOf(addr);
  return segment ? Segment.at(segment).owner : 0;
}

/** Whether an address was allocated in a region since its checkpoint. @param at address of the checkpoint */
export function checkpointCovers(at: usize, addr: usize): bool {
  if (isSparseArray(addr)) {
    const start = sparseStart(addr);
    return start != 0 && Entry.at(entryOf(start)).serial > Checkpoint.at(at).serial;
  }
  return isSince(Checkpoint.at(at), addr);
}

/**
 * Finds the start of the object around an address in a region.
 * @param onStack address where the region's first bytes begin on the stack of frames
 */
export function regionStart(addr: usize, onStack: usize): usize {
  if (isSparseArray(addr)) return sparseStart(addr);
  const segment = segmentOf(addr);
  if (!segment) return startFrom(onStack, addr);
  const first = segment + SEGMENT_HEADER_BYTES;
  return isRun(segment) ? first : startFrom(first, addr);
}

/** The start of the object around `addr` among those that lie side by side from `ref` on. */
export function startFrom(ref: usize, addr: usize): usize {
  let next = ref + bytesBeforeMove(ref);
  while (next <= addr) {
    ref = next;
    next += bytesBeforeMove(ref);
  }
  return ref;
}
