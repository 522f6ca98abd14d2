/**
 * Statics in linear memory: their objects look as those of the heap do, headers included, and lie in the static data.
 * They lead to nothing but each other, so that no collector has to look at them.
 */

import { ARRAY_HEADER_BYTES, GRANULE_BYTES, LENGTH_OFFSET, WORD_BYTES } from "#contract";
import type { StaticData } from "../../codegen/static-data.ts";
import {
  BYTE_ELEMENT,
  bytesOf,
  type ElementType,
  type IrType,
  type RecordType,
  type RecordValue,
  type SliceValue,
  type StorageValue,
} from "../../ir/ir.ts";
import { type Layouts, sizeOf } from "./layout.ts";

export class Statics {
  readonly #data: StaticData;
  readonly #layouts: Layouts;
  readonly #addresses = new Map<object, number>();

  constructor(data: StaticData, layouts: Layouts) {
    this.#data = data;
    this.#layouts = layouts;
  }

  /** The words of a record, union or slice. */
  words(type: IrType, value: unknown): number[] {
    if (type.kind === "slice") return this.#slice(type.element, value as SliceValue);
    if (type.kind === "union" && typeof value === "number") {
      return [this.#layouts.union(type.union).immediateOf(value)];
    }
    return [this.#record(value as RecordValue)];
  }

  #slice(element: ElementType, { storage, start, length }: SliceValue): number[] {
    if (length === 0) return [0, 0];
    if (element === BYTE_ELEMENT) return [this.#data.constant(bytesOf({ storage, start, length })), length];
    const first = this.#array(element, storage) + ARRAY_HEADER_BYTES;
    return [first + start * this.#layouts.element(element).stride, length];
  }

  #array(element: ElementType, storage: StorageValue): number {
    const known = this.#addresses.get(storage);
    if (known !== undefined) return known;
    const { shape, stride, offsets } = this.#layouts.array(element);
    const { data, width } = storage;
    const length = data.length / width;
    const view = newObject(ARRAY_HEADER_BYTES + length * stride, shape);
    view.setUint32(LENGTH_OFFSET, length, true);
    for (const [index, value] of data.entries()) {
      // What a list has grown for, and never written.
      if (value === undefined) continue;
      const offset = ARRAY_HEADER_BYTES + Math.floor(index / width) * stride + offsets[index % width]!;
      this.#store(view, offset, element.components[index % width]!, value);
    }
    return this.#place(storage, view);
  }

  #record(value: RecordValue): number {
    const known = this.#addresses.get(value);
    if (known !== undefined) return known;
    const { record, fields } = value;
    const { bytes, shape, offsets } = this.#layouts.record(record);
    const view = newObject(bytes, shape);
    for (const [index, field] of record.fields.entries()) {
      for (const [at, each] of elementsOf(record, index, fields[index]).entries()) {
        this.#store(view, offsets[index]! + at * sizeOf(field.type), field.type, each);
      }
    }
    return this.#place(value, view);
  }

  #place(object: object, view: DataView): number {
    const address = this.#data.place(new Uint8Array(view.buffer), GRANULE_BYTES);
    this.#addresses.set(object, address);
    return address;
  }

  #store(view: DataView, offset: number, type: IrType, value: unknown): void {
    switch (type.kind) {
      case "byte":
      case "bool":
        view.setUint8(offset, value as number);
        break;
      case "int":
        view.setInt32(offset, value as number, true);
        break;
      case "long":
        view.setBigInt64(offset, value as bigint, true);
        break;
      case "float":
        view.setFloat64(offset, value as number, true);
        break;
      default:
        for (const [index, word] of this.words(type, value).entries()) {
          view.setUint32(offset + index * WORD_BYTES, word, true);
        }
    }
  }
}

/** The elements of an unpacked array, or the one value of another field. */
function elementsOf(record: RecordType, index: number, value: unknown): readonly unknown[] {
  return record.fields[index]!.unpackedLength === undefined ? [value] : [...(value as StorageValue).data];
}

function newObject(bytes: number, shape: number): DataView {
  const view = new DataView(new ArrayBuffer(Math.ceil(bytes / GRANULE_BYTES) * GRANULE_BYTES));
  view.setUint32(0, shape, true);
  return view;
}
