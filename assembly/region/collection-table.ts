// The table of a collection: one row for each region that is collected. It lies behind the roots on the stack of
// frames, and means something only while a collection is under way.
//
//     row   0  region                                   20  old: its later segments, which are being emptied
//           4  fill: the checkpoint from which on it    24  scanSegment: how far what has been moved has been
//              is collected, the generation's or that   28  scan: visited
//              where what is young begins               32  copied: bytes of what has been moved
//           8  generation: 0 for none                   36  emptied: bytes of the objects that are collected, dead
//          12  before: bytes taken since the fill           or alive
//          16  end: of the objects in the segment
//              that the region bumped in at the fill     40  begin: of these, as in the fill
//
// While a segment is being emptied, its owner is the address of a row, with flags.
//
// Invariant: outside of a collection no owner of a segment has a flag. State: where the table lies, and what of the
// stack of frames is collected.

import { DEBUG } from "../config";
import { COLLECTION_ROW_BYTES, GRANULE_BYTES } from "../contract";
import { alignUp } from "../memory/address";
import { Checkpoint } from "./checkpoint";
import { Generation, youngOf } from "./generation";
import { isOnStack, regionFrameLimit } from "./region";

@unmanaged
@final
export class Row {
  region: usize;
  fill: usize;
  generation: usize;
  before: usize;
  end: usize;
  old: usize;
  scanSegment: usize;
  scan: usize;
  copied: usize;
  emptied: usize;
  /** For those who ask for each pointer. */
  begin: usize;

  @inline static at(address: usize): Row {
    return changetype<Row>(address);
  }
}
if (((offsetof<Row>() + GRANULE_BYTES - 1) & -GRANULE_BYTES) != COLLECTION_ROW_BYTES)
  ERROR("Row must match COLLECTION_ROW_BYTES");
if (COLLECTION_ROW_BYTES % GRANULE_BYTES != 0) ERROR("the address of a row must have room for flags");

/** Of an owner: the segment is being emptied. */
export const OLD: usize = 1;
/** Its start bits are set. */
export const HAS_BITS: usize = 2;
/** Of a run: it stays. */
export const KEPT: usize = 4;
export const FLAGS: usize = 7;

export let tableBegin: usize = 0;
export let tableEnd: usize = 0;
/** What of the stack of frames is collected lies between these. */
export let stackLo: usize = 0;
export let stackHi: usize = 0;

/** Opens an empty table. @param at address where the roots end */
export function openTable(at: usize): void {
  tableBegin = tableEnd = alignUp(at, GRANULE_BYTES);
}

/** Adds a row. @param fill address of a checkpoint of a region */
export function addRow(fill: usize, generation: usize): void {
  const row = Row.at(tableEnd);
  row.region = Checkpoint.at(fill).region;
  row.fill = fill;
  row.generation = generation;
  row.begin = Checkpoint.at(fill).top;
  tableEnd += COLLECTION_ROW_BYTES;
  if (DEBUG) assert(tableEnd <= regionFrameLimit);
}

/** Whether only what is young is collected in the region of a row. */
export function isYoungOnly(row: Row): bool {
  return row.generation != 0 && row.fill == youngOf(row.generation);
}

/** Notes what of the stack of frames the rows collect. */
export function noteStack(): void {
  stackLo = usize.MAX_VALUE;
  stackHi = 0;
  for (let at = tableBegin; at < tableEnd; at += COLLECTION_ROW_BYTES) {
    const fill = Checkpoint.at(Row.at(at).fill);
    if (!isOnStack(fill.limit)) continue;
    if (fill.top < stackLo) stackLo = fill.top;
    if (fill.limit > stackHi) stackHi = fill.limit;
  }
}

/** The address of the row that collects around an address on the stack of frames; 0 for none. */
export function rowOnStack(addr: usize): usize {
  if (addr < stackLo) return 0;
  for (let at = tableBegin; at < tableEnd; at += COLLECTION_ROW_BYTES) {
    const fill = Checkpoint.at(Row.at(at).fill);
    if (isOnStack(fill.limit) && addr >= fill.top && addr < fill.limit) return at;
  }
  return 0;
}
