// Object starts as a compressed set (seed note 001, Solution A). At a minor collection the side stack becomes a
// read-only Roaring bitmap over the granules of the nursery. Its one question is for the last start at or below an
// address. A container holds the starts of 2^16 granules, 512 KiB of nursery, in the smallest of three forms:
//
//     at        +------------------------------------------+   `at` is 8-aligned
//               | Container: 16 bytes for each 512 KiB     |   the directory, see below
//               +------------------------------------------+
//               | members of the 1st container             |   each padded to 8 bytes; nothing when it has none
//               | members of the 2nd container, ...        |
//               +------------------------------------------+   at + the bytes that the build returned
//
//     array     u16 granule, ascending, as long as that is no larger than the bitmap: up to 4096 members
//     bitmap    u64 words as in memory/bits.ts; the last container's ends with the last granule of the set
//     runs      pairs of u16 (first granule, granules after it), ascending, neither overlapping nor adjacent
//
// All granules in members are relative to their container. Runs need objects of a single granule one after the other:
// two starts that are 16 bytes apart are two runs.
//
// Invariants: `before` is the last start of all earlier containers, so a search never visits a second container. A
// container that is not empty has at least one member.
// State: the globals below, valid from a build until the caller uses the memory again. Nothing here allocates.
// Source: Lemire et al., Roaring Bitmaps: Implementation of an Optimized Software Library, 2018.

import { GRANULE_SHIFT } from "../../contract";
import { alignUp } from "../../memory/address";
import { previousSetBit, setBit } from "../../memory/bits";
import { countQuery } from "./steps";

const CONTAINER_SHIFT: usize = 16;
const GRANULES_PER_CONTAINER: usize = 1 << CONTAINER_SHIFT;
const CONTAINER_MASK: usize = GRANULES_PER_CONTAINER - 1;
/** Bytes of nursery that a container covers, as a shift. */
const SPAN_SHIFT: usize = CONTAINER_SHIFT + GRANULE_SHIFT;

/** Size of a member of an array, of a run, and of a container's entry in the directory, as shifts. */
const MEMBER_SHIFT: usize = 1;
const RUN_SHIFT: usize = 2;
const ENTRY_SHIFT: usize = 4;

/** The forms of a container. */
export const CONTAINER_EMPTY: u32 = 0;
export const CONTAINER_ARRAY: u32 = 1;
export const CONTAINER_BITMAP: u32 = 2;
export const CONTAINER_RUNS: u32 = 3;

//  0  +------------------------------------------------+
//     | form: CONTAINER_                               |
//  4  | count of members in an array, or of runs       |   0 in the other forms
//  8  | members: their address                         |
// 12  | before: the last start of the containers below |   an address; 0 for none
//     +------------------------------------------------+
@unmanaged
@final
class Container {
  form: u32;
  count: u32;
  members: usize;
  before: usize;
}

let nursery: usize = 0;
let directory: usize = 0;
let granuleCount: usize = 0;

/**
 * Tells how much memory a build may need.
 * @param granules size of the set, at most 2^29
 * @returns bytes, a multiple of 8: the directory and every container a bitmap
 */
export function compressedBytesMax(granules: usize): usize {
  return (containersFor(granules) << ENTRY_SHIFT) + bitmapBytes(granules);
}

/**
 * Builds the set, and forgets the one before.
 * @param at where, 8-aligned; compressedBytesMax(granules) bytes are the caller's to give
 * @param base of the nursery, 8-aligned
 * @param from first of the u32 addresses of starts: 8-aligned, strictly ascending, in [base, base + 8 * granules)
 * @param to end of the addresses
 * @param granules size of the nursery, or of what is used of it
 * @returns bytes used, a multiple of 8
 * Debug traps when an address lies outside.
 * Cost: each address is read twice and written once.
 */
export function compressedBuild(at: usize, base: usize, from: usize, to: usize, granules: usize): usize {
  assert((at & 7) == 0 && (base & 7) == 0);
  nursery = base;
  directory = at;
  granuleCount = granules;
  const containers = containersFor(granules);
  let free = at + (containers << ENTRY_SHIFT);
  let before: usize = 0;
  for (let i: usize = 0; i < containers; i++) {
    const first = base + (i << SPAN_SHIFT);
    const left = granules - (i << CONTAINER_SHIFT);
    const size = left < GRANULES_PER_CONTAINER ? left : GRANULES_PER_CONTAINER;
    const container = changetype<Container>(at + (i << ENTRY_SHIFT));
    container.members = free;
    container.before = before;
    const end = fillContainer(container, first, from, to, size);
    free += alignUp(membersBytes(container, size), 8);
    if (end != from) before = load<u32>(end - 4);
    from = end;
  }
  assert(from == to);
  return free - at;
}

/**
 * Finds the last start at or below `addr`.
 * @param addr an address in the nursery, below the end that was built for
 * @returns address of the start; 0 when there is none
 * Debug traps when `addr` lies outside.
 * Cost: a binary search of an array or of runs; in a bitmap, a load for each 512 bytes between start and address.
 */
export function compressedFind(addr: usize): usize {
  const granule = (addr - nursery) >> GRANULE_SHIFT;
  assert(addr >= nursery && granule < granuleCount);
  const container = changetype<Container>(directory + ((granule >> CONTAINER_SHIFT) << ENTRY_SHIFT));
  const low = granule & CONTAINER_MASK;
  const first = nursery + ((granule - low) << GRANULE_SHIFT);
  const form = container.form;
  if (form == CONTAINER_BITMAP) {
    const found = previousSetBit(container.members, low);
    countQuery((low >> 6) - (<usize>found >> 6) + 1);
    return found < 0 ? container.before : first + ((<usize>found) << GRANULE_SHIFT);
  }
  countQuery(32 - <usize>clz(container.count));
  if (form == CONTAINER_EMPTY) return container.before;
  const at = lastAtOrBelow(container.members, container.count, form == CONTAINER_RUNS ? RUN_SHIFT : MEMBER_SHIFT, low);
  let found: usize = load<u16>(at);
  if (found > low) return container.before;
  if (form == CONTAINER_RUNS) {
    found += load<u16>(at, 2);
    if (found > low) found = low;
  }
  return first + (found << GRANULE_SHIFT);
}

/** The form of a container, one of CONTAINER_: for tests and reports. */
export function compressedForm(container: u32): u32 {
  return changetype<Container>(directory + ((<usize>container) << ENTRY_SHIFT)).form;
}

function containersFor(granules: usize): usize {
  return (granules + CONTAINER_MASK) >> CONTAINER_SHIFT;
}

function bitmapBytes(granules: usize): usize {
  return ((granules + 63) >> 6) << 3;
}

function membersBytes(container: Container, size: usize): usize {
  switch (container.form) {
    case CONTAINER_ARRAY:
      return (<usize>container.count) << MEMBER_SHIFT;
    case CONTAINER_BITMAP:
      return bitmapBytes(size);
    case CONTAINER_RUNS:
      return (<usize>container.count) << RUN_SHIFT;
    default:
      return 0;
  }
}

/**
 * Chooses the form for the addresses of one container, and writes them.
 * @param first address of the container's first granule
 * @param size granules of the container
 * @returns the end of its addresses
 */
function fillContainer(container: Container, first: usize, from: usize, to: usize, size: usize): usize {
  const span = size << GRANULE_SHIFT;
  let runs: u32 = 0;
  // Where a start continues the run before it; none is at 1.
  let next: usize = 1;
  let end = from;
  while (end < to) {
    const addr: usize = load<u32>(end);
    if (addr - first >= span) break;
    if (addr != next) runs++;
    next = addr + 8;
    end += 4;
  }
  const members = <u32>((end - from) >> 2);
  const arrayBytes = (<usize>members) << MEMBER_SHIFT;
  const regionLeastBytes = arrayBytes < bitmapBytes(size) ? arrayBytes : bitmapBytes(size);
  container.count = 0;
  if (members == 0) {
    container.form = CONTAINER_EMPTY;
  } else if ((<usize>runs) << RUN_SHIFT < regionLeastBytes) {
    container.form = CONTAINER_RUNS;
    container.count = runs;
    writeRuns(container.members, first, from, end);
  } else if (arrayBytes == regionLeastBytes) {
    container.form = CONTAINER_ARRAY;
    container.count = members;
    writeArray(container.members, first, from, end);
  } else {
    container.form = CONTAINER_BITMAP;
    memory.fill(container.members, 0, bitmapBytes(size));
    writeBitmap(container.members, first, from, end);
  }
  return end;
}

/** The granule of the start whose address is at `at`, in the container that begins at `first`. */
function granuleIn(at: usize, first: usize): usize {
  const start: usize = load<u32>(at);
  return (start - first) >> GRANULE_SHIFT;
}

function writeArray(to: usize, first: usize, from: usize, end: usize): void {
  while (from < end) {
    store<u16>(to, granuleIn(from, first));
    to += 2;
    from += 4;
  }
}

function writeBitmap(bits: usize, first: usize, from: usize, end: usize): void {
  while (from < end) {
    setBit(bits, granuleIn(from, first));
    from += 4;
  }
}

function writeRuns(to: usize, first: usize, from: usize, end: usize): void {
  while (from < end) {
    const start: usize = load<u32>(from);
    let last = start;
    from += 4;
    while (from < end && <usize>load<u32>(from) == last + 8) {
      last += 8;
      from += 4;
    }
    store<u16>(to, (start - first) >> GRANULE_SHIFT);
    store<u16>(to, (last - start) >> GRANULE_SHIFT, 2);
    to += 4;
  }
}

/** The last of `count` > 0 units whose u16 is no more than `low`; the first unit when there is none. */
function lastAtOrBelow(units: usize, count: u32, shift: usize, low: usize): usize {
  let at = units;
  while (count > 1) {
    const half = count >> 1;
    const middle = at + ((<usize>half) << shift);
    at = load<u16>(middle) <= <u32>low ? middle : at;
    count -= half;
  }
  return at;
}

if (offsetof<Container>() != 1 << ENTRY_SHIFT) ERROR("an entry of the directory must match ENTRY_SHIFT");
