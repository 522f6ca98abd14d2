/**
 * Shape descriptors, read from memory alone (layout in assembly/README.md).
 */

import {
  ARRAY_HEADER_BYTES,
  GRANULE_BYTES,
  KIND_ARRAY,
  LENGTH_OFFSET,
  MASK_PAIR_BYTES,
  MASK_WORDS,
  SHAPE_BOXES_OFFSET,
  SHAPE_BYTES,
  SHAPE_FLAGS,
  SHAPE_FLAGS_OFFSET,
  SHAPE_KIND_OFFSET,
  SHAPE_POINTERS,
  SHAPE_SIZE_OFFSET,
  SHAPE_SLICEABLE,
  SHAPE_WIDE,
  WORD_BYTES,
} from "#contract";
import { alignUp } from "../../core/align.ts";
import type { Raw } from "./raw.ts";

export interface Descriptor {
  readonly name: string;
  readonly isArray: boolean;
  readonly isSliceable: boolean;
  /** A record's size, an array's stride. */
  readonly bytes: number;
  /** Where pointers are, in bytes from the start of a record or of an element. */
  readonly boxes: readonly number[];
  readonly slices: readonly number[];
}

export class Descriptors {
  readonly #raw: Raw;
  readonly #names: ReadonlyMap<number, { readonly name: string }>;
  readonly #known = new Map<number, Descriptor | null>();

  /** @param names of the shapes that the host has defined, by address; others are called by their address */
  constructor(raw: Raw, names: ReadonlyMap<number, { readonly name: string }>) {
    this.#raw = raw;
    this.#names = names;
  }

  /** The descriptor at `address`; null when there is none. */
  at(address: number): Descriptor | null {
    let found = this.#known.get(address);
    if (found === undefined) {
      found = this.#read(address);
      this.#known.set(address, found);
    }
    return found;
  }

  /** The bytes of the object at `ref`, header and rounding included. */
  sizeOf(ref: number, shape: Descriptor): number {
    if (!shape.isArray) return shape.bytes;
    return alignUp(ARRAY_HEADER_BYTES + this.#raw.word(ref + LENGTH_OFFSET) * shape.bytes, GRANULE_BYTES);
  }

  #read(address: number): Descriptor | null {
    const raw = this.#raw;
    if (address === 0 || address % GRANULE_BYTES !== 0 || address > raw.end - SHAPE_BYTES) return null;
    const kind = raw.byte(address + SHAPE_KIND_OFFSET);
    const flags = raw.byte(address + SHAPE_FLAGS_OFFSET);
    const bytes = raw.word(address + SHAPE_SIZE_OFFSET);
    const isArray = kind === KIND_ARRAY;
    if (kind > KIND_ARRAY || (flags & ~SHAPE_FLAGS) !== 0) return null;
    if (!isArray && (bytes < GRANULE_BYTES || bytes % GRANULE_BYTES !== 0)) return null;
    const boxes: number[] = [];
    const slices: number[] = [];
    if ((flags & SHAPE_POINTERS) !== 0) {
      const isRead =
        (flags & SHAPE_WIDE) === 0
          ? this.#readMasks(address + SHAPE_BOXES_OFFSET, 1, boxes, slices)
          : this.#readTable(raw.word(address + SHAPE_BOXES_OFFSET), boxes, slices);
      // The first word of a record is its header; no pointer lies beyond the end, or across words.
      const isPlace = (offset: number) => offset < bytes && (isArray || offset > 0);
      if (!isRead || bytes % WORD_BYTES !== 0 || ![...boxes, ...slices].every(isPlace)) return null;
    }
    const name = this.#names.get(address)?.name ?? `an object of the shape at ${address}`;
    return { name, isArray, isSliceable: (flags & SHAPE_SLICEABLE) !== 0, bytes, boxes, slices };
  }

  /** @returns whether the table of a wide shape lies in the memory */
  #readTable(table: number, boxes: number[], slices: number[]): boolean {
    if (table === 0 || table % WORD_BYTES !== 0 || table >= this.#raw.end) return false;
    const count = Math.ceil(this.#raw.word(table) / MASK_WORDS);
    return this.#readMasks(table + WORD_BYTES, count, boxes, slices);
  }

  #readMasks(at: number, count: number, boxes: number[], slices: number[]): boolean {
    if (at + count * MASK_PAIR_BYTES > this.#raw.end) return false;
    for (let i = 0; i < count; i++) {
      const base = i * MASK_WORDS * WORD_BYTES;
      addOffsets(this.#raw.word(at + i * MASK_PAIR_BYTES), base, boxes);
      addOffsets(this.#raw.word(at + i * MASK_PAIR_BYTES + WORD_BYTES), base, slices);
    }
    return true;
  }
}

function addOffsets(mask: number, base: number, offsets: number[]): void {
  for (let bit = 0; bit < MASK_WORDS; bit++) {
    if ((mask >>> bit) & 1) offsets.push(base + bit * WORD_BYTES);
  }
}
