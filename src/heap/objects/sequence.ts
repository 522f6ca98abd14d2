/**
 * Elements one after the other: what arrays and slices have in common.
 */
import { ARRAY_HEADER_BYTES, LENGTH_OFFSET } from "#contract";
import { HeapError, shown } from "../../core/errors.ts";
import { Ref } from "./ref.ts";
import type { AnyRep, InOf, OutOf, Place } from "./rep.ts";

const DECODER = new TextDecoder("utf-8", { fatal: true });

export abstract class Sequence<E extends AnyRep = AnyRep> extends Ref {
  /** How one element is held. */
  abstract readonly element: E;
  /** The number of elements; never changes. */
  abstract readonly length: number;
  /** @internal The address of the first element, 0 for an empty slice; to be used before the next safepoint. */
  protected abstract locateElements(): number;
  /** @internal A slice of elements `start` to `end`, not empty, in range. */
  protected abstract sliceOf(address: number, length: number): SliceRef<E>;

  /** Reads an element; of an inline record, an object with all its fields. @throws HeapError index-out-of-range */
  at(index: number): OutOf<E> {
    const base = this.locateElements();
    this.#assertIndex(index);
    return this.element.read(this.session, base + index * this.element.bytes);
  }

  /**
   * Writes an element; of an inline record, the fields that are given. @throws HeapError index-out-of-range, wrong-rep
   */
  setAt(index: number, value: InOf<E>): void {
    this.locate();
    this.#assertIndex(index);
    const prepared = this.element.prepare(this.session, value, `element ${index} of ${this.typeName}`);
    this.element.write(this.session, this.locateElements() + index * this.element.bytes, prepared);
  }

  /** Reads one field of an element that is an inline record. @throws HeapError index-out-of-range, unknown-field */
  get<K extends keyof OutOf<E> & string>(index: number, field: K): OutOf<E>[K] {
    const base = this.locateElements();
    this.#assertIndex(index);
    const place = this.#place(field);
    return place.rep.read(this.session, base + index * this.element.bytes + place.offset);
  }

  /** Writes one field of an element that is an inline record. @throws as `setAt`, and unknown-field */
  set<K extends keyof InOf<E> & string>(index: number, field: K, value: InOf<E>[K]): void {
    this.locate();
    this.#assertIndex(index);
    const place = this.#place(field);
    const prepared = place.rep.prepare(this.session, value, `${field} of element ${index} of ${this.typeName}`);
    place.rep.write(this.session, this.locateElements() + index * this.element.bytes + place.offset, prepared);
  }

  /**
   * The elements from `start` (inclusive) to `end` (exclusive), sharing the storage and keeping it alive. An empty
   * slice refers to nothing and keeps nothing alive.
   * @throws HeapError index-out-of-range
   */
  slice(start = 0, end = this.length): SliceRef<E> {
    const base = this.locateElements();
    if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end < start || end > this.length) {
      throw new HeapError(
        "index-out-of-range",
        `${shown(start)} to ${shown(end)} is not a range of ${this.typeName} with ${this.length} elements: 0 <= start <= end <= length`,
      );
    }
    return this.sliceOf(start === end ? 0 : base + start * this.element.bytes, end - start);
  }

  /** Reads all elements; references among them are new ones. */
  toArray(): OutOf<E>[] {
    const values: OutOf<E>[] = [];
    for (let index = 0; index < this.length; index++) values.push(this.at(index));
    return values;
  }

  /** Copies the elements' bytes out. @throws HeapError wrong-rep when the elements hold pointers */
  bytes(): Uint8Array {
    const base = this.locateElements();
    this.#assertPlain();
    return this.session.views.bytes.slice(base, base + this.length * this.element.bytes);
  }

  /**
   * Copies bytes in, from the byte `at` on.
   * @throws HeapError wrong-rep when the elements hold pointers, index-out-of-range
   */
  setBytes(source: Uint8Array, at = 0): void {
    const base = this.locateElements();
    this.#assertPlain();
    if (!(source instanceof Uint8Array)) {
      throw new HeapError("wrong-rep", `setBytes takes a Uint8Array, not ${shown(source)}`);
    }
    const bytes = this.length * this.element.bytes;
    if (!Number.isInteger(at) || at < 0 || at + source.length > bytes) {
      throw new HeapError(
        "index-out-of-range",
        `${source.length} bytes do not fit at byte ${shown(at)} of ${this.typeName} with ${bytes} bytes`,
      );
    }
    this.session.views.bytes.set(source, base + at);
  }

  /** The bytes as text. @throws HeapError wrong-rep when they are not UTF-8 or not bytes */
  text(): string {
    if (this.element.bytes !== 1) {
      throw new HeapError("wrong-rep", `${this.typeName} does not hold text: text() needs elements of one byte`);
    }
    const bytes = this.bytes();
    try {
      return DECODER.decode(bytes);
    } catch (cause) {
      throw new HeapError("wrong-rep", `${this.typeName} does not hold UTF-8: read it with bytes()`, { cause });
    }
  }

  #assertIndex(index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw new HeapError(
        "index-out-of-range",
        `${shown(index)} is not an index of ${this.typeName} with ${this.length} elements`,
      );
    }
  }

  #assertPlain(): void {
    if (this.element.boxWords.length > 0 || this.element.sliceWords.length > 0) {
      throw new HeapError(
        "wrong-rep",
        `The elements of ${this.typeName} hold pointers, which have no meaning as bytes: use at and setAt`,
      );
    }
  }

  #place(field: string): Place {
    const place = this.element.places?.get(field);
    if (place !== undefined) return place;
    const names = this.element.places === undefined ? "none" : [...this.element.places.keys()].join(", ");
    throw new HeapError(
      "unknown-field",
      `The elements of ${this.typeName} have no field ${shown(field)}: they have ${names}`,
    );
  }
}

/** Some consecutive elements of an array, or of an array unpacked in a record, sharing its storage. */
export class SliceRef<E extends AnyRep = AnyRep> extends Sequence<E> {
  readonly element: E;
  readonly length: number;

  /** @internal */
  constructor(session: Sequence["session"], element: E, address: number, length: number) {
    super(session, address, true);
    this.element = element;
    this.length = length;
  }

  get typeName(): string {
    return `slice<${this.element.name}>`;
  }

  /** The array or record that the elements lie in, null for an empty slice. The reference is a new one. */
  owner(): Ref | null {
    const address = this.locate();
    if (address === 0) return null;
    const start = this.session.core.startOf(address);
    if (start === 0) {
      throw new HeapError(
        "unknown-shape",
        `The elements at ${address} lie outside of the heap, in memory of other code`,
      );
    }
    return this.session.wrap(start);
  }

  protected locateElements(): number {
    return this.locate();
  }

  protected sliceOf(address: number, length: number): SliceRef<E> {
    return new SliceRef(this.session, this.element, address, length);
  }
}

/** A whole array. */
export class ArrayRef<E extends AnyRep = AnyRep> extends Sequence<E> {
  readonly element: E;
  readonly length: number;
  readonly #name: string;

  /** @internal */
  constructor(session: Sequence["session"], name: string, element: E, address: number) {
    super(session, address, false);
    this.#name = name;
    this.element = element;
    this.length = session.views.word(address + LENGTH_OFFSET);
  }

  get typeName(): string {
    return this.#name;
  }

  protected locateElements(): number {
    return this.locate() + ARRAY_HEADER_BYTES;
  }

  protected sliceOf(address: number, length: number): SliceRef<E> {
    return new SliceRef(this.session, this.element, address, length);
  }
}
