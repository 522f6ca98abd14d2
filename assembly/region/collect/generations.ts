// Decides what a collection takes in, and what is old when it ends (generation.ts). An object whose pointers never
// change refers only to older objects. The few old objects whose pointers may change are in the remembered set
// (remembered.ts). So a collection of the young part alone is complete, without a write barrier. The old part is
// collected too when it has grown enough.
//
// References go both ways between callers' regions, so these must have the same epoch. Behind them lie the generations
// of the call's own regions, outer ones first. An outer region never refers to an inner one, so it is enough that
// epochs never rise.
//
// Invariant: a region of the call's own with an epoch has segments. So compiled code, which resets the region then,
// removes the epoch.

import { REGION_OLD_SHARE } from "../../config";
import { COLLECT_ALL, COLLECT_YOUNG, COLLECTION_ROW_BYTES, GENERATION_BYTES } from "../../contract";
import { Checkpoint, checkpointSet } from "../checkpoint";
import { Generation, isOfCaller, youngOf } from "../generation";
import {
  budgetFor,
  fullThresholdAfter,
  isMostlyLive,
  regionLeastBytes,
  thresholdAfter,
  wantedAfter,
  wantedYoung,
} from "../pace";
import { Region } from "../region";
import { counters } from "../statistics";
import { hasOverflowed } from "../remembered";
import { addRow, isYoungOnly, Row, tableBegin, tableEnd } from "../collection-table";

/** Whether what is old has grown enough in a region to be collected again. */
export function isPastFullThreshold(from: usize, end: usize): bool {
  for (let at = from; at < end; at += GENERATION_BYTES) {
    const generation = Generation.at(at);
    if (!isOld(generation)) continue;
    const old = Checkpoint.at(youngOf(at)).taken - Checkpoint.at(generation.checkpoint).taken;
    if (old >= generation.fullThreshold) return true;
  }
  return false;
}

/** Whether a region has an old part. */
function isOld(generation: Generation): bool {
  return Checkpoint.at(generation.checkpoint).region != 0 && generation.epoch != 0;
}

/** Adds a row for each region, so that all is collected. */
export function addAll(from: usize, end: usize): void {
  for (let at = from; at < end; at += GENERATION_BYTES) {
    const checkpoint = Generation.at(at).checkpoint;
    if (Checkpoint.at(checkpoint).region) addRow(checkpoint, at);
  }
}

/**
 * Adds a row for each region, which says what of it is collected.
 * @param which of the COLLECT_ numbers
 * @returns whether all is collected in each of them
 */
export function addChosen(from: usize, end: usize, which: u32): bool {
  let latest: u32 = which == COLLECT_ALL ? 0 : callerEpoch(from, end);
  let isFull = true;
  for (let at = from; at < end; at += GENERATION_BYTES) {
    const generation = Generation.at(at);
    if (!Checkpoint.at(generation.checkpoint).region) continue;
    if (generation.epoch > latest) generation.epoch = 0;
    if (!isOfCaller(at)) latest = generation.epoch;
    if (generation.epoch) isFull = false;
    else generation.remembered = 0;
    addRow(generation.epoch ? youngOf(at) : generation.checkpoint, at);
  }
  return isFull;
}

/** The epoch of callers' regions; 0 if they are not all the same, and the greatest number if there are none. */
function callerEpoch(from: usize, end: usize): u32 {
  let epoch = u32.MAX_VALUE;
  for (let at = from; at < end; at += GENERATION_BYTES) {
    const generation = Generation.at(at);
    if (!Checkpoint.at(generation.checkpoint).region || !isOfCaller(at)) continue;
    if (epoch != u32.MAX_VALUE && generation.epoch != epoch) return 0;
    epoch = generation.epoch;
  }
  return epoch;
}

/**
 * Ends a collection: notes what is old from now on, and sets the thresholds of the next one.
 * @param which as in addChosen
 */
export function noteGenerations(which: u32): void {
  // Callers' regions are old together: one may refer to another.
  let ofCaller: usize = 0;
  let isCallerWhole: bool = true;
  for (let at = tableBegin; at < tableEnd; at += COLLECTION_ROW_BYTES) {
    const row = Row.at(at);
    if (!isOfCaller(row.generation)) continue;
    ofCaller += heldIn(row);
    if (hasOverflowed(Generation.at(row.generation))) isCallerWhole = false;
  }
  const isCallerOld = isCallerWhole && isWorthKeeping(ofCaller, which);
  for (let at = tableBegin; at < tableEnd; at += COLLECTION_ROW_BYTES) {
    const row = Row.at(at);
    noteGeneration(row, isOfCaller(row.generation) ? isCallerOld : isOwnOld(row, which));
  }
}

function isOwnOld(row: Row, which: u32): bool {
  if (hasOverflowed(Generation.at(row.generation)) || !Region.at(row.region).first) return false;
  return isWorthKeeping(heldIn(row), which);
}

/** How much was allocated in a region since its checkpoint and is left. */
function heldIn(row: Row): usize {
  return Region.at(row.region).taken - Checkpoint.at(Generation.at(row.generation).checkpoint).taken;
}

function isWorthKeeping(held: usize, which: u32): bool {
  return held >= regionLeastBytes / REGION_OLD_SHARE || which == COLLECT_YOUNG;
}

/** @param isOld whether what is left need not be looked at again with what comes next */
function noteGeneration(row: Row, isOld: bool): void {
  const generation = Generation.at(row.generation);
  const before = row.before;
  const taken = Region.at(row.region).taken;
  const live = taken - Checkpoint.at(row.fill).taken;
  const wasFull = !isYoungOnly(row);
  // What a collection of all would copy, if all lives.
  const old = wasFull ? row.copied : heldIn(row);
  const wanted = wantedAfter(live, before);
  const most = budgetFor(old, wanted);
  // Where all has been looked at, and most of it lives, more of the same is to come: if there is memory to look at all
  // of it once more, it is not worth it to tell young from old.
  if (!isOld || (wasFull && isMostlyLive(live, before) && most >= wanted)) {
    generation.threshold = thresholdAfter(taken, wanted, most);
    generation.epoch = 0;
    return;
  }
  // Half of what may come before a collection of all; where there is no memory for one any more, what is young is
  // collected alone.
  const soon = wantedYoung(live, before);
  const half = budgetFor(old, soon) / 2;
  if (wasFull) generation.fullThreshold = fullThresholdAfter(live, before, half);
  generation.threshold = thresholdAfter(taken, soon, half ? half : budgetFor(0, soon));
  generation.epoch = counters().collections;
  checkpointSet(youngOf(row.generation), row.region);
}
