/**
 * Shapes: what the collector and this library know about a kind of object.
 *
 * The descriptor that the collector reads is made once, when the shape is defined, and is never freed; its layout is
 * in assembly/README.md. A shape belongs to the heap that it was defined in.
 */

import {
  ARRAY_HEADER_BYTES,
  GRANULE_BYTES,
  KIND_ARRAY,
  KIND_RECORD,
  MASK_PAIR_BYTES,
  MASK_WORDS,
  RECORD_HEADER_BYTES,
  SHAPE_BOXES_OFFSET,
  SHAPE_POINTERS,
  SHAPE_SLICEABLE,
  WORD_BYTES,
} from "#contract";
import { alignUp } from "../../core/align.ts";
import { HeapError, shown } from "../../core/errors.ts";
import { layOut } from "./layout.ts";
import { elementRep } from "./pointers.ts";
import { RecordRef } from "./record.ts";
import type { ObjectShape, Ref, Session } from "./ref.ts";
import type { AnyRep, Fields, Place } from "./rep.ts";
import { ArrayRef } from "./sequence.ts";

abstract class Shape<R extends Ref> implements ObjectShape {
  readonly name: string;
  /** The descriptor's address, as the header of each object holds it. */
  readonly address: number;
  readonly #session: Session;

  protected constructor(session: Session, name: string, address: number) {
    this.name = name;
    this.address = address;
    this.#session = session;
    session.shapes.set(address, this);
  }

  /** @internal */
  abstract wrap(session: Session, address: number): R;

  /** Whether a value, as read from a box, is a reference to an object of this shape. */
  is(value: unknown): value is R {
    return (
      this.wraps(value) && value.belongsTo(this.#session) && this.#session.views.word(value.locate()) === this.address
    );
  }

  /** The value as a reference to an object of this shape. @throws HeapError wrong-shape */
  cast(value: unknown): R {
    if (this.is(value)) return value;
    const given = this.wraps(value) ? value.typeName : shown(value);
    throw new HeapError(
      "wrong-shape",
      `A reference to ${this.name} of this heap is needed, not ${given}: check with its shape's is(value)`,
    );
  }

  /** @internal Whether the shape was defined in this heap. */
  assertOf(session: Session): void {
    if (this.#session !== session) {
      throw new HeapError("wrong-shape", `${this.name} was defined in another heap: define it in this one, too`);
    }
  }

  /** Whether it is a reference of this shape's class, to a whole object. */
  protected abstract wraps(value: unknown): value is R;
}

/** Made by `heap.defineRecord`. */
export class RecordShape<F extends Fields = Fields> extends Shape<RecordRef<F>> {
  /** The size of an object in bytes, header included. */
  readonly bytes: number;
  /** The fields in their places. */
  readonly places: ReadonlyMap<string, Place>;

  /** @internal */
  constructor(session: Session, name: string, fields: F) {
    const layout = layOut(fields, RECORD_HEADER_BYTES);
    const bytes = alignUp(layout.end, GRANULE_BYTES);
    const flags = layout.hasArray ? SHAPE_SLICEABLE : 0;
    super(session, name, describe(session, KIND_RECORD, flags, bytes, layout.boxWords, layout.sliceWords));
    this.bytes = bytes;
    this.places = layout.places;
  }

  /** @internal */
  wrap(session: Session, address: number): RecordRef<F> {
    return new RecordRef<F>(session, this.name, this.places, address);
  }

  protected wraps(value: unknown): value is RecordRef<F> {
    return value instanceof RecordRef;
  }
}

/** Made by `heap.defineArray`. */
export class ArrayShape<E extends AnyRep = AnyRep> extends Shape<ArrayRef<E>> {
  /** How one element is held. */
  readonly element: E;

  /** @internal */
  constructor(session: Session, name: string, element: AnyRep | Fields) {
    const rep = elementRep(element);
    super(session, name, describe(session, KIND_ARRAY, SHAPE_SLICEABLE, rep.bytes, rep.boxWords, rep.sliceWords));
    this.element = rep as E;
  }

  /** Whether elements refer to objects. */
  get hasPointers(): boolean {
    return this.element.boxWords.length > 0 || this.element.sliceWords.length > 0;
  }

  /** The size of an array in bytes, header included. */
  bytesOf(length: number): number {
    return alignUp(ARRAY_HEADER_BYTES + length * this.element.bytes, GRANULE_BYTES);
  }

  /** @internal */
  wrap(session: Session, address: number): ArrayRef<E> {
    return new ArrayRef<E>(session, this.name, this.element, address);
  }

  protected wraps(value: unknown): value is ArrayRef<E> {
    return value instanceof ArrayRef;
  }
}

/** Makes the descriptor that the collector reads. @returns its address */
function describe(
  session: Session,
  kind: number,
  flags: number,
  bytes: number,
  boxWords: readonly number[],
  sliceWords: readonly number[],
): number {
  const hasPointers = boxWords.length > 0 || sliceWords.length > 0;
  const allFlags = hasPointers ? flags | SHAPE_POINTERS : flags;
  const words = Math.ceil(bytes / WORD_BYTES);
  const boxes = masks(boxWords, words);
  const slices = masks(sliceWords, words);
  // Without pointers the masks are never read, so any size is described by the narrow form.
  if (!hasPointers || words <= MASK_WORDS)
    return session.core.shapeNew(kind, allFlags, 0, bytes, boxes[0] ?? 0, slices[0] ?? 0);
  const address = session.core.shapeNewWide(kind, allFlags, 0, bytes, words);
  const { data } = session.views;
  const table = data.getUint32(address + SHAPE_BOXES_OFFSET, true);
  for (let i = 0; i < boxes.length; i++) {
    const pair = table + WORD_BYTES + i * MASK_PAIR_BYTES;
    data.setUint32(pair, boxes[i]!, true);
    data.setUint32(pair + WORD_BYTES, slices[i]!, true);
  }
  return address;
}

/** One 32-bit mask for each 32 words, with the bits of `marked` set. */
function masks(marked: readonly number[], words: number): Uint32Array {
  const bits = new Uint32Array(Math.ceil(words / MASK_WORDS));
  for (const word of marked) bits[Math.floor(word / MASK_WORDS)]! |= 1 << (word % MASK_WORDS);
  return bits;
}
