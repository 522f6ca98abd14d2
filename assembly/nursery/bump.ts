// The nursery: one run of chunks in which objects are bumped; and where objects start in it.
//
//     nurseryBase | objects, one after the other | nurseryTop | free | nurseryLimit .. nurseryEnd | .. nurseryBytes
//
// nurseryLimit is what the inlined fast path compares with: equal to nurseryEnd, except in zeal mode, where it stands at
// nurseryTop so that every allocation comes to the slow path. nurseryEnd is how far we go before the next collection: the
// size that size.ts has chosen, or less where the evacuation reserve does not cover that. Chunks above it are not touched.
//
// Object starts, the eager variant (seed 001, Solution B): a bit for each granule, set for sliceable objects when they
// are allocated; startBits is biased so that the byte of address p is startBits + (p >> 6). The start of the object
// around an interior pointer is the previous set bit. Cleared after each minor collection.
//
// Invariants: the objects in [nurseryBase, nurseryTop) leave no gap; a start bit is set exactly for sliceable objects.
// State: the globals below; most are exported to the program.

import { CHUNK_SHIFT, chunksFor, GRANULE_SHIFT } from "../memory/address";
import { previousSetBit } from "../memory/bits";
import { acquireRun, lastRunIsFresh } from "../memory/chunks";
import { clearGranules } from "../memory/copy";
import { OWNER_CONTROL, OWNER_NURSERY } from "../memory/pagemap";

/** Bytes of nursery that one byte of start bits covers, as a shift. */
const START_BYTE_SHIFT: usize = GRANULE_SHIFT + 3;
/** Bytes of nursery that eight bytes of start bits cover. */
const START_WORD_BYTES: usize = 8 << START_BYTE_SHIFT;

export let nurseryBase: usize = 0;
export let nurseryBytes: usize = 0;
export let nurseryTop: usize = 0;
export let nurseryLimit: usize = 0;
export let startBits: usize = 0;
let nurseryEnd: usize = 0;
let bitsBase: usize = 0;

/**
 * Opens a nursery.
 * @param bytes size, a multiple of 4096
 * @returns false when the memory cannot be had
 */
export function nurseryOpen(bytes: usize): bool {
  nurseryBytes = bytes;
  nurseryBase = acquireRun(chunksFor(bytes), OWNER_NURSERY);
  if (!nurseryBase) return false;
  bitsBase = acquireRun(chunksFor(bytes >> START_BYTE_SHIFT), OWNER_CONTROL);
  if (!bitsBase) return false;
  startBits = bitsBase - (nurseryBase >> START_BYTE_SHIFT);
  // Most of the nursery may never be used: bits that read as zero are not touched.
  if (!lastRunIsFresh()) memory.fill(bitsBase, 0, bytes >> START_BYTE_SHIFT);
  nurseryTop = nurseryBase;
  setNurseryEnd(0, false);
  return true;
}

export function isYoung(addr: usize): bool {
  return addr - nurseryBase < nurseryBytes;
}

export function nurseryUsed(): usize {
  return nurseryTop - nurseryBase;
}

/** Lets the nursery be used up to `bytes`; `zeal` sends every allocation to the slow path. */
export function setNurseryEnd(bytes: usize, zeal: bool): void {
  nurseryEnd = nurseryBase + bytes;
  nurseryLimit = zeal ? nurseryTop : nurseryEnd;
}

/** Bumps `bytes`, a multiple of 8; 0 when they do not fit. */
export function bump(bytes: usize, zeal: bool): usize {
  const ref = nurseryTop;
  if (ref + bytes > nurseryEnd) return 0;
  nurseryTop = ref + bytes;
  if (zeal) nurseryLimit = nurseryTop;
  return ref;
}

/** Records that a sliceable object starts at `ref`. */
export function setStart(ref: usize): void {
  const at = startBits + (ref >> START_BYTE_SHIFT);
  store<u8>(at, load<u8>(at) | ((<u32>1) << ((<u32>ref >> <u32>GRANULE_SHIFT) & 7)));
}

export function isStart(ref: usize): bool {
  return ((load<u8>(startBits + (ref >> START_BYTE_SHIFT)) >> ((<u32>ref >> <u32>GRANULE_SHIFT) & 7)) & 1) != 0;
}

/** The start of the sliceable object around `addr`, an address in the nursery; 0 when there is none. */
export function youngStart(addr: usize): usize {
  const granule = previousSetBit(bitsBase, (addr - nurseryBase) >> GRANULE_SHIFT);
  return granule < 0 ? 0 : nurseryBase + ((<usize>granule) << GRANULE_SHIFT);
}

/** Forgets all objects. */
export function nurseryReset(): void {
  // Whole words of start bits, and not one beyond the last: the chunk after the bits is somebody else's.
  const words = (nurseryUsed() + START_WORD_BYTES - 1) / START_WORD_BYTES;
  clearGranules(bitsBase, words << 3);
  nurseryTop = nurseryBase;
}

if (CHUNK_SHIFT < START_BYTE_SHIFT) ERROR("a chunk must be covered by whole bytes of start bits");
