/**
 * Globals of a program in linear memory: numbers and lengths are wasm globals, which an engine reads in one load;
 * pointers stand where the manager says, since a collector has to find them.
 */

import binaryen from "binaryen";
import type { Place } from "../../codegen/access.ts";
import type { ExpressionRef, WasmType } from "../../codegen/wasm.ts";
import { zeroOf } from "../../codegen/zero.ts";
import type { IrGlobal } from "../../ir/ir.ts";
import { type PointerKind, pointerKindOf } from "./layout.ts";

/** Where the parts of a global are. */
interface GlobalParts {
  readonly pointer: Place | null;
  /** The wasm global of a number, or of a slice's length. */
  readonly number: { readonly name: string; readonly type: WasmType } | null;
}

export class Globals {
  readonly #module: binaryen.Module;
  readonly #reserve: (kind: PointerKind) => Place;
  readonly #parts = new Map<IrGlobal, GlobalParts>();

  /** @param reserve gives a word for a pointer of the kind */
  constructor(module: binaryen.Module, reserve: (kind: PointerKind) => Place) {
    this.#module = module;
    this.#reserve = reserve;
  }

  /** The wasm values of a global. */
  get(global: IrGlobal): ExpressionRef[] {
    const { pointer, number } = this.#partsOf(global);
    const module = this.#module;
    return [
      ...(pointer === null ? [] : [module.i32.load(pointer.offset, 4, pointer.base())]),
      ...(number === null ? [] : [module.global.get(number.name, number.type)]),
    ];
  }

  /** Sets it to the wasm values. */
  set(global: IrGlobal, values: readonly ExpressionRef[]): ExpressionRef[] {
    const { pointer, number } = this.#partsOf(global);
    const module = this.#module;
    const [first] = values as [ExpressionRef];
    return [
      ...(pointer === null ? [] : [module.i32.store(pointer.offset, 4, pointer.base(), first)]),
      ...(number === null ? [] : [module.global.set(number.name, values.at(-1)!)]),
    ];
  }

  #partsOf(global: IrGlobal): GlobalParts {
    let parts = this.#parts.get(global);
    if (parts === undefined) {
      const kind = pointerKindOf(global.type);
      const type = numberType(global);
      const name = `global.${this.#parts.size}.${global.name}`;
      if (type !== null) this.#module.addGlobal(name, type, true, zeroOf(this.#module, type));
      parts = { pointer: kind === null ? null : this.#reserve(kind), number: type === null ? null : { name, type } };
      this.#parts.set(global, parts);
    }
    return parts;
  }
}

function numberType({ type }: IrGlobal): WasmType | null {
  switch (type.kind) {
    case "long":
      return binaryen.i64;
    case "float":
      return binaryen.f64;
    case "union":
    case "record":
    case "array":
      return null;
    default:
      return binaryen.i32;
  }
}
