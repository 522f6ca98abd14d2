// When a region is to be collected: after so much that the copies pay, and before there is no memory for them.
//
// A collection copies at most what has come, and loses a part of each segment; until it is over, old and new are both there. What that
// comes to is compared with what the program may still take. State: the setting.

import { CHUNK_SHIFT } from "../memory/address";
import { chunksLimit, chunksUsed } from "../memory/chunks";
import { freeWholeChunks } from "./segments";

/**
 * A region is not collected before it has taken this many bytes, but where memory is short. A literal, so that the module needs
 * no start function.
 */
export let leastBytes: u32 = 4194304;

/** Chooses that. Before any region is opened. */
export function chooseLeast(bytes: u32): void {
  leastBytes = bytes;
}

/** Kept back for segments that are not full, and for small ones. */
const PARTLY_USED_CHUNKS: u32 = 8;
/** The share of leastBytes that may always come, whatever memory there is. */
const STEP_SHARE: u32 = 16;

/** How much memory is needed at most for copies of so many bytes: an object of a quarter of a segment may not fit its end. */
export function copiesNeed(bytes: u64): u64 {
  return bytes + (bytes >> 2) + (bytes >> 3);
}

/**
 * How many bytes may come so that there is memory for their copies, and for those of `copied` bytes that are there.
 * @returns 0 where it is not worth it
 */
export function affordable(copied: usize): u64 {
  const spare = spareBytes();
  const needed = copiesNeed(copied);
  const most = spare > needed ? ((spare - needed) / 5) * 2 : 0;
  return most < leastStep() ? 0 : most;
}

/**
 * When a region is due that has taken `taken` bytes.
 * @param wanted how many bytes should come before
 * @param most how many may
 */
export function dueAfter(taken: usize, wanted: u64, most: u64): usize {
  const more = wanted < most ? wanted : most;
  const due = <u64>taken + (more < leastStep() ? leastStep() : more);
  return due < usize.MAX_VALUE ? <usize>due : usize.MAX_VALUE;
}

function leastStep(): u64 {
  return leastBytes / STEP_SHARE;
}

/** Whether there is not much more memory than for copies of so many bytes. */
export function isScarceFor(bytes: usize): bool {
  return spareBytes() < copiesNeed(bytes) * 2;
}

/** How much more regions may take, together, in whole chunks. */
function spareBytes(): u64 {
  const chunks = chunksLimit() - chunksUsed() + freeWholeChunks();
  return chunks > PARTLY_USED_CHUNKS ? (<u64>(chunks - PARTLY_USED_CHUNKS)) << CHUNK_SHIFT : 0;
}
