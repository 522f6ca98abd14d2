// Address arithmetic: granules, chunks, alignment.

export const WORD_BYTES: usize = 4;

export const GRANULE_SHIFT: usize = 3;
export const GRANULE_BYTES: usize = 1 << GRANULE_SHIFT;

export const CHUNK_SHIFT: usize = 16;
export const CHUNK_BYTES: usize = 1 << CHUNK_SHIFT;
export const CHUNK_MASK: usize = CHUNK_BYTES - 1;
/** Chunks of the 4 GiB space. The last one is never used, so that no end address wraps to 0. */
export const CHUNKS_MAX: u32 = 0xffff;

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
