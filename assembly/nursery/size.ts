// How much of the nursery is used. It is small at first, so it stays in the cache and touches little memory. It doubles
// where that saves copying.
//
// The benefit of a doubling is that fewer objects survive to a collection. Its cost is the first touch of the new half,
// about as much as copying it once. So the nursery doubles when, at the present rate of survival, as many bytes were
// copied as it is large. A program that keeps all it allocates does not gain: if a doubling did not lower the rate by a
// tenth, the next one waits until the program has allocated twice as much again.
//
// Where pauses have a budget, a minor collection that takes more than half of it ends the growth, and one that takes
// more than all of it halves the nursery.
//
// State: the size; the bytes allocated and promoted since the last judgement; the bytes allocated in all.

import { NURSERY_FIRST_BYTES, NURSERY_FREE_BYTES, NURSERY_LEAST_BYTES } from "../config";
import { usedMoreThan } from "../memory/clock";

/** Rates are parts of this. */
const WHOLE: u64 = 1024;
const NEVER: u64 = 0xffffffff;
/** A judgement waits for this many fillings of the nursery. */
const FILLINGS: usize = 2;

let size: usize = 0;
let sizeMax: usize = 0;
let allocated: u64 = 0;
let promoted: u64 = 0;
let allocatedInAll: u64 = 0;
/** Rate of survival before the last doubling. */
let rateBefore: u64 = 0;
let retryAtBytes: u64 = 0;

/**
 * @param most the largest size, in bytes
 * @param first the size to begin with, in bytes; 0 for the default
 */
export function sizeOpen(most: usize, first: usize): void {
  sizeMax = most;
  size = first ? first : NURSERY_FIRST_BYTES;
  if (size > most) size = most;
  allocated = promoted = allocatedInAll = retryAtBytes = 0;
  rateBefore = NEVER;
}

/** The bytes of the nursery that may be used until the next collection. */
export function nurserySize(): usize {
  return size;
}

/**
 * Learns from a minor collection, and chooses the next size.
 * @param usedBytes bytes of the nursery that were in use before the collection
 * @param promotedBytes bytes that the collection promoted
 * @param liveBytes bytes of live mature objects, at the last major collection
 */
export function sizeAfter(usedBytes: usize, promotedBytes: u64, liveBytes: u64): void {
  allocated += usedBytes;
  promoted += promotedBytes;
  allocatedInAll += usedBytes;
  if (allocated < <u64>(size * FILLINGS)) return;
  const rate = (promoted * WHOLE) / allocated;
  allocated = promoted = 0;
  if (usedMoreThan(100)) {
    if (size > NURSERY_LEAST_BYTES) size >>= 1;
    return;
  }
  const larger = size << 1;
  if (usedMoreThan(50)) return;
  if (larger > sizeMax || (larger > NURSERY_FREE_BYTES && <u64>larger > liveBytes << 1)) return;
  if ((rate * allocatedInAll) / WHOLE < size) return;
  if (rate * 10 > rateBefore * 9) {
    if (!retryAtBytes) retryAtBytes = allocatedInAll << 1;
    if (allocatedInAll < retryAtBytes) return;
  }
  retryAtBytes = 0;
  rateBefore = rate;
  size = larger;
}
