// The beginning of a collection: takes what is collected off the regions, whose copies then come in its place.

import { CHUNK_SHIFT, COLLECTION_ROW_BYTES } from "../../contract";
import { verifyRememberedOrTrap } from "../../debug/region-pointers";
import { CHUNK_MASK } from "../../memory/address";
import { chunksReserve, ensureFree } from "../../memory/chunks";
import { bytesBeforeMove } from "../../object/header";
import { regionSparseArrays, traceArrays, untraceArrays } from "../arrays";
import { bytesWhereCheckpointed, Checkpoint, checkpointedSegment, cutOffSince, firstSince } from "../checkpoint";
import { Generation } from "../generation";
import { copiesNeed, regionLeastBytes } from "../pace";
import { Region, usedEnd } from "../region";
import { isRun, regionReleaseChunks, Segment, SEGMENT_HEADER_BYTES } from "../segments";
import { noteStack, OLD, Row, tableBegin, tableEnd } from "../collection-table";

/** @returns false when there may not be enough memory for the copies: then only thresholds have changed */
export function emptyRegions(): bool {
  const fits = (traceAll() || (regionReleaseChunks() && traceAll())) && canCopy();
  if (fits) verifyRememberedOrTrap();
  else untraceAll();
  noteStack();
  for (let at = tableBegin; at < tableEnd; at += COLLECTION_ROW_BYTES) {
    const row = Row.at(at);
    if (fits) emptyRegion(at);
    else if (row.generation) Generation.at(row.generation).threshold = Region.at(row.region).taken + regionLeastBytes;
  }
  return fits;
}

/** Whether there is memory for copies of all that may be moved, whatever is wasted at the ends of segments. */
export function canCopy(): bool {
  const chunks = chunksOfCopies() + chunksReserve();
  return ensureFree(chunks) || (regionReleaseChunks() && ensureFree(chunks));
}

function chunksOfCopies(): u32 {
  let bytes: u64 = 0;
  // The chunks that small segments are cut from.
  let chunks: u32 = 2;
  for (let at = tableBegin; at < tableEnd; at += COLLECTION_ROW_BYTES) {
    const row = Row.at(at);
    const fill = Checkpoint.at(row.fill);
    bytes += bytesWhereCheckpointed(fill);
    for (let segment = firstSince(fill); segment; segment = Segment.at(segment).next) {
      if (!isRun(segment)) bytes += bytesIn(Region.at(row.region), segment);
    }
    // Its small segments and a remembered set, and the segment that is not full.
    chunks += 2;
  }
  return <u32>((copiesNeed(bytes) + CHUNK_MASK) >> CHUNK_SHIFT) + chunks;
}

/** The bytes of the objects in a segment that a region took since it was checkpointed. */
export function bytesIn(region: Region, segment: usize): usize {
  const ref = segment + SEGMENT_HEADER_BYTES;
  return isRun(segment) ? bytesBeforeMove(ref) : usedEnd(region, segment) - ref;
}

function traceAll(): bool {
  if (!regionSparseArrays) return true;
  for (let at = tableBegin; at < tableEnd; at += COLLECTION_ROW_BYTES) {
    if (!traceArrays(Region.at(Row.at(at).region))) return false;
  }
  return true;
}

/** Undoes what the beginning has done for arrays on sparse stacks. */
export function untraceAll(): void {
  if (!regionSparseArrays) return;
  for (let at = tableBegin; at < tableEnd; at += COLLECTION_ROW_BYTES) untraceArrays(Region.at(Row.at(at).region));
}

function emptyRegion(at: usize): void {
  const row = Row.at(at);
  const fill = Checkpoint.at(row.fill);
  const region = Region.at(row.region);
  const checkpointed = checkpointedSegment(fill);
  const bytes = bytesWhereCheckpointed(fill);
  row.emptied = bytes;
  row.end = fill.top + bytes;
  if (checkpointed) Segment.at(checkpointed).owner = at | OLD;
  for (let segment = firstSince(fill); segment; segment = Segment.at(segment).next) {
    if (!isRun(segment)) Segment.at(segment).used = usedEnd(region, segment);
    row.emptied += bytesIn(region, segment);
    Segment.at(segment).owner = at | OLD;
  }
  row.before = region.taken - fill.taken;
  row.old = cutOffSince(fill);
  row.scanSegment = 0;
  // No room: what is moved begins with a small segment. What stays of the one that was checkpointed is used again.
  region.top = region.limit = row.region;
}
