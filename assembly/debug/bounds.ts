// The bounds of objects under `leak`: each object carries the frame that it should end with. So a check in front of a
// load finds an object whose frame has ended. A frame is one call of a function, one iteration of a loop in it, or the
// whole program. `leak` never uses memory again, so an address stands for one object for ever.
//
//     object:     -16 depth of its frame | -12 number of its frame | -8 name of its frame | -4 its site | 0 as ever
//     frames:     by depth, up to `top`: number | name; those that have not ended. Depth 0, number 0: the program's
//     directory:  by chunk: the address of its page, 0 where no object lies
//     page:       by granule of the chunk: the start of the object that it belongs to, 0 for none
//
// The debug core exports these functions to compiled programs, beside what index.ts exports (package.json names both
// entries). Names and sites are words that mean nothing here. After 2^32 frames a number comes again: then a check may
// miss a load, but never accuses one wrongly.
// State: the two tables, the depth of the innermost frame, the last number.

import { BOUND_NAME, BOUND_SITE, CHUNK_BYTES, CHUNKS_MAX, GRANULE_BYTES, GRANULE_SHIFT, WORD_BYTES } from "../contract";
import { leakAllocate } from "../leak/bump";
import { alignUp, CHUNK_MASK, chunkAddress, chunkOf } from "../memory/address";

@unmanaged
class Frame {
  number: u32;
  name: usize;
}

/** In front of each object. */
@unmanaged
class Bound {
  depth: u32;
  number: u32;
  name: usize;
  site: usize;
}

const FRAME_BYTES: usize = offsetof<Frame>();
const BOUND_BYTES: usize = offsetof<Bound>();
if (offsetof<Bound>("name") != BOUND_NAME) ERROR("Bound.name moved");
if (offsetof<Bound>("site") != BOUND_SITE) ERROR("Bound.site moved");
if (BOUND_BYTES % GRANULE_BYTES != 0) ERROR("a bound has to be whole granules");
const PAGE_BYTES: usize = (CHUNK_BYTES >> GRANULE_SHIFT) * WORD_BYTES;
const DIRECTORY_BYTES: usize = alignUp((<usize>CHUNKS_MAX + 1) * WORD_BYTES, GRANULE_BYTES);
const FIRST_FRAMES: u32 = 1024;

let directory: usize = 0;
let frames: usize = 0;
let capacity: u32 = 0;
let top: u32 = 0;
let lastNumber: u32 = 0;

function frameAt(depth: u32): Frame {
  return changetype<Frame>(frames + <usize>depth * FRAME_BYTES);
}

/** Opens the tables, and the frame of the whole program at depth 0. @returns false when out of memory */
export function boundsOpen(): bool {
  directory = leakAllocate(DIRECTORY_BYTES);
  frames = leakAllocate(<usize>FIRST_FRAMES * FRAME_BYTES);
  capacity = FIRST_FRAMES;
  return directory != 0 && frames != 0;
}

/** Begins a frame inside the innermost one. @returns its depth; 0 when out of memory */
export function boundsEnter(name: usize): u32 {
  if (top + 1 == capacity && !growFrames()) return 0;
  const frame = frameAt(++top);
  frame.number = ++lastNumber;
  frame.name = name;
  return top;
}

/** Ends the frame at `depth` and all inside it. */
export function boundsLeave(depth: u32): void {
  top = depth - 1;
}

/** Ends the frame at `depth` and all inside it, and begins new frames of the same names in their places. */
export function boundsReset(depth: u32): void {
  for (let at = depth; at <= top; at++) frameAt(at).number = ++lastNumber;
}

function growFrames(): bool {
  const bytes = <usize>capacity * FRAME_BYTES;
  const grown = leakAllocate(2 * bytes);
  if (!grown) return false;
  memory.copy(grown, frames, bytes);
  frames = grown;
  capacity <<= 1;
  return true;
}

/**
 * Allocates an object that should end with the frame at `depth`, which has not ended.
 * @param bytes a multiple of 8
 * @param site any word that names the allocation site
 * @returns the address of zeroed memory; 0 when out of memory
 */
export function boundsAllocate(bytes: usize, depth: u32, site: usize): usize {
  const start = leakAllocate(BOUND_BYTES + bytes);
  if (!start) return 0;
  const frame = frameAt(depth);
  const bound = changetype<Bound>(start);
  bound.depth = depth;
  bound.number = frame.number;
  bound.name = frame.name;
  bound.site = site;
  const ref = start + BOUND_BYTES;
  return markGranules(ref, ref + bytes) ? ref : 0;
}

/** Enters the object at `ref` in the pages of the chunks up to `end`. */
function markGranules(ref: usize, end: usize): bool {
  let at = ref;
  while (at < end) {
    const page = pageFor(chunkOf(at));
    if (!page) return false;
    const stop = min(end, chunkAddress(chunkOf(at) + 1));
    for (; at < stop; at += GRANULE_BYTES) store<usize>(entryOf(page, at), ref);
  }
  return true;
}

/** The page of a chunk, made if there is none; 0 when out of memory. */
function pageFor(chunk: u32): usize {
  const place = directory + <usize>chunk * WORD_BYTES;
  if (!load<usize>(place)) store<usize>(place, leakAllocate(PAGE_BYTES));
  return load<usize>(place);
}

function entryOf(page: usize, addr: usize): usize {
  return page + ((addr & CHUNK_MASK) >> GRANULE_SHIFT) * WORD_BYTES;
}

/**
 * Checks the object that `addr` points to or into. What is no object (an immediate, a constant of the program) has no
 * bound and never ends.
 * @returns the object's bound if its frame has ended; 0 otherwise
 */
export function boundsBroken(addr: usize): usize {
  const page = load<usize>(directory + <usize>chunkOf(addr) * WORD_BYTES);
  const ref = page ? load<usize>(entryOf(page, addr)) : 0;
  if (!ref) return 0;
  const bound = changetype<Bound>(ref - BOUND_BYTES);
  const isOpen = bound.depth <= top && frameAt(bound.depth).number == bound.number;
  return isOpen ? 0 : changetype<usize>(bound);
}
