// Moves what a collection reaches, once, to new segments of the same region (Cheney 1970). An object with a run of
// chunks stays, and so does an array on a sparse stack. Start bits find the object around an interior pointer; a walk
// over the segment sets them at the segment's first question.
//
// State: the runs that stay and have not been visited.

import { COLLECTION_ROW_BYTES, GRANULE_SHIFT } from "../../contract";
import { previousSetBit, setBit } from "../../memory/bits";
import { copyGranules } from "../../memory/copy";
import { bytesBeforeMove, forward, forwardedTo, isForwarded, objectBytes, shapeOf } from "../../object/header";
import { Shape } from "../../object/shape";
import { Entry } from "../../sparse/entry";
import { isSparseArray, reachArray, regionSparseArrays, unreachedArray } from "../arrays";
import { Checkpoint } from "../checkpoint";
import { startFrom } from "../owner";
import { Region, regionGrow } from "../region";
import { isRun, roomEnd, Segment, SEGMENT_HEADER_BYTES, segmentBytes, segmentOf } from "../segments";
import { weighRemembered } from "../remembered";
import { FLAGS, HAS_BITS, KEPT, OLD, Row, rowOnStack, stackHi, tableBegin, tableEnd } from "../collection-table";

/** Chained by `used`. */
let unvisitedRuns: usize = 0;

@final
@unmanaged
export class Mover {
  box(slot: usize): void {
    const ref = load<usize>(slot);
    if (ref < stackHi) {
      const at = rowOnStack(ref);
      if (at) store<usize>(slot, move(ref, at));
      return;
    }
    if (regionSparseArrays && isSparseArray(ref)) {
      keepArray(ref);
      return;
    }
    const segment = oldSegmentOf(ref);
    if (!segment) return;
    if (isRun(segment)) keep(segment);
    else store<usize>(slot, move(ref, Segment.at(segment).owner & ~FLAGS));
  }

  slice(slot: usize): void {
    const addr = load<usize>(slot);
    let start: usize;
    let at: usize;
    if (addr < stackHi) {
      at = rowOnStack(addr);
      if (!at) return;
      start = startFrom(Checkpoint.at(Row.at(at).fill).top, addr);
    } else {
      if (regionSparseArrays && isSparseArray(addr)) {
        keepArray(addr);
        return;
      }
      const segment = oldSegmentOf(addr);
      if (!segment) return;
      if (isRun(segment)) {
        keep(segment);
        return;
      }
      at = Segment.at(segment).owner & ~FLAGS;
      start = startIn(segment, addr);
    }
    store<usize>(slot, move(start, at) + (addr - start));
  }
}

/** Moves the object at `ref`, once, within the region of a row. @returns where it is now */
function move(ref: usize, at: usize): usize {
  const header = load<usize>(ref);
  if (isForwarded(header)) return forwardedTo(header);
  const bytes = objectBytes(ref, Shape.at(header));
  const regionAt = Row.at(at).region;
  const region = Region.at(regionAt);
  let to = region.top;
  if (to + bytes <= region.limit) region.top = to + bytes;
  else {
    to = regionGrow(regionAt, bytes);
    // There was enough memory when the collection began.
    if (!to) unreachable();
  }
  copyGranules(to, ref, bytes);
  forward(ref, to);
  return to;
}

/** The segment that is being emptied around `addr`; 0 for everything else. */
function oldSegmentOf(addr: usize): usize {
  const segment = segmentOf(addr);
  if (!segment || !(Segment.at(segment).owner & OLD)) return 0;
  return addr >= firstIn(segment) ? segment : 0;
}

/** Where what is collected begins in a segment that is being emptied. */
function firstIn(segment: usize): usize {
  const row = rowOf(segment);
  return isCheckpointed(segment, row) ? row.begin : segment + SEGMENT_HEADER_BYTES;
}

/** Where it ends there: the region goes on from the checkpoint already, and may have noted that for the segment. */
function endIn(segment: usize): usize {
  const row = rowOf(segment);
  return isCheckpointed(segment, row) ? row.end : Segment.at(segment).used;
}

function rowOf(segment: usize): Row {
  return Row.at(Segment.at(segment).owner & ~FLAGS);
}

/** Whether a segment that is being emptied is the one that the region bumped in when it was checkpointed. */
function isCheckpointed(segment: usize, row: Row): bool {
  return row.begin - segment < segmentBytes(segment);
}

function startIn(segment: usize, addr: usize): usize {
  const bits = roomEnd(segment);
  if (!(Segment.at(segment).owner & HAS_BITS)) {
    memory.fill(bits, 0, segmentBytes(segment) - (bits - segment));
    const end = endIn(segment);
    let ref = firstIn(segment);
    while (ref < end) {
      setBit(bits, (ref - segment) >> GRANULE_SHIFT);
      ref += bytesBeforeMove(ref);
    }
    Segment.at(segment).owner |= HAS_BITS;
  }
  return segment + ((<usize>previousSetBit(bits, (addr - segment) >> GRANULE_SHIFT)) << GRANULE_SHIFT);
}

function keep(run: usize): void {
  const segment = Segment.at(run);
  if (segment.owner & KEPT) return;
  segment.owner |= KEPT;
  segment.used = unvisitedRuns;
  unvisitedRuns = run;
}

/** Takes the next of the runs that stay and have not been visited; 0 when there is none. */
export function nextKept(): usize {
  const run = unvisitedRuns;
  if (run) unvisitedRuns = Segment.at(run).used;
  return run;
}

/** Keeps the array around an address on a sparse stack, if it is one of what is collected. */
function keepArray(addr: usize): void {
  const at = unreachedArray(addr);
  if (!at) return;
  const entry = Entry.at(at);
  for (let each = tableBegin; each < tableEnd; each += COLLECTION_ROW_BYTES) {
    const row = Row.at(each);
    if (<u32>row.region == entry.owner && entry.serial > Checkpoint.at(row.fill).serial) {
      reachArray(at);
      if (shapeOf(entry.object).mayChange) weighRemembered(row, entry.bytes);
      return;
    }
  }
}
