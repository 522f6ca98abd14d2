// Memory that is never freed, bumped in control chunks: the statistics block, and the shapes that a host defines.
//
// State: the bump pointer and its limit.

import { CHUNK_BYTES, GRANULE_BYTES, OWNER_CONTROL, SHAPE_BYTES, SHAPE_WIDE } from "../contract";
import { alignUp } from "../memory/address";
import { acquireRun, lastRunIsFresh } from "../memory/chunks";
import { Shape, wideTableBytes } from "../object/shape";

let top: usize = 0;
let limit: usize = 0;

export function immortalOpen(): void {
  top = limit = 0;
}

/** Allocates zeroed, 8-aligned memory for good. @param bytes at most a chunk @returns 0 when it cannot be had */
export function allocImmortal(bytes: usize): usize {
  const rounded = alignUp(bytes, GRANULE_BYTES);
  if (rounded > <usize>CHUNK_BYTES) return 0;
  if (top + rounded > limit) {
    const chunk = acquireRun(1, OWNER_CONTROL);
    if (!chunk) return 0;
    if (!lastRunIsFresh()) memory.fill(chunk, 0, CHUNK_BYTES);
    top = chunk;
    limit = chunk + CHUNK_BYTES;
  }
  const at = top;
  top += rounded;
  return at;
}

/**
 * Makes a shape of up to 32 words. The parameters are the fields that object/shape.ts draws.
 * @returns its address; 0 when there is no memory
 */
export function shapeNew(kind: u32, flags: u32, tag: u32, bytes: u32, boxes: u32, slices: u32): usize {
  const at = allocImmortal(SHAPE_BYTES);
  if (!at) return 0;
  const shape = Shape.at(at);
  shape.kind = <u8>kind;
  shape.flags = <u8>flags;
  shape.tag = <u16>tag;
  shape.bytes = bytes;
  shape.boxes = boxes;
  shape.slices = slices;
  return at;
}

/**
 * Makes a shape of `words` words, whose maps are in a table. The field `boxes` holds the address of the table, which is
 * zero: the caller fills it in.
 * @returns its address; 0 when there is no memory
 */
export function shapeNewWide(kind: u32, flags: u32, tag: u32, bytes: u32, words: u32): usize {
  const table = allocImmortal(wideTableBytes(words));
  if (!table) return 0;
  store<u32>(table, words);
  return shapeNew(kind, flags | SHAPE_WIDE, tag, bytes, <u32>table, 0);
}
