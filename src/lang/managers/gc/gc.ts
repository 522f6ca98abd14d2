/** The manager `gc`: every object is in the collected heap. */

import type { Place } from "../../codegen/access.ts";
import { CORE_MEMORY, coreName, openCore } from "../../codegen/core.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { Locals } from "../../codegen/locals.ts";
import type { FunctionLowering, ManagerContext, ManagerFactory, ManagerResult } from "../../codegen/manager.ts";
import type { ExpressionRef, ModuleExport, Temporary, WasmType } from "../../codegen/wasm.ts";
import type { IrFunction } from "../../ir/ir.ts";
import { allocates } from "../../ir/safepoints.ts";
import type { PointerKind } from "../linear/layout.ts";
import { LinearManager } from "../linear/linear.ts";
import { LinearLowering } from "../linear/lowering.ts";
import { CollectedHeap, chooseHeap } from "./heap.ts";
import type { HeapScope } from "./scope.ts";

export const gc: ManagerFactory = {
  createModule(options) {
    const core = openCore(options.debug ?? false);
    chooseHeap(core, options);
    return core;
  },
  create: (context) => new GcManager(context),
};

const EVERYTHING: HeapScope = { allocates, isFoldable: () => true, mayRefer: () => true, beside: null };

class GcManager extends LinearManager {
  protected readonly arrayAllocator: string;
  readonly #heap: CollectedHeap;

  constructor(context: ManagerContext) {
    super(context);
    this.#heap = new CollectedHeap(context, this.layouts, EVERYTHING);
    this.arrayAllocator = this.#heap.arrayAllocator;
  }

  protected override reserveGlobal(kind: PointerKind): Place {
    return this.#heap.globals.reserve(kind);
  }

  protected override protectLocals(
    locals: Locals,
    addresses: readonly Temporary[],
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    return this.#heap.protectLocals(locals, addresses, statements);
  }

  hiddenParameters(fn: IrFunction): readonly WasmType[] {
    return this.#heap.hiddenParameters(fn);
  }

  hiddenResults(fn: IrFunction): readonly WasmType[] {
    return this.#heap.hiddenResults(fn);
  }

  lower(context: FunctionContext): FunctionLowering {
    const heap = this.#heap.lower(context);
    return new LinearLowering(this, context, { allocator: heap, hooks: heap, frame: heap });
  }

  finish(): ManagerResult {
    const { module } = this;
    const { options } = this.context;
    const { start, mainArguments, nurseryTop, neverInline } = this.#heap.open(0);
    const isMeasured = options.measure || options.pauses;
    return {
      start: module.block(null, [...start]),
      mainArguments,
      // The census counts as far as the nursery is filled.
      ...(options.census ? { mainResult: nurseryTop } : {}),
      memory: { name: CORE_MEMORY, bytes: 0 },
      exports: [
        ...(isMeasured ? [this.#export("gcStatistics", "statistics")] : []),
        ...(options.census ? [this.#export("gcAllocated", "allocated")] : []),
      ],
      shapes: this.layouts.shapes(),
      neverInline,
    };
  }

  /** What a measured module exports, by the name that its host knows. */
  #export(name: string, external: string): ModuleExport {
    return { kind: "function", internal: coreName(this.module, name), external };
  }
}
