/**
 * The manager `regions` (seed note 003): an object is allocated where placement says that it ends. What stays with a call goes
 * to a region of the call's frame, what stays with a round of a loop to one of that round, and what leaves to a region
 * that the caller says, by a hidden argument. Leaving a frame, and ending a round, frees what is in its regions at once.
 *
 * Objects look as under `gc`. Nothing is protected and no store is observed: by placement no object refers to one that ends
 * before it. Segments and frames are drawn in assembly/region/.
 */

import binaryen from "binaryen";
import {
  ARRAY_HEADER_BYTES,
  REGION_BUDGET,
  REGION_BUMP_MAX_BYTES,
  REGION_BYTES,
  REGION_END,
  REGION_FIRST,
  REGION_FIRST_BUDGET_BYTES,
  REGION_LIMIT,
  REGION_TOP,
  WORD_BYTES,
} from "../../../heap/contract.ts";
import { CORE_FEATURES, CORE_MEMORY, coreName, openCore } from "../../emit/link.ts";
import type { IrFunction, Site } from "../../ir/ir.ts";
import { type Bound, computeBounds, type FunctionBounds } from "../../ir/placement/bounds.ts";
import type { ArrayLayout, RecordLayout } from "../linear/layout.ts";
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
import { type FrameLayout, type FrameRegion, layoutFrame, levelOf } from "./frames.ts";
import { findRescues, type Rescue } from "./rescue.ts";

const { i32, none } = binaryen;
/** Of the stack of frames, when nobody chooses. */
const FRAMES_DEFAULT_BYTES = 4 << 20;
/** The region that the next array goes to. */
const NEXT_REGION = "regions.next";
const ALLOC_ARRAY = "regions.allocArray";
const ALLOC_ZEROED = "regions.allocZeroed";

export const regions: ManagerFactory = {
  name: "regions",
  summary: "regions of calls and rounds of loops, freed at once; lifetimes are decided by the compiler",
  features: CORE_FEATURES,
  createModule(options) {
    return openCore(options.debug ?? false);
  },
  create: (context) => new RegionsManager(context),
};

/** The function that is being lowered. */
interface Frame {
  readonly bounds: FunctionBounds;
  readonly layout: FrameLayout;
  /** Its address; null for a function without regions. */
  readonly base: Temporary | null;
  /** The loops between whose rounds its regions may be collected. */
  readonly rescues: ReadonlyMap<InstructionOf<"loop">, Rescue>;
}

class RegionsManager extends StillManager {
  protected readonly arrayAllocator = ALLOC_ARRAY;
  readonly #bounds: ReadonlyMap<IrFunction, FunctionBounds>;
  readonly #grow: string;
  readonly #frameTop: string;
  readonly #isDebug: boolean;
  /** The region of what ends with the program. */
  readonly #program: number;
  #frame: Frame | null = null;

  constructor(context: ManagerContext) {
    super(context);
    this.#bounds = computeBounds(context.placement());
    this.#grow = coreName(this.module, "regionGrow");
    this.#frameTop = coreName(this.module, "frameTop");
    this.#isDebug = context.options.debug ?? false;
    this.#program = context.data.reserve(REGION_BYTES, WORD_BYTES);
    this.module.addGlobal(NEXT_REGION, i32, true, this.module.i32.const(this.#program));
    this.#defineAllocArray(ALLOC_ARRAY, false);
    this.#defineAllocArray(ALLOC_ZEROED, true);
  }

  // Frames and calls

  override hiddenParameters(fn: IrFunction): readonly WasmType[] {
    return this.#bounds.get(fn)!.hidden.map(() => i32);
  }

  override beginFunction(context: FunctionContext): void {
    const bounds = this.#bounds.get(context.fn)!;
    const layout = layoutFrame(context.fn, bounds, ({ record }) => this.layouts.record(record).bytes);
    const hasRegions = layout.regions.size > 0;
    const rescues = hasRegions ? findRescues(context.fn, bounds) : new Map();
    this.#frame = { bounds, layout, base: hasRegions ? context.temporary(i32) : null, rescues };
  }

  override finishFunction(context: FunctionContext, body: ExpressionRef): ExpressionRef {
    return context.sequence([...this.#enter(context), body, ...this.#leave()]);
  }

  override call(
    context: FunctionContext,
    instruction: InstructionOf<"call">,
    emit: (hiddenArguments: readonly ExpressionRef[], targets: readonly Temporary[]) => ExpressionRef,
  ): ExpressionRef {
    return emit(this.#passed(context, instruction), []);
  }

  override tailCall(
    context: FunctionContext,
    instruction: InstructionOf<"tailCall">,
    emit: (hiddenArguments: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef {
    // A jump of the function to itself does not come by the prologue: the frame stays, and its regions begin anew.
    const isJump = instruction.callee === context.fn;
    const { regions: own } = this.#current().layout;
    const ended = isJump ? [...own.values()].flatMap((region) => this.#renew(region)) : this.#leave();
    return context.sequence([...ended, emit(this.#passed(context, instruction))]);
  }

  override return(
    context: FunctionContext,
    _instruction: InstructionOf<"return">,
    emit: (hiddenResults: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef {
    return context.sequence([...this.#leave(), emit([])]);
  }

  override beginRound(context: FunctionContext, loop: InstructionOf<"loop">): readonly ExpressionRef[] {
    const rescue = this.#current().rescues.get(loop);
    return [...this.#renewRounds(loop), ...(rescue === undefined ? [] : [this.#collect(context, rescue)])];
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
    return [...layout.regions].flatMap(([at, region]) => (at < level ? [] : this.#renew(region)));
  }

  /** Collects the regions around a loop, if those that its rounds fill have used up their budgets. */
  #collect(context: FunctionContext, { level, filled, boxes, slices }: Rescue): ExpressionRef {
    const { module } = this;
    const op = module.i32;
    const { layout } = this.#current();
    const roots = [...boxes, ...slices];
    const around = [...layout.regions].filter(([at]) => at < level).map(([, region]) => region);
    const { offset, bytes } = around.at(-1)!;
    const isDue = this.context.options.zeal
      ? op.const(1)
      : filled
          .map((at) => op.lt_s(op.load(REGION_BUDGET, 4, this.#inFrame(layout.regions.get(at)!.offset)), op.const(0)))
          .reduce((either, each) => op.or(either, each));
    const operands = [
      this.#inFrame(0),
      this.#inFrame(offset + REGION_BYTES + bytes),
      this.#inFrame(layout.bytes),
      op.const(boxes.length),
      op.const(slices.length),
    ];
    const base = (): ExpressionRef => this.#current().base!.get();
    return module.if(
      isDue,
      module.block(null, [
        ...roots.map((root, at) => op.store(layout.bytes + at * WORD_BYTES, 4, base(), context.read(root))),
        module.call(coreName(module, "regionsCollect"), operands, none),
        ...roots.map((root, at) => context.assignPart(root, 0, op.load(layout.bytes + at * WORD_BYTES, 4, base()))),
      ]),
    );
  }

  #enter(context: FunctionContext): ExpressionRef[] {
    const { module } = this;
    const { base, layout, rescues } = this.#current();
    if (base === null) return [];
    const rootWords = Math.max(0, ...[...rescues.values()].map(({ boxes, slices }) => boxes.length + slices.length));
    const beyond = (bytes: number): ExpressionRef => module.i32.add(base.get(), module.i32.const(bytes));
    const limit = module.global.get(coreName(module, "frameLimit"), i32);
    const isFull = module.i32.gt_u(beyond(layout.bytes + rootWords * WORD_BYTES), limit);
    return [
      base.set(module.global.get(this.#frameTop, i32)),
      module.if(isFull, context.panic("stackOverflow", context.fn.line)),
      module.global.set(this.#frameTop, beyond(layout.bytes)),
      ...[...layout.regions.values()].flatMap((region) => this.#open(region)),
    ];
  }

  #leave(): ExpressionRef[] {
    const { module } = this;
    const { base, layout } = this.#current();
    if (base === null) return [];
    const poisoned = this.#isDebug ? [this.#poison(0, layout.bytes)] : [];
    return [
      ...[...layout.regions.values()].map((region) => this.#return(region)),
      ...poisoned,
      module.global.set(this.#frameTop, base.get()),
    ];
  }

  #open({ offset, bytes }: FrameRegion): ExpressionRef[] {
    const { i32: op } = this.module;
    const end = (): ExpressionRef => this.#inFrame(offset + REGION_BYTES + bytes);
    const isCollected = this.#current().rescues.size > 0;
    return [
      op.store(REGION_TOP, 4, this.#inFrame(offset), this.#inFrame(offset + REGION_BYTES)),
      op.store(REGION_LIMIT, 4, this.#inFrame(offset), end()),
      op.store(REGION_FIRST, 4, this.#inFrame(offset), op.const(0)),
      ...(isCollected ? [op.store(REGION_BUDGET, 4, this.#inFrame(offset), op.const(REGION_FIRST_BUDGET_BYTES))] : []),
      ...(isCollected ? [op.store(REGION_END, 4, this.#inFrame(offset), end())] : []),
    ];
  }

  /** Ends all that is in a region, which goes on empty. */
  #renew(region: FrameRegion): ExpressionRef[] {
    const { offset, bytes } = region;
    const start = offset + REGION_BYTES;
    const poisoned = this.#isDebug ? [this.#poison(start, start + bytes)] : [];
    return [this.#return(region), ...poisoned, ...this.#open(region)];
  }

  /** Gives back the segments of a region, if it has any. */
  #return({ offset }: FrameRegion): ExpressionRef {
    const { module } = this;
    const call = module.call(coreName(module, "regionReturn"), [this.#inFrame(offset)], none);
    return module.if(module.i32.load(REGION_FIRST, 4, this.#inFrame(offset)), call);
  }

  #poison(from: number, to: number): ExpressionRef {
    const { module } = this;
    return module.call(coreName(module, "poisonFrames"), [this.#inFrame(from), this.#inFrame(to)], none);
  }

  #inFrame(offset: number): ExpressionRef {
    const { i32: op } = this.module;
    const base = this.#current().base!.get();
    return offset === 0 ? base : op.add(base, op.const(offset));
  }

  #passed(context: FunctionContext, call: InstructionOf<"call" | "tailCall">): ExpressionRef[] {
    return (this.#current().bounds.calls.get(call) ?? []).map((bound) => this.#regionOf(context, bound));
  }

  #regionOf(context: FunctionContext, bound: Bound): ExpressionRef {
    if (bound.of === "caller") return context.hidden[bound.index]!.get();
    return this.#inFrame(this.#current().layout.regions.get(levelOf(bound)!)!.offset);
  }

  #regionOfSite(context: FunctionContext, site: Site): ExpressionRef {
    return this.#regionOf(context, this.#current().bounds.sites.get(site)!);
  }

  #current(): Frame {
    return this.#frame!;
  }

  // Allocation

  protected allocateRecord(
    context: FunctionContext,
    { site }: InstructionOf<"construct">,
    layout: RecordLayout,
    target: Temporary,
  ): ExpressionRef[] {
    const { module } = this;
    const { counters } = this.context;
    const op = module.i32;
    const region = (): ExpressionRef => this.#regionOfSite(context, site);
    const end = context.temporary(i32);
    const grown = [
      ...counters.pauseBegin(),
      target.set(module.call(this.#grow, [region(), op.const(layout.bytes)], i32)),
      ...counters.pauseEnd(),
      module.if(op.eqz(target.get()), context.panic("outOfMemory", site.line)),
    ];
    const header = op.store(0, 4, target.get(), op.const(layout.shape));
    if (layout.bytes > REGION_BUMP_MAX_BYTES) return [...grown, header];
    return [
      target.set(op.load(REGION_TOP, 4, region())),
      module.if(
        op.gt_u(end.tee(op.add(target.get(), op.const(layout.bytes))), op.load(REGION_LIMIT, 4, region())),
        module.block(null, grown),
        op.store(REGION_TOP, 4, region(), end.get()),
      ),
      header,
    ];
  }

  protected override allocateArray(
    context: FunctionContext,
    { length, site, overwritten = false }: InstructionOf<"arrayNew">,
    layout: ArrayLayout,
    target: Temporary,
  ): ExpressionRef[] {
    const { module } = this;
    const operands = [module.i32.const(layout.shape), context.value(length)];
    return [
      this.#chooseRegion(context, site),
      target.set(module.call(overwritten && !layout.hasPointers ? ALLOC_ARRAY : ALLOC_ZEROED, operands, i32)),
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

  /** An array allocator for the chosen region. */
  #defineAllocArray(name: string, isZeroed: boolean): void {
    const { module } = this;
    const op = module.i32;
    this.defineArrayAllocator(name, (ref, bytes, locals) => {
      const region = locals.add(i32);
      const header = (): ExpressionRef => op.const(ARRAY_HEADER_BYTES);
      const elements = [op.add(ref.get(), header()), op.sub(bytes.get(), header())];
      return [
        region.set(module.global.get(NEXT_REGION, i32)),
        ref.set(op.load(REGION_TOP, 4, region.get())),
        module.if(
          op.or(
            op.gt_u(bytes.get(), op.sub(op.load(REGION_LIMIT, 4, region.get()), ref.get())),
            op.gt_u(bytes.get(), op.const(REGION_BUMP_MAX_BYTES)),
          ),
          module.block(null, [
            ref.set(module.call(this.#grow, [region.get(), bytes.get()], i32)),
            module.if(op.eqz(ref.get()), module.return(op.const(0))),
          ]),
          op.store(REGION_TOP, 4, region.get(), op.add(ref.get(), bytes.get())),
        ),
        ...(isZeroed ? [module.call(coreName(module, "clearGranules"), elements, none)] : []),
      ];
    });
  }

  // The module

  finish(): ManagerResult {
    const { module, context } = this;
    const op = module.i32;
    const failed = context.wasi.panic("outOfMemory", 0);
    const framesBase = context.data.seal();
    const heapBase = framesBase + (context.options.shadowStackBytes || FRAMES_DEFAULT_BYTES);
    const settings = [framesBase, heapBase, context.options.heapLimitBytes ?? 0].map((each) => op.const(each | 0));
    const forMain = this.#bounds.get(context.program.main)!.hidden;
    return {
      start: module.if(module.call(coreName(module, "regionsInit"), settings, i32), failed),
      mainArguments: forMain.map(() => op.const(this.#program)),
      memory: { name: CORE_MEMORY, bytes: 0 },
      exports: [],
      neverInline: [this.#grow, coreName(module, "regionReturn"), coreName(module, "regionsCollect")],
    };
  }
}
