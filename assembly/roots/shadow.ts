// The shadow stack: where compiled code keeps the pointers that live across a safepoint.
//
//     base  | Box | Box | 2 | Slice | Box | ...  | shadowTop        | shadowLimit
//
// A Box takes one word. A Slice takes two, the first of which is SLICE_MARK: no Box can be 2, since Boxes are
// 8-aligned or odd. The compiled program moves shadowTop itself and compares with shadowLimit.
// State: the three globals; top and limit are exported to the program.

import { CHUNK_SHIFT, chunksFor, WORD_BYTES } from "../memory/address";
import { acquireRun } from "../memory/chunks";
import { OWNER_CONTROL } from "../memory/pagemap";
import { PointerVisitor } from "../object/walk";

export const SLICE_MARK: u32 = 2;

let shadowBase: usize = 0;
export let shadowTop: usize = 0;
export let shadowLimit: usize = 0;

/** Opens a stack of `bytes`, rounded up to chunks; false when the memory cannot be had. */
export function shadowOpen(bytes: usize): bool {
  const chunks = chunksFor(bytes);
  shadowBase = acquireRun(chunks, OWNER_CONTROL);
  shadowTop = shadowBase;
  shadowLimit = shadowBase + ((<usize>chunks) << CHUNK_SHIFT);
  return shadowBase != 0;
}

/** Visits every slot. */
export function visitShadow<V extends PointerVisitor>(visitor: V): void {
  let at = shadowBase;
  while (at < shadowTop) {
    if (load<u32>(at) == SLICE_MARK) {
      visitor.slice(at + WORD_BYTES);
      at += 2 * WORD_BYTES;
    } else {
      visitor.box(at);
      at += WORD_BYTES;
    }
  }
}
