// Sparse stacks for a collector: it finds the object around an address, marks what it has reached, and frees the rest.
// Nothing moves. Between sparseTrace and sparseSweep of a stack nothing is allocated or freed on it.
//
//     sparseTrace(stack)              for each stack that is collected
//     object = sparseReach(address)   for each pointer; visit its fields if it is not 0
//     sparseSweep(stack, owner)       for each of them
//
// Start bits find the objects around interior pointers. A walk over the entries sets them. A search goes no further
// back than to the beginning of its chunk, for which the walk notes the object that reaches into it.

import { CHUNK_BYTES, CHUNK_SHIFT, GRANULE_SHIFT, WORD_BYTES } from "../contract";
import { CHUNK_MASK, chunkAddress, chunkOf } from "../memory/address";
import { previousSetBit, setBit } from "../memory/bits";
import { isExtent, ownerOf } from "../memory/page-map";
import { mallocAllocate, mallocFree } from "../malloc/malloc";
import { Stack } from "./descriptor";
import { Entry, entryOf } from "./entry";
import { removeEntry } from "./free";
import { isFreed } from "./free-set";
import { Extent, extentOf } from "./extent";

/** For each chunk of an extent: the object that reaches into it, a word to align, and one bit for 8 bytes. */
const STARTS_BYTES: usize = 2 * WORD_BYTES + (CHUNK_BYTES >> 6);

/**
 * Prepares a stack for a collector.
 * @returns false when out of memory: then nothing has changed, and the stack is not to be swept
 */
export function sparseTrace(at: usize): bool {
  const stack = Stack.at(at);
  for (let extent = stack.extents; extent; extent = Extent.at(extent).next) {
    if (makeStarts(stack, Extent.at(extent))) continue;
    sparseUntrace(at);
    return false;
  }
  return true;
}

function makeStarts(stack: Stack, extent: Extent): bool {
  const chunks = chunkOf(extent.top - 1) - chunkOf(changetype<usize>(extent)) + 1;
  const starts = mallocAllocate(<usize>chunks * STARTS_BYTES);
  if (!starts) return false;
  for (let at = extent.head; at != extent.base; at = Entry.at(at).previous) {
    if (!isFreed(stack.freed, at)) noteStart(starts, changetype<usize>(extent), Entry.at(at));
  }
  extent.starts = starts;
  return true;
}

function noteStart(starts: usize, extent: usize, entry: Entry): void {
  const object = entry.object;
  const first = startsOf(starts, extent, object);
  setBit(first + WORD_BYTES * 2, (object & CHUNK_MASK) >> GRANULE_SHIFT);
  const last = startsOf(starts, extent, entry.end - 1);
  for (let each = first + STARTS_BYTES; each <= last; each += STARTS_BYTES) store<usize>(each, object);
}

/** Of the chunk of an address. */
function startsOf(starts: usize, extent: usize, addr: usize): usize {
  return starts + ((addr - extent) >> CHUNK_SHIFT) * STARTS_BYTES;
}

/** The opposite of sparseTrace, for a stack that is not swept. */
export function sparseUntrace(at: usize): void {
  for (let each = Stack.at(at).extents; each; each = Extent.at(each).next) {
    const extent = Extent.at(each);
    if (extent.starts) mallocFree(extent.starts);
    extent.starts = 0;
  }
}

/**
 * The start of the object around an address on any sparse stack. A walk over the extent's entries, but between
 * sparseTrace and sparseSweep.
 * @returns 0 when there is none
 */
export function sparseStart(addr: usize): usize {
  if (!isExtent(ownerOf(addr))) return 0;
  const extent = Extent.at(extentOf(addr));
  if (addr < extent.bottom || addr >= extent.top) return 0;
  const start = extent.starts ? startByBits(extent, addr) : startByWalk(extent, addr);
  return start && addr < Entry.at(entryOf(start)).end ? start : 0;
}

/** The last object of an extent that begins at an address or in front of it; 0 when there is none. */
function startByBits(extent: Extent, addr: usize): usize {
  const starts = startsOf(extent.starts, changetype<usize>(extent), addr);
  const found = previousSetBit(starts + WORD_BYTES * 2, (addr & CHUNK_MASK) >> GRANULE_SHIFT);
  return found < 0 ? load<usize>(starts) : (addr & ~CHUNK_MASK) + ((<usize>found) << GRANULE_SHIFT);
}

function startByWalk(extent: Extent, addr: usize): usize {
  let at = extent.head;
  while (at > addr) at = Entry.at(at).previous;
  const start = Entry.at(at).object;
  return addr < start || isFreed(Stack.at(extent.stack).freed, at) ? 0 : start;
}

/** Marks the object around an address as reached. @returns its start, if it was not reached before; 0 otherwise */
export function sparseReach(addr: usize): usize {
  const start = sparseStart(addr);
  if (!start) return 0;
  const entry = Entry.at(entryOf(start));
  if (entry.isReached) return 0;
  entry.markReached();
  return start;
}

/** Frees what a collector has not reached, of the objects with this owner or a greater one. */
export function sparseSweep(at: usize, owner: u32): void {
  const stack = Stack.at(at);
  sparseUntrace(at);
  for (let extent = stack.extents; extent; extent = Extent.at(extent).next)
    sweepExtent(stack, Extent.at(extent), owner);
}

function sweepExtent(stack: Stack, extent: Extent, owner: u32): void {
  let at = extent.head;
  while (at != extent.base) {
    const entry = Entry.at(at);
    if (!entry.isReached && entry.owner >= owner && !isFreed(stack.freed, at)) at = removeEntry(stack, at);
    else {
      entry.clearReached();
      at = entry.previous;
    }
  }
}
