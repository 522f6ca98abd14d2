// Grows arrays on sparse stacks.

import { DEBUG } from "../config";
import { OBJECT_MAX_BYTES, SPARSE_ENTRY_BYTES } from "../contract";
import { copyGranules } from "../memory/copy";
import { addExtent, push, sparseAlloc } from "./alloc";
import { isLive, Stack } from "./descriptor";
import { Entry, entryOf } from "./entry";
import { removeEntry } from "./free";
import { Extent, GROWER_ROOM_CHUNKS, makeSpace, widenExtent } from "./extent";

/** Smaller arrays get no extent of their own: that takes at least a chunk. */
const GROWER_MIN_BYTES: usize = 16 << 10;

/**
 * Makes an array larger. It stays where it is if it is on top of its extent, and there is space.
 * @param at address of the descriptor
 * @param ref what sparseAlloc or sparseGrow returned
 * @param bytes the new size, a multiple of 8
 * @returns the address, with the same content and any content behind; if it is another, `ref` is free. 0 when out of
 *   memory, and then nothing has changed
 */
export function sparseGrow(at: usize, ref: usize, bytes: usize): usize {
  const stack = Stack.at(at);
  const entry = Entry.at(entryOf(ref));
  if (DEBUG) assert(isLive(at, entryOf(ref)));
  const has = entry.bytes;
  if (bytes > has) {
    const extent = Extent.at(entry.extent);
    if (extent.head != entryOf(ref)) return move(at, entryOf(ref), bytes);
    if (bytes >= GROWER_MIN_BYTES && !entry.isGrower) {
      // Where it cannot go on for long it had better move while it is small.
      const isBoxedIn = !widenExtent(entry.extent);
      const moved: usize = isBoxedIn ? moveToOwnExtent(at, entryOf(ref), bytes) : 0;
      if (moved) return moved;
      hold(stack, entry);
    }
    const more = bytes - has;
    if (!makeSpace(entry.extent, more)) return move(at, entryOf(ref), bytes);
    entry.extend(more);
    extent.top += more;
    stack.bytes += more;
  }
  stack.grown++;
  return ref;
}

/** Moves an array so that it has `bytes`. @returns where it is now; 0 when out of memory */
function move(at: usize, from: usize, bytes: usize): usize {
  const owner = Entry.at(from).owner;
  const has = Entry.at(from).bytes;
  let to: usize = 0;
  if (bytes >= GROWER_MIN_BYTES) {
    to = moveToOwnExtent(at, from, bytes);
    if (to) return to;
  } else if (has > bytes - has) {
    // With room to double, so that it moves seldom.
    to = sparseAlloc(at, owner, has * 2);
  }
  if (!to) to = sparseAlloc(at, owner, bytes);
  return to ? carry(at, from, to) : 0;
}

/** Moves a large array to an extent that is empty. @returns 0 when none can be had */
function moveToOwnExtent(at: usize, from: usize, bytes: usize): usize {
  if (bytes > OBJECT_MAX_BYTES) return 0;
  const stack = Stack.at(at);
  const space = bytes + SPARSE_ENTRY_BYTES;
  let extent = stack.extents;
  while (extent && !(Extent.at(extent).isEmpty && widenExtent(extent) && makeSpace(extent, space)))
    extent = Extent.at(extent).next;
  if (!extent) extent = addExtent(at, space, GROWER_ROOM_CHUNKS);
  if (!extent) return 0;
  const to = push(stack, extent, Entry.at(from).owner, bytes);
  hold(stack, Entry.at(entryOf(to)));
  return carry(at, from, to);
}

/** Takes the content of an array to another place, and frees it. @returns that place */
function carry(at: usize, from: usize, to: usize): usize {
  const stack = Stack.at(at);
  const bytes = Entry.at(from).bytes;
  copyGranules(to, Entry.at(from).object, bytes);
  Entry.at(entryOf(to)).serial = Entry.at(from).serial;
  stack.moved++;
  stack.copied += bytes;
  removeEntry(stack, from);
  return to;
}

/** Keeps the extent of an entry on top for its growth. */
function hold(stack: Stack, entry: Entry): void {
  entry.markGrower();
  if (stack.extent == entry.extent) stack.extent = 0;
}
