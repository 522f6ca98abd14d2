/**
 * The manager `regions` (seed note 003): an object is allocated where placement says that it ends. What stays with a call goes
 * to a region of the call's frame, what stays with a round of a loop to one of that round, and what leaves to a region
 * that the caller says, by a hidden argument. Leaving a frame, and ending a round, frees what is in its regions at once.
 *
 * Objects look as under `gc`. Nothing is protected and no store is observed: by placement no object refers to one that ends
 * before it. What piles up is collected where a round of a loop or a tail call begins, and what is made for a result and not
 * returned ends where the call returns. Segments, frames and marks are drawn in assembly/region/.
 */

import binaryen from "binaryen";
import {
  ARRAY_HEADER_BYTES,
  GRANULE_BYTES,
  LENGTH_OFFSET,
  MARK_BYTES,
  MARK_DUE,
  MARK_REGION,
  MARK_TAKEN,
  MARK_TOP,
  REGION_ARRAYS,
  REGION_BUMP_MAX_BYTES,
  REGION_BYTES,
  REGION_FIRST,
  REGION_HAS_ARRAYS,
  REGION_LEAST_DUE_BYTES,
  REGION_LIMIT,
  REGION_STATISTICS,
  REGION_STATISTICS_BYTES,
  REGION_TAKEN,
  REGION_TOP,
  SPARSE_BYTES,
  WORD_BYTES,
} from "../../../heap/contract.ts";
import { alignUp } from "../../../heap/layout.ts";
import { CORE_FEATURES, CORE_MEMORY, coreName, fixSetting, openCore } from "../../emit/link.ts";
import type { FunctionCounter } from "../../emit/profile.ts";
import type { IrFunction, IrGlobal, IrProgram, Site } from "../../ir/ir.ts";
import { type Bound, computeBounds, type FunctionBounds } from "../../ir/placement/bounds.ts";
import { forEachInstruction } from "../../ir/traverse.ts";
import { emitScaled, type Place } from "../linear/access.ts";
import { type ArrayLayout, pointerKindOf, type RecordLayout } from "../linear/layout.ts";
import { StillManager } from "../linear/still.ts";
import type {
  ExpressionRef,
  FunctionContext,
  InstructionOf,
  ManagerContext,
  ManagerFactory,
  ManagerResult,
  Temporary,
  WasmType,
} from "../manager.ts";
import { APART_MIN_BYTES, NEXT_REGION, takeGrown, takeNew } from "./arrays.ts";
import { type FrameLayout, type FrameRegion, layoutFrame, levelOf, type Sized } from "./frames.ts";
import { findLoans, type Loan } from "./loans.ts";
import { findRescues, type Rescue, type Roots, rootsAmong } from "./rescue.ts";

const { i32, none } = binaryen;
/** Of the stack of frames, when nobody chooses. */
const FRAMES_DEFAULT_BYTES = 4 << 20;
const ALLOC_ARRAY = "regions.allocArray";
const ALLOC_ZEROED = "regions.allocZeroed";
const GROW_ARRAY = "regions.growArray";
const GROW_ZEROED = "regions.growZeroed";
/** Functions of the core that are not worth inlining. */
const SLOW = ["regionReturn", "regionRenew", "regionsCollect", "marksReturn", "marksTell", "markOwn"];
const SLOW_OF_ARRAYS = ["regionArray", "regionArrayGrow"];
const SPARSE_ALIGNMENT = 8;

export const regions: ManagerFactory = {
  name: "regions",
  summary: "regions of calls and rounds of loops, freed at once; lifetimes are decided by the compiler",
  features: CORE_FEATURES,
  hasProfile: true,
  createModule(options) {
    return openCore(options.debug ?? false);
  },
  create: (context) => new RegionsManager(context, false),
};

export const sparse: ManagerFactory = {
  ...regions,
  name: "sparse",
  summary: "as regions, with arrays on sparse stacks, where they grow without a copy",
  create: (context) => new RegionsManager(context, true),
};

/** The function that is being lowered. */
interface Frame {
  readonly fn: IrFunction;
  readonly bounds: FunctionBounds;
  readonly layout: FrameLayout;
  /** Its address; null for a function without marks and regions. */
  readonly base: Temporary | null;
  /** The loops between whose rounds its regions, or those that it was lent, may be collected. */
  readonly rescues: ReadonlyMap<InstructionOf<"loop">, Rescue>;
  /** What it does about regions that it was lent. */
  readonly loan: Loan | null;
  /** Words that collections need behind the frame. */
  rootWords: number;
}

/** How many globals of a program lead to objects. */
function countGlobals({ functions }: IrProgram): number {
  const globals = new Set<IrGlobal>();
  for (const { body } of functions) {
    forEachInstruction(body, (i) => {
      if (i.op === "globalGet" || i.op === "globalSet") globals.add(i.global);
    });
  }
  return [...globals].filter(({ type }) => pointerKindOf(type) !== null).length;
}

/** Where the marks of lent regions lie, from the frame's start. */
function marksOf({ marks }: Loan): number[] {
  return Array.from({ length: marks }, (_, index) => index * MARK_BYTES);
}

/** Whether a new array may have any content: nothing reads it, nor does a collection. */
function mayBeUnclear({ overwritten = false }: InstructionOf<"arrayNew" | "arrayGrow">, layout: ArrayLayout): boolean {
  return overwritten && !layout.hasPointers;
}

class RegionsManager extends StillManager {
  protected readonly arrayAllocator = ALLOC_ARRAY;
  readonly #bounds: ReadonlyMap<IrFunction, FunctionBounds>;
  readonly #rescues: ReadonlyMap<IrFunction, ReadonlyMap<InstructionOf<"loop">, Rescue>>;
  readonly #loans: ReadonlyMap<IrFunction, Loan>;
  readonly #grow: string;
  readonly #frameTop: string;
  readonly #isDebug: boolean;
  /** Whether arrays have sparse stacks. */
  readonly #isSparse: boolean;
  /** The region of what ends with the program. */
  readonly #program: number;
  /** The words of the program's globals that lead to objects. */
  readonly #globals: { readonly address: number; readonly count: number; used: number };
  /** The sparse stacks of functions. */
  readonly #stacks = new Map<IrFunction, number>();
  #frame: Frame | null = null;

  constructor(context: ManagerContext, isSparse: boolean) {
    super(context);
    this.#isSparse = isSparse;
    fixSetting(this.module, "arraysApart", "chooseArraysApart", isSparse ? 1 : 0);
    this.#bounds = computeBounds(context.placement());
    this.#rescues = new Map([...this.#bounds].map(([fn, bounds]) => [fn, findRescues(fn, bounds)]));
    this.#loans = findLoans(context.program, this.#bounds, (fn, index) =>
      [...this.#rescues.get(fn)!.values()].some(({ lent }) => lent.includes(index)),
    );
    this.#grow = coreName(this.module, "regionGrow");
    this.#frameTop = coreName(this.module, "frameTop");
    this.#isDebug = context.options.debug ?? false;
    this.#program = context.data.reserve(REGION_BYTES, WORD_BYTES);
    const globals = countGlobals(context.program);
    this.#globals = { address: context.data.reserve(globals * WORD_BYTES, WORD_BYTES), count: globals, used: 0 };
    this.module.addGlobal(NEXT_REGION, i32, true, this.module.i32.const(this.#program));
    // Where rare paths are looked for, no array is short.
    const apartFrom = isSparse ? (context.options.zeal ? 0 : APART_MIN_BYTES) : null;
    this.defineArrayAllocator(ALLOC_ARRAY, takeNew(this.module, false, apartFrom));
    this.defineArrayAllocator(ALLOC_ZEROED, takeNew(this.module, true, apartFrom));
    if (!isSparse) return;
    this.defineArrayAllocator(GROW_ARRAY, takeGrown(this.module, ALLOC_ARRAY, false), 2);
    this.defineArrayAllocator(GROW_ZEROED, takeGrown(this.module, ALLOC_ZEROED, true), 2);
  }

  /** Side by side, so that a collection finds them. */
  protected override reserveGlobal(): Place {
    const address = this.#globals.address + this.#globals.used++ * WORD_BYTES;
    return { base: () => this.module.i32.const(address), offset: 0 };
  }

  // Frames and calls

  /** The regions that are lent; in a chain, also the first call's marks, or 0. */
  override hiddenParameters(fn: IrFunction): readonly WasmType[] {
    const lent = this.#bounds.get(fn)!.hidden.map(() => i32);
    return this.#isInChain(fn) ? [...lent, i32] : lent;
  }

  override beginFunction(context: FunctionContext): void {
    const { fn } = context;
    const bounds = this.#bounds.get(fn)!;
    const loan = this.#loans.get(fn) ?? null;
    const isMarked = (index: number): boolean => loan !== null && (loan.isOutermost || loan.marked.includes(index));
    const rescues = new Map(
      [...this.#rescues.get(fn)!].flatMap(([loop, rescue]) => {
        const lent = rescue.lent.filter(isMarked);
        return lent.length + rescue.filled.length === 0 ? [] : [[loop, { ...rescue, lent }] as const];
      }),
    );
    const layout = layoutFrame(fn, bounds, loan?.marks ?? 0, rescues.size > 0, (instruction) =>
      this.#bytesOf(instruction),
    );
    const base = layout.bytes > 0 ? context.temporary(i32) : null;
    this.#frame = { fn, bounds, layout, base, rescues, loan, rootWords: 0 };
  }

  override finishFunction(context: FunctionContext, body: ExpressionRef): ExpressionRef {
    return context.sequence([...this.#enter(context), body, ...this.#countAdopted(), ...this.#leave()]);
  }

  override call(
    context: FunctionContext,
    instruction: InstructionOf<"call">,
    emit: (hiddenArguments: readonly ExpressionRef[], targets: readonly Temporary[]) => ExpressionRef,
  ): ExpressionRef {
    const called = emit(this.#passed(context, instruction), []);
    return context.sequence(this.context.profile.countAt(context, instruction, [called]));
  }

  override tailCall(
    context: FunctionContext,
    instruction: InstructionOf<"tailCall">,
    emit: (hiddenArguments: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef {
    const { layout, loan } = this.#current();
    const { callee, args } = instruction;
    const renewed = (): ExpressionRef[] => [
      ...this.#countSegments(),
      ...[...layout.regions.values()].flatMap((region) => this.#renew(region)),
    ];
    const jump = (): ExpressionRef => emit(this.#passed(context, instruction));
    if (loan === null || !loan.chain.has(callee)) {
      // A jump of the function to itself does not come by the prologue: the frame stays, and its regions begin anew.
      const ended = callee === context.fn ? renewed() : [...this.#countAdopted(), ...this.#leave()];
      return context.sequence([...ended, jump()]);
    }
    const ended = callee === context.fn ? renewed() : this.#end();
    const collected = this.#collect(context, marksOf(loan), [], rootsAmong(args));
    return context.sequence([...ended, collected, jump()]);
  }

  override return(
    context: FunctionContext,
    { values }: InstructionOf<"return">,
    emit: (hiddenResults: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef {
    const dropped = this.#drop(context, rootsAmong(values));
    return context.sequence([...this.#end(), ...dropped, ...this.#countAdopted(), ...this.#release(), emit([])]);
  }

  override beginRound(context: FunctionContext, loop: InstructionOf<"loop">): readonly ExpressionRef[] {
    const rescue = this.#current().rescues.get(loop);
    return [...this.#renewRounds(loop), ...(rescue === undefined ? [] : [this.#rescue(context, rescue)])];
  }

  /** The last round has ended as well. */
  override endLoop(_context: FunctionContext, loop: InstructionOf<"loop">): readonly ExpressionRef[] {
    return this.#renewRounds(loop);
  }

  /** Ends the rounds of a loop and of those in it, which may have been left by a jump. */
  #renewRounds(loop: InstructionOf<"loop">): ExpressionRef[] {
    const { bounds, layout } = this.#current();
    const level = bounds.loops.get(loop);
    if (level === undefined) return [];
    const poisoned = [...layout.slotsOf].flatMap(([at, { from, to }]) => (at < level ? [] : this.#poison(from, to)));
    return [
      ...this.#countSegments(),
      ...poisoned,
      ...[...layout.regions].flatMap(([at, region]) => (at < level ? [] : this.#renew(region))),
    ];
  }

  /** Collects the regions around a loop, if those that its rounds fill have taken as much as they may. */
  #rescue(context: FunctionContext, { level, filled, lent, roots }: Rescue): ExpressionRef {
    const { layout, loan } = this.#current();
    const marks = lent.length === 0 ? [] : marksOf(loan!);
    const around = [...layout.regions].filter(([at]) => at < level);
    return this.#collect(context, marks, around, roots, filled);
  }

  /**
   * Collects what has come to marked regions, if it is due.
   * @param lent the marks of lent regions: from the frame's start
   * @param around regions of the function's own
   * @param filled the levels of those of them that grow
   */
  #collect(
    context: FunctionContext,
    lent: readonly number[],
    around: readonly (readonly [level: number, region: FrameRegion])[],
    roots: Roots,
    filled: readonly number[] = [],
  ): ExpressionRef {
    const { module } = this;
    const op = module.i32;
    const { layout, loan } = this.#current();
    const own = around.map(([, region]) => region);
    const taken = (region: ExpressionRef): ExpressionRef => op.load(REGION_TAKEN, 4, region);
    const isDue = (region: ExpressionRef, mark: number): ExpressionRef =>
      op.gt_u(taken(region), op.load(MARK_DUE, 4, this.#inFrame(mark)));
    const due = [
      ...lent.map((mark) => isDue(op.load(MARK_REGION, 4, this.#inFrame(mark)), mark)),
      ...filled.map((level) => {
        const { offset, mark } = layout.regions.get(level)!;
        return isDue(this.#inFrame(offset), mark!);
      }),
    ];
    const isAnyDue = this.context.options.zeal ? op.const(1) : due.reduce((either, each) => op.or(either, each));
    const first = lent.length > 0 ? 0 : own[0]!.mark!;
    const end = own.length > 0 ? own.at(-1)!.mark! + MARK_BYTES : layout.lentEnd;
    const marked = own.map(({ offset, bytes, mark }) => {
      const operands = [mark!, offset, offset + REGION_BYTES + bytes].map((each) => this.#inFrame(each));
      return module.call(coreName(module, "markOwn"), operands, none);
    });
    const isProgram = lent.length > 0 && loan!.isOutermost;
    const globals = isProgram ? [this.#globals.address, this.#globals.count] : [0, 0];
    const collect = this.#withRoots(context, roots, (operands) =>
      module.call(
        coreName(module, "regionsCollect"),
        [this.#inFrame(first), this.#inFrame(end), ...operands, ...globals.map((each) => op.const(each))],
        none,
      ),
    );
    return module.if(isAnyDue, module.block(null, [...this.#countSegments(), ...marked, ...collect]));
  }

  /**
   * Calls what may collect, with variables in memory, behind the frame, that may be changed there: with where they are, and how
   * many of each kind.
   */
  #withRoots(
    context: FunctionContext,
    { boxes, slices }: Roots,
    call: (operands: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef[] {
    const { i32: op } = this.module;
    const { counters, profile } = this.context;
    const frame = this.#current();
    const { bytes } = frame.layout;
    const roots = [...boxes, ...slices];
    frame.rootWords = Math.max(frame.rootWords, roots.length);
    const base = (): ExpressionRef => frame.base!.get();
    const called = [
      ...counters.pauseBegin(),
      call([this.#inFrame(bytes), op.const(boxes.length), op.const(slices.length)]),
      ...counters.pauseEnd(),
    ];
    return [
      ...roots.map((root, at) => op.store(bytes + at * WORD_BYTES, 4, base(), context.read(root))),
      ...profile.countFor(context, this.#coreCounters(), called),
      ...roots.map((root, at) => context.assignPart(root, 0, op.load(bytes + at * WORD_BYTES, 4, base()))),
    ];
  }

  /** Where the function returns: ends what it has made for its results and does not return. */
  #drop(context: FunctionContext, roots: Roots): ExpressionRef[] {
    const { module } = this;
    const op = module.i32;
    const { layout, loan } = this.#current();
    if (loan === null || !loan.mayDrop) return [];
    const zeal = this.context.options.zeal ? 1 : 0;
    const general = (): ExpressionRef[] =>
      this.#withRoots(context, roots, (operands) => {
        const marks = [0, layout.lentEnd].map((each) => this.#inFrame(each));
        return module.call(coreName(module, "marksReturn"), [...marks, op.const(zeal), ...operands], none);
      });
    const [index] = loan.marked;
    const isSeen = zeal > 0 || this.#isDebug || this.context.options.profile;
    if (loan.marks > 1 || loan.others.length > 0 || loan.chain.size > 0 || isSeen) return general();
    // Mostly little has come, all of it in one piece: then addresses tell.
    const region = (): ExpressionRef => context.hidden[index!]!.get();
    const marked = (field: number): ExpressionRef => op.load(field, 4, this.#inFrame(0));
    const top = (): ExpressionRef => op.load(REGION_TOP, 4, region());
    const isReturned = [...roots.boxes, ...roots.slices]
      .map((root) => op.lt_u(op.sub(context.read(root), marked(MARK_TOP)), op.sub(top(), marked(MARK_TOP))))
      .reduce((either, each) => op.or(either, each), op.const(0));
    return [
      module.if(
        op.eq(op.load(REGION_TAKEN, 4, region()), marked(MARK_TAKEN)),
        module.if(op.eqz(isReturned), op.store(REGION_TOP, 4, region(), marked(MARK_TOP))),
        module.block(null, general()),
      ),
    ];
  }

  #enter(context: FunctionContext): ExpressionRef[] {
    const { module } = this;
    const { base, layout, loan, rootWords } = this.#current();
    if (base === null) return [];
    const top = (): ExpressionRef => module.global.get(this.#frameTop, i32);
    const beyond = (bytes: number): ExpressionRef => module.i32.add(base.get(), module.i32.const(bytes));
    const limit = module.global.get(coreName(module, "frameLimit"), i32);
    const isFull = module.i32.gt_u(beyond(layout.bytes + rootWords * WORD_BYTES), limit);
    const isFirst = loan !== null && loan.chain.size > 0;
    const inherited = (): ExpressionRef => context.hidden.at(-1)!.get();
    return [
      base.set(isFirst ? module.select(inherited(), inherited(), top()) : top()),
      module.if(isFull, context.panic("stackOverflow", context.fn.line)),
      module.global.set(this.#frameTop, beyond(layout.bytes)),
      ...this.context.profile.countFrames(() =>
        module.i32.sub(beyond(layout.bytes + rootWords * WORD_BYTES), this.#framesBase()),
      ),
      ...(loan === null ? [] : this.#setMarks(context, loan, isFirst ? inherited : null)),
      ...[...layout.regions.values()].flatMap((region) => this.#open(region)),
    ];
  }

  /** Marks the lent regions, unless the marks are there already. */
  #setMarks(context: FunctionContext, loan: Loan, inherited: (() => ExpressionRef) | null): ExpressionRef[] {
    const { module } = this;
    const op = module.i32;
    const { marked, others, isOutermost } = loan;
    if (isOutermost) {
      const begin = [this.#inFrame(0), op.const(this.#program), op.const(this.#program + REGION_BYTES)];
      return [module.call(coreName(module, "markOwn"), begin, none), this.#noteDue(0)];
    }
    const hidden = (index: number): ExpressionRef => context.hidden[index]!.get();
    const set = marked.map((index, at) =>
      module.call(coreName(module, "markSet"), [this.#inFrame(at * MARK_BYTES), hidden(index)], none),
    );
    const unused = marksOf(loan)
      .slice(marked.length)
      .map((mark) => module.call(coreName(module, "markNone"), [this.#inFrame(mark)], none));
    const tell = (other: ExpressionRef): ExpressionRef =>
      module.call(
        coreName(module, "marksTell"),
        [this.#inFrame(0), this.#inFrame(marked.length * MARK_BYTES), other],
        none,
      );
    const told = marked.length === 0 ? [] : others.map((index) => tell(hidden(index)));
    if (marked.length > 1 && others.length === 0) told.push(tell(op.const(0)));
    const all = [...set, ...unused, ...told];
    if (inherited === null || all.length === 0) return all;
    return [module.if(op.eqz(inherited()), module.block(null, all))];
  }

  /** Ends the function's own regions. */
  #end(): ExpressionRef[] {
    const { layout } = this.#current();
    const own = [...layout.regions.values()];
    if (own.length + layout.slots.size === 0) return [];
    // Marks are still needed.
    const start = own[0]?.offset ?? [...layout.slotsOf.values()][0]!.from;
    const ended = own.map((region) => this.#return(region));
    return [...this.#countSegments(), ...ended, ...this.#poison(start, layout.bytes)];
  }

  #release(): ExpressionRef[] {
    const { base } = this.#current();
    return base === null ? [] : [this.module.global.set(this.#frameTop, base.get())];
  }

  #leave(): ExpressionRef[] {
    return [...this.#end(), ...this.#release()];
  }

  #open({ offset, bytes, mark }: FrameRegion): ExpressionRef[] {
    const { module } = this;
    const op = module.i32;
    const start = offset + REGION_BYTES;
    return [
      op.store(REGION_TOP, 4, this.#inFrame(offset), this.#inFrame(start)),
      op.store(REGION_LIMIT, 4, this.#inFrame(offset), this.#inFrame(start + bytes)),
      // And what it has taken.
      module.i64.store(REGION_FIRST, 8, this.#inFrame(offset), module.i64.const(0n)),
      ...(this.#isSparse ? [op.store(REGION_ARRAYS, 4, this.#inFrame(offset), op.const(this.#stack()))] : []),
      ...(mark === null ? [] : [this.#noteDue(mark)]),
    ];
  }

  /** Notes when a region of the function's own, which is empty, is collected for the first time. */
  #noteDue(mark: number): ExpressionRef {
    const { i32: op } = this.module;
    return op.store(MARK_DUE, 4, this.#inFrame(mark), op.const(REGION_LEAST_DUE_BYTES));
  }

  /** Ends all that is in a region, which goes on empty. */
  #renew(region: FrameRegion): ExpressionRef[] {
    const { module } = this;
    const op = module.i32;
    const { offset, bytes, mark } = region;
    const start = offset + REGION_BYTES;
    const [at, from, to] = [offset, start, start + bytes];
    const renewed = module.call(
      coreName(module, "regionRenew"),
      [at, from, to].map((each) => this.#inFrame(each)),
      none,
    );
    const due = mark === null ? [] : [this.#noteDue(mark)];
    return [
      ...this.#poison(from, to),
      module.if(
        this.#hasMore(region),
        module.block(null, [renewed, ...due]),
        op.store(REGION_TOP, 4, this.#inFrame(offset), this.#inFrame(start)),
      ),
    ];
  }

  /** Ends what a region has beyond its first bytes, if there is anything. */
  #return(region: FrameRegion): ExpressionRef {
    const { module } = this;
    const call = module.call(coreName(module, "regionReturn"), [this.#inFrame(region.offset)], none);
    return module.if(this.#hasMore(region), call);
  }

  /** Whether a region has segments, or arrays on a sparse stack. */
  #hasMore({ offset }: FrameRegion): ExpressionRef {
    const { i32: op } = this.module;
    const first = op.load(REGION_FIRST, 4, this.#inFrame(offset));
    if (!this.#isSparse) return first;
    return op.or(first, op.and(op.load(REGION_ARRAYS, 4, this.#inFrame(offset)), op.const(REGION_HAS_ARRAYS)));
  }

  /** The sparse stack of the function that is being lowered. */
  #stack(): number {
    const { fn } = this.#current();
    const known = this.#stacks.get(fn) ?? this.context.data.reserve(SPARSE_BYTES, SPARSE_ALIGNMENT);
    this.#stacks.set(fn, known);
    return known;
  }

  #poison(from: number, to: number): ExpressionRef[] {
    const { module } = this;
    if (!this.#isDebug) return [];
    return [module.call(coreName(module, "poisonFrames"), [this.#inFrame(from), this.#inFrame(to)], none)];
  }

  #inFrame(offset: number): ExpressionRef {
    const { i32: op } = this.module;
    const base = this.#current().base!.get();
    return offset === 0 ? base : op.add(base, op.const(offset));
  }

  #passed(context: FunctionContext, call: InstructionOf<"call" | "tailCall">): ExpressionRef[] {
    const regions = (this.#current().bounds.calls.get(call) ?? []).map((bound) => this.#regionOf(context, bound));
    if (!this.#isInChain(call.callee)) return regions;
    const goesOn = call.op === "tailCall" && this.#current().loan?.chain.has(call.callee) === true;
    return [...regions, goesOn ? this.#inFrame(0) : this.module.i32.const(0)];
  }

  #regionOf(context: FunctionContext, bound: Bound): ExpressionRef {
    if (bound.of === "caller") return context.hidden[bound.index]!.get();
    return this.#inFrame(this.#current().layout.regions.get(levelOf(bound)!)!.offset);
  }

  /** Puts the address of a site's slot into `target`; nothing where it has none. */
  #takeSlot(site: Site, target: Temporary): ExpressionRef[] | null {
    const slot = this.#current().layout.slots.get(site);
    return slot === undefined ? null : [target.set(this.#inFrame(slot))];
  }

  /** The size of what an instruction makes, if it is known and small enough for a slot. */
  #bytesOf(instruction: Sized): number | null {
    if (instruction.op === "construct") return this.layouts.record(instruction.record).bytes;
    const { length, element } = instruction;
    if (length.kind !== "constant" || typeof length.value !== "number" || length.value < 0) return null;
    return alignUp(ARRAY_HEADER_BYTES + length.value * this.layouts.array(element).stride, GRANULE_BYTES);
  }

  #regionOfSite(context: FunctionContext, site: Site): ExpressionRef {
    return this.#regionOf(context, this.#current().bounds.sites.get(site)!);
  }

  #isInChain(fn: IrFunction): boolean {
    return (this.#loans.get(fn)?.chain.size ?? 0) > 0;
  }

  #current(): Frame {
    return this.#frame!;
  }

  // Profiles: nothing is emitted in other builds

  /** The most segments that the function's own regions have: in front of whatever takes some from them. */
  #countSegments(): ExpressionRef[] {
    const { fn, layout } = this.#current();
    const op = this.module.i32;
    const own = [...layout.regions.values()];
    if (own.length === 0) return [];
    const taken = (): ExpressionRef =>
      own.map(({ offset }) => op.load(REGION_TAKEN, 4, this.#inFrame(offset))).reduce((sum, each) => op.add(sum, each));
    return this.context.profile.raise(fn, "segments", taken);
  }

  /** What has come to the regions that the function was lent, and stays there: where it ends. */
  #countAdopted(): ExpressionRef[] {
    const { module } = this;
    const { fn, layout, loan } = this.#current();
    // What ends with the program has nobody who takes it over.
    if (loan === null || loan.isOutermost) return [];
    const operands = (): ExpressionRef[] => [this.#inFrame(0), this.#inFrame(layout.lentEnd)];
    return this.context.profile.add(fn, "adopted", () => module.call(coreName(module, "marksFilled"), operands(), i32));
  }

  /** What the core counts for whichever function calls it. */
  #coreCounters(): Readonly<Partial<Record<FunctionCounter, () => ExpressionRef>>> {
    const { i32: op, i64: wide } = this.module;
    const { collections, copiedBytes, droppedBytes } = REGION_STATISTICS;
    return {
      collections: () => wide.extend_u(op.load(collections, 4, this.#statistics())),
      copied: () => wide.load(copiedBytes, 8, this.#statistics()),
      dropped: () => wide.load(droppedBytes, 8, this.#statistics()),
    };
  }

  #framesBase(): ExpressionRef {
    const { i32: op } = this.module;
    return op.add(this.#statistics(), op.const(REGION_STATISTICS_BYTES));
  }

  /** The address of the statistics block. */
  #statistics(): ExpressionRef {
    return this.module.call(coreName(this.module, "regionsStatistics"), [], i32);
  }

  // Allocation

  protected allocateRecord(
    context: FunctionContext,
    { site }: InstructionOf<"construct">,
    layout: RecordLayout,
    target: Temporary,
  ): ExpressionRef[] {
    const { module } = this;
    const op = module.i32;
    const header = (): ExpressionRef => op.store(0, 4, target.get(), op.const(layout.shape));
    const slot = this.#takeSlot(site, target);
    if (slot !== null) return [...slot, header()];
    const region = (): ExpressionRef => this.#regionOfSite(context, site);
    const end = context.temporary(i32);
    const grown = [
      target.set(module.call(this.#grow, [region(), op.const(layout.bytes)], i32)),
      module.if(op.eqz(target.get()), context.panic("outOfMemory", site.line)),
    ];
    if (layout.bytes > REGION_BUMP_MAX_BYTES) return [...grown, header()];
    return [
      target.set(op.load(REGION_TOP, 4, region())),
      module.if(
        op.gt_u(end.tee(op.add(target.get(), op.const(layout.bytes))), op.load(REGION_LIMIT, 4, region())),
        module.block(null, grown),
        op.store(REGION_TOP, 4, region(), end.get()),
      ),
      header(),
    ];
  }

  protected override allocateArray(
    context: FunctionContext,
    instruction: InstructionOf<"arrayNew">,
    layout: ArrayLayout,
    target: Temporary,
  ): ExpressionRef[] {
    const { module } = this;
    const { length, site } = instruction;
    const slot = this.#takeSlot(site, target);
    if (slot !== null) {
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
      return [...slot, ...header, module.call(coreName(module, "clearGranules"), elements, none)];
    }
    const operands = [module.i32.const(layout.shape), context.value(length)];
    return [
      this.#chooseRegion(context, site),
      target.set(module.call(mayBeUnclear(instruction, layout) ? ALLOC_ARRAY : ALLOC_ZEROED, operands, i32)),
      module.if(module.i32.eqz(target.get()), context.panic("outOfMemory", site.line)),
    ];
  }

  override readInput(context: FunctionContext, instruction: InstructionOf<"readInput">): ExpressionRef {
    const read = super.readInput(context, instruction);
    return context.sequence([this.#chooseRegion(context, instruction.site), read]);
  }

  override arguments(context: FunctionContext, instruction: InstructionOf<"arguments">): ExpressionRef {
    const made = super.arguments(context, instruction);
    return context.sequence([this.#chooseRegion(context, instruction.site), made]);
  }

  /** Says where the arrays go that are made next. */
  #chooseRegion(context: FunctionContext, site: Site): ExpressionRef {
    return this.module.global.set(NEXT_REGION, this.#regionOfSite(context, site));
  }

  /** Under `sparse` an array grows where it is. */
  override arrayGrow(context: FunctionContext, instruction: InstructionOf<"arrayGrow">): ExpressionRef {
    if (!this.#isSparse) return super.arrayGrow(context, instruction);
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
      this.#chooseRegion(context, site),
      target.set(module.call(grow, operands, i32)),
      module.if(module.i32.eqz(target.get()), context.panic("outOfMemory", site.line)),
      ...this.countArray(site, layout, () => context.value(length)),
      context.assign(dst, [target.get()]),
    ]);
  }

  // The module

  finish(): ManagerResult {
    const { module, context } = this;
    const op = module.i32;
    const { options } = context;
    const failed = context.wasi.panic("outOfMemory", 0);
    const programStack = this.#isSparse ? context.data.reserve(SPARSE_BYTES, SPARSE_ALIGNMENT) : 0;
    const statistics = coreName(module, "regionsStatistics");
    const isMeasured = options.measure || options.pauses || options.profile;
    const framesBase = context.data.seal();
    const heapBase = framesBase + (options.shadowStackBytes || FRAMES_DEFAULT_BYTES);
    const settings = [framesBase, heapBase, options.heapLimitBytes ?? 0].map((each) => op.const(each | 0));
    const forMain = this.#bounds.get(context.program.main)!.hidden.map(() => op.const(this.#program));
    if (this.#isInChain(context.program.main)) forMain.push(op.const(0));
    const start = [module.if(module.call(coreName(module, "regionsInit"), settings, i32), failed)];
    if (this.#isSparse) start.push(op.store(REGION_ARRAYS, 4, op.const(this.#program), op.const(programStack)));
    const slow = this.#isSparse ? [...SLOW, ...SLOW_OF_ARRAYS] : SLOW;
    return {
      start: module.block(null, start),
      mainArguments: forMain,
      memory: { name: CORE_MEMORY, bytes: 0 },
      exports: isMeasured ? [{ kind: "function", internal: statistics, external: "statistics" }] : [],
      neverInline: [this.#grow, ...slow.map((name) => coreName(module, name))],
    };
  }
}
