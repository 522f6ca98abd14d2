// The side stack (seed note 001): allocation pushes the start of each recorded object. A bump allocator's addresses
// only rise, so the stack is sorted. A finder searches it as it is, or turns it into a set at a collection.
//
// An object takes at least a granule, so a stack of half the nursery's size cannot overflow: a push checks nothing.
//
// State: the two ends; nurserySideTop is exported to the program.

import { GRANULE_BYTES, OWNER_CONTROL, WORD_BYTES } from "../../contract";
import { chunksFor } from "../../memory/address";
import { acquireRun, releaseRun } from "../../memory/chunks";
import { nurseryBytes } from "../bump";
import { countQuery } from "./steps";

export let sideBase: usize = 0;
export let nurserySideTop: usize = 0;

function chunks(): u32 {
  return chunksFor((nurseryBytes / GRANULE_BYTES) * WORD_BYTES);
}

export function sideOpen(): bool {
  sideBase = nurserySideTop = acquireRun(chunks(), OWNER_CONTROL);
  return sideBase != 0;
}

/** Gives the stack's memory back. */
export function sideClose(): void {
  releaseRun(sideBase, chunks());
}

export function sidePush(ref: usize): void {
  store<usize>(nurserySideTop, ref);
  nurserySideTop += WORD_BYTES;
}

export function sideClear(): void {
  nurserySideTop = sideBase;
}

/** Finds the last recorded start at or below `addr`, by binary search. @returns 0 when there is none */
export function sideFind(addr: usize): usize {
  let lo = sideBase;
  let count = (nurserySideTop - sideBase) / WORD_BYTES;
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
