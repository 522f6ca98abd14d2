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

import {
  CHUNK_SHIFT,
  SPARSE_BROKEN_COUNTS,
  SPARSE_BROKEN_ENTRIES,
  SPARSE_BROKEN_EXTENTS,
  SPARSE_BROKEN_OWNERS,
  SPARSE_BROKEN_REACHED,
  SPARSE_BROKEN_SET,
  SPARSE_ENTRY_BYTES,
  WORD_BYTES,
} from "../contract";
import { chunkOf } from "../memory/address";
import { extentFirstChunk, isExtent, ownerOf } from "../memory/page-map";
import { Stack } from "../sparse/descriptor";
import { Entry } from "../sparse/entry";
import { firstFreed, Freed, isFreed, listOf, LISTS, nextFreed } from "../sparse/free-set";
import { Extent } from "../sparse/extent";

const OK: i32 = 0;

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
  if (!extentsAgree(at)) return SPARSE_BROKEN_EXTENTS;
  for (let extent = stack.extents; extent; extent = Extent.at(extent).next) {
    const broken = verifyExtent(stack, extent);
    if (broken) return broken;
  }
  if (!setAgrees(stack.freed)) return SPARSE_BROKEN_SET;
  return entries == stack.entries && bytes == stack.bytes ? OK : SPARSE_BROKEN_COUNTS;
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
  if (isFreed(stack.freed, extent.head)) return SPARSE_BROKEN_SET;
  if (extent.starts) return SPARSE_BROKEN_REACHED;
  let end = extent.top;
  let owner: u32 = u32.MAX_VALUE;
  for (let at = extent.head; at != extent.base; at = Entry.at(at).previous) {
    const entry = Entry.at(at);
    if (at < extent.bottom || entry.end != end || (at & 7) != 0 || entry.extent != extentAt)
      return SPARSE_BROKEN_ENTRIES;
    if (entry.owner > owner) return SPARSE_BROKEN_OWNERS;
    if (entry.isReached) return SPARSE_BROKEN_REACHED;
    if (isFreed(stack.freed, at)) {
      freed++;
      if (isFreed(stack.freed, entry.previous)) return SPARSE_BROKEN_SET;
    }
    entries++;
    bytes += <usize>SPARSE_ENTRY_BYTES + entry.bytes;
    owner = entry.owner;
    end = at;
  }
  return end == extent.bottom ? OK : SPARSE_BROKEN_ENTRIES;
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
      wasted += <usize>SPARSE_ENTRY_BYTES + Entry.at(entry).bytes;
    }
  }
  // The walk of the extents must have met all of them.
  return count == set.count && listed == count && freed == count && wasted == set.wasted;
}
