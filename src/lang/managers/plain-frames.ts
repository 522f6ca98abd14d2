/** Frames and calls of a manager that passes nothing of its own from function to function, and protects nothing. */

import type { FunctionContext } from "../codegen/function-context.ts";
import type { MemoryManager } from "../codegen/manager.ts";
import type { ExpressionRef, Temporary, WasmType } from "../codegen/wasm.ts";
import type { InstructionOf, IrFunction, LifetimeInstruction } from "../ir/ir.ts";
import { InternalCompilerError } from "../options.ts";

type Frames = Pick<
  MemoryManager,
  | "hiddenParameters"
  | "hiddenResults"
  | "beginFunction"
  | "finishFunction"
  | "beginLoop"
  | "endLoop"
  | "call"
  | "tailCall"
  | "return"
  | "lifetime"
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

  lifetime(_context: FunctionContext, { op }: LifetimeInstruction): ExpressionRef {
    throw new InternalCompilerError(`the manager has no ${op}: its pass inserts none`);
  }

  return(
    _context: FunctionContext,
    _instruction: InstructionOf<"return">,
    emit: (hiddenResults: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef {
    return emit([]);
  }
}
