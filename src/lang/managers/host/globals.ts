/** Globals of a program under `host`: one wasm global for each part of a value, nullable until it is set. */

import type binaryen from "binaryen";
import type { ExpressionRef, WasmType } from "../../codegen/wasm.ts";
import { zeroOf } from "../../codegen/zero.ts";
import type { IrGlobal } from "../../ir/ir.ts";
import type { HostTypes } from "./types.ts";

interface Part {
  readonly name: string;
  readonly type: WasmType;
}

export class HostGlobals {
  readonly #module: binaryen.Module;
  readonly #types: HostTypes;
  readonly #parts = new Map<IrGlobal, readonly Part[]>();

  constructor(module: binaryen.Module, types: HostTypes) {
    this.#module = module;
    this.#types = types;
  }

  /** The wasm values of a global. */
  get(global: IrGlobal): ExpressionRef[] {
    return this.#partsOf(global).map(({ name, type }) => this.#module.global.get(name, type));
  }

  /** Sets it to the wasm values. */
  set(global: IrGlobal, values: readonly ExpressionRef[]): ExpressionRef[] {
    return this.#partsOf(global).map(({ name }, part) => this.#module.global.set(name, values[part]!));
  }

  #partsOf(global: IrGlobal): readonly Part[] {
    let parts = this.#parts.get(global);
    if (parts === undefined) {
      const types = this.#types.nullableRepresentation(global.type);
      const prefix = `global.${this.#parts.size}.${global.name}`;
      parts = types.map((type, part) => ({ name: `${prefix}.${part}`, type }));
      for (const { name, type } of parts) this.#module.addGlobal(name, type, true, zeroOf(this.#module, type));
      this.#parts.set(global, parts);
    }
    return parts;
  }
}
