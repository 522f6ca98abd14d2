// Generations of collections (collect.ts). An object whose pointers never change refers only to older objects. The few
// old objects whose pointers may change are in the checkpoint's remembered set (remembered.ts). So a
// collection of the young part alone is complete, without a write barrier. The old part is collected too when it has
// grown enough.
//
//     region   .. | checkpoint | old: survivors of the latest collection | young: allocated since then
//
// The latest collection notes in each of its checkpoints how far the region was filled at its end, and its own number,
// the epoch. References go both ways between callers' regions, so their checkpoints must have the same epoch. Behind
// them lie the checkpoints of the call's own regions, outer ones first. An outer region never refers to an inner one,
// so it is enough that epochs never rise.
//
// A checkpoint is young-only while only the young part behind it is collected: its two fills have changed places then.
//
// Invariant: a region of the call's own with an epoch has segments. So compiled code, which resets the region then,
// removes the epoch.

import { REGION_GROWING_PERCENT, REGION_OLD_SHARE } from "../../config";
import { CHECKPOINT_BYTES, COLLECT_ALL, COLLECT_YOUNG } from "../../contract";
import { lastSerial } from "../../sparse/alloc";
import { budgetFor, regionLeastBytes, thresholdAfter } from "../pace";
import { hasOverflowed } from "../remembered";
import { Checkpoint } from "../checkpoint";
import { Region } from "../region";
import { counters } from "../statistics";

/**
 * Chooses what is collected, and makes checkpoints young-only where that is enough.
 * @param callerEnd where the checkpoints of the caller's regions end
 * @param which of the COLLECT_ numbers
 * @returns whether there is a checkpoint behind which only what is young is collected
 */
export function chooseGenerations(from: usize, callerEnd: usize, end: usize, which: u32): bool {
  let latest: u32 = which == COLLECT_ALL ? 0 : callerEpoch(from, callerEnd);
  let isAnyYoungOnly = false;
  for (let at = from; at < end; at += CHECKPOINT_BYTES) {
    const checkpoint = Checkpoint.at(at);
    if (!checkpoint.region) continue;
    if (checkpoint.epoch > latest) checkpoint.epoch = 0;
    if (at >= callerEnd) latest = checkpoint.epoch;
    if (!checkpoint.epoch) {
      checkpoint.remembered = 0;
      continue;
    }
    swapFills(checkpoint);
    isAnyYoungOnly = true;
  }
  return isAnyYoungOnly;
}

/** Whether only what is young is collected behind a checkpoint. */
export function isYoungOnly(checkpoint: Checkpoint): bool {
  return checkpoint.region != 0 && checkpoint.epoch != 0;
}

/** Whether what is old has grown enough in a region to be collected again. */
export function isPastFullThreshold(from: usize, end: usize): bool {
  for (let at = from; at < end; at += CHECKPOINT_BYTES) {
    const checkpoint = Checkpoint.at(at);
    if (checkpoint.region && checkpoint.epoch && checkpoint.youngTaken - checkpoint.taken >= checkpoint.fullThreshold)
      return true;
  }
  return false;
}

/**
 * The epoch of the checkpoints of the caller's regions; 0 if they are not all the same, and the greatest number if
 * there are none.
 */
function callerEpoch(from: usize, callerEnd: usize): u32 {
  let epoch = u32.MAX_VALUE;
  for (let at = from; at < callerEnd; at += CHECKPOINT_BYTES) {
    const checkpoint = Checkpoint.at(at);
    if (!checkpoint.region) continue;
    if (epoch != u32.MAX_VALUE && checkpoint.epoch != epoch) return 0;
    epoch = checkpoint.epoch;
  }
  return epoch;
}

/** Undoes chooseGenerations, where there has been no collection. */
export function keepGenerations(from: usize, end: usize): void {
  for (let at = from; at < end; at += CHECKPOINT_BYTES) {
    const checkpoint = Checkpoint.at(at);
    if (checkpoint.region && checkpoint.epoch) swapFills(checkpoint);
  }
}

/**
 * Ends a collection: notes what is old from now on, and sets the threshold of the next one. In each checkpoint, `scan`
 * says how many bytes have been copied behind it.
 * @param which as in chooseGenerations
 */
export function noteGenerations(from: usize, callerEnd: usize, end: usize, which: u32): void {
  // Those of the caller's regions are old together: one may refer to another.
  let ofCaller: usize = 0;
  let isCallerWhole: bool = true;
  for (let at = from; at < callerEnd; at += CHECKPOINT_BYTES) {
    const checkpoint = Checkpoint.at(at);
    if (!checkpoint.region) continue;
    ofCaller += heldSince(checkpoint);
    if (hasOverflowed(checkpoint)) isCallerWhole = false;
  }
  const isCallerOld = isCallerWhole && isWorthKeeping(ofCaller, which);
  for (let at = from; at < end; at += CHECKPOINT_BYTES) {
    const checkpoint = Checkpoint.at(at);
    if (!checkpoint.region) continue;
    const isOwnOld =
      !hasOverflowed(checkpoint) &&
      Region.at(checkpoint.region).first != 0 &&
      isWorthKeeping(heldSince(checkpoint), which);
    noteGeneration(checkpoint, checkpoint.scan, at < callerEnd ? isCallerOld : isOwnOld);
  }
}

/** How much was allocated in a region since its checkpoint, whatever the checkpoint says during a collection. */
function heldSince(checkpoint: Checkpoint): usize {
  return Region.at(checkpoint.region).taken - (checkpoint.epoch ? checkpoint.youngTaken : checkpoint.taken);
}

function isWorthKeeping(held: usize, which: u32): bool {
  return held >= regionLeastBytes / REGION_OLD_SHARE || which == COLLECT_YOUNG;
}

/** @param isOld whether what is left is not looked at again with what comes next */
function noteGeneration(checkpoint: Checkpoint, copied: usize, isOld: bool): void {
  const before = checkpoint.threshold;
  const region = Region.at(checkpoint.region);
  const live = region.taken - checkpoint.taken;
  const isMostlyLive = live > (before / 100) * REGION_GROWING_PERCENT;
  const growing: u64 = growingPart(live, before);
  const wasFull = !checkpoint.epoch;
  if (!wasFull) swapFills(checkpoint);
  const held = region.taken - checkpoint.taken;
  // What a collection of all would copy, if all lives.
  const old = wasFull ? copied : held;
  const wanted = atLeast(live + growing * 2);
  const most = budgetFor(old, wanted);
  // Where all has been looked at, and most of it lives, more of the same is to come: if there is memory to look at all
  // of it once more, it is not worth it to tell young from old.
  if (!isOld || (wasFull && isMostlyLive && most >= wanted)) {
    // As much as is live, so that the cost of a collection is paid by as many bytes of allocation; the more, the more
    // of all was live, which tells of something that only grows.
    checkpoint.threshold = thresholdAfter(region.taken, wanted, most);
    checkpoint.epoch = 0;
    return;
  }
  // Half of what may come before a collection of all; where there is no memory for one any more, what is young is
  // collected alone.
  const soon = atLeast(isMostlyLive ? <u64>before * 2 : 0);
  const half = budgetFor(old, soon) / 2;
  if (wasFull) {
    const later = atLeast(<u64>live * 2 + growing * 2) - live;
    checkpoint.fullThreshold = half ? thresholdAfter(live, later, half) : usize.MAX_VALUE;
  }
  checkpoint.threshold = thresholdAfter(region.taken, soon, half ? half : budgetFor(0, soon));
  checkpoint.youngTop = region.top;
  checkpoint.youngLimit = region.limit;
  checkpoint.youngLast = region.first ? region.last : 0;
  checkpoint.youngTaken = region.taken;
  checkpoint.youngSerial = lastSerial;
  checkpoint.epoch = counters().collections;
}

/**
 * The part of what is live that speaks for something that only grows: nothing when half of all was live, all of it when
 * all was.
 */
function growingPart(live: usize, before: usize): usize {
  if (live >= before) return live;
  return live > before / 2 ? <usize>((<u64>live * (2 * live - before)) / before) : 0;
}

function atLeast(bytes: u64): u64 {
  return bytes < regionLeastBytes ? regionLeastBytes : bytes;
}

function swapFills(checkpoint: Checkpoint): void {
  const top = checkpoint.top;
  const limit = checkpoint.limit;
  const last = checkpoint.last;
  const taken = checkpoint.taken;
  const serial = checkpoint.serial;
  checkpoint.top = checkpoint.youngTop;
  checkpoint.limit = checkpoint.youngLimit;
  checkpoint.last = checkpoint.youngLast;
  checkpoint.taken = checkpoint.youngTaken;
  checkpoint.serial = checkpoint.youngSerial;
  checkpoint.youngTop = top;
  checkpoint.youngLimit = limit;
  checkpoint.youngLast = last;
  checkpoint.youngTaken = taken;
  checkpoint.youngSerial = serial;
}
