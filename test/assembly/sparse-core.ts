/** The core's sparse stacks for tests, with three empty stacks. `call` and `core` are those of the last `open`. */

import { expect } from "vitest";
import { CHUNK_BYTES as CHUNK, SPARSE_BYTES as DESCRIPTOR } from "#contract";
import { readSparseCounts } from "../../src/core/sparse-statistics.ts";
import { type CorePart, compileCorePart } from "./compile.ts";

/** Arrays of so many bytes that grow get extents of their own. */
export const GROWER = 16 * 1024;
/** A limit that is never passed. */
export const NEVER = 0xffffffff;
/** In front of the heap, behind what the compiler of the core puts there for assertions. */
export const STACKS = [CHUNK / 2, CHUNK / 2 + DESCRIPTOR, CHUNK / 2 + 2 * DESCRIPTOR] as const;

const entry = `
export { sparseAlloc } from "./assembly/sparse/alloc";
export { sparseChooseLimits, sparseStatistics } from "./assembly/sparse/descriptor";
export { sparseFree } from "./assembly/sparse/free";
export { sparseGrow } from "./assembly/sparse/grow";
export { sparseClose, sparseLeave } from "./assembly/sparse/leave";
export { sparseReach, sparseStart, sparseSweep, sparseTrace } from "./assembly/sparse/reach";
export { verifySparse } from "./assembly/debug/sparse";
export { mallocFree as free, mallocAllocate as malloc, mallocOpen } from "./assembly/malloc/malloc";
export { acquireRun, chunksAside, chunksError, chunksFree, chunksUsed, releaseRun } from "./assembly/memory/chunks";
export { refuseGrowAfter } from "./assembly/memory/grow";`;

export let core: CorePart;
export let call: CorePart["exports"];

/** Opens another heap. */
export async function open(pages = 1, maximum?: number, limitBytes = 0): Promise<void> {
  core = await compileCorePart(entry, pages, maximum);
  call = core.exports;
  expect(call.mallocOpen!(limitBytes)).toBe(0);
}

export const bytesAt = (address: number, length: number) => new Uint8Array(core.memory.buffer, address >>> 0, length);
export const alloc = (stack: number, owner: number, bytes: number) => call.sparseAlloc!(stack, owner, bytes) >>> 0;
export const grow = (stack: number, ref: number, bytes: number) => call.sparseGrow!(stack, ref, bytes) >>> 0;

export function counts(stack: number) {
  call.sparseStatistics!(stack);
  return readSparseCounts(new DataView(core.memory.buffer), stack);
}
