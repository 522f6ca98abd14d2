// Arrays of regions on sparse stacks (seed note 004). Under `sparse`, an array that is large or grows lies on the
// sparse stack that its region's descriptor names, and ends with the region. It moves only to grow: a collection of
// regions reaches it or frees it.
//
// The address of a region's descriptor is the owner of its arrays. Addresses of frames rise with the depth of calls, as
// owners must. A region whose descriptor has no flag has no arrays there.
//
// State: the setting; during a collection, the reached arrays whose elements are not visited yet, chained by the words
// that name their extents; the array of the last question; the bytes freed.

import { DEBUG, ENTRY_STEPS_MAX } from "../config";
import { REGION_HAS_ARRAYS } from "../contract";
import { isExtent, ownerOf } from "../memory/page-map";
import { shapeOf } from "../object/header";
import { sparseAlloc } from "../sparse/alloc";
import { Stack } from "../sparse/descriptor";
import { Entry, entryOf } from "../sparse/entry";
import { isFreed } from "../sparse/free-set";
import { removeEntry } from "../sparse/free";
import { sparseGrow } from "../sparse/grow";
import { Extent, extentOf } from "../sparse/extent";
import { sparseLeave } from "../sparse/leave";
import { sparseStart, sparseTrace, sparseUntrace } from "../sparse/reach";
import { noteTaken, Region } from "./region";
import { regionReleaseChunks } from "./segments";

/** Whether regions have arrays on sparse stacks. A literal, so that the module needs no start function. */
export let regionSparseArrays: u32 = 0;

/** Chooses whether regions have arrays on sparse stacks, before any region is opened. */
export function regionChooseSparseArrays(on: u32): void {
  regionSparseArrays = on;
}

let unvisited: usize = 0;
/** The array that was asked for last. */
let recentStart: usize = 0;
let recentBytes: usize = 0;

/** Whether a region has arrays on its sparse stack. */
export function hasArrays(region: Region): bool {
  return regionSparseArrays != 0 && (region.arrays & REGION_HAS_ARRAYS) != 0;
}

/** The sparse stack for its arrays. */
export function stackOf(region: Region): usize {
  return region.arrays & ~REGION_HAS_ARRAYS;
}

/**
 * Allocates an array on a region's sparse stack.
 * @param bytes a multiple of 8
 * @returns the address of memory with any content; 0 when out of memory
 */
export function regionArrayNew(at: usize, bytes: usize): usize {
  const region = Region.at(at);
  let ref = sparseAlloc(stackOf(region), <u32>at, bytes);
  if (!ref && regionReleaseChunks()) ref = sparseAlloc(stackOf(region), <u32>at, bytes);
  if (!ref) return 0;
  region.arrays |= REGION_HAS_ARRAYS;
  noteTaken(region, Entry.at(entryOf(ref)).bytes);
  return ref;
}

/** Whether an array lies on a sparse stack. */
export function isSparseArray(ref: usize): bool {
  return isExtent(ownerOf(ref));
}

/**
 * Whether an array that grows into one of the region `at` may grow in place: it lies on a sparse stack, and ends no
 * sooner.
 */
export function regionArrayMayGrow(ref: usize, at: usize): bool {
  return isSparseArray(ref) && Entry.at(entryOf(ref)).owner <= <u32>at;
}

/**
 * Makes an array on a sparse stack larger.
 * @param ref its address, of which no other copy may be used afterwards
 * @param bytes the new size, a multiple of 8
 * @returns its address now, with any content behind its old end; 0 when out of memory, and then nothing has changed
 */
export function regionArrayGrow(ref: usize, bytes: usize): usize {
  const entry = Entry.at(entryOf(ref));
  const region = Region.at(entry.owner);
  const had = entry.bytes;
  let to = sparseGrow(stackOf(region), ref, bytes);
  if (!to && regionReleaseChunks()) to = sparseGrow(stackOf(region), ref, bytes);
  if (!to) return 0;
  Entry.at(entryOf(to)).markEnlarged();
  noteTaken(region, Entry.at(entryOf(to)).bytes - had);
  return to;
}

/** Ends the arrays of a region. */
export function leaveArrays(at: usize): void {
  const region = Region.at(at);
  if (!hasArrays(region)) return;
  region.arrays &= ~REGION_HAS_ARRAYS;
  sparseLeave(stackOf(region), <u32>at);
}

// What follows looks at an extent from its top down to what has an outer owner; the base, which nobody owns, ends that
// as well.

export interface ArrayVisitor {
  /** @param at address of the array's entry */
  array(at: usize): void;
}

/** Visits the arrays of a region with serials from after `after` to `upTo`. */
export function visitArrays<V extends ArrayVisitor>(at: usize, after: u64, upTo: u64, visitor: V): void {
  const region = Region.at(at);
  if (!hasArrays(region)) return;
  const stack = Stack.at(stackOf(region));
  for (let extent = stack.extents; extent; extent = Extent.at(extent).next) {
    for (let each = Extent.at(extent).head; Entry.at(each).owner >= <u32>at; each = Entry.at(each).previous) {
      const entry = Entry.at(each);
      const isWanted = entry.owner == <u32>at && entry.serial > after && entry.serial <= upTo;
      if (isWanted && !isFreed(stack.freed, each)) visitor.array(each);
    }
  }
}

/**
 * The entry around an address on a sparse stack, if it lies above those of regions outside of the given one. It is not
 * looked for any further than it pays.
 * @returns 0 for one of such a region; UNKNOWN for one that lies deep below others
 */
function entryAround(at: usize, addr: usize): usize {
  let each = Extent.at(extentOf(addr)).head;
  for (let step: u32 = 0; step < ENTRY_STEPS_MAX; step++) {
    if (Entry.at(each).owner < <u32>at) return 0;
    if (each <= addr) return each;
    each = Entry.at(each).previous;
  }
  return UNKNOWN;
}
const UNKNOWN: usize = usize.MAX_VALUE;

/** Whether an array may have been allocated in a region after the serial. */
export function maybeArraySince(at: usize, serial: u64, addr: usize): bool {
  const entry = entryAround(at, addr);
  if (!entry || entry == UNKNOWN) return entry != 0;
  return Entry.at(entry).owner == <u32>at && Entry.at(entry).serial > serial;
}

/**
 * Whether the serial of an array tells when the program made it: it is not too deep to be found, and has not been made
 * larger, which keeps the serial.
 */
export function isDated(at: usize, addr: usize): bool {
  const entry = entryAround(at, addr);
  return !entry || (entry != UNKNOWN && !Entry.at(entry).isEnlarged);
}

/**
 * Frees the arrays of a region with serials from after `after` to `upTo`, but for those that lie deep below others.
 * Arrays of regions inside of it may lie on top: calls that wait for this one have them.
 * @param withEnlarged whether those as well that have been made larger
 * @returns the bytes of the arrays that it has freed
 */
export function dropArraysBetween(at: usize, after: u64, upTo: u64, withEnlarged: bool): usize {
  const region = Region.at(at);
  let bytes: usize = 0;
  if (after == upTo || !hasArrays(region)) return 0;
  const stack = Stack.at(stackOf(region));
  for (let extent = stack.extents; extent; extent = Extent.at(extent).next) {
    let each = Extent.at(extent).head;
    let others: u32 = 0;
    while (Entry.at(each).owner >= <u32>at && others < ENTRY_STEPS_MAX) {
      const entry = Entry.at(each);
      const isOurs = entry.owner == <u32>at && !isFreed(stack.freed, each);
      if (isOurs && entry.serial <= after) break;
      if (isOurs && entry.serial <= upTo && (withEnlarged || !entry.isEnlarged)) {
        bytes += entry.bytes;
        each = removeEntry(stack, each);
      } else {
        if (!isOurs) others++;
        each = entry.previous;
      }
    }
  }
  return bytes;
}

// Collections

/** Prepares the arrays of a region to be reached. @returns false when out of memory */
export function traceArrays(region: Region): bool {
  recentBytes = 0;
  if (!hasArrays(region)) return true;
  const at = stackOf(region);
  return isTraced(at) || sparseTrace(at);
}

/** The opposite, where nothing will be reached. */
export function untraceArrays(region: Region): void {
  if (hasArrays(region) && isTraced(stackOf(region))) sparseUntrace(stackOf(region));
}

function isTraced(at: usize): bool {
  const extents = Stack.at(at).extents;
  return extents != 0 && Extent.at(extents).starts != 0;
}

/**
 * The entry around an address on a stack that is traced, if it is not reached yet; 0 otherwise, and if it was asked for
 * just before.
 */
export function unreachedArray(addr: usize): usize {
  // Many slices are of one and the same array.
  if (addr - recentStart < recentBytes) return 0;
  const extent = Extent.at(extentOf(addr));
  if (!extent.starts) return 0;
  const start = sparseStart(addr);
  if (!start) return 0;
  const entry = entryOf(start);
  recentStart = start;
  recentBytes = Entry.at(entry).bytes;
  return Entry.at(entry).isReached ? 0 : entry;
}

/** Keeps an array. Its elements are to be visited. */
export function reachArray(at: usize): void {
  const entry = Entry.at(at);
  entry.markReached();
  entry.extent = unvisited;
  unvisited = at;
}

/**
 * Has the elements visited of a region's arrays that may be changed to lead to other objects, if their serials lie
 * between these.
 */
export function reachOldArrays(at: usize, after: u64, upTo: u64): void {
  visitArrays<OldReacher>(at, after, upTo, changetype<OldReacher>(0));
}

@final
@unmanaged
class OldReacher {
  array(at: usize): void {
    if (shapeOf(Entry.at(at).object).mayChange) reachArray(at);
  }
}

/** Takes the next of the arrays whose elements are to be visited; 0 when there is none. */
export function nextReached(): usize {
  const at = unvisited;
  if (!at) return 0;
  const entry = Entry.at(at);
  unvisited = entry.extent;
  entry.extent = extentOf(at);
  return entry.object;
}

/** Of the latest sweep: the bytes of the arrays that it has freed. */
export let sweptBytes: usize = 0;

/**
 * Frees the arrays of a region that were allocated after the serial and have not been reached.
 * @returns the bytes of the others
 */
export function sweepArrays(at: usize, serial: u64): usize {
  const region = Region.at(at);
  sweptBytes = 0;
  if (!hasArrays(region)) return 0;
  let kept: usize = 0;
  const stack = Stack.at(stackOf(region));
  for (let extent = stack.extents; extent; extent = Extent.at(extent).next) {
    let each = Extent.at(extent).head;
    while (Entry.at(each).owner >= <u32>at) {
      const entry = Entry.at(each);
      const isOurs = entry.owner == <u32>at && entry.serial > serial && !isFreed(stack.freed, each);
      if (isOurs && !entry.isReached) {
        sweptBytes += entry.bytes;
        each = removeEntry(stack, each);
        continue;
      }
      if (isOurs) {
        noteTaken(region, entry.bytes);
        kept += entry.bytes;
      }
      if (entry.owner == <u32>at) entry.clearReached();
      each = entry.previous;
    }
  }
  if (DEBUG) assert(!unvisited);
  return kept;
}
