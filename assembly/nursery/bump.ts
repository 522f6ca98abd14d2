// The nursery: one run of chunks, in which allocation bumps a pointer.
//
//     nurseryBase | objects, one after the other | nurseryTop | free | nurseryLimit .. nurseryEnd | .. nurseryBytes
//
// The inlined fast path compares with nurseryLimit. It may stand before nurseryEnd, so that allocation reaches the slow
// path there: at the end of a card (nursery/starts/crossing.ts), or at nurseryTop itself when zeal is on. nurseryEnd is
// where the next collection comes: at the size that size.ts has chosen, or below it where the evacuation reserve does
// not cover that. Chunks above nurseryEnd are not touched.
//
// Invariant (debug/verify.ts, 1): the objects in [nurseryBase, nurseryTop) leave no gap.
// State: the globals below; most are exported to the program.

import { OWNER_NURSERY } from "../contract";
import { chunksFor } from "../memory/address";
import { acquireRun, releaseRun } from "../memory/chunks";

export let nurseryBase: usize = 0;
export let nurseryBytes: usize = 0;
export let nurseryTop: usize = 0;
export let nurseryLimit: usize = 0;
let nurseryEnd: usize = 0;

/**
 * Opens a nursery.
 * @param bytes size, a multiple of 4096
 * @returns false when the memory cannot be had
 */
export function nurseryOpen(bytes: usize): bool {
  nurseryBytes = bytes;
  nurseryBase = acquireRun(chunksFor(bytes), OWNER_NURSERY);
  if (!nurseryBase) return false;
  nurseryTop = nurseryBase;
  setNurseryEnd(0);
  return true;
}

/** Gives the nursery's memory back. */
export function nurseryClose(): void {
  releaseRun(nurseryBase, chunksFor(nurseryBytes));
}

export function isYoung(addr: usize): bool {
  return addr - nurseryBase < nurseryBytes;
}

export function nurseryUsed(): usize {
  return nurseryTop - nurseryBase;
}

/** Lets the nursery be used up to `bytes`. */
export function setNurseryEnd(bytes: usize): void {
  nurseryLimit = nurseryEnd = nurseryBase + bytes;
}

/** Sends allocation to the slow path at `at`, or where the nursery ends. */
export function limitNursery(at: usize): void {
  nurseryLimit = at < nurseryEnd ? at : nurseryEnd;
}

/** Whether `bytes` can be bumped before the next collection. */
export function hasRoom(bytes: usize): bool {
  return nurseryTop + bytes <= nurseryEnd;
}

/** Allocates `bytes`, a multiple of 8. @returns the address; 0 when they do not fit */
export function bump(bytes: usize): usize {
  const ref = nurseryTop;
  if (!hasRoom(bytes)) return 0;
  nurseryTop = ref + bytes;
  return ref;
}

/** Forgets all objects. */
export function nurseryReset(): void {
  nurseryTop = nurseryBase;
}
