// Generations of collections (collect.ts). An object whose pointers never change refers only to older objects. The few
// old objects whose pointers may change are in the mark's remembered set, its ledger (remembered.ts). So a collection
// of the young part alone is complete, without a write barrier. The old part is collected too when it has grown enough.
//
//     region   .. | mark | old: survivors of the latest collection | young: allocated since then
//
// The latest collection notes in each of its marks how far the region was filled at its end, and its own number, the
// epoch. References go both ways between callers' regions, so their marks must have the same epoch. Behind them lie the
// marks of the call's own regions, outer ones first. An outer region never refers to an inner one, so it is enough that
// epochs never rise.
//
// A mark is narrowed while only the young part behind it is collected: its two fills have changed places then.
//
// Invariant: a region of the call's own with an epoch has segments. So compiled code, which resets the region then,
// removes the epoch.

import { lastSerial } from "../../sparse/alloc";
import { affordable, dueAfter, leastBytes } from "../pace";
import { hasOverflowed } from "./remembered";
import { Mark, MARK_BYTES } from "../checkpoint";
import { Region } from "../region";
import { counters } from "../statistics";

/**
 * Where less than this share of leastBytes is left, all of it is collected each time: a copy costs less than what young
 * collections leave behind.
 */
const LEAST_OLD_SHARE: u32 = 8;

// What is collected, as the caller says.
export const AS_IT_PAYS: u32 = 0;
export const ALL: u32 = 1;
/** What is young wherever that is enough: for tests, and where there is no memory for more. */
export const YOUNG: u32 = 2;

/**
 * Chooses what is collected, and narrows marks to what is young where that is enough.
 * @param lentEnd where the marks of the caller's regions end
 * @param which of the constants above
 * @returns whether there is a mark behind which only what is young is collected
 */
export function chooseGenerations(from: usize, lentEnd: usize, end: usize, which: u32): bool {
  let latest: u32 = which == ALL ? 0 : lentEpoch(from, lentEnd);
  let isAnyNarrowed = false;
  for (let at = from; at < end; at += MARK_BYTES) {
    const mark = Mark.at(at);
    if (!mark.region) continue;
    if (mark.epoch > latest) mark.epoch = 0;
    if (at >= lentEnd) latest = mark.epoch;
    if (!mark.epoch) {
      mark.ledger = 0;
      continue;
    }
    swapFills(mark);
    isAnyNarrowed = true;
  }
  return isAnyNarrowed;
}

/** Whether only what is young is collected behind a mark. */
export function isNarrowed(mark: Mark): bool {
  return mark.region != 0 && mark.epoch != 0;
}

/** Whether what is old has grown enough in a region to be collected again. */
export function isFullDue(from: usize, end: usize): bool {
  for (let at = from; at < end; at += MARK_BYTES) {
    const mark = Mark.at(at);
    if (mark.region && mark.epoch && mark.youngTaken - mark.taken >= mark.fullDue) return true;
  }
  return false;
}

/**
 * The epoch of the marks of the caller's regions; 0 if they are not all the same, and the greatest number if there are
 * none.
 */
function lentEpoch(from: usize, lentEnd: usize): u32 {
  let epoch = u32.MAX_VALUE;
  for (let at = from; at < lentEnd; at += MARK_BYTES) {
    const mark = Mark.at(at);
    if (!mark.region) continue;
    if (epoch != u32.MAX_VALUE && mark.epoch != epoch) return 0;
    epoch = mark.epoch;
  }
  return epoch;
}

/** Undoes chooseGenerations, where there has been no collection. */
export function keepGenerations(from: usize, end: usize): void {
  for (let at = from; at < end; at += MARK_BYTES) {
    const mark = Mark.at(at);
    if (mark.region && mark.epoch) swapFills(mark);
  }
}

/**
 * Ends a collection: notes what is old from now on, and when the next one is due. In each mark, `scan` says how many
 * bytes have been copied behind it.
 * @param which as in chooseGenerations
 */
export function noteGenerations(from: usize, lentEnd: usize, end: usize, which: u32): void {
  // Those of the caller's regions are old together: one may refer to another.
  let lent: usize = 0;
  let isLentWhole: bool = true;
  for (let at = from; at < lentEnd; at += MARK_BYTES) {
    const mark = Mark.at(at);
    if (!mark.region) continue;
    lent += heldSince(mark);
    if (hasOverflowed(mark)) isLentWhole = false;
  }
  const isLentOld = isLentWhole && isWorthKeeping(lent, which);
  for (let at = from; at < end; at += MARK_BYTES) {
    const mark = Mark.at(at);
    if (!mark.region) continue;
    const isOwnOld =
      !hasOverflowed(mark) && Region.at(mark.region).first != 0 && isWorthKeeping(heldSince(mark), which);
    noteGeneration(mark, mark.scan, at < lentEnd ? isLentOld : isOwnOld);
  }
}

/** How much has come to a region since its mark, whatever the mark says during a collection. */
function heldSince(mark: Mark): usize {
  return Region.at(mark.region).taken - (mark.epoch ? mark.youngTaken : mark.taken);
}

function isWorthKeeping(held: usize, which: u32): bool {
  return held >= leastBytes / LEAST_OLD_SHARE || which == YOUNG;
}

/** @param isOld whether what is left is not looked at again with what comes next */
function noteGeneration(mark: Mark, copied: usize, isOld: bool): void {
  const before = mark.due;
  const region = Region.at(mark.region);
  const live = region.taken - mark.taken;
  const isMostlyLive = live > (before / 10) * 7;
  const growing: u64 = growingPart(live, before);
  const wasFull = !mark.epoch;
  if (!wasFull) swapFills(mark);
  const held = region.taken - mark.taken;
  // What a collection of all would copy, if all lives.
  const old = wasFull ? copied : held;
  const wanted = atLeast(live + growing * 2);
  const most = affordable(old, wanted);
  // Where all has been looked at, and most of it lives, more of the same is to come: if there is memory to look at all
  // of it once more, it is not worth it to tell young from old.
  if (!isOld || (wasFull && isMostlyLive && most >= wanted)) {
    // As much as is live, so that the cost of a collection is paid by as many bytes of allocation; the more, the more
    // of all was live, which tells of something that only grows.
    mark.due = dueAfter(region.taken, wanted, most);
    mark.epoch = 0;
    return;
  }
  // Half of what may come before a collection of all; where there is no memory for one any more, what is young is
  // collected alone.
  const soon = atLeast(isMostlyLive ? <u64>before * 2 : 0);
  const half = affordable(old, soon) / 2;
  if (wasFull) {
    const later = atLeast(<u64>live * 2 + growing * 2) - live;
    mark.fullDue = half ? dueAfter(live, later, half) : usize.MAX_VALUE;
  }
  mark.due = dueAfter(region.taken, soon, half ? half : affordable(0, soon));
  mark.youngTop = region.top;
  mark.youngLimit = region.limit;
  mark.youngLast = region.first ? region.last : 0;
  mark.youngTaken = region.taken;
  mark.youngSerial = lastSerial;
  mark.epoch = counters().collections;
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
  return bytes < leastBytes ? leastBytes : bytes;
}

function swapFills(mark: Mark): void {
  const top = mark.top;
  const limit = mark.limit;
  const last = mark.last;
  const taken = mark.taken;
  const serial = mark.serial;
  mark.top = mark.youngTop;
  mark.limit = mark.youngLimit;
  mark.last = mark.youngLast;
  mark.taken = mark.youngTaken;
  mark.serial = mark.youngSerial;
  mark.youngTop = top;
  mark.youngLimit = limit;
  mark.youngLast = last;
  mark.youngTaken = taken;
  mark.youngSerial = serial;
}
