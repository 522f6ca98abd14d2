/** New objects: what is to be checked before one is allocated, and written behind it. */

import { ARRAY_HEADER_BYTES, RECORD_HEADER_BYTES } from "#contract";
import { HeapError, shown } from "../../core/errors.ts";
import { isWord, WORD_MAX } from "../../core/words.ts";
import { uint8 } from "./numbers.ts";
import { prepareFields, writeFields } from "./pointers.ts";
import type { RecordRef } from "./record.ts";
import type { Session } from "./ref.ts";
import type { AnyRep, Fields, FieldsIn, InOf } from "./rep.ts";
import type { ArrayRef } from "./sequence.ts";
import { ArrayShape, RecordShape } from "./shape.ts";

/** The values of a new array: an array or any typed array. */
export type Values<E extends AnyRep> = ArrayLike<InOf<E>>;

/** Where new objects come from. */
export interface Allocator {
  /** @returns the record's address, header written, fields unspecified; throws when out of memory */
  allocRecord(shape: RecordShape): number;
  /** @returns the array's address, header written; elements with pointers are cleared; throws when out of memory */
  allocArray(shape: ArrayShape, length: number): number;
}

export function newRecord<F extends Fields>(
  session: Session,
  allocator: Allocator,
  shape: RecordShape<F>,
  initial: FieldsIn<F>,
): RecordRef<F> {
  session.assertOpen();
  if (!(shape instanceof RecordShape)) {
    throw new HeapError("wrong-shape", "alloc takes a shape made by defineRecord: use allocArray for arrays");
  }
  shape.assertOf(session);
  const fields = prepareFields(session, shape.places, initial, shape.name);
  const address = allocator.allocRecord(shape);
  session.views.bytes.fill(0, address + RECORD_HEADER_BYTES, address + shape.bytes);
  writeFields(session, address, fields);
  return shape.wrap(session, address);
}

export function newArray<E extends AnyRep>(
  session: Session,
  allocator: Allocator,
  shape: ArrayShape<E>,
  lengthOrValues: number | Values<E>,
): ArrayRef<E> {
  session.assertOpen();
  if (!(shape instanceof ArrayShape)) {
    throw new HeapError("wrong-shape", "allocArray takes a shape made by defineArray: use alloc for records");
  }
  shape.assertOf(session);
  const { element } = shape;
  if (lengthOrValues instanceof Uint8Array && element.name === uint8().name) {
    return newBytes(session, allocator, shape, lengthOrValues);
  }
  const values = typeof lengthOrValues === "number" ? null : prepareAll(session, shape, lengthOrValues);
  const length = values === null ? (lengthOrValues as number) : values.length;
  if (!isWord(length)) {
    throw new HeapError("index-out-of-range", `${shown(length)} is not a length for ${shape.name}: 0 to ${WORD_MAX}`);
  }
  const address = allocator.allocArray(shape, length);
  const first = address + ARRAY_HEADER_BYTES;
  if (!shape.hasPointers) session.views.bytes.fill(0, first, first + length * element.bytes);
  for (let i = 0; values !== null && i < length; i++) element.write(session, first + i * element.bytes, values[i]);
  return shape.wrap(session, address);
}

/** Allocates an array of bytes that are copied in one go. */
function newBytes<E extends AnyRep>(
  session: Session,
  allocator: Allocator,
  shape: ArrayShape<E>,
  bytes: Uint8Array,
): ArrayRef<E> {
  // A view of the heap's own memory would not survive that the memory grows, or that its object moves.
  const source = bytes.buffer === session.core.memory.buffer ? bytes.slice() : bytes;
  const address = allocator.allocArray(shape, source.length);
  session.views.bytes.set(source, address + ARRAY_HEADER_BYTES);
  return shape.wrap(session, address);
}

/** Checks all values for a new array, before it is allocated. */
function prepareAll(session: Session, shape: ArrayShape, values: ArrayLike<unknown>): unknown[] {
  if (typeof values !== "object" || values === null) {
    throw new HeapError("wrong-rep", `${shape.name} takes a length or an array of values, not ${shown(values)}`);
  }
  return Array.from(values, (value, i) => shape.element.prepare(session, value, `element ${i} of ${shape.name}`));
}
