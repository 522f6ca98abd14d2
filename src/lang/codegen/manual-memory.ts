/**
 * Memory that the program manages itself: calls of the core's malloc, loads and stores. The same under every manager,
 * since no manager knows of it: it lies in linear memory, also where objects do not.
 *
 * A debug build checks each free, resize, load and store against what is allocated.
 */

import binaryen from "binaryen";
import type { InstructionOf } from "../ir/ir.ts";
import { numberBytes } from "../ir/numbers.ts";
import { elementPlace, emitAddress, emitLoad, emitStore, type Place } from "./access.ts";
import { coreName } from "./core.ts";
import type { FunctionContext } from "./function-context.ts";
import type { ExpressionRef } from "./wasm.ts";

const { i32, none } = binaryen;

export class ManualMemory {
  readonly #module: binaryen.Module;
  readonly #checks: boolean;

  /** @param checks whether wrong uses stop the program: the core is its debug build */
  constructor(module: binaryen.Module, checks: boolean) {
    this.#module = module;
    this.#checks = checks;
  }

  /**
   * Opens malloc for a manager that does not use the core's chunks. @param limitBytes i32 @returns 0, or an error code
   * (i32)
   */
  open(limitBytes: ExpressionRef): ExpressionRef {
    return this.#call("mallocOpen", [limitBytes]);
  }

  /** The address of `bytes` of zeroed memory, or 0 (i32). */
  malloc(bytes: ExpressionRef): ExpressionRef {
    return this.#call("mallocAllocate", [bytes]);
  }

  /** Frees what is known to be allocated. */
  release(address: ExpressionRef): ExpressionRef {
    return this.#module.call(coreName(this.#module, "mallocFree"), [address], none);
  }

  allocate(context: FunctionContext, { dst, bytes }: InstructionOf<"memoryAllocate">): ExpressionRef {
    return context.assign(dst, [this.malloc(context.value(bytes))]);
  }

  resize(context: FunctionContext, { dst, address, bytes, line }: InstructionOf<"memoryResize">): ExpressionRef {
    return context.sequence([
      ...this.#requireOwned(context, context.value(address), line),
      context.assign(dst, [this.#call("mallocReallocate", [context.value(address), context.value(bytes)])]),
    ]);
  }

  free(context: FunctionContext, { address, line }: InstructionOf<"memoryFree">): ExpressionRef {
    return context.sequence([
      ...this.#requireOwned(context, context.value(address), line),
      this.release(context.value(address)),
    ]);
  }

  load(context: FunctionContext, { dst, address, index, line }: InstructionOf<"memoryLoad">): ExpressionRef {
    const bytes = numberBytes(dst.type);
    const place = elementPlace(context, { base: () => context.value(address), offset: 0 }, index, bytes);
    return context.sequence([
      ...this.#requireReached(context, place, bytes, line),
      context.assign(dst, emitLoad(this.#module, dst.type, place)),
    ]);
  }

  store(context: FunctionContext, { address, index, value, line }: InstructionOf<"memoryStore">): ExpressionRef {
    const bytes = numberBytes(value.type);
    const place = elementPlace(context, { base: () => context.value(address), offset: 0 }, index, bytes);
    return context.sequence([
      ...this.#requireReached(context, place, bytes, line),
      ...emitStore(this.#module, value.type, place, context.values(value)),
    ]);
  }

  #requireOwned(context: FunctionContext, address: ExpressionRef, line: number): ExpressionRef[] {
    if (!this.#checks) return [];
    const isOwned = this.#call("mallocOwns", [address]);
    return [this.#module.if(this.#module.i32.eqz(isOwned), context.panic("notAllocated", line))];
  }

  #requireReached(context: FunctionContext, place: Place, bytes: number, line: number): ExpressionRef[] {
    if (!this.#checks) return [];
    const { i32: op } = this.#module;
    const isReached = this.#call("mallocReaches", [emitAddress(this.#module, place), op.const(bytes)]);
    return [this.#module.if(op.eqz(isReached), context.panic("outsideMemory", line))];
  }

  #call(name: string, operands: ExpressionRef[]): ExpressionRef {
    return this.#module.call(coreName(this.#module, name), operands, i32);
  }
}
