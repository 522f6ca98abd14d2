/**
 * One function with a part in the collected heap: its roots and registers, how it allocates there, and its write
 * barriers.
 *
 * A record is bumped inline; everything else of an allocation is in the slow arm, the spills included. Around a call
 * that may collect, the pointers that live across it stand in the shadow stack; around one that cannot, nothing is
 * done. A pointer stored into an object that has lived through a safepoint passes the write barrier first.
 */

import binaryen from "binaryen";
import { ARRAY_HEADER_BYTES, INLINE_MAX_BYTES, LENGTH_OFFSET } from "#contract";
import { emitGranules, emitScaled, type Place } from "../../codegen/access.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { FrameLowering } from "../../codegen/manager.ts";
import type { ExpressionRef, Temporary } from "../../codegen/wasm.ts";
import { foldAllocations } from "../../ir/folding.ts";
import type { Instruction, InstructionOf, IrFunction, Variable } from "../../ir/ir.ts";
import type { ArrayLayout, Layouts, RecordLayout } from "../linear/layout.ts";
import type {
  Allocator,
  CollectorHooks,
  MakesArray,
  PointerStore,
  StoreInstruction,
  TakesInput,
} from "../linear/memory.ts";
import type { Barriers } from "./barriers.ts";
import { Frame } from "./frame.ts";
import type { CoreName, CoreNames } from "./names.ts";
import type { HeapScope } from "./scope.ts";
import type { SlowPaths } from "./slow-paths.ts";
import type { Starts } from "./starts.ts";

const { i32, none } = binaryen;

/** What all functions of a module share of the heap. */
export interface SharedHeap {
  readonly names: CoreNames;
  readonly layouts: Layouts;
  readonly scope: HeapScope;
  readonly mayCollect: ReadonlySet<IrFunction>;
  /** The functions that pass the two registers of the heap. */
  readonly passRegisters: ReadonlySet<IrFunction>;
  readonly isSafepoint: (instruction: Instruction) => boolean;
  readonly barriers: Barriers;
  readonly slowPaths: SlowPaths;
  readonly starts: Starts;
  /** Slices have a mark in the shadow stack; where every pointer may be interior, they need none. */
  readonly areMarked: boolean;
  /** The program runs between steps of marking. */
  readonly isIncremental: boolean;
}

export class HeapLowering implements FrameLowering, Allocator, CollectorHooks {
  readonly #heap: SharedHeap;
  readonly #context: FunctionContext;
  readonly #module: binaryen.Module;
  readonly #frame: Frame;

  constructor(heap: SharedHeap, context: FunctionContext) {
    this.#heap = heap;
    this.#context = context;
    this.#module = context.module;
    const { fn } = context;
    const { scope, isSafepoint } = heap;
    const shares = heap.starts.foldable
      ? foldAllocations(
          fn,
          isSafepoint,
          (construction) => scope.isFoldable(construction),
          ({ record }) => heap.layouts.record(record).bytes,
          INLINE_MAX_BYTES,
        )
      : new Map<Instruction, number>();
    const mayRefer = (variable: Variable): boolean => scope.mayRefer(fn, variable);
    // The registers are the first of the hidden parameters.
    const [shadow, top] = context.hidden;
    const registers = heap.passRegisters.has(fn) && shadow && top ? { shadow, top } : null;
    this.#frame = new Frame(context, registers, isSafepoint, mayRefer, shares, heap.areMarked);
  }

  // The frame

  prologue(): ExpressionRef[] {
    return this.#frame.checkAtEntry();
  }

  epilogue(): ExpressionRef[] {
    const isOpen = this.#context.fn.results.length === 0 && this.#frame.hasRegisters;
    return isOpen ? [this.#module.return(this.#frame.top.get())] : [];
  }

  call(
    instruction: InstructionOf<"call">,
    emit: (hiddenArguments: readonly ExpressionRef[], targets: readonly Temporary[]) => ExpressionRef,
  ): ExpressionRef {
    const context = this.#context;
    const { callee } = instruction;
    if (!this.#heap.passRegisters.has(callee)) return emit([], []);
    const frame = this.#frame;
    if (!this.#heap.mayCollect.has(callee)) {
      // It only passes on what it is given.
      return emit(frame.hasRegisters ? frame.registers(0) : this.#unusedRegisters(), []);
    }
    const roots = frame.rootsAcross(instruction);
    const words = frame.wordsOf(roots);
    const call = frame.spill(roots, [emit(frame.registers(words), [frame.top])]);
    return context.sequence([...frame.checkAtCall(words), ...call]);
  }

  tailCall(
    { callee }: InstructionOf<"tailCall">,
    emit: (hiddenArguments: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef {
    return emit(this.#heap.passRegisters.has(callee) ? this.#frame.registers(0) : []);
  }

  return(emit: (hiddenResults: readonly ExpressionRef[]) => ExpressionRef): ExpressionRef {
    return emit(this.#frame.hasRegisters ? [this.#frame.top.get()] : []);
  }

  // Allocation

  record(instruction: InstructionOf<"construct">, layout: RecordLayout, target: Temporary): ExpressionRef[] {
    const context = this.#context;
    const module = this.#module;
    const op = module.i32;
    const frame = this.#frame;
    const { top } = frame;
    const share = frame.shares.get(instruction);
    const header = op.store(0, 4, target.get(), op.const(layout.shape));
    const record = this.#heap.starts.record(context, target, layout.sliceable);
    const bump = top.set(op.add(target.get(), op.const(layout.bytes)));
    if (share === 0) return [target.set(top.get()), bump, ...record, header];
    const roots = frame.referring([...frame.rootsAcross(instruction), ...instruction.args]);
    const kinds = frame.kindsOf(roots);
    const line = op.const(instruction.site.line);
    if (share !== undefined) {
      const operands = [frame.shadow(), target.get(), op.const(share), line];
      return [
        target.set(top.get()),
        module.if(
          op.gt_u(op.add(top.get(), op.const(share)), this.#global("nurseryLimit")),
          this.#allocateSlowly(this.#heap.slowPaths.reserve(kinds), roots, target, operands),
        ),
        bump,
        ...record,
        header,
      ];
    }
    const operands = [frame.shadow(), target.get(), op.const(layout.shape), line];
    return [
      target.set(top.get()),
      module.if(
        op.gt_u(top.tee(op.add(top.get(), op.const(layout.bytes))), this.#global("nurseryLimit")),
        this.#allocateSlowly(this.#heap.slowPaths.record(kinds), roots, target, operands),
        record.length === 0 ? undefined : context.sequence(record),
      ),
      header,
    ];
  }

  array(instruction: MakesArray, layout: ArrayLayout, target: Temporary): ExpressionRef[] {
    const context = this.#context;
    const op = this.#module.i32;
    const frame = this.#frame;
    const { top } = frame;
    const { length, site } = instruction;
    // What is grown is still needed behind the allocation.
    const needed = instruction.op === "arrayGrow" ? [instruction.array] : [];
    const roots = frame.referring([...frame.rootsAcross(instruction), ...needed]);
    const path = this.#heap.slowPaths.array(frame.kindsOf(roots));
    const module = this.#module;
    const bytes = context.temporary(i32);
    const slowly = this.#allocateSlowly(path, roots, target, [
      ...[frame.shadow(), target.get(), op.const(layout.shape), op.const(site.line), context.value(length)],
    ]);
    const elements = emitScaled(module, context.value(length), layout.stride);
    const clear = (): ExpressionRef[] => {
      const header = (): ExpressionRef => op.const(ARRAY_HEADER_BYTES);
      const operands = [op.add(target.get(), header()), op.sub(bytes.get(), header())];
      return [module.call(this.#heap.names.memoryClear, operands, none)];
    };
    return [
      target.set(top.get()),
      bytes.set(emitGranules(module, op.add(elements, op.const(ARRAY_HEADER_BYTES)))),
      module.if(
        // A length that is no small one, negative ones among them, is for the slow path, whatever its bytes come to.
        op.or(
          op.gt_u(context.value(length), op.const(Math.floor((INLINE_MAX_BYTES - ARRAY_HEADER_BYTES) / layout.stride))),
          op.gt_u(op.add(top.get(), bytes.get()), this.#global("nurseryLimit")),
        ),
        slowly,
        context.sequence([
          top.set(op.add(target.get(), bytes.get())),
          op.store(0, 4, target.get(), op.const(layout.shape)),
          op.store(LENGTH_OFFSET, 4, target.get(), context.value(length)),
          ...this.#heap.starts.record(context, target, true),
          ...(layout.hasPointers ? clear() : []),
        ]),
      ),
      // The core itself clears arrays with pointers only.
      ...(layout.hasPointers || instruction.overwritten ? [] : clear()),
    ];
  }

  /** Calls a slow path, which returns the new object, nurseryTop, and the roots where they are now. */
  #allocateSlowly(
    { name, type }: ReturnType<SlowPaths["record"]>,
    roots: readonly Variable[],
    target: Temporary,
    operands: readonly ExpressionRef[],
  ): ExpressionRef {
    const context = this.#context;
    const module = this.#module;
    const results = context.temporary(type);
    const addresses = roots.map((root) => context.read(root));
    return context.sequence([
      results.set(module.call(name, [...operands, ...addresses], type)),
      target.set(module.tuple.extract(results.get(), 0)),
      this.#frame.top.set(module.tuple.extract(results.get(), 1)),
      ...roots.map((root, index) => context.assignPart(root, 0, module.tuple.extract(results.get(), 2 + index))),
    ]);
  }

  // Roots

  protect(instruction: TakesInput, statements: readonly ExpressionRef[]): ExpressionRef[] {
    const module = this.#module;
    const { nurseryTop, shadowTop } = this.#heap.names;
    const frame = this.#frame;
    const { top } = frame;
    const roots = frame.rootsAcross(instruction);
    const words = frame.wordsOf(roots);
    return [
      frame.checkShadow(words, instruction.site.line),
      ...frame.spill(roots, [
        module.global.set(shadowTop, frame.above(words)),
        module.global.set(nurseryTop, top.get()),
        ...statements,
        top.set(this.#global("nurseryTop")),
      ]),
    ];
  }

  // Write barriers

  beforeStore(instruction: StoreInstruction, { slot, value, kind }: PointerStore): ExpressionRef[] {
    const context = this.#context;
    const frame = this.#frame;
    if (frame.freshStores.has(instruction)) return [];
    // Between steps of marking what is overwritten matters as well, whatever is stored.
    const isHarmless = value.kind === "constant" || !frame.refersToHeap(value);
    if (isHarmless && !this.#heap.isIncremental) return [];
    return [this.#heap.barriers.store(slot, () => context.values(value)[0] as ExpressionRef, kind)];
  }

  beforeFill(instruction: InstructionOf<"arrayFill">, layout: ArrayLayout, place: Place): ExpressionRef[] {
    const context = this.#context;
    if (!this.#needsBarrier(instruction)) return [];
    return this.#heap.barriers.overwrite(layout, instruction.array, place, context.value(instruction.count));
  }

  #needsBarrier(instruction: InstructionOf<"arrayFill">): boolean {
    const frame = this.#frame;
    return !frame.freshStores.has(instruction) && frame.refersToHeap(instruction.array);
  }

  afterFill(instruction: InstructionOf<"arrayFill">, layout: ArrayLayout, place: Place): ExpressionRef[] {
    const context = this.#context;
    if (!this.#needsBarrier(instruction)) return [];
    return [this.#heap.barriers.fill(layout, instruction.array, place, context.value(instruction.count))];
  }

  #unusedRegisters(): ExpressionRef[] {
    return [this.#module.i32.const(0), this.#module.i32.const(0)];
  }

  #global(name: CoreName): ExpressionRef {
    return this.#module.global.get(this.#heap.names[name], i32);
  }
}
