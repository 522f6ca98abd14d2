/**
 * The manager `regions` (seed note 003): an object is allocated where placement says that it ends. What stays with a
 * call goes to a region of the call's frame, what stays with an iteration of a loop to one of that iteration, and what
 * leaves to a region that the caller says, by a hidden argument. Leaving a frame, and ending an iteration, frees what
 * is in its regions at once. The pass in prepare.ts has inserted where.
 *
 * By placement no object refers to one that ends before it. So nothing in a region is protected, and no store into one
 * is observed. What no region bounds lies in the collected heap of `gc` (lifetimes/placement/heap.ts, gc/heap.ts), with
 * roots and a write barrier; a program that has nothing like that has no such heap. Objects look as under `gc`.
 * Segments, frames and checkpoints are drawn in assembly/region/.
 */

import binaryen from "binaryen";
import { REGION_BYTES, WORD_BYTES } from "#contract";
import type { Place } from "../../codegen/access.ts";
import { CORE_MEMORY, coreName, fixSetting, openCore } from "../../codegen/core.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { Locals } from "../../codegen/locals.ts";
import type {
  FunctionLowering,
  LifetimePass,
  ManagerContext,
  ManagerFactory,
  ManagerResult,
} from "../../codegen/manager.ts";
import type { ExpressionRef, Temporary, WasmType } from "../../codegen/wasm.ts";
import type { IrFunction } from "../../ir/ir.ts";
import { CollectedHeap, chooseHeap } from "../gc/heap.ts";
import { findSetBySlices } from "../linear/changes.ts";
import type { PointerKind } from "../linear/layout.ts";
import { LinearManager } from "../linear/linear.ts";
import { bytesOf } from "./allocator.ts";
import { type ArrayPlaces, IN_REGIONS, ON_SPARSE_STACKS } from "./array-places.ts";
import { ALLOC_ARRAY, defineGrownArrays, defineNewArrays, NEXT_REGION } from "./arrays.ts";
import { FrameCode, type Shared } from "./frame-code.ts";
import { CHECK, defineAccessCheck, RegionFrame } from "./frame-lowering.ts";
import { heapGlobals, type RegionGlobals, staticGlobals } from "./globals.ts";
import { heapScope } from "./heap-scope.ts";
import { type ArrayRules, RegionsLowering } from "./lowering.ts";
import { type FunctionPlan, planFunctions } from "./plan.ts";
import { prepareRegions } from "./prepare.ts";
import { PrimaryRegions } from "./primary-regions.ts";

const { i32 } = binaryen;
/** Of the stack of frames, when nobody chooses. */
const FRAMES_DEFAULT_BYTES = 4 << 20;
/** Functions of the core that are not worth inlining. */
const SLOW = [
  "regionClose",
  "regionReset",
  "regionCollect",
  "checkpointsReturn",
  "checkpointsBeforeCall",
  "checkpointsTell",
  "generationOwn",
  "candidatesReturn",
];

export const regions: ManagerFactory = {
  createModule(options) {
    const core = openCore(options.debug ?? false);
    chooseHeap(core, options);
    return core;
  },
  create: { prepare: prepare(IN_REGIONS) },
};

export const sparse: ManagerFactory = {
  ...regions,
  create: { prepare: prepare(ON_SPARSE_STACKS) },
};

function prepare(arrays: ArrayPlaces): LifetimePass {
  return (program, { options, placement }) => {
    prepareRegions(program, placement(), arrays.areApart, options.debug ?? false);
    return (context) => new RegionsManager(context, arrays);
  };
}

class RegionsManager extends LinearManager {
  protected readonly arrayAllocator = ALLOC_ARRAY;
  readonly #shared: Shared;
  readonly #globals: RegionGlobals;
  readonly #arrays: ArrayRules;
  /** What no region bounds; null where there is nothing like that. */
  readonly #heap: CollectedHeap | null;

  constructor(context: ManagerContext, arrays: ArrayPlaces) {
    super(context);
    const { module } = this;
    const { data, options, program } = context;
    fixSetting(module, "regionSparseArrays", "regionChooseSparseArrays", arrays.setting);
    // Callees come before their callers.
    const functions = [...context.placement().keys()];
    const plans = planFunctions({ ...program, functions }, (each) => bytesOf(this.layouts, each), options);
    const scope = heapScope(program, context.placement);
    this.#heap = scope === null ? null : new CollectedHeap(context, this.layouts, scope);
    const region = data.reserve(REGION_BYTES, WORD_BYTES);
    this.#globals =
      this.#heap === null ? staticGlobals(module, program, data) : heapGlobals(program, this.#heap.globals);
    const primaries = new PrimaryRegions(context, arrays);
    this.#shared = { context, plans, arrays, primaries, program: region, globals: this.#globals.words };
    module.addGlobal(NEXT_REGION, i32, true, module.i32.const(region));
    const { areApart } = arrays;
    const apartFrom = arrays.apartFrom(options);
    this.#arrays = { areApart, apartFrom, isSetBySlices: findSetBySlices(program) };
    defineNewArrays(module, apartFrom, this.#heap?.arrayAllocator ?? null);
    if (options.debug) defineAccessCheck(context);
    if (areApart) defineGrownArrays(module);
  }

  protected override reserveGlobal(kind: PointerKind): Place {
    return this.#globals.reserve(kind);
  }

  protected override protectLocals(
    locals: Locals,
    addresses: readonly Temporary[],
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    return this.#heap?.protectLocals(locals, addresses, statements) ?? [...statements];
  }

  /** As plan.ts says. */
  hiddenParameters(fn: IrFunction): readonly WasmType[] {
    const { checkpoint, takesTop } = this.#planOf(fn);
    const count = fn.regions!.length + Number(checkpoint?.isResumed ?? false) + Number(takesTop);
    const own = Array.from({ length: count }, () => i32);
    return [...(this.#heap?.hiddenParameters(fn) ?? []), ...own];
  }

  hiddenResults(fn: IrFunction): readonly WasmType[] {
    return this.#heap?.hiddenResults(fn) ?? [];
  }

  lower(context: FunctionContext): FunctionLowering {
    const ofHeap = this.#heap?.hiddenParameters(context.fn).length ?? 0;
    const code = new FrameCode(this.#shared, context, context.hidden.slice(ofHeap));
    const heap = this.#heap?.lower(context) ?? null;
    const frame = new RegionFrame(this.#shared, this.layouts, context, code, heap);
    return new RegionsLowering(this, context, { code, heap, frame }, this.#arrays);
  }

  #planOf(fn: IrFunction): FunctionPlan {
    return this.#shared.plans.get(fn)!;
  }

  finish(): ManagerResult {
    const { module, context } = this;
    const op = module.i32;
    const { options } = context;
    const { arrays, primaries, program } = this.#shared;
    const failed = context.wasi.panic("outOfMemory", 0);
    const reserved = arrays.reserve(context);
    const opening = primaries.open();
    const isMeasured = options.measure || options.pauses || options.profile;
    const framesBytes = options.shadowStackBytes || FRAMES_DEFAULT_BYTES;
    const opened = this.#heap?.open(framesBytes) ?? null;
    const framesBase = opened === null ? context.data.seal() : opened.shadowEnd;
    const limit = context.settings.value("heapLimitBytes");
    const settings = [op.const(framesBase), op.const((framesBase + framesBytes) | 0), limit];
    const { checkpoint, takesTop } = this.#planOf(context.program.main);
    const forMain = [
      ...(opened?.mainArguments ?? []),
      ...context.program.main.regions!.map(() => op.const(program)),
      ...(checkpoint?.isResumed ? [op.const(0)] : []),
      ...(takesTop ? [module.global.get(coreName(module, "regionFrameTop"), i32)] : []),
    ];
    const open = coreName(module, opened === null ? "regionInit" : "regionOpen");
    const start = [...(opened?.start ?? []), module.if(module.call(open, settings, i32), failed)];
    start.push(...arrays.open(module, op.const(program), () => reserved), ...opening, ...arrays.start(context));
    const slow = [...SLOW, ...arrays.slow];
    return {
      start: module.block(null, start),
      mainArguments: forMain,
      memory: { name: CORE_MEMORY, bytes: 0 },
      exports: isMeasured
        ? [{ kind: "function", internal: coreName(module, "regionStatistics"), external: "statistics" }]
        : [],
      neverInline: [
        CHECK,
        coreName(module, "regionGrow"),
        ...slow.map((name) => coreName(module, name)),
        ...(opened?.neverInline ?? []),
      ],
    };
  }
}
