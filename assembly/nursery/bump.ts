// The nursery: one run of chunks in which objects are bumped.
//
//     nurseryBase | objects, one after the other | nurseryTop | free | nurseryLimit .. nurseryEnd | .. nurseryBytes
//
// nurseryLimit is what the inlined fast path compares with. It may stand before nurseryEnd, so that allocation comes to
// the slow path there: at the end of a card (nursery/starts/crossing.ts), at nurseryTop itself in zeal mode. nurseryEnd is how far
// we go before the next collection: the size that size.ts has chosen, or less where the evacuation reserve does not cover
// that. Chunks above it are not touched.
//
// Invariant: the objects in [nurseryBase, nurseryTop) leave no gap.
// State: the globals below; most are exported to the program.

import { chunksFor } from "../memory/address";
import { acquireRun, releaseRun } from "../memory/chunks";
import { OWNER_NURSERY } from "../memory/page-map";

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

/** Gives its memory back. */
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

/** Bumps `bytes`, a multiple of 8; 0 when they do not fit. */
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
