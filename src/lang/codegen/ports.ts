/**
 * Ports to the host as imported functions (port-abi.ts).
 *
 * Before a port is asked, what the program has printed is written, so that the host sees all in the program's order.
 * What comes from the host is made a value of its type: a host that is not ours may give any number for a Bool or a
 * Byte.
 */

import binaryen from "binaryen";
import type { IrPort } from "../ir/ir.ts";
import { importName, PORTS_MODULE, type PortType, TEXT_RECEIVE, TEXT_SEND } from "../port-abi.ts";
import type { Wasi } from "./wasi/wasi.ts";
import type { ExpressionRef, Temporary, WasmType } from "./wasm.ts";

const { i32, i64, f64, none } = binaryen;

/** Of a text, its length. */
const VALUE_TYPES: Readonly<Record<PortType, WasmType>> = {
  int: i32,
  long: i64,
  float: f64,
  bool: i32,
  byte: i32,
  text: i32,
};

export class HostPorts {
  readonly #module: binaryen.Module;
  readonly #wasi: Wasi;
  readonly #imported = new Set<string>();

  constructor(module: binaryen.Module, wasi: Wasi) {
    this.#module = module;
    this.#wasi = wasi;
  }

  /** Puts a value. @returns whether there was room (i32) */
  put({ name, type }: IrPort, value: ExpressionRef): ExpressionRef {
    const module = this.#module;
    const put = this.#import(importName({ use: "put", type, name }), [VALUE_TYPES[type]], i32);
    return module.block(null, [this.#wasi.flush(), this.#truth(module.call(put, [value], i32))], i32);
  }

  /**
   * Asks for a value.
   * @returns a statement, and behind it whether there is a value (i32), and the value
   */
  get(
    { name, type }: IrPort,
    temporary: (type: WasmType) => Temporary,
  ): { readonly ask: ExpressionRef; readonly has: ExpressionRef; readonly value: ExpressionRef } {
    const module = this.#module;
    const pairType = binaryen.createType([i32, VALUE_TYPES[type]]);
    const get = this.#import(importName({ use: "get", type, name }), [], pairType);
    const pair = temporary(pairType);
    return {
      ask: module.block(null, [this.#wasi.flush(), pair.set(module.call(get, [], pairType))]),
      has: this.#truth(module.tuple.extract(pair.get(), 0)),
      value: this.#valueOf(type, module.tuple.extract(pair.get(), 1)),
    };
  }

  /** Hands over a piece of the text that is put next. */
  send(address: ExpressionRef, bytes: ExpressionRef): ExpressionRef {
    return this.#module.call(this.#import(TEXT_SEND, [i32, i32], none), [address, bytes], none);
  }

  /** Writes the next piece of the text that was got last to `address`. */
  receive(address: ExpressionRef, bytes: ExpressionRef): ExpressionRef {
    return this.#module.call(this.#import(TEXT_RECEIVE, [i32, i32], none), [address, bytes], none);
  }

  #valueOf(type: PortType, value: ExpressionRef): ExpressionRef {
    if (type === "bool") return this.#truth(value);
    return type === "byte" ? this.#module.i32.and(value, this.#module.i32.const(0xff)) : value;
  }

  #truth(value: ExpressionRef): ExpressionRef {
    return this.#module.i32.ne(value, this.#module.i32.const(0));
  }

  /** @returns the internal name */
  #import(base: string, parameters: readonly WasmType[], result: WasmType): string {
    const name = `port.${base}`;
    if (!this.#imported.has(name)) {
      this.#imported.add(name);
      this.#module.addFunctionImport(name, PORTS_MODULE, base, binaryen.createType(parameters), result);
    }
    return name;
  }
}
