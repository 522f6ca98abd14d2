// The remembered set holds the slots of old objects that may point into the nursery. It is a sequential store buffer in
// chained chunks.
//
// An entry is a word: the 4-aligned address of a slot, with REMEMBER_SLICE if the slot holds a Slice; or the address of
// an object that was born old, with REMEMBER_OBJECT. The program stores into such an object without a barrier before
// the first safepoint. Entries may repeat. The first word of a chunk links the chunk before it.
//
// When no further chunk can be had, `overflowed` is set, and the next minor collection visits every old object instead.
//
// Invariant (debug/verify.ts, 7): a slot outside the nursery that points into it is remembered, or its object is, or
// the set has overflowed.
// State: the cursor, the flag.

import { CHUNK_BYTES, OWNER_CONTROL, WORD_BYTES } from "../contract";
import { acquireReserved, chunksReserve, ensureFree, releaseRun } from "../memory/chunks";
import { PointerVisitor } from "../object/walk";

export const REMEMBER_SLICE: usize = 1;
export const REMEMBER_OBJECT: usize = 2;
const TAG_MASK: usize = 3;

let current: usize = 0;
let top: usize = 0;
let limit: usize = 0;
let overflowed: bool = false;
let entries: u32 = 0;
let chunkLimit: u32 = 0;
let chunkCount: u32 = 0;

export function rememberedOpen(): void {
  current = top = limit = 0;
  overflowed = false;
  entries = chunkCount = chunkLimit = 0;
}

/** Debug: limits the set's chunks, which forces the overflow; 0 for no limit. */
export function limitRemembered(chunks: u32): void {
  chunkLimit = chunks;
}

export function rememberedOverflowed(): bool {
  return overflowed;
}

/** The entries recorded since the heap opened, repeats included. */
export function rememberedTotal(): u32 {
  return entries + (current ? <u32>((top - current - WORD_BYTES) / WORD_BYTES) : 0);
}

function addChunk(): bool {
  // Only what the reserve does not need: an evacuation must be able to finish.
  if ((chunkLimit && chunkCount >= chunkLimit) || !ensureFree(chunksReserve() + 1)) return false;
  const chunk = acquireReserved(OWNER_CONTROL);
  if (!chunk) return false;
  if (current) entries += <u32>((top - current - WORD_BYTES) / WORD_BYTES);
  store<usize>(chunk, current);
  current = chunk;
  top = chunk + WORD_BYTES;
  limit = chunk + CHUNK_BYTES;
  chunkCount++;
  return true;
}

/** Records an entry. @param entry an address with its tag */
export function remember(entry: usize): void {
  if (top == limit && !addChunk()) {
    overflowed = true;
    return;
  }
  store<usize>(top, entry);
  top += WORD_BYTES;
}

/** The bytes of the chunks that hold entries. For verification. */
export function rememberedBytes(): usize {
  return <usize>chunkCount * CHUNK_BYTES;
}

export interface RememberedVisitor extends PointerVisitor {
  /** The object was born old: any of its slots may point into the nursery. */
  object(ref: usize): void;
}

/** Visits every entry. */
export function visitRemembered<V extends RememberedVisitor>(visitor: V): void {
  let end = top;
  for (let chunk = current; chunk; chunk = load<usize>(chunk)) {
    for (let at = chunk + WORD_BYTES; at < end; at += WORD_BYTES) {
      const entry = load<usize>(at);
      const tag = entry & TAG_MASK;
      if (tag == 0) visitor.box(entry);
      else if (tag == REMEMBER_SLICE) visitor.slice(entry - REMEMBER_SLICE);
      else visitor.object(entry - REMEMBER_OBJECT);
    }
    end = load<usize>(chunk) + CHUNK_BYTES;
  }
}

/** Forgets all entries. It keeps one chunk, which is warm and will be needed again. */
export function rememberedClear(): void {
  if (current) {
    entries += <u32>((top - current - WORD_BYTES) / WORD_BYTES);
    let before = load<usize>(current);
    while (before) {
      const next = load<usize>(before);
      releaseRun(before, 1);
      chunkCount--;
      before = next;
    }
    store<usize>(current, 0);
    top = current + WORD_BYTES;
  }
  overflowed = false;
}
