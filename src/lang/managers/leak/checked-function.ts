/** One function in a debug build of `leak`: the depths of its frame and iterations, and how it binds what it makes. */

import binaryen from "binaryen";
import { coreName } from "../../codegen/core.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { FrameLowering, ManagerContext } from "../../codegen/manager.ts";
import type { ExpressionRef, Temporary } from "../../codegen/wasm.ts";
import type { Bound, InstructionOf, LifetimeInstruction, Site } from "../../ir/ir.ts";
import type { ArrayLayout, RecordLayout } from "../linear/layout.ts";
import type { LinearManager } from "../linear/linear.ts";
import type { Allocator, MakesArray, TakesInput } from "../linear/memory.ts";

const { i32, none } = binaryen;
/** With what the next array is bound, and its site. */
export const NEXT_DEPTH = "bounds.depth";
export const NEXT_SITE = "bounds.site";
/** `bounds.check(address, line)`: stops the program if the object there has ended. */
export const CHECK = "bounds.check";

/** The depths of one function's frame and iterations. */
export class CheckedFrame implements FrameLowering {
  readonly #shared: ManagerContext;
  readonly #context: FunctionContext;
  /** Of the function's frame, once that has begun. */
  #depth: Temporary | null = null;

  constructor(shared: ManagerContext, context: FunctionContext) {
    this.#shared = shared;
    this.#context = context;
  }

  call(
    instruction: InstructionOf<"call">,
    emit: (hiddenArguments: readonly ExpressionRef[], targets: readonly Temporary[]) => ExpressionRef,
  ): ExpressionRef {
    return emit(this.#passed(instruction), []);
  }

  tailCall(
    instruction: InstructionOf<"tailCall">,
    emit: (hiddenArguments: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef {
    return emit(this.#passed(instruction));
  }

  lifetime(instruction: LifetimeInstruction): ExpressionRef | null {
    const context = this.#context;
    const { module } = context;
    switch (instruction.op) {
      case "regionOpen":
        return context.sequence(this.#enter(instruction));
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
        return null;
    }
  }

  /** Begins the function's frame, and in it one for the iterations of each level of loops. */
  #enter({ levels }: InstructionOf<"regionOpen">): ExpressionRef[] {
    const context = this.#context;
    const { module, fn } = context;
    const depth = context.temporary(i32);
    this.#depth = depth;
    const enter = (name: string): ExpressionRef =>
      module.call(coreName(module, "boundsEnter"), [module.i32.const(this.#shared.wasi.placeText(name))], i32);
    const refused = (entered: ExpressionRef): ExpressionRef =>
      module.if(module.i32.eqz(entered), context.panic("outOfMemory", fn.line));
    const iterations = levels.slice(1).map(() => refused(enter(`an iteration in ${fn.name}`)));
    return [refused(depth.tee(enter(fn.name))), ...iterations];
  }

  #leave(): ExpressionRef {
    const { module } = this.#context;
    return module.call(coreName(module, "boundsLeave"), [this.#depth!.get()], none);
  }

  #passed(call: InstructionOf<"call" | "tailCall">): ExpressionRef[] {
    return call.bounds!.map((bound) => this.depthOf(bound));
  }

  /** The depth that a bound stands for. */
  depthOf(bound: Bound): ExpressionRef {
    if (bound.of === "caller") return this.#context.hidden[bound.index]!.get();
    return this.#depthOfLevel(bound.of === "iteration" ? bound.level : 0);
  }

  /** Of the frame of the function (0), or of the iterations of a level of loops. */
  #depthOfLevel(level: number): ExpressionRef {
    const { module } = this.#context;
    const depth = this.#depth!.get();
    return level === 0 ? depth : module.i32.add(depth, module.i32.const(level));
  }
}

/** Allocates with a bound and a name for each object. */
export class CheckedAllocator implements Allocator {
  readonly #manager: LinearManager;
  readonly #context: FunctionContext;
  readonly #frame: CheckedFrame;

  constructor(manager: LinearManager, context: FunctionContext, frame: CheckedFrame) {
    this.#manager = manager;
    this.#context = context;
    this.#frame = frame;
  }

  record({ site, bound }: InstructionOf<"construct">, layout: RecordLayout, target: Temporary): ExpressionRef[] {
    const context = this.#context;
    const { module } = context;
    const { counters } = this.#manager.context;
    const operands = [module.i32.const(layout.bytes), this.#frame.depthOf(bound!), this.#nameOf(site)];
    return [
      ...counters.pauseBegin(),
      target.set(module.call(coreName(module, "boundsAllocate"), operands, i32)),
      ...counters.pauseEnd(),
      module.if(module.i32.eqz(target.get()), context.panic("outOfMemory", site.line)),
      module.i32.store(0, 4, target.get(), module.i32.const(layout.shape)),
    ];
  }

  array(instruction: MakesArray, layout: ArrayLayout, target: Temporary): ExpressionRef[] {
    const context = this.#context;
    const { length, site } = instruction;
    return [
      ...this.#bindNext(instruction),
      ...this.#manager.newArray(layout, context.value(length), target, () => context.panic("outOfMemory", site.line)),
    ];
  }

  beforeHelper(instruction: TakesInput): ExpressionRef[] {
    return this.#bindNext(instruction);
  }

  /** Says what is bound to what, for the arrays that are made next. */
  #bindNext({ site, bound }: MakesArray | TakesInput): ExpressionRef[] {
    const { global } = this.#context.module;
    return [global.set(NEXT_DEPTH, this.#frame.depthOf(bound!)), global.set(NEXT_SITE, this.#nameOf(site))];
  }

  #nameOf({ what, functionName, line }: Site): ExpressionRef {
    return this.#context.module.i32.const(
      this.#manager.context.wasi.placeText(`the ${what} that ${functionName} makes in line ${line}`),
    );
  }
}
