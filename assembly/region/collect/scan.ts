// Visits the pointers of what a collection keeps: the copies, which are the queue; runs and arrays, which stay; and old
// objects that may have been changed. It notes which of them may change from now on.

import { COLLECTION_ROW_BYTES } from "../../contract";
import { objectBytes, shapeOf } from "../../object/header";
import { visitPointers } from "../../object/walk";
import { nextReached, reachOldArrays, regionSparseArrays } from "../arrays";
import { Checkpoint, firstSince } from "../checkpoint";
import { Generation } from "../generation";
import { Region, usedEnd } from "../region";
import { Segment, SEGMENT_HEADER_BYTES } from "../segments";
import { Mover, nextKept } from "./move";
import { enterRemembered, rememberedCount, rememberedEntry } from "../remembered";
import { FLAGS, isYoungOnly, Row, tableBegin, tableEnd } from "../collection-table";

/** Visits all that is reached from what has been moved so far, and from what is old. */
export function scanAll(): void {
  for (let at = tableBegin; at < tableEnd; at += COLLECTION_ROW_BYTES) if (isYoungOnly(Row.at(at))) scanOld(Row.at(at));
  while (scanCopies() || scanRun() || scanArray()) {}
}

function scanOld(row: Row): void {
  const generation = Generation.at(row.generation);
  const count = rememberedCount(generation);
  for (let i: u32 = 0; i < count; i++) visit(rememberedEntry(generation, i));
  if (!regionSparseArrays) return;
  reachOldArrays(row.region, Checkpoint.at(generation.checkpoint).serial, Checkpoint.at(row.fill).serial);
}

function visit(ref: usize): void {
  visitPointers<Mover>(ref, shapeOf(ref), changetype<Mover>(0));
}

/** Visits the fields of what has been moved. @returns whether there was anything */
function scanCopies(): bool {
  let found = false;
  for (let at = tableBegin; at < tableEnd; at += COLLECTION_ROW_BYTES) {
    const row = Row.at(at);
    const region = Region.at(row.region);
    if (!row.scanSegment) {
      const first = firstSince(Checkpoint.at(row.fill));
      if (!first) continue;
      scanFrom(row, first);
    }
    for (;;) {
      // The end moves on while fields are visited.
      while (row.scan < usedEnd(region, row.scanSegment)) {
        const shape = shapeOf(row.scan);
        visitPointers<Mover>(row.scan, shape, changetype<Mover>(0));
        if (shape.mayChange) enterRemembered(row, row.scan);
        row.scan += objectBytes(row.scan, shape);
        found = true;
      }
      const next = Segment.at(row.scanSegment).next;
      if (!next) break;
      scanFrom(row, next);
    }
  }
  return found;
}

function scanFrom(row: Row, segment: usize): void {
  row.scanSegment = segment;
  row.scan = segment + SEGMENT_HEADER_BYTES;
}

/** Visits the fields of an object with a run of its own. @returns whether there was any */
function scanRun(): bool {
  const run = nextKept();
  if (!run) return false;
  const ref = run + SEGMENT_HEADER_BYTES;
  visit(ref);
  if (shapeOf(ref).mayChange) enterRemembered(Row.at(Segment.at(run).owner & ~FLAGS), ref);
  return true;
}

/** Visits the elements of an array on a sparse stack. @returns whether there was any */
function scanArray(): bool {
  if (!regionSparseArrays) return false;
  const ref = nextReached();
  if (!ref) return false;
  visit(ref);
  return true;
}
