/**
 * How many bytes an object of WasmGC takes in V8, for the counters of measuring builds.
 *
 *     struct:  0  map | 8  properties or hash | 16  fields, each at its natural alignment | rounded up to 8
 *     array:   0  map | 8  properties or hash | 16  length | 20  padding | 24  elements   | rounded up to 8
 *
 * A reference takes 8 bytes, i8 one, i32 four, i64 and f64 eight: Node builds V8 without pointer compression. A field
 * that fits into the last gap left by alignment goes there. Measured in Node 26 (V8 14.6) as the growth of
 * `v8.getHeapStatistics().used_heap_size` by 200 000 objects between full collections: struct {} 16, {i32} 24, {i32
 * i32} 24, {i32 i32 i32} 32, {ref ref} 32, {ref i32 i32} 32, {i8 i32 i8} 24, {i8 ref i8 ref i8} 40, {i32 i64 i32 i64}
 * 40; arrays of i8 with 0, 1, 8, 9 elements 24, 32, 32, 40; of i32 with 0, 1, 2, 3 elements 24, 32, 32, 40.
 */

import type binaryen from "binaryen";
import type { ExpressionRef } from "../../codegen/wasm.ts";

const V8_STRUCT_HEADER_BYTES = 16;
const V8_ARRAY_HEADER_BYTES = 24;
const ALIGNMENT_MASK = 7;
/** V8 refuses arrays of more bytes than this, header included, however much memory there is. */
const LARGEST_ARRAY_BYTES = 0x3fffffff;

/** Bytes of a struct whose fields have these sizes (1, 4 or 8), in order. */
export function structBytes(fieldBytes: readonly number[]): number {
  let end = 0;
  let gap = { at: 0, bytes: 0 };
  for (const bytes of fieldBytes) {
    const inGap = alignUp(gap.at, bytes);
    if (bytes <= gap.bytes && inGap + bytes <= gap.at + gap.bytes) {
      const before = inGap - gap.at;
      const after = gap.bytes - before - bytes;
      gap = before > after ? { at: gap.at, bytes: before } : { at: inGap + bytes, bytes: after };
      continue;
    }
    const at = alignUp(end, bytes);
    if (at - end > gap.bytes) gap = { at: end, bytes: at - end };
    end = at + bytes;
  }
  return alignUp(V8_STRUCT_HEADER_BYTES + end, ALIGNMENT_MASK + 1);
}

/** Bytes of an array, as an i32 expression. `length` makes the number of elements. */
export function emitArrayBytes(module: binaryen.Module, length: ExpressionRef, elementBytes: number): ExpressionRef {
  const op = module.i32;
  const elements = elementBytes === 1 ? length : op.mul(length, op.const(elementBytes));
  return op.and(op.add(elements, op.const(V8_ARRAY_HEADER_BYTES + ALIGNMENT_MASK)), op.const(~ALIGNMENT_MASK));
}

/** The most elements that an array may have. */
export function longestArray(elementBytes: number): number {
  return Math.floor((LARGEST_ARRAY_BYTES - V8_ARRAY_HEADER_BYTES - ALIGNMENT_MASK) / elementBytes);
}

function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}
