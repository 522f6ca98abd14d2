// Marking reaches everything from the roots, with an explicit stack instead of recursion. It begins with an empty
// nursery and runs in steps, each with an empty nursery again. The program may run in between (phase.ts).
//
// The stack is a chain of chunks of 8-byte entries. An entry is an object whose fields are to be visited, and the
// element to begin with, so a long array takes one entry at a time. When no further chunk can be had, an object is
// marked without being pushed, and `overflowed` is set. Then a walk of the heap visits the fields of all marked objects
// again, until nothing overflows.
//
//     chunk  0   the chunk below, 0 at the bottom
//            8   entries ..
//
// Invariant (verifyMarksOrTrap in debug/verify.ts, once marking has ended): a marked object is on the stack, or its
// fields were visited, or `overflowed` is set, or it came to the mature space while marking. In the last case its
// fields refer only to objects that are or will be marked.
// State: the stack, the flag, the sum of marked bytes.

import { CHUNK_BYTES, OWNER_BLOCK, OWNER_CONTROL } from "../contract";
import { acquireReserved, chunksReserve, ensureFree, releaseRun } from "../memory/chunks";
import { isHurried, isLate } from "../memory/clock";
import { isLarge, ownerOf } from "../memory/page-map";
import { forwardedTo, isForwarded, lengthOf, objectBytes, shapeOf } from "../object/header";
import { gcAllInterior } from "../object/interior";
import { visitElements, visitPointers } from "../object/walk";
import { visitHandles } from "../roots/handles";
import { visitShadow } from "../roots/shadow";
import { isMarkedObject, markLines, markObject } from "./block";
import { evacuateObject, isMoving } from "./lines/evacuate";
import { largeStart, markLarge } from "./large";
import { visitMarkedObjects } from "./objects";
import { startInBlock } from "./space";

const ENTRY_BYTES: usize = 8;
const ENTRIES_OFFSET: usize = 8;
/** Elements of an array visited at a time. */
const ELEMENTS_AT_ONCE: u32 = 512;
/** Entries taken between two looks at the clock: some tens of microseconds. */
const ENTRIES_AT_ONCE: u32 = 256;

/** The topmost chunk of the stack. */
let segment: usize = 0;
/** A chunk that the stack has left, kept for its next growth; 0 for none. */
let spare: usize = 0;
let top: usize = 0;
let limit: usize = 0;
/** Debug: how many bytes of its only chunk the stack may use; 0 for no such limit. */
let stackLimitBytes: usize = 0;
let overflowed: bool = false;
let overflows: u32 = 0;
let marked: u64 = 0;

/** How often the stack has overflowed since the heap opened. */
export function markOverflows(): u32 {
  return overflows;
}

/** The bytes of objects that this or the last marking reached, or that came to the mature space while marking. */
export function markedBytes(): u64 {
  return marked;
}

/** Debug: limits the mark stack, which forces the overflow; 0 for no limit. */
export function limitMarkStack(entries: u32): void {
  stackLimitBytes = <usize>entries * ENTRY_BYTES;
}

@final
@unmanaged
class Marker {
  box(slot: usize): void {
    if (gcAllInterior) {
      this.slice(slot);
      return;
    }
    const ref = load<usize>(slot);
    const owner = ownerOf(ref);
    if (owner == OWNER_BLOCK) {
      const now = markOrMove(ref);
      if (now != ref) store<usize>(slot, now);
    } else if (isLarge(owner)) {
      markInLarge(ref);
    }
  }

  slice(slot: usize): void {
    const addr = load<usize>(slot);
    const owner = ownerOf(addr);
    if (owner == OWNER_BLOCK) {
      const ref = startInBlock(addr);
      const now = markOrMove(ref);
      if (now != ref) store<usize>(slot, now + (addr - ref));
    } else if (isLarge(owner)) {
      markInLarge(largeStart(addr));
    }
  }
}

const MARKER: usize = 0;

/** Marks the object at `ref`, in a block, and moves it if this marking moves it. @returns its address now */
function markOrMove(ref: usize): usize {
  if (isMoving(ref)) {
    const header = load<usize>(ref);
    // Moving has marked it.
    if (isForwarded(header)) return forwardedTo(header);
    const to = isMarkedObject(ref) ? <usize>0 : evacuateObject(ref);
    if (to) {
      markInBlock(to);
      return to;
    }
  }
  markInBlock(ref);
  return ref;
}

function markInBlock(ref: usize): void {
  if (!markObject(ref)) return;
  const shape = shapeOf(ref);
  const bytes = objectBytes(ref, shape);
  marked += bytes;
  markLines(ref, bytes);
  if (shape.hasPointers) push(ref, 0);
}

function markInLarge(ref: usize): void {
  if (!markLarge(ref)) return;
  const shape = shapeOf(ref);
  marked += objectBytes(ref, shape);
  if (shape.hasPointers) push(ref, 0);
}

/** Keeps the object that the Box in `slot` refers to. To be called while marking. */
export function shadeBox(slot: usize): void {
  changetype<Marker>(MARKER).box(slot);
}

/** Keeps the object that the Slice in `slot` refers to. To be called while marking. */
export function shadeSlice(slot: usize): void {
  changetype<Marker>(MARKER).slice(slot);
}

/** Keeps an object of `bytes` that has come to a block. To be called while marking. */
export function keepInBlock(ref: usize, bytes: usize): void {
  if (!markObject(ref)) return;
  marked += bytes;
  markLines(ref, bytes);
}

/** Keeps a large object of `bytes` that was allocated. To be called while marking. */
export function keepLarge(ref: usize, bytes: usize): void {
  if (markLarge(ref)) marked += bytes;
}

function push(ref: usize, from: u32): void {
  if (top == limit && !addSegment()) {
    overflowed = true;
    return;
  }
  store<usize>(top, ref);
  store<u32>(top, from, 4);
  top += ENTRY_BYTES;
}

function enter(chunk: usize, full: bool): void {
  segment = chunk;
  limit = chunk + (stackLimitBytes ? ENTRIES_OFFSET + stackLimitBytes : CHUNK_BYTES);
  top = full ? limit : chunk + ENTRIES_OFFSET;
}

function addSegment(): bool {
  if (stackLimitBytes) return false;
  let chunk = spare;
  spare = 0;
  if (!chunk) {
    // Only what the reserve does not need.
    if (!ensureFree(chunksReserve() + 1)) return false;
    chunk = acquireReserved(OWNER_CONTROL);
    if (!chunk) return false;
  }
  store<usize>(chunk, segment);
  enter(chunk, false);
  return true;
}

/** Whether the stack has an entry. It leaves a chunk that is used up. */
function hasEntry(): bool {
  if (top != segment + ENTRIES_OFFSET) return true;
  const below = load<usize>(segment);
  if (!below) return false;
  if (spare) releaseRun(spare, 1);
  spare = segment;
  enter(below, true);
  return true;
}

/** Visits the fields of the topmost object, or of some elements of it. */
function visitTop(): void {
  const marker = changetype<Marker>(MARKER);
  top -= ENTRY_BYTES;
  const ref = load<usize>(top);
  const from = load<u32>(top, 4);
  const shape = shapeOf(ref);
  if (!shape.isArray) {
    visitPointers<Marker>(ref, shape, marker);
    return;
  }
  const length = lengthOf(ref);
  let to = length;
  if (length - from > ELEMENTS_AT_ONCE) {
    to = from + ELEMENTS_AT_ONCE;
    // There is room: the entry that was just popped left it.
    push(ref, to);
  }
  visitElements<Marker>(ref, shape, from, to, marker);
}

/** Visits entries until the stack is empty. @returns false when the pause has to end before */
function drain(regionLeastBytes: u64): bool {
  const enough = marked + regionLeastBytes;
  let left = ENTRIES_AT_ONCE;
  while (hasEntry()) {
    visitTop();
    if (--left == 0 || isHurried()) {
      if (marked >= enough && isLate()) return false;
      left = ENTRIES_AT_ONCE;
    }
  }
  return true;
}

function drainAll(): void {
  while (hasEntry()) visitTop();
}

/**
 * Begins a marking: marks what the roots refer to.
 * @returns false, with nothing marked, without memory for the stack
 */
export function markBegin(): bool {
  const chunk = acquireReserved(OWNER_CONTROL);
  if (!chunk) return false;
  store<usize>(chunk, 0);
  enter(chunk, false);
  spare = 0;
  overflowed = false;
  marked = 0;
  const marker = changetype<Marker>(MARKER);
  // If roots overflow the stack, a walk visits their fields.
  visitShadow<Marker>(marker);
  visitHandles<Marker>(marker);
  return true;
}

/**
 * Marks until the pause has to end.
 * @param regionLeastBytes bytes of objects that it marks whatever the time
 * @returns whether marking has ended, and the stack is given back
 */
export function markStep(regionLeastBytes: u64): bool {
  if (!drain(regionLeastBytes)) return false;
  markRest();
  return true;
}

/** Marks to the end, and gives the stack back. */
export function markRest(): void {
  drainAll();
  while (overflowed) {
    overflowed = false;
    overflows++;
    visitMarkedObjects<Revisitor>(changetype<Revisitor>(0));
  }
  releaseRun(segment, 1);
  if (spare) releaseRun(spare, 1);
}

@final
@unmanaged
class Revisitor {
  /** Visits the fields of a marked object once more. */
  object(ref: usize): void {
    if (!shapeOf(ref).hasPointers) return;
    push(ref, 0);
    drainAll();
  }
}
