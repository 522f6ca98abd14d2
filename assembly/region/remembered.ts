// The remembered set of a generation: the old objects of its region whose pointers may change, so that they may refer
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
import { Generation } from "./generation";
import { roomEnd, Segment, SEGMENT_HEADER_BYTES, takeSegment } from "./segments";
import { Row } from "./collection-table";

const KIND: u32 = 1;
/** In the place of a set for which there was no memory. */
const NONE: usize = 1;

@unmanaged
@final
class Remembered {
  count: u32;
  bytes: usize;

  @inline static of(generation: Generation): Remembered {
    return changetype<Remembered>(generation.remembered + SEGMENT_HEADER_BYTES);
  }
}
const ENTRIES_OFFSET: usize = SEGMENT_HEADER_BYTES + offsetof<Remembered>();

/** How many objects there are. */
export function rememberedCount(generation: Generation): u32 {
  return isOpen(generation) ? Remembered.of(generation).count : 0;
}

/** The address of one of them. */
export function rememberedEntry(generation: Generation, index: u32): usize {
  return load<usize>(generation.remembered + ENTRIES_OFFSET + <usize>index * WORD_BYTES);
}

/** Whether there were more objects than a set may have, so that some are not in it. */
export function hasOverflowed(generation: Generation): bool {
  return (
    generation.remembered == NONE || (isOpen(generation) && Remembered.of(generation).bytes > REMEMBERED_MAX_BYTES)
  );
}

/** Adds an object of the row's region. Without a generation no collection asks for it. */
export function enterRemembered(row: Row, ref: usize): void {
  if (!row.generation) return;
  weighRemembered(row, objectBytes(ref, shapeOf(ref)));
  const generation = Generation.at(row.generation);
  if (hasOverflowed(generation)) return;
  const remembered = Remembered.of(generation);
  const at = generation.remembered + ENTRIES_OFFSET + <usize>remembered.count * WORD_BYTES;
  if (at + WORD_BYTES > roomEnd(generation.remembered)) {
    remembered.bytes = usize.MAX_VALUE;
    return;
  }
  store<usize>(at, ref);
  remembered.count++;
}

/** Counts an object that is to be visited with those of the set, but is found without it. */
export function weighRemembered(row: Row, bytes: usize): void {
  if (!row.generation) return;
  const generation = Generation.at(row.generation);
  if (!generation.remembered) openRemembered(row, generation);
  // What has overflowed is not added to, so the sum never wraps.
  if (!hasOverflowed(generation)) Remembered.of(generation).bytes += bytes;
}

function isOpen(generation: Generation): bool {
  return generation.remembered > NONE;
}

function openRemembered(row: Row, generation: Generation): void {
  const segment = takeSegment(KIND, 0, row.region);
  generation.remembered = segment ? segment : NONE;
  if (!segment) return;
  // In front of what has been moved: the last segment is the one that the collection bumps in, and is still to visit.
  insertSince(Checkpoint.at(row.fill), segment);
  Segment.at(segment).used = segment + SEGMENT_HEADER_BYTES;
  Remembered.of(generation).count = 0;
  Remembered.of(generation).bytes = 0;
}
