// Visits the pointers of an object. The visitor is an unmanaged class that is passed as a type. So the compiler makes
// one walk for each visitor, and inlines the visitor's methods.

import { ARRAY_HEADER_BYTES, MASK_WORDS, WORD_BYTES } from "../contract";
import { lengthOf } from "./header";
import { boxesAt, mapCount, Shape, slicesAt } from "./shape";

export interface PointerVisitor {
  /** The slot holds a Box. */
  box(slot: usize): void;
  /** The slot holds a Slice. */
  slice(slot: usize): void;
}

/** Visits every pointer slot of the object at `ref`. */
export function visitPointers<V extends PointerVisitor>(ref: usize, shape: Shape, visitor: V): void {
  if (!shape.hasPointers) return;
  if (shape.isArray) visitElements<V>(ref, shape, 0, lengthOf(ref), visitor);
  else visitWords<V>(ref, shape, visitor);
}

/** Visits the pointer slots of the elements `[from, to)` of the array at `ref`. */
export function visitElements<V extends PointerVisitor>(
  ref: usize,
  shape: Shape,
  from: u32,
  to: u32,
  visitor: V,
): void {
  const stride = <usize>shape.bytes;
  let at = ref + ARRAY_HEADER_BYTES + <usize>from * stride;
  const end = ref + ARRAY_HEADER_BYTES + <usize>to * stride;
  if (stride == WORD_BYTES && shape.boxes == 1) {
    for (; at < end; at += WORD_BYTES) visitor.box(at);
  } else {
    for (; at < end; at += stride) visitWords<V>(at, shape, visitor);
  }
}

function visitWords<V extends PointerVisitor>(base: usize, shape: Shape, visitor: V): void {
  if (!shape.isWide) {
    visitMap<V>(base, shape.boxes, shape.slices, visitor);
    return;
  }
  const count = mapCount(shape);
  for (let i: u32 = 0; i < count; i++) {
    visitMap<V>(base + <usize>(i * MASK_WORDS) * WORD_BYTES, boxesAt(shape, i), slicesAt(shape, i), visitor);
  }
}

function visitMap<V extends PointerVisitor>(base: usize, boxes: u32, slices: u32, visitor: V): void {
  while (boxes) {
    visitor.box(base + ((<usize>ctz(boxes)) << 2));
    boxes &= boxes - 1;
  }
  while (slices) {
    visitor.slice(base + ((<usize>ctz(slices)) << 2));
    slices &= slices - 1;
  }
}
