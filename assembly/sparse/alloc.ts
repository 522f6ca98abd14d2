// Allocation on sparse stacks: on top of a lane, or from what was freed below.

import { DEBUG } from "../config";
import { failRequest } from "../memory/chunks";
import { isServing, Stack } from "./descriptor";
import { ENTRY_BYTES, Entry, SPARSE_MAX_BYTES, SPARSE_MIN_BYTES } from "./entry";
import { addFreed, bestFreed, takeFreed } from "./free-set";
import { Lane, makeSpace, openLane, ROOM_CHUNKS } from "./extent";

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
  const current = stack.lane;
  if (current) {
    const lane = Lane.at(current);
    const fits = <u64>bytes + ENTRY_BYTES <= <u64>(lane.limit - lane.top);
    if (fits && Entry.at(lane.head).owner <= owner) return push(stack, current, owner, bytes);
  }
  return allocSlowly(at, owner, bytes);
}

/** Puts an entry on top of a lane that has space for it. @returns its object */
export function push(stack: Stack, at: usize, owner: u32, bytes: usize): usize {
  if (DEBUG) assert(bytes >= SPARSE_MIN_BYTES && (bytes & 7) == 0);
  const lane = Lane.at(at);
  const entry = Entry.at(lane.top);
  entry.open(bytes);
  entry.previous = lane.head;
  entry.owner = owner;
  entry.lane = at;
  entry.serial = ++lastSerial;
  lane.head = lane.top;
  lane.top = entry.object + bytes;
  stack.entries++;
  stack.bytes += ENTRY_BYTES + bytes;
  return entry.object;
}

function allocSlowly(at: usize, owner: u32, bytes: usize): usize {
  if (bytes > SPARSE_MAX_BYTES) {
    failRequest();
    return 0;
  }
  const stack = Stack.at(at);
  stack.lane = 0;
  const isServed = isServing(stack);
  if (isServed) {
    const ref = serve(stack, owner, bytes);
    if (ref) return ref;
  }
  const lane = laneFor(at, owner, bytes + ENTRY_BYTES);
  // Without memory, what is free is of use in any case.
  if (!lane) return isServed || !stack.freed ? 0 : serve(stack, owner, bytes);
  if (!isServed && !Lane.at(lane).isHeld) stack.lane = lane;
  return push(stack, lane, owner, bytes);
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
  if (entry.bytes - bytes >= ENTRY_BYTES + SPLIT_MIN_BYTES) split(stack, entry, bytes);
  stack.served++;
  return entry.object;
}

/** Makes what an entry has beyond `bytes` a free entry of its own. There is one above it: it was free. */
function split(stack: Stack, entry: Entry, bytes: usize): void {
  const above = entry.end;
  const rest = entry.bytes - bytes - ENTRY_BYTES;
  entry.open(bytes);
  const at = entry.end;
  Entry.at(at).open(rest);
  Entry.at(at).previous = changetype<usize>(entry);
  Entry.at(at).owner = entry.owner;
  Entry.at(at).lane = entry.lane;
  Entry.at(above).previous = at;
  stack.entries++;
  // The set has lost an entry just now.
  addFreed(stack.freed, at);
}

/** A lane on which `bytes` with an owner can be pushed; 0 when out of memory. */
function laneFor(at: usize, owner: u32, bytes: usize): usize {
  const stack = Stack.at(at);
  for (let lane = stack.lanes; lane; lane = Lane.at(lane).next) {
    if (!Lane.at(lane).isHeld && admitsOwner(lane, owner) && makeSpace(lane, bytes)) return lane;
  }
  const opened = addLane(at, bytes, ROOM_CHUNKS);
  if (opened) return opened;
  for (let lane = stack.lanes; lane; lane = Lane.at(lane).next) {
    if (admitsOwner(lane, owner) && makeSpace(lane, bytes)) return lane;
  }
  return 0;
}

/** Whether owners still rise when something with this one is pushed. */
function admitsOwner(lane: usize, owner: u32): bool {
  return Entry.at(Lane.at(lane).head).owner <= owner;
}

/** Opens another lane. @returns 0 when out of memory */
export function addLane(at: usize, bytes: usize, leastRoom: u32): usize {
  const stack = Stack.at(at);
  const lane = openLane(at, bytes, leastRoom, stack.lanes);
  if (!lane) return 0;
  stack.lanes = lane;
  stack.laneCount++;
  return lane;
}
