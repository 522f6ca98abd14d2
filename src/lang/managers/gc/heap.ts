/**
 * The collected heap of a module: the core's nursery and mature space, as assembly/README.md asks for them.
 *
 * Two registers of the heap are passed from function to function: where the shadow stack ends, as a parameter, and
 * nurseryTop, as a parameter and a result. In globals they would be chains of stores and loads through the whole
 * program (binarytrees 16 spent a third of its allocation time in them). The globals are set only in front of a call of
 * the core.
 *
 * Invariants: a function that may collect has both; the first never changes, and pushing begins there. What is pushed
 * is read back before it is used again. A function joined by tail calls to one that may collect passes nurseryTop on,
 * too, since it must return as that one does.
 */

import binaryen from "binaryen";
import { CHUNK_BYTES, CHUNKS_BEFORE_NURSERY, WORD_BYTES } from "#contract";
import { FINDER_NUMBERS, HEAP_BASE_MAX, SHADOW_DEFAULT_BYTES, START_FINDERS } from "../../../core/settings.ts";
import { coreName, defineImport, fixSetting } from "../../codegen/core.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { Locals } from "../../codegen/locals.ts";
import type { ManagerContext } from "../../codegen/manager.ts";
import type { ExpressionRef, Temporary, WasmType } from "../../codegen/wasm.ts";
import type { IrFunction } from "../../ir/ir.ts";
import { functionsThatMayCollect, withTailCallNeighbours } from "../../ir/safepoints.ts";
import { BuildOptionError, type BuildOptions } from "../../options.ts";
import type { Layouts } from "../linear/layout.ts";
import { Barriers } from "./barriers.ts";
import { checkShadowLimit } from "./frame.ts";
import { HeapGlobals } from "./globals.ts";
import { HeapLowering, type SharedHeap } from "./heap-lowering.ts";
import { type CoreName, heapNames, NURSERY_BASE, SHADOW_BASE } from "./names.ts";
import type { Beside, HeapScope } from "./scope.ts";
import { SHADOW_LIMIT, SlowPaths } from "./slow-paths.ts";
import { Starts } from "./starts.ts";

const { i32, none } = binaryen;

/** What the module needs to begin with the heap. */
interface OpenedHeap {
  /** Statements of `_start`. */
  readonly start: readonly ExpressionRef[];
  /** Address where the shadow stack ends. */
  readonly shadowEnd: number;
  readonly mainArguments: readonly ExpressionRef[];
  /** The global that says where the nursery is filled to. */
  readonly nurseryTop: string;
  /** Internal names of functions that must not be inlined. */
  readonly neverInline: readonly string[];
}

/** Chooses the parts of the core that a heap is made of. */
export function chooseHeap(core: binaryen.Module, options: BuildOptions): void {
  fixSetting(core, "nurseryStartFinder", "nurseryChooseStarts", FINDER_NUMBERS[options.starts ?? START_FINDERS[0]]);
  fixSetting(core, "gcAllInterior", "gcChooseInterior", options.reps === "a" ? 1 : 0);
  fixSetting(core, "matureSizeClasses", "matureChooseClasses", options.mature === "classes" ? 1 : 0);
  fixSetting(core, "gcIncremental", "gcChooseIncremental", options.pauseMs === undefined ? 0 : 1);
  fixSetting(core, "gcCensus", "gcChooseCensus", options.census ? 1 : 0);
  fixSetting(core, "gcTimed", "gcChooseTimed", options.traceGc ? 1 : 0);
}

export class CollectedHeap {
  readonly #context: ManagerContext;
  readonly #module: binaryen.Module;
  readonly #shared: SharedHeap;
  /** Pointers of the whole program. */
  readonly globals: HeapGlobals;

  constructor(context: ManagerContext, layouts: Layouts, scope: HeapScope) {
    this.#context = context;
    this.#module = context.module;
    const { module, options, program, wasi } = context;
    if (!options.traceGc) {
      defineImport(module, "now", (name) => wasi.defineClock(name));
      defineImport(module, "collected", (name) =>
        module.addFunction(name, i32, none, [], this.#tellCollected(scope.beside)),
      );
    }
    const names = heapNames(module);
    const isIncremental = options.pauseMs !== undefined;
    const areMarked = options.reps !== "a";
    const mayCollect = functionsThatMayCollect(program, (instruction) => scope.allocates(instruction));
    this.#shared = {
      names,
      layouts,
      scope,
      mayCollect,
      passRegisters: withTailCallNeighbours(program, mayCollect),
      isSafepoint: (instruction) =>
        scope.allocates(instruction) || (instruction.op === "call" && mayCollect.has(instruction.callee)),
      barriers: new Barriers(module, { ...names, nurseryBase: NURSERY_BASE }, isIncremental),
      slowPaths: new SlowPaths(context, names, scope.beside && coreName(module, scope.beside.reclaim)),
      starts: new Starts(module, names, options),
      areMarked,
      isIncremental,
    };
    this.globals = new HeapGlobals(module, areMarked);
  }

  /** The body of what the core calls at the end of a collection, with the address of its statistics block. */
  #tellCollected(beside: Beside | null): ExpressionRef {
    const module = this.#module;
    if (beside === null) return module.nop();
    return module.call(coreName(module, beside.collected), [module.local.get(0, i32)], none);
  }

  /** The wasm function (shape, length) -> reference or 0 that allocates an array. */
  get arrayAllocator(): string {
    return this.#shared.names.gcAllocArray;
  }

  /** Defines the place of the nursery as a constant, and checks it at the start. */
  #fixNursery(heapBase: number): ExpressionRef {
    const module = this.#module;
    const op = module.i32;
    const chunks = CHUNKS_BEFORE_NURSERY + (this.#context.options.mature === "classes" ? 1 : 0);
    const base = (Math.ceil(heapBase / CHUNK_BYTES) + chunks) * CHUNK_BYTES;
    module.addGlobal(NURSERY_BASE, i32, false, op.const(base | 0));
    return module.if(op.ne(this.#global("nurseryBase"), op.const(base | 0)), module.unreachable());
  }

  // Frames and calls

  hiddenParameters(fn: IrFunction): readonly WasmType[] {
    return this.#shared.passRegisters.has(fn) ? [i32, i32] : [];
  }

  hiddenResults(fn: IrFunction): readonly WasmType[] {
    return this.#shared.passRegisters.has(fn) ? [i32] : [];
  }

  lower(context: FunctionContext): HeapLowering {
    return new HeapLowering(this.#shared, context);
  }

  /** See `LinearManager.protectLocals`. */
  protectLocals(
    locals: Locals,
    addresses: readonly Temporary[],
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    const module = this.#module;
    const { shadowTop } = this.#shared.names;
    const op = module.i32;
    const base = locals.add(i32);
    const top = (): ExpressionRef => op.add(base.get(), op.const(addresses.length * WORD_BYTES));
    return [
      base.set(this.#global("shadowTop")),
      checkShadowLimit(module, top(), this.#context.wasi.panic("stackOverflow", 0)),
      ...addresses.map((address, index) => op.store(index * WORD_BYTES, 4, base.get(), address.get())),
      module.global.set(shadowTop, top()),
      ...statements,
      module.global.set(shadowTop, base.get()),
      ...addresses.map((address, index) => address.set(op.load(index * WORD_BYTES, 4, base.get()))),
    ];
  }

  #global(name: CoreName): ExpressionRef {
    return this.#module.global.get(this.#shared.names[name], i32);
  }

  // The module

  /** Statements that open the heap, with what `_start` hands to main. @param bytesBehind between shadow stack and heap */
  open(bytesBehind: number): OpenedHeap {
    const module = this.#module;
    const { options, wasi, data, settings, program } = this.#context;
    const { names } = this.#shared;
    const op = module.i32;
    const failed = wasi.panic("outOfMemory", 0);
    const pauseMicros = Math.ceil((options.pauseMs ?? 0) * 1000);
    const shadowBase = data.seal();
    const shadowEnd = shadowBase + this.globals.bytes + (options.shadowStackBytes || SHADOW_DEFAULT_BYTES);
    const heapBase = shadowEnd + bytesBehind;
    if (heapBase > HEAP_BASE_MAX) {
      throw new BuildOptionError("shadowStackBytes leaves no room for the heap; lower it");
    }
    module.addGlobal(SHADOW_BASE, i32, false, op.const(shadowBase));
    module.addGlobal(SHADOW_LIMIT, i32, false, op.const(shadowEnd | 0));
    const opened = module.call(
      names.gcInit,
      [
        op.const(shadowBase),
        op.const(heapBase | 0),
        settings.value("nurseryBytes"),
        settings.value("heapLimitBytes"),
        settings.value("growthPercent"),
        op.const(pauseMicros),
        settings.value("nurseryFirstBytes"),
      ],
      i32,
    );
    const start = [module.if(opened, failed), this.#fixNursery(heapBase), ...this.globals.open(names.shadowTop)];
    if (options.zeal) start.push(module.call(coreName(module, "gcSetZeal"), [op.const(options.zeal)], none));
    return {
      start,
      shadowEnd,
      mainArguments: this.#shared.passRegisters.has(program.main)
        ? [this.#global("shadowTop"), this.#global("nurseryTop")]
        : [],
      nurseryTop: names.nurseryTop,
      neverInline: [
        names.gcAllocRecord,
        names.gcAllocArray,
        names.gcReserve,
        names.barrierBox,
        names.barrierSlice,
        "gc.remember*",
        "gc.shade*",
        "slow.*",
      ],
    };
  }
}
