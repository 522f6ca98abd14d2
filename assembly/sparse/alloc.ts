// Allocation on sparse stacks: on top of an extent, or from what was freed below.

import { DEBUG } from "../config";
import { OBJECT_MAX_BYTES, SPARSE_ENTRY_BYTES } from "../contract";
import { failRequest } from "../memory/chunks";
import { isServing, Stack } from "./descriptor";
import { Entry, SPARSE_MIN_BYTES } from "./entry";
import { addFreed, bestFreed, takeFreed } from "./free-set";
import { Extent, makeSpace, openExtent, ROOM_CHUNKS } from "./extent";

/** The number of the entry that was made last. */
export let lastSerial: u64 = 0;

/** What an entry from the set has beyond what was asked for is an entry of its own from this size on. */
const SPLIT_MIN_BYTES: usize = 64;

/**
 * Allocates on a stack.
 * @param at the descriptor
 * @param owner what the object ends with: sparseLeave of this number, or of a smaller one
 * @param bytes a multiple of 8, not 0
 * @returns the address of memory with any content, 8-aligned; 0 when out of memory
 */
export function sparseAlloc(at: usize, owner: u32, bytes: usize): usize {
  const stack = Stack.at(at);
  const current = stack.extent;
  if (current) {
    const extent = Extent.at(current);
    const fits = <u64>bytes + SPARSE_ENTRY_BYTES <= <u64>(extent.limit - extent.top);
    if (fits && Entry.at(extent.head).owner <= owner) return push(stack, current, owner, bytes);
  }
  return allocSlowly(at, owner, bytes);
}

/** Puts an entry on top of an extent that has space for it. @returns its object */
export function push(stack: Stack, at: usize, owner: u32, bytes: usize): usize {
  if (DEBUG) assert(bytes >= SPARSE_MIN_BYTES && (bytes & 7) == 0);
  const extent = Extent.at(at);
  const entry = Entry.at(extent.top);
  entry.open(bytes);
  entry.previous = extent.head;
  entry.owner = owner;
  entry.extent = at;
  entry.serial = ++lastSerial;
  extent.head = extent.top;
  extent.top = entry.object + bytes;
  stack.entries++;
  stack.bytes += <usize>SPARSE_ENTRY_BYTES + bytes;
  return entry.object;
}

function allocSlowly(at: usize, owner: u32, bytes: usize): usize {
  if (bytes > OBJECT_MAX_BYTES) {
    failRequest();
    return 0;
  }
  const stack = Stack.at(at);
  stack.extent = 0;
  const isServed = isServing(stack);
  if (isServed) {
    const ref = serve(stack, owner, bytes);
    if (ref) return ref;
  }
  const extent = extentFor(at, owner, bytes + SPARSE_ENTRY_BYTES);
  // Without memory, what is free is of use in any case.
  if (!extent) return isServed || !stack.freed ? 0 : serve(stack, owner, bytes);
  if (!isServed && !Extent.at(extent).isHeld) stack.extent = extent;
  return push(stack, extent, owner, bytes);
}

/** Allocates from the set. @returns 0 when nothing there fits */
function serve(stack: Stack, owner: u32, bytes: usize): usize {
  const at = bestFreed(stack.freed, owner, bytes);
  if (!at) return 0;
  takeFreed(stack.freed, at);
  const entry = Entry.at(at);
  entry.owner = owner;
  entry.serial = ++lastSerial;
  entry.open(entry.bytes);
  if (entry.bytes - bytes >= <usize>SPARSE_ENTRY_BYTES + SPLIT_MIN_BYTES) split(stack, entry, bytes);
  stack.served++;
  return entry.object;
}

/** Makes what an entry has beyond `bytes` a free entry of its own. There is one above it: it was free. */
function split(stack: Stack, entry: Entry, bytes: usize): void {
  const above = entry.end;
  const rest = entry.bytes - bytes - SPARSE_ENTRY_BYTES;
  entry.open(bytes);
  const at = entry.end;
  Entry.at(at).open(rest);
  Entry.at(at).previous = changetype<usize>(entry);
  Entry.at(at).owner = entry.owner;
  Entry.at(at).extent = entry.extent;
  Entry.at(above).previous = at;
  stack.entries++;
  // The set has lost an entry just now.
  addFreed(stack.freed, at);
}

/** An extent on which `bytes` with an owner can be pushed; 0 when out of memory. */
function extentFor(at: usize, owner: u32, bytes: usize): usize {
  const stack = Stack.at(at);
  for (let extent = stack.extents; extent; extent = Extent.at(extent).next) {
    if (!Extent.at(extent).isHeld && admitsOwner(extent, owner) && makeSpace(extent, bytes)) return extent;
  }
  const opened = addExtent(at, bytes, ROOM_CHUNKS);
  if (opened) return opened;
  for (let extent = stack.extents; extent; extent = Extent.at(extent).next) {
    if (admitsOwner(extent, owner) && makeSpace(extent, bytes)) return extent;
  }
  return 0;
}

/** Whether owners still rise when something with this one is pushed. */
function admitsOwner(extent: usize, owner: u32): bool {
  return Entry.at(Extent.at(extent).head).owner <= owner;
}

/** Opens another extent. @returns 0 when out of memory */
export function addExtent(at: usize, bytes: usize, leastRoom: u32): usize {
  const stack = Stack.at(at);
  const extent = openExtent(at, bytes, leastRoom, stack.extents);
  if (!extent) return 0;
  stack.extents = extent;
  stack.extentCount++;
  return extent;
}
