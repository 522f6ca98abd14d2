/**
 * Statics under `host`: WasmGC objects that are made when the program starts, before anything else of it. Each is a
 * global of its own; numbers come from passive data segments.
 */

import binaryen from "binaryen";
import { defineFunction } from "../../codegen/locals.ts";
import type { StaticData } from "../../codegen/static-data.ts";
import type { ExpressionRef, WasmType } from "../../codegen/wasm.ts";
import {
  BYTE_ELEMENT,
  bytesOf,
  type ElementType,
  type IrStatic,
  type IrType,
  type RecordValue,
  type SliceValue,
  type StorageValue,
} from "../../ir/ir.ts";
import { InternalCompilerError } from "../../options.ts";
import type { HostConstants } from "./constants.ts";
import type { ElementInfo, HostTypes } from "./types.ts";

/** Steps of making that one function has. */
const MOST_STEPS = 1000;

type Maker = () => ExpressionRef;

interface Parts {
  readonly module: binaryen.Module;
  readonly data: StaticData;
  readonly types: HostTypes;
  readonly constants: HostConstants;
}

export class HostStatics {
  readonly #parts: Parts;
  /** The name of the global of each object. */
  readonly #globals = new Map<object, string>();
  readonly #values = new Map<IrStatic, readonly Maker[]>();
  /** What `_start` does, in this order. */
  readonly #making: ExpressionRef[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The wasm values of a record, union or slice. */
  get(source: IrStatic): ExpressionRef[] {
    let values = this.#values.get(source);
    if (values === undefined) {
      values = this.#value(source.type, source.value);
      this.#values.set(source, values);
    }
    return values.map((value) => value());
  }

  /** After all functions: makes the objects, in functions of a size that an engine takes. */
  start(): ExpressionRef {
    const { module } = this.#parts;
    const calls: ExpressionRef[] = [];
    for (let from = 0; from < this.#making.length; from += MOST_STEPS) {
      const name = `host.statics${from / MOST_STEPS}`;
      defineFunction(module, name, [], [], () => this.#making.slice(from, from + MOST_STEPS));
      calls.push(module.call(name, [], binaryen.none));
    }
    return module.block(null, calls);
  }

  /** Makers of the wasm values of one value; the objects behind are made by `start`. */
  #value(type: IrType, value: unknown): Maker[] {
    const { module, types, constants } = this.#parts;
    switch (type.kind) {
      case "int":
      case "byte":
      case "bool":
        return [() => module.i32.const(value as number)];
      case "long":
        return [() => module.i64.const(value as bigint)];
      case "float":
        return [() => module.f64.const(value as number)];
      case "slice":
        return this.#slice(type.element, value as SliceValue);
      case "union":
        if (typeof value === "number") {
          return [() => constants.immediate(type.union, types.union(type.union), value)];
        }
        return [this.#record(value as RecordValue)];
      case "record":
        return [this.#record(value as RecordValue)];
      case "array":
        throw new InternalCompilerError("a static holds an array that is no slice");
    }
  }

  #slice(element: ElementType, value: SliceValue): Maker[] {
    const { module, types, constants } = this.#parts;
    const { start, length } = value;
    if (element === BYTE_ELEMENT) {
      const bytes = bytesOf(value);
      return [0, 1, 2].map((part) => () => constants.literal(bytes)[part]!);
    }
    const array = length === 0 ? () => constants.empty(types.element(element)) : this.#array(element, value.storage);
    return [array, () => module.i32.const(length === 0 ? 0 : start), () => module.i32.const(length)];
  }

  #record(value: RecordValue): Maker {
    const { module, types } = this.#parts;
    const { record, fields } = value;
    const { heapType, nullable, tag } = types.record(record);
    let name = this.#globals.get(value);
    if (name === undefined) {
      const operands = tag === null ? [] : [module.i32.const(tag)];
      for (const [index, field] of record.fields.entries()) {
        const makers =
          field.unpackedLength === undefined
            ? this.#value(field.type, fields[index])
            : [this.#array(types.unpackedElement(record, index), fields[index] as StorageValue)];
        operands.push(...makers.map((make) => make()));
      }
      name = this.#newGlobal(value, nullable, module.ref.null(nullable), module.struct.new(operands, heapType));
    }
    return () => module.ref.as_non_null(module.global.get(name, nullable));
  }

  #array(element: ElementType, storage: StorageValue): Maker {
    const { module, data, types } = this.#parts;
    const info = types.element(element);
    const { type, heapType, box } = info;
    let name = this.#globals.get(storage);
    const get = (): ExpressionRef => module.global.get(name!, type);
    if (name === undefined) {
      const bytes = box === null ? numberBytes(element.components[0], storage.data) : null;
      const count = (): ExpressionRef => module.i32.const(storage.data.length / storage.width);
      const made =
        bytes === null
          ? module.array.new_default(heapType, count())
          : module.array.new_data(heapType, data.passive(bytes), module.i32.const(0), count());
      name = this.#newGlobal(storage, type, module.array.new_default(heapType, module.i32.const(0)), made);
      if (bytes === null) this.#fill(element, info, storage, get);
    }
    return get;
  }

  #fill(element: ElementType, { box }: ElementInfo, { data, width }: StorageValue, array: Maker): void {
    const { module } = this.#parts;
    for (let index = 0; index < data.length; index += width) {
      // What a list has grown for, and never written.
      if (data[index] === undefined) continue;
      const makers = element.components.flatMap((type, part) => this.#value(type, data[index + part]));
      const parts = makers.map((make) => make());
      const value = box === null ? parts[0]! : module.struct.new(parts, box.heapType);
      this.#making.push(module.array.set(array(), module.i32.const(index / width), value));
    }
  }

  /** The global of an object: something of its type at first, then the object. @returns its name */
  #newGlobal(object: object, type: WasmType, first: ExpressionRef, made: ExpressionRef): string {
    const { module } = this.#parts;
    const name = `host.static${this.#globals.size}`;
    this.#globals.set(object, name);
    module.addGlobal(name, type, true, first);
    this.#making.push(module.global.set(name, made));
    return name;
  }
}

/** The bytes of numbers as they lie in a data segment; null: these are no numbers. */
function numberBytes(type: IrType | undefined, data: StorageValue["data"]): Uint8Array | null {
  if (data instanceof Uint8Array) return data;
  switch (type?.kind) {
    case "byte":
    case "bool":
      return Uint8Array.from(data as readonly number[]);
    case "int":
      return new Uint8Array(Int32Array.from(data as readonly number[]).buffer);
    case "long":
      return new Uint8Array(BigInt64Array.from(data as readonly bigint[]).buffer);
    case "float":
      return new Uint8Array(Float64Array.from(data as readonly number[]).buffer);
    default:
      return null;
  }
}
