// The remembered set of a mark, here called its ledger: the old objects of its region whose pointers may change, so
// that they may refer to young objects. A collection of the young part visits them. The ledger is a segment of the
// region, without objects, and ends with the region.
//
//     ledger   0  as a segment whose objects end where they begin
//             24  count
//             28  bytes of the objects, together
//             32  their addresses ..
//
// If there are too many such objects, the ledger has overflowed: the next collection takes the old part in as well.
// Until then the ledger stays, since the collection under way may still visit its entries.

import { WORD_BYTES } from "../../memory/address";
import { objectBytes, shapeOf } from "../../object/header";
import { insertSince, Mark } from "../checkpoint";
import { roomEnd, Segment, SEGMENT_HEADER_BYTES, takeSegment } from "../segments";

const KIND: u32 = 1;
/** It is not worth it to visit more at each collection. */
const MOST_BYTES: usize = 1 << 20;
/** In the place of a ledger for which there was no memory. */
const NONE: usize = 1;

@unmanaged
@final
class Ledger {
  count: u32;
  bytes: usize;

  @inline static of(mark: Mark): Ledger {
    return changetype<Ledger>(mark.ledger + SEGMENT_HEADER_BYTES);
  }
}
const ENTRIES_OFFSET: usize = SEGMENT_HEADER_BYTES + offsetof<Ledger>();

/** How many objects there are. */
export function ledgerCount(mark: Mark): u32 {
  return isOpen(mark) ? Ledger.of(mark).count : 0;
}

/** The address of one of them. */
export function ledgerEntry(mark: Mark, index: u32): usize {
  return load<usize>(mark.ledger + ENTRIES_OFFSET + <usize>index * WORD_BYTES);
}

/** Whether there were more objects than a ledger may have, so that some are not in it. */
export function hasOverflowed(mark: Mark): bool {
  return mark.ledger == NONE || (isOpen(mark) && Ledger.of(mark).bytes > MOST_BYTES);
}

/** Adds an object of the mark's region. */
export function enterLedger(mark: Mark, ref: usize): void {
  weighLedger(mark, objectBytes(ref, shapeOf(ref)));
  if (hasOverflowed(mark)) return;
  const ledger = Ledger.of(mark);
  const at = mark.ledger + ENTRIES_OFFSET + <usize>ledger.count * WORD_BYTES;
  if (at + WORD_BYTES > roomEnd(mark.ledger)) {
    ledger.bytes = usize.MAX_VALUE;
    return;
  }
  store<usize>(at, ref);
  ledger.count++;
}

/** Counts an object that is to be visited with those of the ledger, but is found without it. */
export function weighLedger(mark: Mark, bytes: usize): void {
  if (!mark.ledger) openLedger(mark);
  // What has overflowed is not added to, so the sum never wraps.
  if (!hasOverflowed(mark)) Ledger.of(mark).bytes += bytes;
}

function isOpen(mark: Mark): bool {
  return mark.ledger > NONE;
}

function openLedger(mark: Mark): void {
  const segment = takeSegment(KIND, 0, mark.region);
  mark.ledger = segment ? segment : NONE;
  if (!segment) return;
  // In front of what has been moved: the last segment is the one that the collection bumps in, and is still to visit.
  insertSince(mark, segment);
  Segment.at(segment).used = segment + SEGMENT_HEADER_BYTES;
  Ledger.of(mark).count = 0;
  Ledger.of(mark).bytes = 0;
}
