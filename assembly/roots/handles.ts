// Handles are roots for a host that keeps references across collections. A handle is a small number, which never
// changes when its object moves.
//
// The slots of handles are 8 bytes each, in chunks that are chained through their first words:
//   0  value, or the next free handle
//   4  state: 0 free, 1 Box, 2 Slice
// Handle h is slot h % HANDLES_PER_CHUNK of chunk h / HANDLES_PER_CHUNK; slot 0 of a chunk is its link, never a handle.
// State: the chunk directory and the free list.

import {
  CHUNK_BYTES,
  HANDLE_BOX,
  HANDLE_FREE,
  HANDLE_SLICE,
  HANDLE_SLOT_BYTES,
  HANDLE_SLOT_SHIFT,
  HANDLE_STATE_OFFSET,
  OWNER_CONTROL,
  WORD_BYTES,
} from "../contract";
import { acquireRun } from "../memory/chunks";
import { PointerVisitor } from "../object/walk";

const HANDLES_PER_CHUNK: u32 = <u32>(CHUNK_BYTES >> HANDLE_SLOT_SHIFT);

if (HANDLE_STATE_OFFSET + WORD_BYTES != HANDLE_SLOT_BYTES) ERROR("the drawing of a slot is wrong");

let firstChunk: usize = 0;
let lastChunk: usize = 0;
let chunkCount: u32 = 0;
let freeHandle: u32 = 0;
let live: u32 = 0;

export function handlesOpen(): void {
  firstChunk = lastChunk = 0;
  chunkCount = freeHandle = live = 0;
}

export function handlesLive(): u32 {
  return live;
}

function slotOf(handle: u32): usize {
  let chunk = firstChunk;
  for (let i = handle / HANDLES_PER_CHUNK; i > 0; i--) chunk = load<usize>(chunk);
  return chunk + ((<usize>(handle % HANDLES_PER_CHUNK)) << HANDLE_SLOT_SHIFT);
}

function addChunk(): bool {
  const chunk = acquireRun(1, OWNER_CONTROL);
  if (!chunk) return false;
  store<usize>(chunk, 0);
  if (lastChunk) store<usize>(lastChunk, chunk);
  else firstChunk = chunk;
  lastChunk = chunk;
  const base = chunkCount++ * HANDLES_PER_CHUNK;
  // Threaded so that low handles are handed out first.
  for (let i: u32 = HANDLES_PER_CHUNK - 1; i > 0; i--) {
    const slot = chunk + ((<usize>i) << HANDLE_SLOT_SHIFT);
    store<u32>(slot, freeHandle);
    store<u32>(slot, HANDLE_FREE, HANDLE_STATE_OFFSET);
    freeHandle = base + i;
  }
  return true;
}

/**
 * Roots a value.
 * @param value a Box or a Slice
 * @param isSlice whether it is a Slice, which may point into an object
 * @returns a handle, or 0 when there is no memory for more handles
 */
export function handleNew(value: usize, isSlice: bool): u32 {
  if (!freeHandle && !addChunk()) return 0;
  const handle = freeHandle;
  const slot = slotOf(handle);
  freeHandle = load<u32>(slot);
  store<usize>(slot, value);
  store<u32>(slot, isSlice ? HANDLE_SLICE : HANDLE_BOX, HANDLE_STATE_OFFSET);
  live++;
  return handle;
}

/** @returns the value as it is now: collections move objects. Debug traps when the handle is free. */
export function handleGet(handle: u32): usize {
  const slot = slotOf(handle);
  assert(load<u32>(slot, HANDLE_STATE_OFFSET) != HANDLE_FREE);
  return load<usize>(slot);
}

/** Replaces the value of a handle, by one of the same kind. Debug traps when the handle is free. */
export function handleSet(handle: u32, value: usize): void {
  const slot = slotOf(handle);
  assert(load<u32>(slot, HANDLE_STATE_OFFSET) != HANDLE_FREE);
  store<usize>(slot, value);
}

/** Frees a handle: its value is no root any more. Debug traps when the handle is free already. */
export function handleFree(handle: u32): void {
  const slot = slotOf(handle);
  assert(load<u32>(slot, HANDLE_STATE_OFFSET) != HANDLE_FREE);
  store<u32>(slot, freeHandle);
  store<u32>(slot, HANDLE_FREE, HANDLE_STATE_OFFSET);
  freeHandle = handle;
  live--;
}

/** Visits every live handle's slot. */
export function visitHandles<V extends PointerVisitor>(visitor: V): void {
  for (let chunk = firstChunk; chunk; chunk = load<usize>(chunk)) {
    for (let slot = chunk + HANDLE_SLOT_BYTES; slot < chunk + CHUNK_BYTES; slot += HANDLE_SLOT_BYTES) {
      const state = load<u32>(slot, HANDLE_STATE_OFFSET);
      if (state == HANDLE_BOX) visitor.box(slot);
      else if (state == HANDLE_SLICE) visitor.slice(slot);
    }
  }
}
