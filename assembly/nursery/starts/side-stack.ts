// The base addresses of sliceable objects, pushed as they are allocated. Sorted by construction, since a bump allocator's
// addresses only rise; so it can be searched as it is, or be turned into a set at the collection.
//
// An object is at least a granule long, so a stack of half the nursery's size cannot overflow: pushing checks nothing.
//
// State: the two ends; sideTop is exported to the program.

import { chunksFor, GRANULE_BYTES, WORD_BYTES } from "../../memory/address";
import { acquireRun, releaseRun } from "../../memory/chunks";
import { OWNER_CONTROL } from "../../memory/page-map";
import { nurseryBytes } from "../bump";
import { countQuery } from "./steps";

export let sideBase: usize = 0;
export let sideTop: usize = 0;

function chunks(): u32 {
  return chunksFor((nurseryBytes / GRANULE_BYTES) * WORD_BYTES);
}

export function sideOpen(): bool {
  sideBase = sideTop = acquireRun(chunks(), OWNER_CONTROL);
  return sideBase != 0;
}

/** Gives its memory back. */
export function sideClose(): void {
  releaseRun(sideBase, chunks());
}

export function sidePush(ref: usize): void {
  store<usize>(sideTop, ref);
  sideTop += WORD_BYTES;
}

export function sideClear(): void {
  sideTop = sideBase;
}

/** The greatest address at or below `addr`, by binary search; 0 when there is none. */
export function sideFind(addr: usize): usize {
  let lo = sideBase;
  let count = (sideTop - sideBase) / WORD_BYTES;
  countQuery(32 - <usize>clz(count));
  // Invariant: everything below lo is at or below addr, everything from lo + count on is above it.
  while (count) {
    const half = count >> 1;
    const middle = lo + half * WORD_BYTES;
    if (load<usize>(middle) <= addr) {
      lo = middle + WORD_BYTES;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return lo == sideBase ? 0 : load<usize>(lo - WORD_BYTES);
}
