/**
 * The reps that are not numbers: Boxes, slices, arrays unpacked in their owner, records stored inline.
 *
 * All of them read as "nothing" from cleared memory: null, an empty slice, fields that are nothing themselves.
 */

import { CHUNK_BYTES } from "#contract";
import { alignUp } from "../../core/align.ts";
import { HeapError, shown } from "../../core/errors.ts";
import { layOut } from "./layout.ts";
import { uint8 } from "./numbers.ts";
import { Ref, type Session } from "./ref.ts";
import type { AnyRep, Fields, FieldsIn, FieldsOut, InOf, Place, Rep } from "./rep.ts";
import { Sequence, SliceRef } from "./sequence.ts";

/** A reference to a whole object, null, or an odd number: an immediate, which the collector ignores. */
export type BoxValue = Ref | null | number;

/** The heap's first chunk holds no object, wherever the heap begins: no address in an object is so small. */
const IMMEDIATE_MAX = CHUNK_BYTES - 1;

const BOX: Rep<BoxValue> = {
  name: "box",
  kind: "box",
  bytes: 4,
  alignment: 4,
  boxWords: [0],
  sliceWords: [],
  hasArray: false,
  prepare(session, value, where) {
    if (value === null) return 0;
    if (typeof value === "number" && value % 2 === 1 && value > 0 && value <= IMMEDIATE_MAX) return value;
    if (value instanceof Ref && !(value instanceof SliceRef)) {
      value.assertUsableIn(session);
      return value;
    }
    const hint = value instanceof SliceRef ? "a slice, which only a slice field takes" : shown(value);
    throw new HeapError(
      "wrong-rep",
      `${where} is a box and takes a reference, null or an odd number up to ${IMMEDIATE_MAX}, not ${hint}`,
    );
  },
  write(session, address, prepared) {
    const value = prepared instanceof Ref ? prepared.locate() : (prepared as number);
    session.core.beforeBox(address, value);
    session.views.data.setUint32(address, value, true);
  },
  read(session, address) {
    const value = session.views.word(address);
    if (value === 0) return null;
    return value % 2 === 1 ? value : session.wrap(value);
  },
};

/** A pointer to an object: 4 bytes. Reads as a reference, null, or an odd number up to 65535 (an immediate). */
export const box = (): Rep<BoxValue> => BOX;

/**
 * Some elements of an array: a pointer to the first and a number of elements, 8 bytes. Empty slices have the pointer 0.
 * @param element what the elements are: a rep, or the fields of a record stored inline; bytes when left out
 */
export function slice(): Rep<SliceRef<Rep<number>>>;
export function slice<E extends AnyRep>(element: E): Rep<SliceRef<E>>;
export function slice<F extends Fields>(element: F): Rep<SliceRef<Rep<FieldsOut<F>, FieldsIn<F>>>>;
export function slice(element: AnyRep | Fields = uint8()): AnyRep {
  const rep = elementRep(element);
  const name = `slice<${rep.name}>`;
  const made: Rep<SliceRef> = {
    name,
    kind: "slice",
    bytes: 8,
    alignment: 4,
    boxWords: [],
    sliceWords: [0],
    hasArray: false,
    prepare(session, value, where) {
      if (!(value instanceof SliceRef) || value.element.name !== rep.name) {
        const given = value instanceof Ref ? value.typeName : shown(value);
        const hint = value instanceof Sequence && value.element.name === rep.name ? "; use its slice()" : "";
        throw new HeapError("wrong-rep", `${where} takes a ${name}, not ${given}${hint}`);
      }
      value.assertUsableIn(session);
      return value;
    },
    write(session, address, prepared) {
      const value = prepared as SliceRef;
      const start = value.locate();
      session.core.beforeSlice(address, start);
      session.views.data.setUint32(address, start, true);
      session.views.data.setUint32(address + 4, value.length, true);
    },
    read(session, address) {
      return new SliceRef(session, rep, session.views.word(address), session.views.word(address + 4));
    },
  };
  return made;
}

/**
 * A small array of fixed length that lies in its owner, without an object of its own. Reads as a slice that shares the
 * owner's memory; is written as a whole from as many values.
 */
export function unpacked<E extends AnyRep>(element: E, length: number): Rep<SliceRef<E>, readonly InOf<E>[]>;
export function unpacked<F extends Fields>(
  element: F,
  length: number,
): Rep<SliceRef<Rep<FieldsOut<F>, FieldsIn<F>>>, readonly FieldsIn<F>[]>;
export function unpacked(element: AnyRep | Fields, length: number): AnyRep {
  const rep = elementRep(element);
  if (!Number.isInteger(length) || length < 1 || length > 0xffff) {
    throw new HeapError(
      "bad-option",
      `An unpacked array has 1 to 65535 elements, not ${shown(length)}: use a slice for more`,
    );
  }
  const name = `unpacked<${rep.name}, ${length}>`;
  const repeat = (words: readonly number[]) =>
    Array.from({ length }, (_, i) => words.map((word) => (i * rep.bytes) / 4 + word)).flat();
  const made: Rep<SliceRef, readonly unknown[]> = {
    name,
    kind: "inline",
    bytes: rep.bytes * length,
    alignment: rep.alignment,
    boxWords: repeat(rep.boxWords),
    sliceWords: repeat(rep.sliceWords),
    hasArray: true,
    prepare(session, value, where) {
      const given = Array.isArray(value) ? value.slice() : null;
      if (given?.length !== length) {
        throw new HeapError("wrong-rep", `${where} takes an array of ${length} values, not ${shown(value)}`);
      }
      return given.map((item, i) => rep.prepare(session, item, `[${i}] of ${where}`));
    },
    write(session, address, prepared) {
      const items = prepared as unknown[];
      for (let i = 0; i < length; i++) rep.write(session, address + i * rep.bytes, items[i]);
    },
    read(session, address) {
      return new SliceRef(session, rep, address, length);
    },
  };
  return made;
}

/**
 * A record stored in place, without a header: the element of an array of records. Reads as an object with all its
 * fields; writing sets the fields that are given.
 */
export function inline<F extends Fields>(fields: F): Rep<FieldsOut<F>, FieldsIn<F>> {
  const layout = layOut(fields, 0);
  const places = [...layout.places.values()];
  const name = `{ ${places.map((place) => `${place.name}: ${place.rep.name}`).join(", ")} }`;
  if (places.length === 0) throw new HeapError("bad-option", "A record stored inline needs at least one field");
  return {
    name,
    kind: "inline",
    bytes: alignUp(layout.end, layout.alignment),
    alignment: layout.alignment,
    boxWords: layout.boxWords,
    sliceWords: layout.sliceWords,
    hasArray: layout.hasArray,
    places: layout.places,
    prepare(session, value, where) {
      return prepareFields(session, layout.places, value, where);
    },
    write(session, address, prepared) {
      writeFields(session, address, prepared as PreparedField[]);
    },
    read(session, address) {
      return Object.fromEntries(
        places.map((place) => [place.name, place.rep.read(session, address + place.offset)]),
      ) as FieldsOut<F>;
    },
  };
}

export interface PreparedField {
  readonly place: Place;
  readonly prepared: unknown;
}

/** Checks an object of values for the fields at `places`. @throws HeapError as `Rep.prepare` */
export function prepareFields(
  session: Session,
  places: ReadonlyMap<string, Place>,
  values: unknown,
  where: string,
): PreparedField[] {
  if (typeof values !== "object" || values === null || Array.isArray(values) || values instanceof Ref) {
    throw new HeapError("wrong-rep", `${where} takes an object with its fields, not ${shown(values)}`);
  }
  return Object.entries(values).map(([name, value]) => {
    const place = places.get(name);
    if (place === undefined) {
      const names = [...places.keys()].join(", ");
      throw new HeapError("unknown-field", `${where} has no field ${shown(name)}: it has ${names}`);
    }
    return { place, prepared: place.rep.prepare(session, value, `${name} of ${where}`) };
  });
}

/** Writes checked values into the record or element at `address`. */
export function writeFields(session: Session, address: number, fields: readonly PreparedField[]): void {
  for (const { place, prepared } of fields) place.rep.write(session, address + place.offset, prepared);
}

/** What `slice`, `unpacked` and `defineArray` take: a rep as it is, fields as a record stored inline. */
export function elementRep(element: AnyRep | Fields): AnyRep {
  return isRep(element) ? element : inline(element);
}

function isRep(element: AnyRep | Fields): element is AnyRep {
  return typeof element?.read === "function" && typeof element.prepare === "function";
}
