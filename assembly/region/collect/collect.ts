// Collections of regions: at a loop's header, or in front of a tail call, when the regions that it fills have reached
// their thresholds. A collection copies what is reachable (Cheney 1970) and drops the rest. So a loop that replaces a
// value in each iteration takes a small multiple of what is live, as under a collector.
//
// Only the roots that the compiler passes and the collected objects themselves refer to what is collected. That holds
// for the regions of a frame around a loop: what lives longer never refers there, and what lives shorter has ended with
// the iteration. It holds for sub-regions of callers' regions by what the compiler knows (region/checkpoint.ts).
//
// A collection passes through these files: generations.ts chooses what is collected and lists it in the table
// (region/collection-table.ts), empty.ts takes it off the regions, move.ts and scan.ts copy what is reached,
// give-back.ts returns the rest, and generations.ts decides what is old.

import {
  CHECKPOINT_BYTES,
  COLLECT_ALL,
  COLLECT_AS_IT_PAYS,
  COLLECT_YOUNG,
  COLLECTION_ROW_BYTES,
  WORD_BYTES,
} from "../../contract";
import { verifySurvivorsOrTrap } from "../../debug/region-pointers";
import { verifyBeginOrTrap, verifyEndOrTrap } from "../../debug/regions";
import { Checkpoint } from "../checkpoint";
import { counters } from "../statistics";
import { canCopy, emptyRegions, untraceAll } from "./empty";
import { addAll, addChosen, isPastFullThreshold, noteGenerations } from "./generations";
import { giveBack } from "./give-back";
import { Mover } from "./move";
import { scanAll } from "./scan";
import { addRow, openTable, Row, tableBegin, tableEnd } from "../collection-table";

/**
 * Collects what was allocated since the checkpoints of generations. If it may not find memory for the copies, it
 * changes only the thresholds.
 * @param from address of the first generation; they lie side by side up to `end`
 * @param roots address of `boxes` words that are Boxes, then `slices` words that are Slices; it updates them. Behind
 *   them COLLECTION_ROW_BYTES are free for each generation
 * @param globals address of `count` more words that are Boxes or Slices; 0 unless the program's own region is collected
 * @param which COLLECT_AS_IT_PAYS, COLLECT_ALL or COLLECT_YOUNG, of generations.ts
 */
export function regionCollect(
  from: usize,
  end: usize,
  roots: usize,
  boxes: u32,
  slices: u32,
  globals: usize,
  count: u32,
  which: u32,
): void {
  const rootsEnd = roots + <usize>(boxes + slices) * WORD_BYTES;
  if (which == COLLECT_AS_IT_PAYS && isPastFullThreshold(from, end)) {
    openTable(rootsEnd);
    addAll(from, end);
    which = canCopy() ? COLLECT_ALL : COLLECT_YOUNG;
  }
  openTable(rootsEnd);
  const isFull = addChosen(from, end, which);
  if (!collect(roots, boxes, slices, globals, count)) return;
  noteGenerations(which);
  if (isFull) counters().fullCollections++;
  verifyEndOrTrap();
}

/**
 * Collects all that was allocated since the checkpoints from `from` to `end`, unless it may not find memory for the
 * copies. The roots are as those of `regionCollect`.
 */
export function checkpointsCollect(from: usize, end: usize, roots: usize, boxes: u32, slices: u32): void {
  openTable(roots + <usize>(boxes + slices) * WORD_BYTES);
  for (let at = from; at < end; at += CHECKPOINT_BYTES) if (Checkpoint.at(at).region) addRow(at, 0);
  if (!collect(roots, boxes, slices, 0, 0)) return;
  counters().fullCollections++;
  verifyEndOrTrap();
}

/** Collects what the table says. @returns false when there may not be memory for the copies */
function collect(roots: usize, boxes: u32, slices: u32, globals: usize, count: u32): bool {
  verifyBeginOrTrap();
  if (!emptyRegions()) return false;
  const mover = changetype<Mover>(0);
  let slot = roots;
  for (let i: u32 = 0; i < boxes; i++, slot += WORD_BYTES) mover.box(slot);
  for (let i: u32 = 0; i < slices; i++, slot += WORD_BYTES) mover.slice(slot);
  // A Box is a Slice without an offset.
  for (let i: u32 = 0; i < count; i++) mover.slice(globals + <usize>i * WORD_BYTES);
  scanAll();
  for (let at = tableBegin; at < tableEnd; at += COLLECTION_ROW_BYTES) giveBack(Row.at(at));
  counters().collections++;
  verifySurvivorsOrTrap();
  untraceAll();
  return true;
}
