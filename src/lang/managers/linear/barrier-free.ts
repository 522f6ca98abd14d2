/**
 * What managers in linear memory share under which no object ever moves: nothing is protected, and no store is
 * observed.
 */

import binaryen from "binaryen";
import { ARRAY_HEADER_BYTES, LENGTH_OFFSET, SHAPE_SIZE_OFFSET, WORD_BYTES } from "#contract";
import type { Place } from "../../codegen/access.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import { defineFunction, type Local, type Locals } from "../../codegen/locals.ts";
import type { ExpressionRef, Temporary } from "../../codegen/wasm.ts";
import type { InstructionOf } from "../../ir/ir.ts";
import type { ArrayLayout, PointerKind } from "./layout.ts";
import { LinearManager, type PointerStore, type StoreInstruction } from "./linear.ts";

const { i32, i64 } = binaryen;
const LARGEST_ARRAY_BYTES = 0x7ffffff8n;

export abstract class BarrierFreeManager extends LinearManager {
  protected reserveGlobal(_kind: PointerKind): Place {
    const address = this.context.data.reserve(WORD_BYTES, WORD_BYTES);
    return { base: () => this.module.i32.const(address), offset: 0 };
  }

  /**
   * Defines a function (shape, length, ...) -> reference or 0 that makes an array.
   * @param more how many more parameters it has
   * @param take statements that put the address of `bytes` of memory into `ref`, or return 0
   */
  protected defineArrayAllocator(
    name: string,
    take: (
      ref: Temporary,
      bytes: Temporary,
      locals: Locals,
      parameters: readonly Temporary[],
    ) => readonly ExpressionRef[],
    more = 0,
  ): void {
    const { module } = this;
    const op = module.i32;
    const wide = module.i64;
    const parameters = Array.from({ length: 2 + more }, () => i32);
    defineFunction(module, name, parameters, [i32], (locals) => {
      const given = parameters.map((_, index) => locals.parameter(index));
      const [shape, length] = [given[0]!, given[1]!];
      const size = locals.add(i64);
      const [bytes, ref]: Local[] = [locals.add(i32), locals.add(i32)];
      const slack = BigInt(ARRAY_HEADER_BYTES + 7);
      return [
        size.set(wide.mul(wide.extend_u(length.get()), wide.load32_u(SHAPE_SIZE_OFFSET, 4, shape.get()))),
        size.set(wide.and(wide.add(size.get(), wide.const(slack)), wide.const(-8n))),
        module.if(wide.gt_u(size.get(), wide.const(LARGEST_ARRAY_BYTES)), module.return(op.const(0))),
        bytes!.set(op.wrap(size.get())),
        ...take(ref!, bytes!, locals, given),
        op.store(0, 4, ref!.get(), shape.get()),
        op.store(LENGTH_OFFSET, 4, ref!.get(), length.get()),
        module.return(ref!.get()),
      ];
    });
  }

  protected protect(
    _context: FunctionContext,
    _instruction: unknown,
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    return [...statements];
  }

  protected protectLocals(
    _locals: Locals,
    _addresses: readonly Temporary[],
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    return [...statements];
  }

  protected beforeStore(
    _context: FunctionContext,
    _instruction: StoreInstruction,
    _store: PointerStore,
  ): ExpressionRef[] {
    return [];
  }

  protected afterFill(
    _context: FunctionContext,
    _instruction: InstructionOf<"arrayFill">,
    _layout: ArrayLayout,
    _place: Place,
  ): ExpressionRef[] {
    return [];
  }
}
