// The remembered set of a checkpoint: the old objects of its region whose pointers may change, so that they may refer
// to young objects. A collection of the young part visits them. The set is a segment of the region, without objects,
// and ends with the region.
//
//     set      0  as a segment whose objects end where they begin
//             24  count
//             28  bytes of the objects, together
//             32  their addresses ..
//
// If there are too many such objects, the set has overflowed: the next collection takes the old part in as well.
// Until then the set stays, since the collection under way may still visit its entries.

import { REMEMBERED_MAX_BYTES } from "../config";
import { WORD_BYTES } from "../contract";
import { objectBytes, shapeOf } from "../object/header";
import { Checkpoint, insertSince } from "./checkpoint";
import { roomEnd, Segment, SEGMENT_HEADER_BYTES, takeSegment } from "./segments";

const KIND: u32 = 1;
/** In the place of a set for which there was no memory. */
const NONE: usize = 1;

@unmanaged
@final
class Remembered {
  count: u32;
  bytes: usize;

  @inline static of(checkpoint: Checkpoint): Remembered {
    return changetype<Remembered>(checkpoint.remembered + SEGMENT_HEADER_BYTES);
  }
}
const ENTRIES_OFFSET: usize = SEGMENT_HEADER_BYTES + offsetof<Remembered>();

/** How many objects there are. */
export function rememberedCount(checkpoint: Checkpoint): u32 {
  return isOpen(checkpoint) ? Remembered.of(checkpoint).count : 0;
}

/** The address of one of them. */
export function rememberedEntry(checkpoint: Checkpoint, index: u32): usize {
  return load<usize>(checkpoint.remembered + ENTRIES_OFFSET + <usize>index * WORD_BYTES);
}

/** Whether there were more objects than a set may have, so that some are not in it. */
export function hasOverflowed(checkpoint: Checkpoint): bool {
  return (
    checkpoint.remembered == NONE || (isOpen(checkpoint) && Remembered.of(checkpoint).bytes > REMEMBERED_MAX_BYTES)
  );
}

/** Adds an object of the checkpoint's region. */
export function enterRemembered(checkpoint: Checkpoint, ref: usize): void {
  weighRemembered(checkpoint, objectBytes(ref, shapeOf(ref)));
  if (hasOverflowed(checkpoint)) return;
  const remembered = Remembered.of(checkpoint);
  const at = checkpoint.remembered + ENTRIES_OFFSET + <usize>remembered.count * WORD_BYTES;
  if (at + WORD_BYTES > roomEnd(checkpoint.remembered)) {
    remembered.bytes = usize.MAX_VALUE;
    return;
  }
  store<usize>(at, ref);
  remembered.count++;
}

/** Counts an object that is to be visited with those of the set, but is found without it. */
export function weighRemembered(checkpoint: Checkpoint, bytes: usize): void {
  if (!checkpoint.remembered) openRemembered(checkpoint);
  // What has overflowed is not added to, so the sum never wraps.
  if (!hasOverflowed(checkpoint)) Remembered.of(checkpoint).bytes += bytes;
}

function isOpen(checkpoint: Checkpoint): bool {
  return checkpoint.remembered > NONE;
}

function openRemembered(checkpoint: Checkpoint): void {
  const segment = takeSegment(KIND, 0, checkpoint.region);
  checkpoint.remembered = segment ? segment : NONE;
  if (!segment) return;
  // In front of what has been moved: the last segment is the one that the collection bumps in, and is still to visit.
  insertSince(checkpoint, segment);
  Segment.at(segment).used = segment + SEGMENT_HEADER_BYTES;
  Remembered.of(checkpoint).count = 0;
  Remembered.of(checkpoint).bytes = 0;
}
