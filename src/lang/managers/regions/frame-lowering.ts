/**
 * One function's frame under `regions` and `sparse`: what it passes to other functions, and what becomes of the
 * instructions of its pass (prepare.ts). Where there is a heap as well, that has a part in each call.
 */

import binaryen from "binaryen";
import { emitLoad } from "../../codegen/access.ts";
import { coreName } from "../../codegen/core.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import { defineFunction } from "../../codegen/locals.ts";
import type { FrameLowering, ManagerContext } from "../../codegen/manager.ts";
import type { ExpressionRef, Temporary } from "../../codegen/wasm.ts";
import type { InstructionOf, IrFunction, LifetimeInstruction, RecordType, Variable } from "../../ir/ir.ts";
import type { HeapLowering } from "../gc/heap-lowering.ts";
import type { Layouts } from "../linear/layout.ts";
import { fieldPlace } from "../linear/places.ts";
import { CollectionCode } from "./collections.ts";
import type { FrameCode, Shared } from "./frame-code.ts";
import type { FunctionPlan } from "./plan.ts";

const { i32, none } = binaryen;
/** `regions.check(address, isWritten, framesEnd, line)` */
export const CHECK = "regions.check";

export class RegionFrame implements FrameLowering {
  readonly #shared: Shared;
  readonly #layouts: Layouts;
  readonly #context: FunctionContext;
  readonly #code: FrameCode;
  readonly #collections: CollectionCode;
  readonly #heap: HeapLowering | null;

  /** @param heap what the function has in the heap; null without one */
  constructor(shared: Shared, layouts: Layouts, context: FunctionContext, code: FrameCode, heap: HeapLowering | null) {
    this.#shared = shared;
    this.#layouts = layouts;
    this.#context = context;
    this.#code = code;
    this.#collections = new CollectionCode(shared, context, code);
    this.#heap = heap;
  }

  prologue(): ExpressionRef[] {
    return [...(this.#heap?.prologue() ?? []), ...this.#code.enter()];
  }

  epilogue(): ExpressionRef[] {
    return [...this.#code.countAdopted(), ...(this.#heap?.epilogue() ?? [])];
  }

  call(
    instruction: InstructionOf<"call">,
    emit: (hiddenArguments: readonly ExpressionRef[], targets: readonly Temporary[]) => ExpressionRef,
  ): ExpressionRef {
    const context = this.#context;
    const { checkpoint, takesTop } = this.#planOf(instruction.callee);
    const frame = this.#code;
    const hidden = [
      ...this.#passed(instruction),
      ...(checkpoint?.isResumed ? [context.module.i32.const(0)] : []),
      ...(takesTop ? [frame.beyond()] : []),
    ];
    const called =
      this.#heap?.call(instruction, (ofHeap, targets) => emit([...ofHeap, ...hidden], targets)) ?? emit(hidden, []);
    return context.sequence([...this.#shared.context.profile.countAt(context, instruction, [called])]);
  }

  tailCall(
    instruction: InstructionOf<"tailCall">,
    emit: (hiddenArguments: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef {
    const context = this.#context;
    const frame = this.#code;
    const { callee, resumes = false } = instruction;
    const { checkpoint, takesTop } = this.#planOf(callee);
    const jump = (ofHeap: readonly ExpressionRef[]): ExpressionRef =>
      emit([
        ...ofHeap,
        ...this.#passed(instruction),
        ...(checkpoint?.isResumed ? [resumes ? frame.at(0) : context.module.i32.const(0)] : []),
        ...(takesTop ? [frame.begin()] : []),
      ]);
    return context.sequence([
      ...(resumes ? [] : frame.countAdopted()),
      this.#heap?.tailCall(instruction, jump) ?? jump([]),
    ]);
  }

  return(emit: (hiddenResults: readonly ExpressionRef[]) => ExpressionRef): ExpressionRef {
    return this.#context.sequence([...this.#code.countAdopted(), this.#heap?.return(emit) ?? emit([])]);
  }

  beginLoop(loop: InstructionOf<"loop">): readonly ExpressionRef[] {
    return this.#code.beginLoop(loop);
  }

  endLoop(loop: InstructionOf<"loop">): readonly ExpressionRef[] {
    return this.#code.endLoop(loop);
  }

  lifetime(instruction: LifetimeInstruction): ExpressionRef | null {
    const context = this.#context;
    const frame = this.#code;
    const collections = this.#collections;
    switch (instruction.op) {
      case "regionReset":
        return context.sequence(frame.reset(instruction));
      case "regionClose":
        return context.sequence(frame.end());
      case "regionCheckpoint":
      case "regionOpen":
        frame.begins(instruction);
        return context.module.nop();
      case "regionCandidate":
        return frame.divide(instruction.index);
      case "regionCollect":
        return collections.collect(instruction);
      case "regionDrop":
        return context.sequence(collections.drop(instruction));
      case "globalReset":
        return context.sequence(this.#shared.primaries.reset(instruction.global));
      case "arrayFree":
        return context.sequence(this.#freeArray(instruction));
      case "accessCheck":
        return this.#checkAccess(instruction);
      case "lifetime":
        return null;
    }
  }

  /** The regions that a call lends. */
  #passed(call: InstructionOf<"call" | "tailCall">): ExpressionRef[] {
    const frame = this.#code;
    return call.bounds!.map((bound) => frame.regionOf(bound));
  }

  #planOf(fn: IrFunction): FunctionPlan {
    return this.#shared.plans.get(fn)!;
  }

  /** Frees the array that a variable, or the record that it refers to in a field, has the only reference to. */
  #freeArray({ owner, field }: InstructionOf<"arrayFree">): ExpressionRef[] {
    const context = this.#context;
    const { module } = context;
    const frame = this.#code;
    const { type } = owner;
    const array =
      type.kind === "record" && field !== null ? this.#loadField(owner, type.record, field) : context.read(owner);
    const { bytes, generations } = frame.plan.layout;
    const bounds = [generations.from, generations.to].map((each) => (bytes > 0 ? frame.at(each) : module.i32.const(0)));
    const freed = module.call(coreName(module, "regionArrayFree"), [array, ...bounds], none);
    // The address of an empty slice may be anything.
    return [type.kind === "slice" ? module.if(context.read(owner, 1), freed) : freed];
  }

  #checkAccess({ object, isWritten, line }: InstructionOf<"accessCheck">): ExpressionRef {
    const context = this.#context;
    const { module } = context;
    const frame = this.#code;
    const operands = [module.i32.const(isWritten ? 1 : 0), frame.beyond(), module.i32.const(line)];
    return module.call(CHECK, [context.read(object), ...operands], none);
  }

  /** The value of a field, which is a single one. */
  #loadField(object: Variable, record: RecordType, index: number): ExpressionRef {
    const context = this.#context;
    const place = fieldPlace(context, this.#layouts, object, record, index);
    return emitLoad(context.module, record.fields[index]!.type, place)[0]!;
  }
}

/** Defines what `accessCheck` calls: it stops the program if what is at an address has ended. */
export function defineAccessCheck({ module, wasi }: ManagerContext): void {
  defineFunction(module, CHECK, [i32, i32, i32, i32], [], (locals) => {
    const given = [0, 1, 2].map((index) => locals.parameter(index).get());
    const stop = wasi.panic("ended", () => locals.parameter(3).get());
    return [module.if(module.call(coreName(module, "regionHasEnded"), given, i32), stop)];
  });
}
