// Verification of a sparse stack. Debug target only.
//
//   1 the list holds extents of this stack, as many as it counts, each as long as the page map says;
//     the current extent is one of them, and is not held for an array that grows
//   2 entries lie from the bottom of an extent to its top without a gap, and each leads to the one below
//   3 owners never decrease towards the top
//   4 no entry is marked as reached, and no start bits are left
//   5 the set's table holds exactly the entries of its lists, each in the list of its size;
//     they lie on extents, not on top, and not above one another
//   6 counters equal a recount

import { chunkOf, CHUNK_SHIFT, WORD_BYTES } from "../memory/address";
import { isExtent, extentFirstChunk, ownerOf } from "../memory/page-map";
import { Stack } from "../sparse/descriptor";
import { ENTRY_BYTES, Entry } from "../sparse/entry";
import { firstFreed, Freed, isFreed, LISTS, listOf, nextFreed } from "../sparse/free-set";
import { Extent } from "../sparse/extent";

const OK: i32 = 0;
const EXTENTS_BROKEN: i32 = 1;
const ENTRIES_BROKEN: i32 = 2;
const OWNERS_BROKEN: i32 = 3;
const MARKS_BROKEN: i32 = 4;
const SET_BROKEN: i32 = 5;
const COUNTS_BROKEN: i32 = 6;

// The recount of a stack.
let entries: u32 = 0;
let bytes: usize = 0;
/** Entries that are free. */
let freed: u32 = 0;

/** Walks a stack. @returns 0, or the number of a broken invariant */
export function verifySparse(at: usize): i32 {
  const stack = Stack.at(at);
  entries = freed = 0;
  bytes = 0;
  if (!extentsAgree(at)) return EXTENTS_BROKEN;
  for (let extent = stack.extents; extent; extent = Extent.at(extent).next) {
    const broken = verifyExtent(stack, extent);
    if (broken) return broken;
  }
  if (!setAgrees(stack.freed)) return SET_BROKEN;
  return entries == stack.entries && bytes == stack.bytes ? OK : COUNTS_BROKEN;
}

function extentsAgree(at: usize): bool {
  const stack = Stack.at(at);
  let count: u32 = 0;
  let current = stack.extent == 0;
  for (let each = stack.extents; each; each = Extent.at(each).next) {
    const extent = Extent.at(each);
    count++;
    if (each == stack.extent) current = !extent.isHeld;
    if (extent.stack != at || extent.top < extent.bottom || extent.top > extent.limit) return false;
    for (let chunk = each; chunk < extent.limit; chunk += (<usize>1) << CHUNK_SHIFT) {
      if (!isExtent(ownerOf(chunk)) || extentFirstChunk(chunk) != chunkOf(each)) return false;
    }
  }
  return current && count == stack.extentCount;
}

function verifyExtent(stack: Stack, extentAt: usize): i32 {
  const extent = Extent.at(extentAt);
  if (isFreed(stack.freed, extent.head)) return SET_BROKEN;
  if (extent.starts) return MARKS_BROKEN;
  let end = extent.top;
  let owner: u32 = u32.MAX_VALUE;
  for (let at = extent.head; at != extent.base; at = Entry.at(at).previous) {
    const entry = Entry.at(at);
    if (at < extent.bottom || entry.end != end || (at & 7) != 0 || entry.extent != extentAt) return ENTRIES_BROKEN;
    if (entry.owner > owner) return OWNERS_BROKEN;
    if (entry.isReached) return MARKS_BROKEN;
    if (isFreed(stack.freed, at)) {
      freed++;
      if (isFreed(stack.freed, entry.previous)) return SET_BROKEN;
    }
    entries++;
    bytes += ENTRY_BYTES + entry.bytes;
    owner = entry.owner;
    end = at;
  }
  return end == extent.bottom ? OK : ENTRIES_BROKEN;
}

function setAgrees(at: usize): bool {
  if (!at) return true;
  const set = Freed.at(at);
  let count: u32 = 0;
  for (let slot: usize = 0; slot <= set.mask; slot++) {
    const entry = load<usize>(set.slots + slot * WORD_BYTES);
    if (!entry) continue;
    count++;
    // Probing must find the entry.
    if (!isFreed(at, entry)) return false;
  }
  let listed: u32 = 0;
  let wasted: usize = 0;
  for (let list: u32 = 0; list < LISTS; list++) {
    const first = firstFreed(at, list);
    if ((first != 0) != (((set.filled >> list) & 1) != 0)) return false;
    for (let entry = first; entry; entry = nextFreed(entry)) {
      if (!isFreed(at, entry) || listOf(Entry.at(entry).bytes) != list) return false;
      listed++;
      wasted += ENTRY_BYTES + Entry.at(entry).bytes;
    }
  }
  // The walk of the extents must have met all of them.
  return count == set.count && listed == count && freed == count && wasted == set.wasted;
}
