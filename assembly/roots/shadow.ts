// The shadow stack holds the pointers of compiled code that are live across a safepoint.
//
//     base  | Box | Box | 2 | Slice | Box | ...  | shadowTop        | shadowLimit = heapBase
//
// A Box takes one word. A Slice takes two, the first of which is SLICE_MARK. No Box is 2: Boxes are 0, 8-aligned or
// odd. The memory is the program's own, in front of the heap, so its end can be a constant. The program moves shadowTop
// itself and compares it with that end.
//
// Invariant (debug/verify.ts, 9): shadowTop is at most shadowLimit, and the pointers are valid.
// State: the three globals; top and limit are exported to the program.

import { GRANULE_BYTES, SLICE_MARK, WORD_BYTES } from "../contract";
import { PointerVisitor } from "../object/walk";

if (SLICE_MARK % 2 != 0 || SLICE_MARK % GRANULE_BYTES == 0) ERROR("a Box may look like SLICE_MARK");

let shadowBase: usize = 0;
export let shadowTop: usize = 0;
export let shadowLimit: usize = 0;

/** Opens an empty stack in `[base, limit)`. */
export function shadowOpen(base: usize, limit: usize): void {
  shadowBase = shadowTop = base;
  shadowLimit = limit;
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
