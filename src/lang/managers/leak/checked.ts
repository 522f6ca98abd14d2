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
import type { FunctionLowering, LifetimePass, ManagerContext, ManagerResult } from "../../codegen/manager.ts";
import type { ExpressionRef, Temporary, WasmType } from "../../codegen/wasm.ts";
import { insertInto } from "../../ir/insert.ts";
import type { Instruction, InstructionOf, IrFunction, LifetimeInstruction } from "../../ir/ir.ts";
import { accessChecks } from "../../ir/traverse.ts";
import { annotateBounds } from "../../lifetimes/annotate.ts";
import { closeRegions, endIterations, openRegions } from "../../lifetimes/endings.ts";
import { computeBounds } from "../../lifetimes/placement/bounds.ts";
import { defineArrayAllocator } from "../linear/array-allocator.ts";
import { LinearManager } from "../linear/linear.ts";
import { LinearLowering } from "../linear/lowering.ts";
import { CHECK, CheckedAllocator, CheckedFrame, NEXT_DEPTH, NEXT_SITE } from "./checked-function.ts";
import { openLeak } from "./open.ts";

const { i32 } = binaryen;
/** The depth of the frame that is the whole program. */
const PROGRAM = 0;

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

class CheckedLeakManager extends LinearManager {
  protected readonly arrayAllocator = "leak.allocArray";

  constructor(context: ManagerContext) {
    super(context);
    defineArrayAllocator(this.module, this.arrayAllocator, (ref, bytes) => this.#takeArray(ref, bytes));
    for (const name of [NEXT_DEPTH, NEXT_SITE]) this.module.addGlobal(name, i32, true, this.module.i32.const(0));
    this.#defineCheck();
  }

  hiddenParameters(fn: IrFunction): readonly WasmType[] {
    return fn.regions!.map(() => i32);
  }

  lower(context: FunctionContext): FunctionLowering {
    const frame = new CheckedFrame(this.context, context);
    return new LinearLowering(this, context, { allocator: new CheckedAllocator(this, context, frame), frame });
  }

  #takeArray(ref: Temporary, bytes: Temporary): ExpressionRef[] {
    const { module } = this;
    const operands = [bytes.get(), module.global.get(NEXT_DEPTH, i32), module.global.get(NEXT_SITE, i32)];
    return [
      ref.set(module.call(coreName(module, "boundsAllocate"), operands, i32)),
      module.if(module.i32.eqz(ref.get()), module.return(module.i32.const(0))),
    ];
  }

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

  finish(): ManagerResult {
    const { module } = this;
    const result = openLeak(this.context);
    const opened = module.call(coreName(module, "boundsOpen"), [], i32);
    const refused = module.if(module.i32.eqz(opened), this.context.wasi.panic("outOfMemory", 0));
    const forMain = this.context.program.main.regions!;
    return {
      ...result,
      start: module.block(null, [result.start, refused]),
      neverInline: [...result.neverInline, CHECK],
      mainArguments: forMain.map(() => module.i32.const(PROGRAM)),
    };
  }
}
