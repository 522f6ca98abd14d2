/**
 * `leak` in a debug build: objects carry the bound that placement gave them, and every load checks it.
 *
 * Each function with objects of its own begins a frame and ends it where it returns or tail-calls; the iterations
 * of its loops are frames inside. A bound travels as the depth of its frame: to a callee as a hidden argument, to the
 * function that allocates arrays in two globals. What lies where, and how an end is noticed, is in
 * assembly/debug/bounds.ts. A program that gets further than its bounds allow stops: a manager that frees memory by
 * placement would have read something else there.
 */

import binaryen from "binaryen";
import { BOUND_NAME, BOUND_SITE } from "#contract";
import { coreName } from "../../codegen/core.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import { defineFunction } from "../../codegen/locals.ts";
import type { LifetimePass, ManagerContext, ManagerResult } from "../../codegen/manager.ts";
import type { ExpressionRef, Temporary, WasmType } from "../../codegen/wasm.ts";
import { insertInto } from "../../ir/insert.ts";
import type { Bound, Instruction, InstructionOf, IrFunction, LifetimeInstruction, Site } from "../../ir/ir.ts";
import { accessChecks } from "../../ir/traverse.ts";
import { annotateBounds } from "../../lifetimes/annotate.ts";
import { closeRegions, endIterations, openRegions } from "../../lifetimes/endings.ts";
import { computeBounds } from "../../lifetimes/placement/bounds.ts";
import type { ArrayLayout, RecordLayout } from "../linear/layout.ts";
import { LeakManager } from "./bump.ts";

const { i32, none } = binaryen;
/** The depth of the frame that is the whole program. */
const PROGRAM = 0;
/** With what the next array is bound, and its site. */
const NEXT_DEPTH = "bounds.depth";
const NEXT_SITE = "bounds.site";
const CHECK = "bounds.check";

/** The pass over a program: inserts the checks, and where iterations end. */
export const checkAll: LifetimePass = (program, { placement }) => {
  const all = computeBounds(placement(), false);
  annotateBounds(program, all);
  for (const fn of program.functions) {
    const bounds = all.get(fn)!;
    const close = closeRegions(bounds);
    const reset = (loop: InstructionOf<"loop">): LifetimeInstruction[] => endIterations(bounds, loop);
    const inFrontOf = (i: Instruction): LifetimeInstruction[] => [
      ...accessChecks(i),
      ...(i.op === "return" || i.op === "tailCall" ? close : []),
    ];
    insertInto(fn, {
      beginBlock: (block) => (block === fn.body ? openRegions(bounds) : []),
      inFrontOf,
      behind: (i) => (i.op === "loop" ? reset(i) : []),
      endBlock: (block) => (block === fn.body ? close : []),
      beginIteration: reset,
    });
  }
  return (context) => new CheckedLeakManager(context);
};

class CheckedLeakManager extends LeakManager {
  /** Of the frame of the function that is being lowered, once it has begun. */
  #depth: Temporary | null = null;

  constructor(context: ManagerContext) {
    super(context);
    for (const name of [NEXT_DEPTH, NEXT_SITE]) this.module.addGlobal(name, i32, true, this.module.i32.const(0));
    this.#defineCheck();
  }

  // Frames and calls

  override hiddenParameters(fn: IrFunction): readonly WasmType[] {
    return fn.regions!.map(() => i32);
  }

  override call(
    context: FunctionContext,
    instruction: InstructionOf<"call">,
    emit: (hiddenArguments: readonly ExpressionRef[], targets: readonly Temporary[]) => ExpressionRef,
  ): ExpressionRef {
    return emit(this.#passed(context, instruction), []);
  }

  override tailCall(
    context: FunctionContext,
    instruction: InstructionOf<"tailCall">,
    emit: (hiddenArguments: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef {
    return emit(this.#passed(context, instruction));
  }

  override lifetime(context: FunctionContext, instruction: LifetimeInstruction): ExpressionRef {
    const { module } = this;
    switch (instruction.op) {
      case "regionOpen":
        return context.sequence(this.#enter(context, instruction));
      case "regionReset":
        // The frames of deeper levels end with it.
        return module.call(coreName(module, "boundsReset"), [this.#depthOfLevel(instruction.levels[0]!)], none);
      case "regionClose":
        return this.#leave();
      case "accessCheck": {
        const line = module.i32.const(instruction.line);
        return module.call(CHECK, [context.read(instruction.object), line], none);
      }
      default:
        return super.lifetime(context, instruction);
    }
  }

  /** Begins the function's frame, and in it one for the iterations of each level of loops. */
  #enter(context: FunctionContext, { levels }: InstructionOf<"regionOpen">): ExpressionRef[] {
    const { module, fn } = context;
    const depth = context.temporary(i32);
    this.#depth = depth;
    const enter = (name: string): ExpressionRef =>
      module.call(coreName(module, "boundsEnter"), [module.i32.const(this.context.wasi.placeText(name))], i32);
    const refused = (entered: ExpressionRef): ExpressionRef =>
      module.if(module.i32.eqz(entered), context.panic("outOfMemory", fn.line));
    const iterations = levels.slice(1).map(() => refused(enter(`an iteration in ${fn.name}`)));
    return [refused(depth.tee(enter(fn.name))), ...iterations];
  }

  #leave(): ExpressionRef {
    const { module } = this;
    return module.call(coreName(module, "boundsLeave"), [this.#depth!.get()], none);
  }

  #passed(context: FunctionContext, call: InstructionOf<"call" | "tailCall">): ExpressionRef[] {
    return call.bounds!.map((bound) => this.#depthOf(context, bound));
  }

  #depthOf(context: FunctionContext, bound: Bound): ExpressionRef {
    if (bound.of === "caller") return context.hidden[bound.index]!.get();
    return this.#depthOfLevel(bound.of === "iteration" ? bound.level : 0);
  }

  /** Of the frame of the function (0), or of the iterations of a level of loops. */
  #depthOfLevel(level: number): ExpressionRef {
    const { module } = this;
    const depth = this.#depth!.get();
    return level === 0 ? depth : module.i32.add(depth, module.i32.const(level));
  }

  // Allocation

  protected override allocateRecord(
    context: FunctionContext,
    { site, bound }: InstructionOf<"construct">,
    layout: RecordLayout,
    target: Temporary,
  ): ExpressionRef[] {
    const { module } = this;
    const { counters } = this.context;
    const operands = [module.i32.const(layout.bytes), this.#depthOf(context, bound!), this.#nameOf(site)];
    return [
      ...counters.pauseBegin(),
      target.set(module.call(coreName(module, "boundsAllocate"), operands, i32)),
      ...counters.pauseEnd(),
      module.if(module.i32.eqz(target.get()), context.panic("outOfMemory", site.line)),
      module.i32.store(0, 4, target.get(), module.i32.const(layout.shape)),
    ];
  }

  protected override allocateArray(
    context: FunctionContext,
    instruction: InstructionOf<"arrayNew" | "arrayGrow">,
    layout: ArrayLayout,
    target: Temporary,
  ): ExpressionRef[] {
    return [...this.#bindNext(context, instruction), ...super.allocateArray(context, instruction, layout, target)];
  }

  override readInput(context: FunctionContext, instruction: InstructionOf<"readInput">): ExpressionRef {
    return context.sequence([...this.#bindNext(context, instruction), super.readInput(context, instruction)]);
  }

  override arguments(context: FunctionContext, instruction: InstructionOf<"arguments">): ExpressionRef {
    return context.sequence([...this.#bindNext(context, instruction), super.arguments(context, instruction)]);
  }

  protected override takeArray(ref: Temporary, bytes: Temporary): ExpressionRef[] {
    const { module } = this;
    const operands = [bytes.get(), module.global.get(NEXT_DEPTH, i32), module.global.get(NEXT_SITE, i32)];
    return [
      ref.set(module.call(coreName(module, "boundsAllocate"), operands, i32)),
      module.if(module.i32.eqz(ref.get()), module.return(module.i32.const(0))),
    ];
  }

  /** Says what is bound to what, for the arrays that are made next. */
  #bindNext(
    context: FunctionContext,
    { site, bound }: InstructionOf<"arrayNew" | "arrayGrow" | "readInput" | "arguments">,
  ): ExpressionRef[] {
    const { global } = this.module;
    return [global.set(NEXT_DEPTH, this.#depthOf(context, bound!)), global.set(NEXT_SITE, this.#nameOf(site))];
  }

  #nameOf({ what, functionName, line }: Site): ExpressionRef {
    return this.module.i32.const(this.context.wasi.placeText(`the ${what} that ${functionName} makes in line ${line}`));
  }

  // Loads and stores

  /** `bounds.check(address, line)`: stops the program if the object there has ended. */
  #defineCheck(): void {
    const { module } = this;
    defineFunction(module, CHECK, [i32, i32], [], (locals) => {
      const [address, line] = [locals.parameter(0), locals.parameter(1)];
      const broken = locals.add(i32);
      const named = (offset: number) => module.i32.load(offset, 4, broken.get());
      const stop = this.context.wasi.panic("outlived", () => line.get(), named(BOUND_SITE), named(BOUND_NAME));
      const found = broken.tee(module.call(coreName(module, "boundsBroken"), [address.get()], i32));
      return [module.if(found, stop)];
    });
  }

  // The module

  override finish(): ManagerResult {
    const { module } = this;
    const result = super.finish();
    const opened = module.call(coreName(module, "boundsOpen"), [], i32);
    const refused = module.if(module.i32.eqz(opened), this.context.wasi.panic("outOfMemory", 0));
    const forMain = this.context.program.main.regions!;
    return {
      ...result,
      start: module.block(null, [result.start, refused]),
      mainArguments: forMain.map(() => module.i32.const(PROGRAM)),
      neverInline: [...result.neverInline, CHECK],
    };
  }
}
