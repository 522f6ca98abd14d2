/** The manager `gc`: every object is in the collected heap. */

import type { Place } from "../../codegen/access.ts";
import { CORE_FEATURES, CORE_MEMORY, coreName, openCore } from "../../codegen/core.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { Locals } from "../../codegen/locals.ts";
import type { ManagerContext, ManagerFactory, ManagerResult } from "../../codegen/manager.ts";
import type { ExpressionRef, ModuleExport, Temporary, WasmType } from "../../codegen/wasm.ts";
import type { InstructionOf, IrFunction } from "../../ir/ir.ts";
import { allocates } from "../../ir/safepoints.ts";
import type { ArrayLayout, PointerKind, RecordLayout } from "../linear/layout.ts";
import { LinearManager, type PointerStore, type StoreInstruction } from "../linear/linear.ts";
import { CollectedHeap, chooseHeap, type HeapScope } from "./heap.ts";

export const gc: ManagerFactory = {
  features: CORE_FEATURES,
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

  protected reserveGlobal(kind: PointerKind): Place {
    return this.#heap.reserveGlobal(kind);
  }

  // Frames and calls

  override hiddenParameters(fn: IrFunction): readonly WasmType[] {
    return this.#heap.hiddenParameters(fn);
  }

  override hiddenResults(fn: IrFunction): readonly WasmType[] {
    return this.#heap.hiddenResults(fn);
  }

  override beginFunction(context: FunctionContext): void {
    this.#heap.beginFunction(context);
  }

  override finishFunction(context: FunctionContext, body: ExpressionRef): ExpressionRef {
    const { before, after } = this.#heap.finishFunction(context);
    return context.sequence([...before, body, ...after]);
  }

  override call(
    context: FunctionContext,
    instruction: InstructionOf<"call">,
    emit: (hiddenArguments: readonly ExpressionRef[], targets: readonly Temporary[]) => ExpressionRef,
  ): ExpressionRef {
    return this.#heap.call(context, instruction, emit);
  }

  override tailCall(
    _context: FunctionContext,
    instruction: InstructionOf<"tailCall">,
    emit: (hiddenArguments: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef {
    return emit(this.#heap.tailCallArguments(instruction));
  }

  override return(
    _context: FunctionContext,
    _instruction: InstructionOf<"return">,
    emit: (hiddenResults: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef {
    return emit(this.#heap.returned());
  }

  // Allocation

  protected allocateRecord(
    context: FunctionContext,
    instruction: InstructionOf<"construct">,
    layout: RecordLayout,
    target: Temporary,
  ): ExpressionRef[] {
    return this.#heap.allocateRecord(context, instruction, layout, target);
  }

  protected override allocateArray(
    context: FunctionContext,
    instruction: InstructionOf<"arrayNew" | "arrayGrow">,
    layout: ArrayLayout,
    target: Temporary,
  ): ExpressionRef[] {
    return this.#heap.allocateArray(context, instruction, layout, target);
  }

  // Roots and barriers

  protected protect(
    _context: FunctionContext,
    instruction: InstructionOf<"readInput" | "arguments">,
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    return this.#heap.protect(instruction, statements);
  }

  protected protectLocals(
    locals: Locals,
    addresses: readonly Temporary[],
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    return this.#heap.protectLocals(locals, addresses, statements);
  }

  protected beforeStore(context: FunctionContext, instruction: StoreInstruction, store: PointerStore): ExpressionRef[] {
    return this.#heap.beforeStore(context, instruction, store);
  }

  protected override beforeFill(
    context: FunctionContext,
    instruction: InstructionOf<"arrayFill">,
    layout: ArrayLayout,
    place: Place,
  ): ExpressionRef[] {
    return this.#heap.beforeFill(context, instruction, layout, place);
  }

  protected afterFill(
    context: FunctionContext,
    instruction: InstructionOf<"arrayFill">,
    layout: ArrayLayout,
    place: Place,
  ): ExpressionRef[] {
    return this.#heap.afterFill(context, instruction, layout, place);
  }

  // The module

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
