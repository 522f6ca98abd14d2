// The manager `leak`: bump, never freed. The floor that every other manager is measured against.
//
//     | ... objects ... | leakTop | free | leakLimit |
//
// State: the two globals, exported to the program, which bumps by itself.

import { LEAK_STEP_BYTES } from "../config";
import { CHUNK_SHIFT, chunksFor } from "../memory/address";
import { acquireRun, chunksOpen } from "../memory/chunks";
import { OWNER_LEAK } from "../memory/pagemap";

export let leakTop: usize = 0;
export let leakLimit: usize = 0;

/**
 * Opens the heap for `leak`.
 * @param heapBase where our part of the memory begins, in bytes
 * @param heapLimitBytes of all chunks together; 0 for no limit
 * @returns 0, or an ERROR_ code
 */
export function leakInit(heapBase: usize, heapLimitBytes: usize): i32 {
  leakTop = leakLimit = 0;
  return chunksOpen(heapBase, heapLimitBytes);
}

/**
 * Allocates what did not fit below leakLimit, and moves both globals.
 * @param bytes a multiple of 8
 * @returns the address of zeroed memory; 0 when out of memory
 */
export function leakRefill(bytes: usize): usize {
  const step = bytes > LEAK_STEP_BYTES ? bytes : LEAK_STEP_BYTES;
  let chunks = chunksFor(step);
  let run = acquireRun(chunks, OWNER_LEAK);
  if (!run) {
    chunks = chunksFor(bytes);
    run = acquireRun(chunks, OWNER_LEAK);
    if (!run) return 0;
  }
  const end = run + ((<usize>chunks) << CHUNK_SHIFT);
  // What is left of the old run is used up first when the new one follows it.
  const ref = run == leakLimit ? leakTop : run;
  leakTop = ref + bytes;
  leakLimit = end;
  return ref;
}
