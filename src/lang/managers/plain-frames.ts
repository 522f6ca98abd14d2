/** Frames and calls of a manager that passes nothing of its own from function to function, and protects nothing. */

import type { FunctionContext } from "../codegen/function-context.ts";
import type { MemoryManager } from "../codegen/manager.ts";
import type { ExpressionRef, Temporary, WasmType } from "../codegen/wasm.ts";
import type { InstructionOf, IrFunction } from "../ir/ir.ts";

type Frames = Pick<
  MemoryManager,
  | "hiddenParameters"
  | "hiddenResults"
  | "beginFunction"
  | "finishFunction"
  | "beginLoop"
  | "beginIteration"
  | "endLoop"
  | "call"
  | "tailCall"
  | "return"
>;

export abstract class PlainFrames implements Frames {
  hiddenParameters(_fn: IrFunction): readonly WasmType[] {
    return [];
  }

  hiddenResults(_fn: IrFunction): readonly WasmType[] {
    return [];
  }

  beginFunction(_context: FunctionContext): void {}

  finishFunction(_context: FunctionContext, body: ExpressionRef): ExpressionRef {
    return body;
  }

  beginLoop(_context: FunctionContext, _loop: InstructionOf<"loop">): readonly ExpressionRef[] {
    return [];
  }

  beginIteration(_context: FunctionContext, _loop: InstructionOf<"loop">): readonly ExpressionRef[] {
    return [];
  }

  endLoop(_context: FunctionContext, _loop: InstructionOf<"loop">): readonly ExpressionRef[] {
    return [];
  }

  call(
    _context: FunctionContext,
    _instruction: InstructionOf<"call">,
    emit: (hiddenArguments: readonly ExpressionRef[], targets: readonly Temporary[]) => ExpressionRef,
  ): ExpressionRef {
    return emit([], []);
  }

  tailCall(
    _context: FunctionContext,
    _instruction: InstructionOf<"tailCall">,
    emit: (hiddenArguments: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef {
    return emit([]);
  }

  return(
    _context: FunctionContext,
    _instruction: InstructionOf<"return">,
    emit: (hiddenResults: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef {
    return emit([]);
  }
}
