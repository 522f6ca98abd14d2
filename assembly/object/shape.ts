// A shape tells the collector the size of an object and which of its words are pointers.
//
//   0   +--------+--------+-----------------+
//       | kind:8 | flags:8|     tag:16      |   tag is the compiler's; the core does not read it
//   4   +--------+--------+-----------------+
//       | bytes: size of a record with its header, rounded up to 8; stride of an array
//   8   +-----------------------------------+
//       | boxes: bit i = word i is a Box    |   or, with SHAPE_WIDE, the address of the table
//  12   +-----------------------------------+
//       | slices: bit i = word i is a Slice |
//  16   +-----------------------------------+
//
// The table of a wide shape: u32 count of words, then a pair (boxes, slices) for each 32 words.
// Reps (seed note 001): a word with a bit is a Box or a Slice; one without is a Word or a Float.

import {
  KIND_ARRAY,
  MASK_PAIR_BYTES,
  MASK_WORDS,
  SHAPE_BOXES_OFFSET,
  SHAPE_BYTES,
  SHAPE_FIXED,
  SHAPE_FLAGS_OFFSET,
  SHAPE_KIND_OFFSET,
  SHAPE_POINTERS,
  SHAPE_SIZE_OFFSET,
  SHAPE_SLICEABLE,
  SHAPE_SLICES_OFFSET,
  SHAPE_TAG_OFFSET,
  SHAPE_WIDE,
  WORD_BYTES,
} from "../contract";

@unmanaged
@final
export class Shape {
  kind: u8;
  flags: u8;
  tag: u16;
  bytes: u32;
  boxes: u32;
  slices: u32;

  @inline static at(addr: usize): Shape {
    return changetype<Shape>(addr);
  }

  get isArray(): bool {
    return this.kind == KIND_ARRAY;
  }
  get isSliceable(): bool {
    return (this.flags & SHAPE_SLICEABLE) != 0;
  }
  get hasPointers(): bool {
    return (this.flags & SHAPE_POINTERS) != 0;
  }
  /** Whether a pointer of the object may change. */
  get mayChange(): bool {
    return (this.flags & (SHAPE_POINTERS | SHAPE_FIXED)) == SHAPE_POINTERS;
  }
  get isWide(): bool {
    return (this.flags & SHAPE_WIDE) != 0;
  }
}
if (offsetof<Shape>() != SHAPE_BYTES) ERROR("Shape must match SHAPE_BYTES");
if (offsetof<Shape>("kind") != SHAPE_KIND_OFFSET) ERROR("Shape.kind moved");
if (offsetof<Shape>("flags") != SHAPE_FLAGS_OFFSET) ERROR("Shape.flags moved");
if (offsetof<Shape>("tag") != SHAPE_TAG_OFFSET) ERROR("Shape.tag moved");
if (offsetof<Shape>("bytes") != SHAPE_SIZE_OFFSET) ERROR("Shape.bytes moved");
if (offsetof<Shape>("boxes") != SHAPE_BOXES_OFFSET) ERROR("Shape.boxes moved");
if (offsetof<Shape>("slices") != SHAPE_SLICES_OFFSET) ERROR("Shape.slices moved");
if (MASK_PAIR_BYTES != 2 * WORD_BYTES || MASK_WORDS != 8 * WORD_BYTES) ERROR("a mask is a word");

/** How many 32-word pairs of maps a shape has. */
export function mapCount(shape: Shape): u32 {
  return shape.isWide ? (load<u32>(<usize>shape.boxes) + MASK_WORDS - 1) / MASK_WORDS : 1;
}

/** The Box bits of the `i`-th 32 words. */
export function boxesAt(shape: Shape, i: u32): u32 {
  return shape.isWide ? load<u32>(<usize>shape.boxes + WORD_BYTES + <usize>i * MASK_PAIR_BYTES) : shape.boxes;
}

/** The Slice bits of the `i`-th 32 words. */
export function slicesAt(shape: Shape, i: u32): u32 {
  return shape.isWide ? load<u32>(<usize>shape.boxes + 2 * WORD_BYTES + <usize>i * MASK_PAIR_BYTES) : shape.slices;
}

/** Bytes of the table of a wide shape of `words` words. */
export function wideTableBytes(words: u32): usize {
  return <usize>WORD_BYTES + <usize>((words + MASK_WORDS - 1) / MASK_WORDS) * MASK_PAIR_BYTES;
}
