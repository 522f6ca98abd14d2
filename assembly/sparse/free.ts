// Frees on sparse stacks: linear ones from the top, and others, which go to the set of freed entries.

import { DEBUG } from "../config";
import { SPARSE_ENTRY_BYTES } from "../contract";
import { poison } from "../memory/poison";
import { isLive, isServing, Stack } from "./descriptor";
import { Entry, entryOf } from "./entry";
import { addFreed, isFreed, openFreed, takeFreed } from "./free-set";
import { Extent } from "./extent";

/** Of an entry that was freed below the top: they link it to others. */
const LINK_BYTES: usize = 8;

/** Frees an object. If it is on top of its extent, it is popped, with the entries below it that were freed before. */
export function sparseFree(at: usize, ref: usize): void {
  if (DEBUG) assert(isLive(at, entryOf(ref)));
  removeEntry(Stack.at(at), entryOf(ref));
}

/**
 * Frees an entry, on top or below.
 * @returns the next entry below it that is still there; the base when there is none
 */
export function removeEntry(stack: Stack, at: usize): usize {
  const extent = Entry.at(at).extent;
  if (Extent.at(extent).head == at) {
    pop(stack, at);
    return Extent.at(extent).head;
  }
  const below = Entry.at(at).previous;
  setFree(stack, at);
  return below;
}

/** Takes an entry off the top of its extent, and then all that were freed before. */
function pop(stack: Stack, at: usize): void {
  stack.noteHigh();
  const extent = Extent.at(Entry.at(at).extent);
  const top = extent.top;
  dropHead(stack, extent);
  while (isFreed(stack.freed, extent.head)) {
    takeFreed(stack.freed, extent.head);
    dropHead(stack, extent);
  }
  settleTop(stack, extent, top);
}

/** After entries up to `top` have been dropped. */
export function settleTop(stack: Stack, extent: Extent, top: usize): void {
  if (DEBUG) poison(extent.top, top - extent.top);
  if (extent.isHeld && stack.extent == changetype<usize>(extent)) stack.extent = 0;
}

/** Takes the entry on top off an extent. */
export function dropHead(stack: Stack, extent: Extent): void {
  const entry = Entry.at(extent.head);
  stack.entries--;
  stack.bytes -= <usize>SPARSE_ENTRY_BYTES + entry.bytes;
  extent.top = extent.head;
  extent.head = entry.previous;
}

/** Frees an entry below the top. */
function setFree(stack: Stack, at: usize): void {
  stack.nonLinear++;
  if (!stack.freed) stack.freed = openFreed();
  const whole = stack.freed ? joinNeighbours(stack, at) : at;
  // After neighbours have been taken out there is a place for it.
  if (!stack.freed || !addFreed(stack.freed, whole)) {
    stack.lost++;
    return;
  }
  if (DEBUG) poison(Entry.at(whole).object + LINK_BYTES, Entry.at(whole).bytes - LINK_BYTES);
  if (isServing(stack)) stack.extent = 0;
}

/** Makes one entry of a freed one and its free neighbours: one on each side at most. @returns it */
function joinNeighbours(stack: Stack, at: usize): usize {
  const above = Entry.at(at).end;
  if (isFreed(stack.freed, above)) {
    takeFreed(stack.freed, above);
    absorb(stack, at, above);
  }
  const below = Entry.at(at).previous;
  if (!isFreed(stack.freed, below)) return at;
  takeFreed(stack.freed, below);
  absorb(stack, below, at);
  return below;
}

function absorb(stack: Stack, at: usize, above: usize): void {
  const entry = Entry.at(at);
  entry.extend(<usize>SPARSE_ENTRY_BYTES + Entry.at(above).bytes);
  Entry.at(entry.end).previous = at;
  stack.entries--;
}
