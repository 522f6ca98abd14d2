/** Small helpers for writing wasm functions by hand with Binaryen: locals as objects, functions from a builder. */

import binaryen from "binaryen";
import type { ExpressionRef, Temporary, WasmType } from "./wasm.ts";

/** One local of a function under construction. */
export class Local implements Temporary {
  readonly #module: binaryen.Module;
  readonly index: number;
  readonly type: WasmType;

  constructor(module: binaryen.Module, index: number, type: WasmType) {
    this.#module = module;
    this.index = index;
    this.type = type;
  }

  get(): ExpressionRef {
    return this.#module.local.get(this.index, this.type);
  }

  set(value: ExpressionRef): ExpressionRef {
    return this.#module.local.set(this.index, value);
  }

  tee(value: ExpressionRef): ExpressionRef {
    return this.#module.local.tee(this.index, value, this.type);
  }
}

/** Hands out the locals of one function: parameters first, further ones as asked for. */
export class Locals {
  readonly #module: binaryen.Module;
  readonly #parameters: readonly Local[];
  readonly #variables: WasmType[] = [];

  constructor(module: binaryen.Module, parameterTypes: readonly WasmType[]) {
    this.#module = module;
    this.#parameters = parameterTypes.map((type, index) => new Local(module, index, type));
  }

  parameter(index: number): Local {
    const local = this.#parameters[index];
    if (local === undefined) throw new RangeError(`no parameter ${index}`);
    return local;
  }

  add(type: WasmType): Local {
    this.#variables.push(type);
    return new Local(this.#module, this.#parameters.length + this.#variables.length - 1, type);
  }

  /** The types of the locals that are not parameters, as `addFunction` wants them. */
  get variableTypes(): readonly WasmType[] {
    return this.#variables;
  }
}

/** A wasm tuple type, a single type, or none. */
export function resultType(types: readonly WasmType[]): WasmType {
  return types.length === 0 ? binaryen.none : types.length === 1 ? (types[0] as WasmType) : binaryen.createType(types);
}

/** Several values as one expression, for `return`. */
export function resultValue(module: binaryen.Module, values: readonly ExpressionRef[]): ExpressionRef | undefined {
  return values.length > 1 ? module.tuple.make(values) : values[0];
}

/** Adds a function whose body is built with its locals at hand. */
export function defineFunction(
  module: binaryen.Module,
  name: string,
  parameters: readonly WasmType[],
  results: readonly WasmType[],
  build: (locals: Locals) => readonly ExpressionRef[],
): void {
  const locals = new Locals(module, parameters);
  const body = module.block(null, build(locals), results.length === 0 ? binaryen.none : binaryen.auto);
  module.addFunction(name, binaryen.createType(parameters), resultType(results), locals.variableTypes, body);
}
