// Object starts as a bitset (seed note 001, Solution A): one bit for each granule of the nursery, 1/64 of its size. A
// bit is set where a recorded object starts. The eager finder sets it at allocation, the deferred one at a collection,
// from the side stack.
//
// The start of the object around an interior pointer is the previous set bit. nurseryStartBits is biased: the byte of
// address p is nurseryStartBits + (p >> 6).
//
// State: the address of the bits; nurseryStartBits is exported to the program.

import { GRANULE_SHIFT, OWNER_CONTROL, START_BYTE_SHIFT } from "../../contract";
import { chunksFor } from "../../memory/address";
import { previousSetBit } from "../../memory/bits";
import { acquireRun, lastRunIsFresh } from "../../memory/chunks";
import { memoryClear } from "../../memory/copy";
import { countQuery } from "./steps";
import { nurseryBase, nurseryBytes, nurseryUsed } from "../bump";

/** Bytes of nursery that eight bytes of start bits cover. */
const START_WORD_BYTES: usize = 8 << START_BYTE_SHIFT;

export let nurseryStartBits: usize = 0;
let bitsBase: usize = 0;

export function bitsOpen(): bool {
  const bytes = nurseryBytes >> START_BYTE_SHIFT;
  bitsBase = acquireRun(chunksFor(bytes), OWNER_CONTROL);
  if (!bitsBase) return false;
  nurseryStartBits = bitsBase - (nurseryBase >> START_BYTE_SHIFT);
  // Most of the nursery may never be used: bits that read as zero are not touched.
  if (!lastRunIsFresh()) memory.fill(bitsBase, 0, bytes);
  return true;
}

export function bitsSet(ref: usize): void {
  const at = nurseryStartBits + (ref >> START_BYTE_SHIFT);
  store<u8>(at, load<u8>(at) | ((<u32>1) << ((<u32>ref >> <u32>GRANULE_SHIFT) & 7)));
}

/** Sets the bit of each address that the words in `[from, to)` hold. */
export function bitsBuild(from: usize, to: usize): void {
  for (let at = from; at < to; at += sizeof<usize>()) bitsSet(load<usize>(at));
}

/** Finds the last recorded start at or below `addr`. @returns 0 when there is none */
export function bitsFind(addr: usize): usize {
  const asked = (addr - nurseryBase) >> GRANULE_SHIFT;
  const granule = previousSetBit(bitsBase, asked);
  countQuery(granule < 0 ? 1 : (asked >> 6) - (<usize>granule >> 6) + 1);
  return granule < 0 ? 0 : nurseryBase + ((<usize>granule) << GRANULE_SHIFT);
}

/** Clears the bits of the used part of the nursery. */
export function bitsClear(): void {
  // Whole words of start bits, and not one beyond the last: the chunk after the bits is somebody else's.
  const words = (nurseryUsed() + START_WORD_BYTES - 1) / START_WORD_BYTES;
  memoryClear(bitsBase, words << 3);
}
