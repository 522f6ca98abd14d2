/**
 * The collected heap: the core's nursery and mature space, as assembly/README.md asks for them.
 *
 * A record is bumped inline; everything else of an allocation is in the slow arm, the spills included. Around a call
 * that may collect, the pointers that live across it stand in the shadow stack; around one that cannot, nothing is
 * done. A pointer stored into an object that has lived through a safepoint passes the write barrier first.
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
import {
  ARRAY_HEADER_BYTES,
  CHUNK_BYTES,
  CHUNKS_BEFORE_NURSERY,
  INLINE_MAX_BYTES,
  LENGTH_OFFSET,
  SLICE_MARK,
  WORD_BYTES,
} from "#contract";
import { FINDER_NUMBERS, HEAP_BASE_MAX, SHADOW_DEFAULT_BYTES, START_FINDERS } from "../../../core/settings.ts";
import { emitGranules, emitScaled, type Place } from "../../codegen/access.ts";
import { coreName, defineImport, fixSetting } from "../../codegen/core.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { Locals } from "../../codegen/locals.ts";
import type { ManagerContext } from "../../codegen/manager.ts";
import type { ExpressionRef, Temporary, WasmType } from "../../codegen/wasm.ts";
import { foldAllocations } from "../../ir/folding.ts";
import type { Instruction, InstructionOf, IrFunction, Variable } from "../../ir/ir.ts";
import { functionsThatMayCollect, withTailCallNeighbours } from "../../ir/safepoints.ts";
import { BuildOptionError, type BuildOptions } from "../../options.ts";
import type { ArrayLayout, Layouts, PointerKind, RecordLayout } from "../linear/layout.ts";
import type { PointerStore, StoreInstruction } from "../linear/linear.ts";
import { Barriers } from "./barriers.ts";
import { checkShadowLimit, Frame } from "./frame.ts";
import { SHADOW_LIMIT, SlowPaths, wordsOf } from "./slow-paths.ts";
import { Starts } from "./starts.ts";

const { i32, none } = binaryen;

/** Where the nursery is: a constant, though its size is not, since the engine may grant less than is asked for. */
const NURSERY_BASE = "gc.nurseryBase";
/** Where the shadow stack begins: a constant as well. */
const SHADOW_BASE = "gc.shadowBase";

/** What of a program is in the heap. */
export interface HeapScope {
  /** Whether an instruction may allocate in the heap. */
  allocates(instruction: Instruction): boolean;
  /** Whether a construction always does, so that it may share the check of one in front of it. */
  isFoldable(construction: InstructionOf<"construct">): boolean;
  /** Whether a variable may refer to the heap. */
  mayRefer(fn: IrFunction, variable: Variable): boolean;
  /** What lies in the memory beside the heap; null for nothing. */
  readonly beside: Beside | null;
}

/** Functions of the core, by the names of their exports. */
export interface Beside {
  /** Gives chunks back, in front of a collection. */
  readonly reclaim: string;
  /** Is told of each collection. */
  readonly collected: string;
}

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
  readonly #layouts: Layouts;
  readonly #scope: HeapScope;
  readonly #mayCollect: ReadonlySet<IrFunction>;
  readonly #passRegisters: ReadonlySet<IrFunction>;
  readonly #isSafepoint: (instruction: Instruction) => boolean;
  readonly #names: Readonly<Record<CoreName, string>>;
  readonly #barriers: Barriers;
  readonly #slowPaths: SlowPaths;
  readonly #starts: Starts;
  /** Slices have a mark in the shadow stack; where every pointer may be interior, they need none. */
  readonly #areMarked: boolean;
  /** What pointers of the whole program there are. */
  readonly #globals: PointerKind[] = [];
  #frame: Frame | null = null;

  constructor(context: ManagerContext, layouts: Layouts, scope: HeapScope) {
    this.#context = context;
    this.#module = context.module;
    this.#layouts = layouts;
    this.#scope = scope;
    this.#names = Object.fromEntries(CORE_NAMES.map((name) => [name, coreName(this.#module, name)])) as Record<
      CoreName,
      string
    >;
    const { options, program, wasi } = context;
    if (!options.traceGc) {
      defineImport(this.#module, "now", (name) => wasi.defineClock(name));
      defineImport(this.#module, "collected", (name) =>
        this.#module.addFunction(name, i32, none, [], this.#tellCollected()),
      );
    }
    const names = { ...this.#names, nurseryBase: NURSERY_BASE };
    this.#barriers = new Barriers(this.#module, names, options.pauseMs !== undefined);
    this.#slowPaths = new SlowPaths(context, this.#names, scope.beside && coreName(this.#module, scope.beside.reclaim));
    this.#starts = new Starts(this.#module, this.#names, options);
    this.#areMarked = options.reps !== "a";
    this.#mayCollect = functionsThatMayCollect(program, (instruction) => scope.allocates(instruction));
    this.#passRegisters = withTailCallNeighbours(program, this.#mayCollect);
    this.#isSafepoint = (instruction) =>
      scope.allocates(instruction) || (instruction.op === "call" && this.#mayCollect.has(instruction.callee));
  }

  /** The body of what the core calls at the end of a collection, with the address of its statistics block. */
  #tellCollected(): ExpressionRef {
    const module = this.#module;
    const { beside } = this.#scope;
    if (beside === null) return module.nop();
    return module.call(coreName(module, beside.collected), [module.local.get(0, i32)], none);
  }

  /** The wasm function (shape, length) -> reference or 0 that allocates an array. */
  get arrayAllocator(): string {
    return this.#names.gcAllocArray;
  }

  // Globals

  /** Pointers of the whole program are the first words of the shadow stack, where a collection begins to look. */
  reserveGlobal(kind: PointerKind): Place {
    this.#globals.push(this.#areMarked ? kind : "box");
    // The last of its words: a slice's mark stands in front of the pointer.
    const offset = (wordsOf(this.#globals) - 1) * WORD_BYTES;
    return { base: () => this.#module.global.get(SHADOW_BASE, i32), offset };
  }

  /** Where the words of the globals begin. */
  globalsAddress(): ExpressionRef {
    return this.#module.global.get(SHADOW_BASE, i32);
  }

  /** How many words a global takes there. */
  wordsOf(kind: PointerKind): number {
    return wordsOf([this.#areMarked ? kind : "box"]);
  }

  /** In front of everything: the marks of slices among the globals, and the shadow stack behind them. */
  #openGlobals(): ExpressionRef[] {
    const op = this.#module.i32;
    const base = (): ExpressionRef => this.#module.global.get(SHADOW_BASE, i32);
    let words = 0;
    const marks: ExpressionRef[] = [];
    for (const kind of this.#globals) {
      if (kind === "slice") marks.push(op.store(words * WORD_BYTES, 4, base(), op.const(SLICE_MARK)));
      words += wordsOf([kind]);
    }
    if (words === 0) return [];
    return [...marks, this.#module.global.set(this.#names.shadowTop, op.add(base(), op.const(words * WORD_BYTES)))];
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
    return this.#passRegisters.has(fn) ? [i32, i32] : [];
  }

  hiddenResults(fn: IrFunction): readonly WasmType[] {
    return this.#passRegisters.has(fn) ? [i32] : [];
  }

  beginFunction(context: FunctionContext): void {
    const { fn } = context;
    const shares = this.#starts.foldable
      ? foldAllocations(
          fn,
          this.#isSafepoint,
          (construction) => this.#scope.isFoldable(construction),
          ({ record }) => this.#layouts.record(record).bytes,
          INLINE_MAX_BYTES,
        )
      : new Map<Instruction, number>();
    const mayRefer = (variable: Variable): boolean => this.#scope.mayRefer(fn, variable);
    // The registers are the first of the hidden parameters.
    const [shadow, top] = context.hidden;
    const registers = this.#passRegisters.has(fn) && shadow && top ? { shadow, top } : null;
    this.#frame = new Frame(context, registers, this.#isSafepoint, mayRefer, shares, this.#areMarked);
  }

  /** Statements in front of a function's body, once that has been lowered, and behind it. */
  finishFunction(context: FunctionContext): { readonly before: ExpressionRef[]; readonly after: ExpressionRef[] } {
    const frame = this.#current();
    this.#frame = null;
    const isOpen = context.fn.results.length === 0 && frame.hasRegisters;
    return { before: frame.checkAtEntry(), after: isOpen ? [this.#module.return(frame.top.get())] : [] };
  }

  call(
    context: FunctionContext,
    instruction: InstructionOf<"call">,
    emit: (hiddenArguments: readonly ExpressionRef[], targets: readonly Temporary[]) => ExpressionRef,
  ): ExpressionRef {
    const { callee } = instruction;
    if (!this.#passRegisters.has(callee)) return emit([], []);
    const frame = this.#current();
    if (!this.#mayCollect.has(callee)) {
      // It only passes on what it is given.
      return emit(frame.hasRegisters ? frame.registers(0) : this.#unusedRegisters(), []);
    }
    const roots = frame.rootsAcross(instruction);
    const words = frame.wordsOf(roots);
    const call = frame.spill(roots, [emit(frame.registers(words), [frame.top])]);
    return context.sequence([...frame.checkAtCall(words), ...call]);
  }

  /** The hidden arguments of a tail call. */
  tailCallArguments({ callee }: InstructionOf<"tailCall">): ExpressionRef[] {
    return this.#passRegisters.has(callee) ? this.#current().registers(0) : [];
  }

  /** The hidden results of a return. */
  returned(): ExpressionRef[] {
    const frame = this.#current();
    return frame.hasRegisters ? [frame.top.get()] : [];
  }

  // Allocation

  allocateRecord(
    context: FunctionContext,
    instruction: InstructionOf<"construct">,
    layout: RecordLayout,
    target: Temporary,
  ): ExpressionRef[] {
    const module = this.#module;
    const op = module.i32;
    const frame = this.#current();
    const { top } = frame;
    const share = frame.shares.get(instruction);
    const header = op.store(0, 4, target.get(), op.const(layout.shape));
    const record = this.#starts.record(context, target, layout.sliceable);
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
          this.#allocateSlowly(context, this.#slowPaths.reserve(kinds), roots, target, operands),
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
        this.#allocateSlowly(context, this.#slowPaths.record(kinds), roots, target, operands),
        record.length === 0 ? undefined : context.sequence(record),
      ),
      header,
    ];
  }

  allocateArray(
    context: FunctionContext,
    instruction: InstructionOf<"arrayNew" | "arrayGrow">,
    layout: ArrayLayout,
    target: Temporary,
  ): ExpressionRef[] {
    const op = this.#module.i32;
    const frame = this.#current();
    const { top } = frame;
    const { length, site } = instruction;
    // What is grown is still needed behind the allocation.
    const needed = instruction.op === "arrayGrow" ? [instruction.array] : [];
    const roots = frame.referring([...frame.rootsAcross(instruction), ...needed]);
    const path = this.#slowPaths.array(frame.kindsOf(roots));
    const module = this.#module;
    const bytes = context.temporary(i32);
    const slowly = this.#allocateSlowly(context, path, roots, target, [
      ...[frame.shadow(), target.get(), op.const(layout.shape), op.const(site.line), context.value(length)],
    ]);
    const elements = emitScaled(module, context.value(length), layout.stride);
    const clear = (): ExpressionRef[] => {
      const header = (): ExpressionRef => op.const(ARRAY_HEADER_BYTES);
      const operands = [op.add(target.get(), header()), op.sub(bytes.get(), header())];
      return [module.call(this.#names.memoryClear, operands, none)];
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
          ...this.#starts.record(context, target, true),
          ...(layout.hasPointers ? clear() : []),
        ]),
      ),
      // The core itself clears arrays with pointers only.
      ...(layout.hasPointers || instruction.overwritten ? [] : clear()),
    ];
  }

  /** Calls a slow path, which returns the new object, nurseryTop, and the roots where they are now. */
  #allocateSlowly(
    context: FunctionContext,
    { name, type }: ReturnType<SlowPaths["record"]>,
    roots: readonly Variable[],
    target: Temporary,
    operands: readonly ExpressionRef[],
  ): ExpressionRef {
    const module = this.#module;
    const results = context.temporary(type);
    const addresses = roots.map((root) => context.read(root));
    return context.sequence([
      results.set(module.call(name, [...operands, ...addresses], type)),
      target.set(module.tuple.extract(results.get(), 0)),
      this.#current().top.set(module.tuple.extract(results.get(), 1)),
      ...roots.map((root, index) => context.assignPart(root, 0, module.tuple.extract(results.get(), 2 + index))),
    ]);
  }

  // Roots

  protect(
    instruction: InstructionOf<"readInput" | "arguments">,
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    const module = this.#module;
    const { nurseryTop, shadowTop } = this.#names;
    const frame = this.#current();
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

  protectLocals(
    locals: Locals,
    addresses: readonly Temporary[],
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    const module = this.#module;
    const op = module.i32;
    const base = locals.add(i32);
    const top = (): ExpressionRef => op.add(base.get(), op.const(addresses.length * WORD_BYTES));
    return [
      base.set(this.#global("shadowTop")),
      checkShadowLimit(module, top(), this.#context.wasi.panic("stackOverflow", 0)),
      ...addresses.map((address, index) => op.store(index * WORD_BYTES, 4, base.get(), address.get())),
      module.global.set(this.#names.shadowTop, top()),
      ...statements,
      module.global.set(this.#names.shadowTop, base.get()),
      ...addresses.map((address, index) => address.set(op.load(index * WORD_BYTES, 4, base.get()))),
    ];
  }

  #current(): Frame {
    if (this.#frame === null) throw new TypeError("no function is being lowered");
    return this.#frame;
  }

  #unusedRegisters(): ExpressionRef[] {
    return [this.#module.i32.const(0), this.#module.i32.const(0)];
  }

  #global(name: CoreName): ExpressionRef {
    return this.#module.global.get(this.#names[name], i32);
  }

  // Write barriers

  beforeStore(
    context: FunctionContext,
    instruction: StoreInstruction,
    { slot, value, kind }: PointerStore,
  ): ExpressionRef[] {
    const frame = this.#current();
    if (frame.freshStores.has(instruction)) return [];
    // Between steps of marking what is overwritten matters as well, whatever is stored.
    const isHarmless = value.kind === "constant" || !frame.refersToHeap(value);
    if (isHarmless && this.#context.options.pauseMs === undefined) return [];
    return [this.#barriers.store(slot, () => context.values(value)[0] as ExpressionRef, kind)];
  }

  beforeFill(
    context: FunctionContext,
    instruction: InstructionOf<"arrayFill">,
    layout: ArrayLayout,
    place: Place,
  ): ExpressionRef[] {
    if (!this.#needsBarrier(instruction)) return [];
    return this.#barriers.overwrite(layout, instruction.array, place, context.value(instruction.count));
  }

  #needsBarrier(instruction: InstructionOf<"arrayFill">): boolean {
    const frame = this.#current();
    return !frame.freshStores.has(instruction) && frame.refersToHeap(instruction.array);
  }

  afterFill(
    context: FunctionContext,
    instruction: InstructionOf<"arrayFill">,
    layout: ArrayLayout,
    place: Place,
  ): ExpressionRef[] {
    if (!this.#needsBarrier(instruction)) return [];
    return [this.#barriers.fill(layout, instruction.array, place, context.value(instruction.count))];
  }

  // The module

  /** Statements that open the heap, with what `_start` hands to main. @param bytesBehind between shadow stack and heap */
  open(bytesBehind: number): OpenedHeap {
    const module = this.#module;
    const { options, wasi, data, settings, program } = this.#context;
    const op = module.i32;
    const failed = wasi.panic("outOfMemory", 0);
    const pauseMicros = Math.ceil((options.pauseMs ?? 0) * 1000);
    const shadowBase = data.seal();
    const globalBytes = wordsOf(this.#globals) * WORD_BYTES;
    const shadowEnd = shadowBase + globalBytes + (options.shadowStackBytes || SHADOW_DEFAULT_BYTES);
    const heapBase = shadowEnd + bytesBehind;
    if (heapBase > HEAP_BASE_MAX) {
      throw new BuildOptionError("shadowStackBytes leaves no room for the heap; lower it");
    }
    module.addGlobal(SHADOW_BASE, i32, false, op.const(shadowBase));
    module.addGlobal(SHADOW_LIMIT, i32, false, op.const(shadowEnd | 0));
    const opened = module.call(
      this.#names.gcInit,
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
    const start = [module.if(opened, failed), this.#fixNursery(heapBase), ...this.#openGlobals()];
    if (options.zeal) start.push(module.call(coreName(module, "gcSetZeal"), [op.const(options.zeal)], none));
    return {
      start,
      shadowEnd,
      mainArguments: this.#passRegisters.has(program.main)
        ? [this.#global("shadowTop"), this.#global("nurseryTop")]
        : [],
      nurseryTop: this.#names.nurseryTop,
      neverInline: [
        this.#names.gcAllocRecord,
        this.#names.gcAllocArray,
        this.#names.gcReserve,
        this.#names.barrierBox,
        this.#names.barrierSlice,
        "gc.remember*",
        "gc.shade*",
        "slow.*",
      ],
    };
  }
}

const CORE_NAMES = [
  "gcInit",
  "gcAllocRecord",
  "gcAllocArray",
  "gcReserve",
  "memoryClear",
  "nurseryTop",
  "nurseryLimit",
  "nurseryBase",
  "nurseryBytes",
  "nurseryStartBits",
  "nurserySideTop",
  "shadowTop",
  "barrierBase",
  "barrierBytes",
  "barrierBox",
  "barrierSlice",
] as const;
type CoreName = (typeof CORE_NAMES)[number];
