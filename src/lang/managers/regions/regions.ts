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
import {
  ARRAY_HEADER_BYTES,
  GRANULE_BYTES,
  LENGTH_OFFSET,
  REGION_BUMP_MAX_BYTES,
  REGION_BYTES,
  REGION_LIMIT,
  REGION_TOP,
  WORD_BYTES,
} from "#contract";
import { alignUp } from "../../../core/align.ts";
import { emitScaled, type Place } from "../../codegen/access.ts";
import { CORE_FEATURES, CORE_MEMORY, coreName, fixSetting, openCore } from "../../codegen/core.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import { defineFunction, type Locals } from "../../codegen/locals.ts";
import type { LifetimePass, ManagerContext, ManagerFactory, ManagerResult } from "../../codegen/manager.ts";
import type { ExpressionRef, Temporary, WasmType } from "../../codegen/wasm.ts";
import type {
  Bound,
  ElementType,
  InstructionOf,
  IrFunction,
  IrGlobal,
  IrProgram,
  LifetimeInstruction,
} from "../../ir/ir.ts";
import { forEachInstruction } from "../../ir/traverse.ts";
import { CollectedHeap, chooseHeap } from "../gc/heap.ts";
import { BarrierFreeManager } from "../linear/barrier-free.ts";
import { findSetBySlices } from "../linear/changes.ts";
import { type ArrayLayout, type PointerKind, pointerKindOf, type RecordLayout } from "../linear/layout.ts";
import type { PointerStore, StoreInstruction } from "../linear/linear.ts";
import { type ArrayPlaces, IN_REGIONS, ON_SPARSE_STACKS } from "./array-places.ts";
import { NEXT_REGION, takeGrown, takeNew } from "./arrays.ts";
import { CollectionCode } from "./collections.ts";
import { FrameCode, type Shared } from "./frame-code.ts";
import type { Sized } from "./frame-layout.ts";
import { heapScope, heapUseOf } from "./heap-scope.ts";
import { type FunctionPlan, planFunctions } from "./plan.ts";
import { prepareRegions } from "./prepare.ts";
import { PrimaryRegions } from "./primary-regions.ts";

const { i32, none } = binaryen;
/** Of the stack of frames, when nobody chooses. */
const FRAMES_DEFAULT_BYTES = 4 << 20;
const CHECK = "regions.check";
const ALLOC_ARRAY = "regions.allocArray";
const ALLOC_ZEROED = "regions.allocZeroed";
const GROW_ARRAY = "regions.growArray";
const GROW_ZEROED = "regions.growZeroed";
/** Functions of the core that are not worth inlining. */
const SLOW = [
  "regionClose",
  "regionReset",
  "regionCollect",
  "checkpointsReturn",
  "checkpointsTell",
  "generationOwn",
  "candidatesReturn",
];

export const regions: ManagerFactory = {
  features: CORE_FEATURES,
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

/** How many words the globals of a program take that lead to objects. @param kindWords what one of a kind takes */
function countGlobals({ functions }: IrProgram, kindWords: (kind: PointerKind) => number): number {
  const globals = new Set<IrGlobal>();
  for (const { body } of functions) {
    forEachInstruction(body, (i) => {
      if (i.op === "globalGet" || i.op === "globalSet") globals.add(i.global);
    });
  }
  return [...globals].reduce((words, { type }) => {
    const kind = pointerKindOf(type);
    return kind === null ? words : words + kindWords(kind);
  }, 0);
}

/** Whether a new array may have any content: nothing reads it, nor does a collection. */
function mayBeUnclear({ overwritten = false }: InstructionOf<"arrayNew" | "arrayGrow">, layout: ArrayLayout): boolean {
  return overwritten && !layout.hasPointers;
}

/** The function that is being lowered. */
interface Current {
  readonly frame: FrameCode;
  readonly collections: CollectionCode;
}

class RegionsManager extends BarrierFreeManager {
  protected readonly arrayAllocator = ALLOC_ARRAY;
  readonly #shared: Shared;
  readonly #grow: string;
  readonly #isSetBySlices: (element: ElementType) => boolean;
  /** The bytes from which on arrays lie apart; null for never. */
  readonly #apartFrom: number | null;
  /** What no region bounds; null where there is nothing like that. */
  readonly #heap: CollectedHeap | null;
  #globalsUsed = 0;
  #now: Current | null = null;

  constructor(context: ManagerContext, arrays: ArrayPlaces) {
    super(context);
    const { module } = this;
    const { data, options, program } = context;
    fixSetting(module, "regionSparseArrays", "regionChooseSparseArrays", arrays.setting);
    this.#isSetBySlices = findSetBySlices(program);
    const isDebug = options.debug ?? false;
    const bytesOf = (instruction: Sized): number | null => this.#bytesOf(instruction);
    // Callees come before their callers.
    const functions = [...context.placement().keys()];
    const plans = planFunctions({ ...program, functions }, bytesOf, isDebug);
    const scope = heapScope(program, context.placement);
    this.#heap = scope === null ? null : new CollectedHeap(context, this.layouts, scope);
    this.#shared = {
      context,
      plans,
      arrays,
      primaries: new PrimaryRegions(context, arrays),
      program: data.reserve(REGION_BYTES, WORD_BYTES),
      globals: this.#heap === null ? this.#reserveGlobals() : this.#globalsOfHeap(this.#heap),
    };
    this.#grow = coreName(module, "regionGrow");
    module.addGlobal(NEXT_REGION, i32, true, module.i32.const(this.#shared.program));
    this.#apartFrom = arrays.apartFrom(options);
    // Only what reads input chooses the heap by the next region: it allocates in a function of its own.
    const inHeap = this.#heap?.arrayAllocator ?? null;
    this.defineArrayAllocator(ALLOC_ARRAY, takeNew(module, false, this.#apartFrom, inHeap));
    this.defineArrayAllocator(ALLOC_ZEROED, takeNew(module, true, this.#apartFrom, null));
    if (isDebug) this.#defineCheck();
    if (!arrays.areApart) return;
    this.defineArrayAllocator(GROW_ARRAY, takeGrown(module, ALLOC_ARRAY, false), 2);
    this.defineArrayAllocator(GROW_ZEROED, takeGrown(module, ALLOC_ZEROED, true), 2);
  }

  /** Side by side, so that a collection finds them: in the heap's shadow stack, if there is a heap. */
  protected override reserveGlobal(kind: PointerKind): Place {
    if (this.#heap !== null) return this.#heap.reserveGlobal(kind);
    return { base: this.#shared.globals.address, offset: this.#globalsUsed++ * WORD_BYTES };
  }

  #reserveGlobals(): Shared["globals"] {
    const count = countGlobals(this.context.program, () => 1);
    const address = this.context.data.reserve(count * WORD_BYTES, WORD_BYTES);
    return { address: () => this.module.i32.const(address), count };
  }

  #globalsOfHeap(heap: CollectedHeap): Shared["globals"] {
    return {
      address: () => heap.globalsAddress(),
      count: countGlobals(this.context.program, (kind) => heap.wordsOf(kind)),
    };
  }

  // Frames and calls

  /** As plan.ts says. */
  override hiddenParameters(fn: IrFunction): readonly WasmType[] {
    const { checkpoint, takesTop } = this.#planOf(fn);
    const count = fn.regions!.length + Number(checkpoint?.isResumed ?? false) + Number(takesTop);
    const own = Array.from({ length: count }, () => i32);
    return [...(this.#heap?.hiddenParameters(fn) ?? []), ...own];
  }

  override hiddenResults(fn: IrFunction): readonly WasmType[] {
    return this.#heap?.hiddenResults(fn) ?? [];
  }

  override beginFunction(context: FunctionContext): void {
    const ofHeap = this.#heap?.hiddenParameters(context.fn).length ?? 0;
    const frame = new FrameCode(this.#shared, context, context.hidden.slice(ofHeap));
    this.#now = { frame, collections: new CollectionCode(this.#shared, context, frame) };
    this.#heap?.beginFunction(context);
  }

  override finishFunction(context: FunctionContext, body: ExpressionRef): ExpressionRef {
    const { frame } = this.#current();
    const { before, after } = this.#heap?.finishFunction(context) ?? { before: [], after: [] };
    return context.sequence([...before, ...frame.enter(), body, ...frame.countAdopted(), ...after]);
  }

  override call(
    context: FunctionContext,
    instruction: InstructionOf<"call">,
    emit: (hiddenArguments: readonly ExpressionRef[], targets: readonly Temporary[]) => ExpressionRef,
  ): ExpressionRef {
    const { checkpoint, takesTop } = this.#planOf(instruction.callee);
    const { frame } = this.#current();
    const hidden = [
      ...this.#passed(instruction),
      ...(checkpoint?.isResumed ? [this.module.i32.const(0)] : []),
      ...(takesTop ? [frame.beyond()] : []),
    ];
    const called =
      this.#heap?.call(context, instruction, (ofHeap, targets) => emit([...ofHeap, ...hidden], targets)) ??
      emit(hidden, []);
    return context.sequence([...this.context.profile.countAt(context, instruction, [called])]);
  }

  override tailCall(
    context: FunctionContext,
    instruction: InstructionOf<"tailCall">,
    emit: (hiddenArguments: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef {
    const { frame } = this.#current();
    const { callee, resumes = false } = instruction;
    const { checkpoint, takesTop } = this.#planOf(callee);
    const jump = (): ExpressionRef =>
      emit([
        ...(this.#heap?.tailCallArguments(instruction) ?? []),
        ...this.#passed(instruction),
        ...(checkpoint?.isResumed ? [resumes ? frame.at(0) : this.module.i32.const(0)] : []),
        ...(takesTop ? [frame.begin()] : []),
      ]);
    return context.sequence([...(resumes ? [] : frame.countAdopted()), jump()]);
  }

  override return(
    context: FunctionContext,
    _instruction: InstructionOf<"return">,
    emit: (hiddenResults: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef {
    const { frame } = this.#current();
    return context.sequence([...frame.countAdopted(), emit(this.#heap?.returned() ?? [])]);
  }

  override beginLoop(_context: FunctionContext, loop: InstructionOf<"loop">): readonly ExpressionRef[] {
    return this.#current().frame.beginLoop(loop);
  }

  override endLoop(_context: FunctionContext, loop: InstructionOf<"loop">): readonly ExpressionRef[] {
    return this.#current().frame.endLoop(loop);
  }

  override lifetime(context: FunctionContext, instruction: LifetimeInstruction): ExpressionRef {
    const { frame, collections } = this.#current();
    switch (instruction.op) {
      case "regionReset":
        return context.sequence(frame.reset(instruction));
      case "regionClose":
        return context.sequence(frame.end());
      case "regionCheckpoint":
      case "regionOpen":
        frame.begins(instruction);
        return this.module.nop();
      case "regionCandidate":
        return frame.divide(instruction.index);
      case "regionCollect":
        return collections.collect(instruction);
      case "regionDrop":
        return context.sequence(collections.drop(instruction));
      case "globalReset":
        return context.sequence(this.#shared.primaries.reset(instruction.global));
      case "arrayFree":
        return context.sequence(this.#freeArray(context, instruction));
      case "accessCheck":
        return this.#checkAccess(context, instruction);
      case "lifetime":
        return super.lifetime(context, instruction);
    }
  }

  /** The regions that a call lends. */
  #passed(call: InstructionOf<"call" | "tailCall">): ExpressionRef[] {
    const { frame } = this.#current();
    return call.bounds!.map((bound) => frame.regionOf(bound));
  }

  #planOf(fn: IrFunction): FunctionPlan {
    return this.#shared.plans.get(fn)!;
  }

  #current(): Current {
    return this.#now!;
  }

  // Allocation

  /** The size of what an instruction makes, if it is known and small enough for a slot. */
  #bytesOf(instruction: Sized): number | null {
    if (instruction.op === "construct") return this.layouts.record(instruction.record).bytes;
    const { length, element } = instruction;
    if (length.kind !== "constant" || typeof length.value !== "number" || length.value < 0) return null;
    return alignUp(ARRAY_HEADER_BYTES + length.value * this.layouts.array(element).stride, GRANULE_BYTES);
  }

  protected allocateRecord(
    context: FunctionContext,
    instruction: InstructionOf<"construct">,
    layout: RecordLayout,
    target: Temporary,
  ): ExpressionRef[] {
    return this.#allocate(
      context,
      instruction.bound!,
      () => this.#recordInRegion(context, instruction, layout, target),
      (heap) => heap.allocateRecord(context, instruction, layout, target),
    );
  }

  /** Allocates where a bound says: in a region, in the heap, or where the caller has said. */
  #allocate(
    context: FunctionContext,
    bound: Bound,
    inRegion: () => ExpressionRef[],
    inHeap: (heap: CollectedHeap) => ExpressionRef[],
  ): ExpressionRef[] {
    const { frame } = this.#current();
    switch (heapUseOf(context.fn, bound)) {
      case "never":
        return inRegion();
      case "always":
        return inHeap(this.#heap!);
      case "sometimes": {
        const region = frame.regionOf(bound);
        return [this.module.if(region, context.sequence(inRegion()), context.sequence(inHeap(this.#heap!)))];
      }
    }
  }

  #recordInRegion(
    context: FunctionContext,
    { site, bound }: InstructionOf<"construct">,
    layout: RecordLayout,
    target: Temporary,
  ): ExpressionRef[] {
    const { module } = this;
    const op = module.i32;
    const header = (): ExpressionRef => op.store(0, 4, target.get(), op.const(layout.shape));
    const { frame } = this.#current();
    const slot = frame.takeSlot(site, target);
    if (slot !== null) return [...slot, header()];
    const region = (): ExpressionRef => frame.regionOf(bound!);
    const end = context.temporary(i32);
    const grown = [
      target.set(module.call(this.#grow, [region(), op.const(layout.bytes)], i32)),
      module.if(op.eqz(target.get()), context.panic("outOfMemory", site.line)),
    ];
    if (layout.bytes > REGION_BUMP_MAX_BYTES) return [...grown, header()];
    const top = frame.topOf(bound!);
    return [
      target.set(top === null ? op.load(REGION_TOP, 4, region()) : top.get()),
      module.if(
        op.gt_u(end.tee(op.add(target.get(), op.const(layout.bytes))), op.load(REGION_LIMIT, 4, region())),
        module.block(null, top === null ? grown : [...frame.storeTop(), ...grown, ...frame.loadTop()]),
        top === null ? op.store(REGION_TOP, 4, region(), end.get()) : top.set(end.get()),
      ),
      header(),
    ];
  }

  protected override allocateArray(
    context: FunctionContext,
    instruction: InstructionOf<"arrayNew" | "arrayGrow">,
    layout: ArrayLayout,
    target: Temporary,
  ): ExpressionRef[] {
    return this.#allocate(
      context,
      instruction.bound!,
      () => this.#arrayInRegion(context, instruction, layout, target),
      (heap) => heap.allocateArray(context, instruction, layout, target),
    );
  }

  #arrayInRegion(
    context: FunctionContext,
    instruction: InstructionOf<"arrayNew" | "arrayGrow">,
    layout: ArrayLayout,
    target: Temporary,
  ): ExpressionRef[] {
    const { module } = this;
    const { length, site } = instruction;
    const { frame } = this.#current();
    const slot = frame.takeSlot(site, target);
    if (slot !== null && instruction.op === "arrayNew") {
      const op = module.i32;
      const header = [
        op.store(0, 4, target.get(), op.const(layout.shape)),
        op.store(LENGTH_OFFSET, 4, target.get(), context.value(length)),
      ];
      if (mayBeUnclear(instruction, layout)) return [...slot, ...header];
      const elements = [
        op.add(target.get(), op.const(ARRAY_HEADER_BYTES)),
        op.const(this.#bytesOf(instruction)! - ARRAY_HEADER_BYTES),
      ];
      return [...slot, ...header, module.call(coreName(module, "memoryClear"), elements, none)];
    }
    const operands = [module.i32.const(layout.shape), context.value(length)];
    return [
      this.#chooseRegion(instruction.bound!),
      target.set(module.call(mayBeUnclear(instruction, layout) ? ALLOC_ARRAY : ALLOC_ZEROED, operands, i32)),
      module.if(module.i32.eqz(target.get()), context.panic("outOfMemory", site.line)),
    ];
  }

  override readInput(context: FunctionContext, instruction: InstructionOf<"readInput">): ExpressionRef {
    const read = super.readInput(context, instruction);
    return context.sequence([this.#chooseRegion(instruction.bound!), read]);
  }

  override arguments(context: FunctionContext, instruction: InstructionOf<"arguments">): ExpressionRef {
    const made = super.arguments(context, instruction);
    return context.sequence([this.#chooseRegion(instruction.bound!), made]);
  }

  /** Says where the arrays go that are made next. */
  #chooseRegion(bound: Bound): ExpressionRef {
    return this.module.global.set(NEXT_REGION, this.#current().frame.regionOf(bound));
  }

  /** What is in an array that does not change any more need not be looked at again, once a collection has left it. */
  override arraySlice(context: FunctionContext, instruction: InstructionOf<"arraySlice">): ExpressionRef {
    const { array, isFinal = false } = instruction;
    const sliced = super.arraySlice(context, instruction);
    const { mayReferToHeap } = this.context.placement().get(context.fn)!;
    if (!isFinal || array.type.kind !== "array" || mayReferToHeap(array)) return sliced;
    const { element } = array.type;
    const { hasPointers, stride } = this.layouts.element(element);
    if (!hasPointers || this.#isSetBySlices(element)) return sliced;
    const op = this.module.i32;
    const noted = op.store(0, 4, context.read(array), op.const(this.layouts.finalShape(element)));
    if (this.#apartFrom === null) return context.sequence([noted, sliced]);
    // Of those apart a collection asks their shape what came to them before: it has to stay.
    const most = Math.floor((this.#apartFrom - GRANULE_BYTES - ARRAY_HEADER_BYTES) / stride);
    if (most < 1) return sliced;
    const isNear = op.le_u(op.load(LENGTH_OFFSET, 4, context.read(array)), op.const(most));
    return context.sequence([this.module.if(isNear, noted), sliced]);
  }

  /** An array that lies apart grows where it is. */
  override arrayGrow(context: FunctionContext, instruction: InstructionOf<"arrayGrow">): ExpressionRef {
    if (!this.#shared.arrays.areApart) return super.arrayGrow(context, instruction);
    const { frame } = this.#current();
    switch (heapUseOf(context.fn, instruction.bound!)) {
      case "never":
        return this.#growInPlace(context, instruction);
      case "always":
        return super.arrayGrow(context, instruction);
      case "sometimes":
        return this.module.if(
          frame.regionOf(instruction.bound!),
          this.#growInPlace(context, instruction),
          super.arrayGrow(context, instruction),
        );
    }
  }

  #growInPlace(context: FunctionContext, instruction: InstructionOf<"arrayGrow">): ExpressionRef {
    const { module } = this;
    const { dst, array, used, element, length, site } = instruction;
    const layout = this.layouts.array(element);
    const target = context.temporary(i32);
    const operands = [
      module.i32.const(layout.shape),
      context.value(length),
      context.read(array),
      emitScaled(module, context.value(used), layout.stride),
    ];
    const grow = mayBeUnclear(instruction, layout) ? GROW_ARRAY : GROW_ZEROED;
    return context.sequence([
      this.#chooseRegion(instruction.bound!),
      target.set(module.call(grow, operands, i32)),
      module.if(module.i32.eqz(target.get()), context.panic("outOfMemory", site.line)),
      ...this.countArray(site, layout, () => context.value(length)),
      context.assign(dst, [target.get()]),
    ]);
  }

  // Roots and barriers of the heap

  protected override protect(
    context: FunctionContext,
    instruction: InstructionOf<"readInput" | "arguments">,
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    return this.#heap?.protect(instruction, statements) ?? super.protect(context, instruction, statements);
  }

  protected override protectLocals(
    locals: Locals,
    addresses: readonly Temporary[],
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    const heap = this.#heap;
    return heap?.protectLocals(locals, addresses, statements) ?? super.protectLocals(locals, addresses, statements);
  }

  protected override beforeStore(
    context: FunctionContext,
    instruction: StoreInstruction,
    store: PointerStore,
  ): ExpressionRef[] {
    return this.#heap?.beforeStore(context, instruction, store) ?? [];
  }

  protected override beforeFill(
    context: FunctionContext,
    instruction: InstructionOf<"arrayFill">,
    layout: ArrayLayout,
    place: Place,
  ): ExpressionRef[] {
    return this.#heap?.beforeFill(context, instruction, layout, place) ?? [];
  }

  protected override afterFill(
    context: FunctionContext,
    instruction: InstructionOf<"arrayFill">,
    layout: ArrayLayout,
    place: Place,
  ): ExpressionRef[] {
    return this.#heap?.afterFill(context, instruction, layout, place) ?? [];
  }

  /** Frees the array that a variable, or the record that it refers to in a field, has the only reference to. */
  #freeArray(context: FunctionContext, { owner, field }: InstructionOf<"arrayFree">): ExpressionRef[] {
    const { module } = this;
    const { frame } = this.#current();
    const { type } = owner;
    const array =
      type.kind === "record" && field !== null
        ? this.loadField(context, owner, type.record, field)
        : context.read(owner);
    const { bytes, generations } = frame.plan.layout;
    const bounds = [generations.from, generations.to].map((each) => (bytes > 0 ? frame.at(each) : module.i32.const(0)));
    const freed = module.call(coreName(module, "regionArrayFree"), [array, ...bounds], none);
    // The address of an empty slice may be anything.
    return [type.kind === "slice" ? module.if(context.read(owner, 1), freed) : freed];
  }

  // Checks of debug builds

  #checkAccess(context: FunctionContext, { object, isWritten, line }: InstructionOf<"accessCheck">): ExpressionRef {
    const { module } = this;
    const { frame } = this.#current();
    const operands = [module.i32.const(isWritten ? 1 : 0), frame.beyond(), module.i32.const(line)];
    return module.call(CHECK, [context.read(object), ...operands], none);
  }

  /** `regions.check(address, isWritten, framesEnd, line)`: stops the program if what is there has ended. */
  #defineCheck(): void {
    const { module } = this;
    defineFunction(module, CHECK, [i32, i32, i32, i32], [], (locals) => {
      const given = [0, 1, 2].map((index) => locals.parameter(index).get());
      const stop = this.context.wasi.panic("ended", () => locals.parameter(3).get());
      return [module.if(module.call(coreName(module, "regionHasEnded"), given, i32), stop)];
    });
  }

  // The module

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
      neverInline: [CHECK, this.#grow, ...slow.map((name) => coreName(module, name)), ...(opened?.neverInline ?? [])],
    };
  }
}
