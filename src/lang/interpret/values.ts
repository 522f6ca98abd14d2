/**
 * Values of the IR in the interpreter: numbers, and objects of JavaScript's heap. Texts and byte arrays are
 * Uint8Arrays.
 */

import type { ElementType, IrType, RecordType, Variable } from "../ir/ir.ts";

export type Data = Uint8Array | unknown[];

/** Elements of `width` components each, side by side. */
export interface Storage {
  readonly width: number;
  data: Data;
}

export interface Slice {
  readonly storage: Storage;
  readonly start: number;
  readonly length: number;
}

export interface RecordObject {
  readonly record: RecordType;
  /** One value for each field; a Storage for an unpacked array, a record of its own for one that lies inline. */
  readonly fields: unknown[];
}

/** What is left of a storage that has been grown: it cannot be written. */
const ENDED: Data = Object.freeze([]) as never;

export const EMPTY: Slice = { storage: { width: 1, data: new Uint8Array(0) }, start: 0, length: 0 };

export function bytesAsSlice(bytes: Uint8Array): Slice {
  return { storage: { width: 1, data: bytes }, start: 0, length: bytes.length };
}

/** A new record, made with its parts. @param args of which it takes its own, those of its parts among them */
export function newRecord(record: RecordType, args: Iterator<unknown>): RecordObject {
  const fields = record.fields.map(({ type, unpackedLength, inline }) => {
    if (inline !== undefined) return newRecord(inline, args);
    if (unpackedLength === undefined) return args.next().value;
    const storage = newStorage({ name: "", components: [type] }, unpackedLength);
    for (let index = 0; index < unpackedLength; index++) storage.data[index] = args.next().value as never;
    return storage;
  });
  return { record, fields };
}

/** How many records are made inside one, at any depth. */
export function partCount({ fields }: RecordType): number {
  return fields.reduce((sum, { inline }) => sum + (inline === undefined ? 0 : 1 + partCount(inline)), 0);
}

export function newStorage(element: ElementType, length: number): Storage {
  const { components } = element;
  const width = components.length;
  if (width === 1 && components[0]!.kind === "byte") return { width, data: new Uint8Array(length) };
  const data: unknown[] = new Array(length * width);
  for (let index = 0; index < data.length; index++) data[index] = zeroOf(components[index % width]!);
  return { width, data };
}

function zeroOf(type: IrType): unknown {
  if (type.kind === "long") return 0n;
  return type.kind === "int" || type.kind === "byte" || type.kind === "bool" || type.kind === "float" ? 0 : undefined;
}

export function load(values: unknown[], dsts: readonly Variable[], { data, width }: Storage, index: number): void {
  for (let component = 0; component < width; component++) values[dsts[component]!.id] = data[index * width + component];
}

export function store({ data, width }: Storage, index: number, sources: readonly unknown[]): void {
  for (let component = 0; component < width; component++) data[index * width + component] = sources[component] as never;
}

/** Nothing is read of the elements before they are written again. */
export function clear({ data, width }: Storage, at: number, count: number): void {
  if (!(data instanceof Uint8Array)) data.fill(undefined, at * width, (at + count) * width);
}

export function fill(into: Storage, at: number, source: Slice, from: number, count: number): void {
  if (count === 0) return;
  const { width } = into;
  const start = (source.start + from) * width;
  const taken = source.storage.data.slice(start, start + count * width);
  for (let index = 0; index < taken.length; index++) into.data[at * width + index] = taken[index] as never;
}

/**
 * A storage of `length` elements that begins with the first `used` of another one, in which nobody finds anything then.
 */
export function grow(old: Storage, element: ElementType, used: number, length: number): Storage {
  const grown = newStorage(element, length);
  fill(grown, 0, { storage: old, start: 0, length: used }, 0, used);
  old.data = ENDED;
  return grown;
}
