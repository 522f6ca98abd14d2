// Marking: from the roots, everything reachable, with a bounded explicit stack; the nursery is empty.
//
// The stack is one chunk of 8-byte entries: an object whose fields are to be visited, and from which element on, so a
// long array takes one entry at a time. When the stack is full, what would be pushed is only marked, and `overflowed`
// is set: then the heap is walked for marked objects, whose fields are visited again, until nothing overflows.
//
// Invariant: a marked object is on the stack, or its fields have been visited, or `overflowed` is set.
// State: the stack, the flag, the sum of what has been marked.

import { CHUNK_BYTES, chunkAddress, chunkOf } from "../memory/address";
import { acquireReserved, chunksEnd, chunksFirst, releaseRun } from "../memory/chunks";
import { isLarge, OWNER_BLOCK, OWNER_CONTROL, ownerOf, ownerOfChunk } from "../memory/pagemap";
import { allInterior } from "../object/interior";
import { lengthOf, objectBytes, shapeOf } from "../object/header";
import { Shape } from "../object/shape";
import { visitElements, visitPointers } from "../object/walk";
import { visitHandles } from "../roots/handles";
import { visitShadow } from "../roots/shadow";
import { blockStart, clearLineMarks, markLines, markObject, nextMarked, payloadStart } from "./block";
import { isMarkedLarge, largeChunks, largeStart, markLarge, nextLarge } from "./large";

const ENTRY_BYTES: usize = 8;
/** Elements of an array visited at a time. */
const ELEMENTS_AT_ONCE: u32 = 512;

let stack: usize = 0;
let top: usize = 0;
let limit: usize = 0;
/** Debug: how much of its chunk the stack may use; 0 for all. */
let stackLimitBytes: usize = 0;
let overflowed: bool = false;
let overflows: u32 = 0;
let marked: u64 = 0;

/** How often the stack has overflowed since the beginning. */
export function markOverflows(): u32 {
  return overflows;
}

/** Bytes of the objects that the last marking reached. */
export function markedBytes(): u64 {
  return marked;
}

/** Debug: a mark stack of so many entries; 0 for the usual. Forces the overflow. */
export function limitMarkStack(entries: u32): void {
  stackLimitBytes = <usize>entries * ENTRY_BYTES;
}

@final
@unmanaged
class Marker {
  box(slot: usize): void {
    if (allInterior) {
      this.slice(slot);
      return;
    }
    const ref = load<usize>(slot);
    const owner = ownerOf(ref);
    if (owner == OWNER_BLOCK) markInBlock(ref);
    else if (isLarge(owner)) markInLarge(ref);
  }

  slice(slot: usize): void {
    const addr = load<usize>(slot);
    const owner = ownerOf(addr);
    if (owner == OWNER_BLOCK) markInBlock(blockStart(addr));
    else if (isLarge(owner)) markInLarge(largeStart(addr));
  }
}

const MARKER: usize = 0;

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

function push(ref: usize, from: u32): void {
  if (top == limit) {
    overflowed = true;
    return;
  }
  store<usize>(top, ref);
  store<u32>(top, from, 4);
  top += ENTRY_BYTES;
}

function drain(): void {
  const marker = changetype<Marker>(MARKER);
  while (top != stack) {
    top -= ENTRY_BYTES;
    const ref = load<usize>(top);
    const from = load<u32>(top, 4);
    const shape = shapeOf(ref);
    if (shape.isArray) {
      const length = lengthOf(ref);
      let to = length;
      if (length - from > ELEMENTS_AT_ONCE) {
        to = from + ELEMENTS_AT_ONCE;
        // There is room: the entry just popped left it.
        push(ref, to);
      }
      visitElements<Marker>(ref, shape, from, to, marker);
    } else {
      visitPointers<Marker>(ref, shape, marker);
    }
  }
}

/** Marks all that the roots reach. @returns false when the stack's chunk cannot be had; nothing is marked then */
export function markAll(): bool {
  stack = acquireReserved(OWNER_CONTROL);
  if (!stack) return false;
  top = stack;
  limit = stack + (stackLimitBytes ? stackLimitBytes : CHUNK_BYTES);
  overflowed = false;
  marked = 0;
  const end = chunksEnd();
  for (let chunk = chunksFirst(); chunk < end; chunk++) {
    if (ownerOfChunk(chunk) == OWNER_BLOCK) clearLineMarks(chunkAddress(chunk));
  }
  const marker = changetype<Marker>(MARKER);
  visitShadow<Marker>(marker);
  // A root that overflows the stack is marked, and its fields are visited in the walk below.
  drain();
  visitHandles<Marker>(marker);
  drain();
  while (overflowed) {
    overflowed = false;
    overflows++;
    visitMarked();
  }
  releaseRun(stack, 1);
  return true;
}

/** Visits the fields of every marked object again. */
function visitMarked(): void {
  const end = chunksEnd();
  for (let chunk = chunksFirst(); chunk < end; chunk++) {
    if (ownerOfChunk(chunk) != OWNER_BLOCK) continue;
    const block = chunkAddress(chunk);
    let ref = nextMarked(block, payloadStart(block));
    while (ref) {
      revisit(ref);
      ref = nextMarked(block, ref + 8);
    }
  }
  let ref = nextLarge(chunksFirst());
  while (ref) {
    if (isMarkedLarge(ref)) revisit(ref);
    ref = nextLarge(chunkOf(ref) + largeChunks(ref));
  }
}

function revisit(ref: usize): void {
  const shape: Shape = shapeOf(ref);
  if (!shape.hasPointers) return;
  push(ref, 0);
  drain();
}
