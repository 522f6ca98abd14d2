// The remembered set: where old objects may point into the nursery. A sequential store buffer in chained chunks.
//
// An entry is a word: a slot's address, which is 4-aligned, with REMEMBER_SLICE when the slot holds a Slice; or the
// address of a whole object born old, with REMEMBER_OBJECT, all of whose stores up to the first safepoint go without
// barrier. Entries may repeat. The first word of a chunk links the chunk before it.
//
// It cannot overflow silently: when no further chunk can be had, `overflowed` is set and the next minor collection looks
// at every old object instead.
// State: the cursor, the flag.

import { CHUNK_BYTES, WORD_BYTES } from "../memory/address";
import { acquireReserved, chunksReserve, ensureFree, releaseRun } from "../memory/chunks";
import { OWNER_CONTROL } from "../memory/page-map";
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

/** Debug: at most this many chunks; 0 for no such limit. Forces the overflow. */
export function limitRemembered(chunks: u32): void {
  chunkLimit = chunks;
}

export function rememberedOverflowed(): bool {
  return overflowed;
}

/** Entries recorded since the beginning, repeats included. */
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

/** Records an entry: an address with its tag. */
export function remember(entry: usize): void {
  if (top == limit && !addChunk()) {
    overflowed = true;
    return;
  }
  store<usize>(top, entry);
  top += WORD_BYTES;
}

/** Bytes of the chunks that hold entries, for verification. */
export function rememberedBytes(): usize {
  return <usize>chunkCount * CHUNK_BYTES;
}

export interface RememberedVisitor extends PointerVisitor {
  /** The object was born old: any of its slots. */
  object(ref: usize): void;
}

/** Visits the entries. */
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

/** Forgets everything; keeps one chunk, since it is warm and will be needed again. */
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
