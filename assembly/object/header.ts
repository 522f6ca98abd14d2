// The header of an object is its shape or, while a collection moves the object, its new address.
//
//        a record                        an array                         moved
//   0    shape                           shape                            new address | 1
//   4    first field                     length, in elements              (queue link of nobody: free)
//   8    ...                             elements, `stride` bytes each
//
// A reference is the address of the header. Shapes and objects are 8-aligned, so bit 0 tells the two apart.

import { ARRAY_HEADER_BYTES, GRANULE_BYTES, LENGTH_OFFSET, RECORD_HEADER_BYTES, WORD_BYTES } from "../contract";
import { alignUp } from "../memory/address";
import { Shape } from "./shape";

const FORWARDED: usize = 1;

if (RECORD_HEADER_BYTES != WORD_BYTES || LENGTH_OFFSET != WORD_BYTES) ERROR("the drawing of an object is wrong");
if (ARRAY_HEADER_BYTES != LENGTH_OFFSET + WORD_BYTES) ERROR("the drawing of an array is wrong");

export function shapeOf(ref: usize): Shape {
  return Shape.at(load<usize>(ref));
}

export function isForwarded(header: usize): bool {
  return (header & FORWARDED) != 0;
}

export function forwardedTo(header: usize): usize {
  return header & ~FORWARDED;
}

export function forward(ref: usize, to: usize): void {
  store<usize>(ref, to | FORWARDED);
}

export function lengthOf(ref: usize): u32 {
  return load<u32>(ref, LENGTH_OFFSET);
}

/** The bytes of the object at `ref`, which has this shape, header and rounding included. */
export function objectBytes(ref: usize, shape: Shape): usize {
  if (!shape.isArray) return shape.bytes;
  return alignUp(<usize>ARRAY_HEADER_BYTES + <usize>lengthOf(ref) * <usize>shape.bytes, GRANULE_BYTES);
}

/** The bytes of an object that may have been moved. Its new place tells then. */
export function bytesBeforeMove(ref: usize): usize {
  const header = load<usize>(ref);
  const at = isForwarded(header) ? forwardedTo(header) : ref;
  return objectBytes(at, shapeOf(at));
}

/** The bytes of an array of `length` elements, header and rounding included. A u64, since it may not fit any memory. */
export function arrayBytes(shape: Shape, length: u32): u64 {
  return (<u64>ARRAY_HEADER_BYTES + <u64>length * <u64>shape.bytes + 7) & ~(<u64>7);
}
