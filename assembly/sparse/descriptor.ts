// Sparse stacks (seed note 004): stacks of arrays that can grow, in address ranges of their own. The ranges cost
// nothing until they are touched, and are used again from call to call.
//
//     stack   0  extent: what is pushed to it without asking further; 0: ask
//             4  extents: the first of its extents, 0 for none
//             8  freed: the set of entries freed below the top, 0 before there is any
//            12  entries: in its extents, freed ones included
//            16  bytes: of its entries, headers included        20  highBytes: their peak before they became fewer
//            24  grown: how often an array grew where it was    28  moved: how often one had to move
//            32  copied: bytes, when arrays moved
//            40  nonLinear: entries freed below the top         44  served: allocations from the set
//            48  lost: entries freed for which the set had no memory; they stay until what they end with is left
//            52  extentCount                                      56  freedEntries, freedBytes: as of sparseStatistics
//            64
//
// A descriptor of zeros is an empty stack, so that static data suffices.
//
// An entry ends when its owner is left, or a smaller owner. A compiler uses the addresses of frames as owners, which
// rise with the depth of calls. The array on top grows without a copy. An array below the top moves: a small one to the
// top, with room to double; a large one to an extent of its own, where it stays on top. So arrays that grow by turns
// are copied once. For the same reason nothing is put on top of a large array that has grown, while there is another
// place.
//
// Source: seed note 004. State: the settings, which a compiler may replace by constants.

import {
  SPARSE_BYTES,
  SPARSE_COPIED_BYTES,
  SPARSE_ENTRIES,
  SPARSE_ENTRIES_BYTES,
  SPARSE_EXTENTS,
  SPARSE_FREED_BYTES,
  SPARSE_FREED_ENTRIES,
  SPARSE_GROWN,
  SPARSE_HIGH_BYTES,
  SPARSE_LOST,
  SPARSE_MOVED,
  SPARSE_NON_LINEAR,
  SPARSE_SERVED,
} from "../contract";
import { isExtent, ownerOf } from "../memory/page-map";
import { Entry } from "./entry";
import { Freed, isFreed } from "./free-set";
import { Extent, extentOf } from "./extent";

// When allocation is served from the set: above any of these. Literals, so that the module needs no start function;
// contract.ts says the same, and test/core/contract.test.ts compares.
/** Freed entries, in percent of all. */
export let sparseSetPercent: u32 = 25;
/** Freed entries. */
export let sparseSetEntries: u32 = 1024;
/** Their bytes, in percent of the bytes of all entries. */
export let sparseWastePercent: u32 = 25;
/** Their bytes. */
export let sparseWasteBytes: u32 = 65536;

@unmanaged
@final
export class Stack {
  extent: usize;
  extents: usize;
  freed: usize;
  entries: u32;
  bytes: usize;
  highBytes: usize;
  grown: u32;
  moved: u32;
  copied: u64;
  nonLinear: u32;
  served: u32;
  lost: u32;
  extentCount: u32;
  freedEntries: u32;
  freedBytes: usize;

  @inline static at(address: usize): Stack {
    return changetype<Stack>(address);
  }

  /** Before there are fewer. */
  noteHigh(): void {
    if (this.bytes > this.highBytes) this.highBytes = this.bytes;
  }
}
if (offsetof<Stack>() != SPARSE_BYTES) ERROR("Stack must match SPARSE_BYTES");
if (offsetof<Stack>("entries") != SPARSE_ENTRIES) ERROR("Stack.entries moved");
if (offsetof<Stack>("bytes") != SPARSE_ENTRIES_BYTES) ERROR("Stack.bytes moved");
if (offsetof<Stack>("highBytes") != SPARSE_HIGH_BYTES) ERROR("Stack.highBytes moved");
if (offsetof<Stack>("grown") != SPARSE_GROWN) ERROR("Stack.grown moved");
if (offsetof<Stack>("moved") != SPARSE_MOVED) ERROR("Stack.moved moved");
if (offsetof<Stack>("copied") != SPARSE_COPIED_BYTES) ERROR("Stack.copied moved");
if (offsetof<Stack>("nonLinear") != SPARSE_NON_LINEAR) ERROR("Stack.nonLinear moved");
if (offsetof<Stack>("served") != SPARSE_SERVED) ERROR("Stack.served moved");
if (offsetof<Stack>("lost") != SPARSE_LOST) ERROR("Stack.lost moved");
if (offsetof<Stack>("extentCount") != SPARSE_EXTENTS) ERROR("Stack.extentCount moved");
if (offsetof<Stack>("freedEntries") != SPARSE_FREED_ENTRIES) ERROR("Stack.freedEntries moved");
if (offsetof<Stack>("freedBytes") != SPARSE_FREED_BYTES) ERROR("Stack.freedBytes moved");

/**
 * Chooses, for all stacks, when allocation is served from entries freed below the top: once one of these is exceeded. 0
 * is at once, 4294967295 is never.
 * @param setPercent the freed entries, in percent of all entries
 * @param setEntries their number
 * @param wastePercent their bytes, in percent of the bytes of all entries
 * @param wasteBytes their bytes
 */
export function sparseChooseLimits(setPercent: u32, setEntries: u32, wastePercent: u32, wasteBytes: u32): void {
  sparseSetPercent = setPercent;
  sparseSetEntries = setEntries;
  sparseWastePercent = wastePercent;
  sparseWasteBytes = wasteBytes;
}

/** Brings the counters of a descriptor up to date. */
export function sparseStatistics(at: usize): void {
  const stack = Stack.at(at);
  stack.noteHigh();
  stack.freedEntries = stack.freed ? Freed.at(stack.freed).count : 0;
  stack.freedBytes = stack.freed ? Freed.at(stack.freed).wasted : 0;
}

/** Whether so much was freed below the top that allocation begins there. */
export function isServing(stack: Stack): bool {
  if (!stack.freed) return false;
  const freed = Freed.at(stack.freed);
  if (!freed.count) return false;
  return (
    freed.count > sparseSetEntries ||
    freed.wasted > <usize>sparseWasteBytes ||
    <u64>freed.count * 100 > <u64>sparseSetPercent * stack.entries ||
    <u64>freed.wasted * 100 > <u64>sparseWastePercent * stack.bytes
  );
}

/** Debug: whether an entry is on a stack, and not free. */
export function isLive(at: usize, entry: usize): bool {
  if (!isExtent(ownerOf(entry))) return false;
  const extent = Extent.at(extentOf(entry));
  if (extent.stack != at || entry < extent.bottom || entry >= extent.top) return false;
  if (Entry.at(entry).extent != changetype<usize>(extent) || isFreed(Stack.at(at).freed, entry)) return false;
  return extent.head == entry || Entry.at(Entry.at(entry).end).previous == entry;
}
