// Address arithmetic: granules, chunks, alignment.

import { CHUNK_BYTES, CHUNK_SHIFT } from "../contract";

export const CHUNK_MASK: usize = CHUNK_BYTES - 1;

/** Rounds `bytes` up to a multiple of `unit`, a power of two. */
export function alignUp(bytes: usize, unit: usize): usize {
  return (bytes + unit - 1) & ~(unit - 1);
}

/** The number of chunks that hold `bytes`. */
export function chunksFor(bytes: usize): u32 {
  return <u32>(bytes >> CHUNK_SHIFT) + ((bytes & CHUNK_MASK) != 0 ? 1 : 0);
}

export function chunkOf(addr: usize): u32 {
  return <u32>(addr >> CHUNK_SHIFT);
}

export function chunkAddress(chunk: u32): usize {
  return (<usize>chunk) << CHUNK_SHIFT;
}
