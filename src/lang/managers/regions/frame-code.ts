/**
 * The code of one function's frame under `regions` and `sparse`: how it is entered and left, and how its regions are
 * opened, ended and named. What lies where is in frame-layout.ts.
 */

import binaryen from "binaryen";
import {
  CHECKPOINT_BYTES,
  GENERATION_BYTES,
  GENERATION_THRESHOLD,
  REGION_BYTES,
  REGION_FIRST,
  REGION_LIMIT,
  REGION_STATISTICS_BYTES,
  REGION_TAKEN,
  REGION_TOP,
  WORD_BYTES,
} from "#contract";
import { coreName } from "../../codegen/core.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { ManagerContext } from "../../codegen/manager.ts";
import type { ExpressionRef, Temporary } from "../../codegen/wasm.ts";
import type { Bound, InstructionOf, IrFunction, Site } from "../../ir/ir.ts";

import type { ArrayPlaces } from "./array-places.ts";
import { type FrameRegion, levelOf } from "./frame-layout.ts";
import type { FunctionPlan } from "./plan.ts";
import type { PrimaryRegions } from "./primary-regions.ts";
import { isSame } from "./promoted-tops.ts";

const { i32, none } = binaryen;

/** What the code of all functions of a program shares. */
export interface Shared {
  readonly context: ManagerContext;
  readonly plans: ReadonlyMap<IrFunction, FunctionPlan>;
  readonly arrays: ArrayPlaces;
  /** The regions of primary globals. */
  readonly primaries: PrimaryRegions;
  /** The region of what ends with the program. */
  readonly program: number;
  /** The words of the program's globals that lead to objects. */
  readonly globals: { readonly address: () => ExpressionRef; readonly count: number };
}

/** The address of the statistics block. */
export function statistics(module: binaryen.Module): ExpressionRef {
  return module.call(coreName(module, "regionStatistics"), [], i32);
}

export class FrameCode {
  readonly plan: FunctionPlan;
  /** Words that collections need behind the frame. */
  rootWords = 0;
  readonly #shared: Shared;
  readonly #context: FunctionContext;
  readonly #module: binaryen.Module;
  /** The hidden parameters of plan.ts. */
  readonly #hidden: readonly Temporary[];
  /** Where the frame begins; null for a function without one. */
  readonly #base: Temporary | null;
  readonly #isDebug: boolean;
  /** During a loop that allocates in one region: that, and where it is filled to. */
  #promoted: { readonly region: Bound; readonly top: Temporary } | null = null;
  /** What is set aside for the function's arrays, once it is. */
  #reserved: number | null = null;
  readonly #beginning: InstructionOf<"regionCheckpoint" | "regionOpen">[] = [];

  constructor(shared: Shared, context: FunctionContext, hidden: readonly Temporary[]) {
    this.#hidden = hidden;
    this.plan = shared.plans.get(context.fn)!;
    this.#shared = shared;
    this.#context = context;
    this.#module = context.module;
    this.#isDebug = shared.context.options.debug ?? false;
    const isResumed = this.plan.checkpoint?.isResumed === true;
    this.#base = this.plan.layout.bytes === 0 ? null : isResumed ? context.temporary(i32) : this.#given();
  }

  // Addresses

  /** An address in the frame. @param offset from its start */
  at(offset: number): ExpressionRef {
    const { i32: op } = this.#module;
    const base = this.#base!.get();
    return offset === 0 ? base : op.add(base, op.const(offset));
  }

  /** Where the frame of what the function calls begins. */
  beyond(): ExpressionRef {
    return this.#base === null ? this.#given().get() : this.at(this.plan.layout.bytes);
  }

  /** Where the frame of a function that it tail-calls begins. */
  begin(): ExpressionRef {
    return (this.#base ?? this.#given()).get();
  }

  /** The checkpoints that the call has taken over from the one that it replaces, or 0. */
  inherited(): ExpressionRef {
    return this.#hidden[this.#context.fn.regions!.length]!.get();
  }

  /** The address of a region's descriptor; 0 for the heap. */
  regionOf(bound: Bound): ExpressionRef {
    if (bound.of === "caller") return this.#hidden[bound.index]!.get();
    if (bound.of === "heap") return this.#module.i32.const(0);
    if (bound.of === "global") return this.#shared.primaries.next(bound.global);
    return this.at(this.plan.layout.regions.get(levelOf(bound)!)!.offset);
  }

  /** Puts the address of a site's slot into `target`; nothing where it has none. */
  takeSlot(site: Site, target: Temporary): ExpressionRef[] | null {
    const slot = this.plan.layout.slots.get(site);
    return slot === undefined ? null : [target.set(this.at(slot))];
  }

  /** The hidden parameter that says where the frame begins. */
  #given(): Temporary {
    return this.#hidden.at(-1)!;
  }

  // Loops that keep in a local where a region is filled to

  beginLoop(loop: InstructionOf<"loop">): ExpressionRef[] {
    const region = this.plan.promotedLoops.get(loop);
    if (region === undefined) return [];
    this.#promoted = { region, top: this.#context.temporary(i32) };
    return this.loadTop();
  }

  endLoop(loop: InstructionOf<"loop">): ExpressionRef[] {
    if (!this.plan.promotedLoops.has(loop)) return [];
    const stored = this.storeTop();
    this.#promoted = null;
    return stored;
  }

  /** The local, if it is of this region. */
  topOf(bound: Bound): Temporary | null {
    const isPromoted = this.#promoted !== null && isSame(this.#promoted.region, bound);
    return isPromoted ? this.#promoted!.top : null;
  }

  /** Before the core looks at regions. */
  storeTop(): ExpressionRef[] {
    if (this.#promoted === null) return [];
    const { region, top } = this.#promoted;
    return [this.#module.i32.store(REGION_TOP, 4, this.regionOf(region), top.get())];
  }

  /** And when it has. */
  loadTop(): ExpressionRef[] {
    if (this.#promoted === null) return [];
    const { region, top } = this.#promoted;
    return [top.set(this.#module.i32.load(REGION_TOP, 4, this.regionOf(region)))];
  }

  // From its beginning to its end

  /** What begins the function's frame stands in front of all of it: a tail call of the function itself does not do it again. */
  begins(instruction: InstructionOf<"regionCheckpoint" | "regionOpen">): void {
    this.#beginning.push(instruction);
  }

  /** Once all of the function has been lowered: takes space for its frame, and begins it. */
  enter(): ExpressionRef[] {
    const { plan, rootWords } = this;
    const { layout, checkpoint } = plan;
    const module = this.#module;
    if (this.#base === null) return [];
    const end = (): ExpressionRef => this.at(layout.bytes + rootWords * WORD_BYTES);
    const framesBase = (): ExpressionRef =>
      module.i32.add(statistics(module), module.i32.const(REGION_STATISTICS_BYTES));
    const isFull = module.i32.gt_u(end(), module.global.get(coreName(module, "regionFrameLimit"), i32));
    return [
      ...(checkpoint?.isResumed
        ? [this.#base.set(module.select(this.inherited(), this.inherited(), this.#given().get()))]
        : []),
      module.if(isFull, this.#context.panic("stackOverflow", this.#context.fn.line)),
      ...this.#shared.context.profile.countFrames(() => module.i32.sub(end(), framesBase())),
      ...this.#beginning.flatMap((i) => (i.op === "regionOpen" ? this.#openAll(i) : this.#checkpoint(i))),
    ];
  }

  #openAll({ levels }: InstructionOf<"regionOpen">): ExpressionRef[] {
    return levels.flatMap((level) => {
      const region = this.plan.layout.regions.get(level);
      return region === undefined ? [] : this.#open(region);
    });
  }

  /** Begins the call's parts of callers' regions; those of candidates begin later. */
  #checkpoint(instruction: InstructionOf<"regionCheckpoint">): ExpressionRef[] {
    const module = this.#module;
    return [
      ...this.#setCheckpoints(instruction),
      ...this.#dividing().map((checkpoint) =>
        module.call(coreName(module, "checkpointNone"), [this.at(checkpoint)], none),
      ),
    ];
  }

  /** Sets the checkpoints of the callers' regions, unless the checkpoints are there already. */
  #setCheckpoints(checkpoint: InstructionOf<"regionCheckpoint">): ExpressionRef[] {
    const module = this.#module;
    const op = module.i32;
    const { callers, others, isResumed, isProgram } = checkpoint;
    if (isProgram) {
      const { program } = this.#shared;
      const generation = this.plan.layout.generations.from;
      const begin = [this.at(generation), this.at(0), op.const(program), op.const(program + REGION_BYTES)];
      return [module.call(coreName(module, "generationOwn"), begin, none), this.noteThreshold(generation)];
    }
    const hidden = (index: number): ExpressionRef => this.#hidden[index]!.get();
    const set = callers.map((index, at) => {
      const place = (): ExpressionRef => this.at(at * CHECKPOINT_BYTES);
      const onRegion = module.call(coreName(module, "checkpointSet"), [place(), hidden(index)], none);
      if (!this.#context.fn.regions![index]!.mayBeHeap) return onRegion;
      return module.if(hidden(index), onRegion, module.call(coreName(module, "checkpointNone"), [place()], none));
    });
    const unused = checkpointsOf(checkpoint)
      .slice(callers.length)
      .map((place) => module.call(coreName(module, "checkpointNone"), [this.at(place)], none));
    const tell = (other: ExpressionRef): ExpressionRef =>
      module.call(
        coreName(module, "checkpointsTell"),
        [this.at(0), this.at(callers.length * CHECKPOINT_BYTES), other],
        none,
      );
    const told = callers.length === 0 ? [] : others.map((index) => tell(hidden(index)));
    if (callers.length > 1 && others.length === 0) told.push(tell(op.const(0)));
    const opened = generationsOf(this.plan).map((generation, index) =>
      module.call(coreName(module, "generationSet"), [this.at(generation), this.at(index * CHECKPOINT_BYTES)], none),
    );
    const all = [...set, ...unused, ...told, ...opened];
    if (!isResumed || all.length === 0) return all;
    return [module.if(op.eqz(this.inherited()), module.block(null, all))];
  }

  /** Begins the sub-region of a candidate: sets its checkpoint on the caller's region. */
  divide(index: number): ExpressionRef {
    const module = this.#module;
    const region = this.#hidden[this.plan.checkpoint!.callers[0]!]!.get();
    return module.call(coreName(module, "checkpointSet"), [this.at(this.#dividing()[index]!), region], none);
  }

  /** Where the checkpoints of sub-regions lie, from the frame's start. */
  #dividing(): number[] {
    const { from, to } = this.plan.layout.dividing;
    const count = (to - from) / CHECKPOINT_BYTES;
    return Array.from({ length: count }, (_, index) => from + index * CHECKPOINT_BYTES);
  }

  /** Ends the function's own regions. */
  end(): ExpressionRef[] {
    const { layout } = this.plan;
    const own = [...layout.regions.values()];
    if (own.length + layout.slots.size === 0) return [];
    // Checkpoints are still needed.
    const start = own[0]?.offset ?? [...layout.slotsOf.values()][0]!.from;
    const ended = own.map((region) => this.#return(region));
    return [...this.countSegments(), ...ended, ...this.#poison(start, layout.bytes)];
  }

  /** Ends all that is in some of the function's own regions, which go on empty. */
  reset({ levels, releases }: InstructionOf<"regionReset">): ExpressionRef[] {
    const { layout } = this.plan;
    const regions = levels.flatMap((level) => layout.regions.get(level) ?? []);
    if (releases) {
      if (regions.length === 0) return [];
      const emptied = regions.flatMap((region) => this.#empty(region));
      return [...this.countSegments(), ...this.storeTop(), ...emptied, ...this.loadTop()];
    }
    const poisoned = [...layout.slotsOf].flatMap(([level, { from, to }]) =>
      levels.includes(level) ? this.#poison(from, to) : [],
    );
    return [...this.countSegments(), ...poisoned, ...regions.flatMap((region) => this.#reset(region))];
  }

  /** Ends all that is in a region, and keeps nothing of its memory but its first bytes. */
  #empty(region: FrameRegion): ExpressionRef[] {
    const module = this.#module;
    const { offset, bytes, generation } = region;
    const start = offset + REGION_BYTES;
    const store = (field: number, value: number): ExpressionRef =>
      module.i32.store(field, 4, this.at(offset), this.at(value));
    return [
      this.#return(region),
      ...this.#poison(start, start + bytes),
      store(REGION_TOP, start),
      store(REGION_LIMIT, start + bytes),
      ...(generation === null ? [] : [this.noteThreshold(generation)]),
    ];
  }

  // Regions

  #open({ offset, bytes, generation }: FrameRegion): ExpressionRef[] {
    const module = this.#module;
    const op = module.i32;
    const start = offset + REGION_BYTES;
    return [
      op.store(REGION_TOP, 4, this.at(offset), this.at(start)),
      op.store(REGION_LIMIT, 4, this.at(offset), this.at(start + bytes)),
      // And what it has taken.
      module.i64.store(REGION_FIRST, 8, this.at(offset), module.i64.const(0n)),
      ...this.#shared.arrays.open(module, this.at(offset), () => this.#reservedForArrays()),
      ...(generation === null ? [] : [this.noteThreshold(generation)]),
    ];
  }

  /**
   * Notes when a region of the function's own is collected between iterations for the first time, and that it has no
   * old part.
   */
  noteThreshold(generation: number): ExpressionRef {
    const { i64: op } = this.#module;
    return op.store(
      GENERATION_THRESHOLD,
      4,
      this.at(generation),
      op.extend_u(this.#module.global.get(coreName(this.#module, "regionLeastBytes"), i32)),
    );
  }

  /** Ends all that is in a region, which goes on empty. */
  #reset(region: FrameRegion): ExpressionRef[] {
    const module = this.#module;
    const op = module.i32;
    const { offset, bytes, generation } = region;
    const start = offset + REGION_BYTES;
    const [at, from, to] = [offset, start, start + bytes];
    const reset = module.call(
      coreName(module, "regionReset"),
      [at, from, to].map((each) => this.at(each)),
      none,
    );
    const threshold = generation === null ? [] : [this.noteThreshold(generation)];
    return [
      ...this.#poison(from, to),
      module.if(
        this.hasMore(region),
        module.block(null, [reset, ...threshold]),
        op.store(REGION_TOP, 4, this.at(offset), this.at(start)),
      ),
    ];
  }

  /** Ends what a region has beyond its first bytes, if there is anything. */
  #return(region: FrameRegion): ExpressionRef {
    const module = this.#module;
    const call = module.call(coreName(module, "regionClose"), [this.at(region.offset)], none);
    return module.if(this.hasMore(region), call);
  }

  /** Whether a region has segments, or arrays apart. */
  hasMore({ offset }: FrameRegion): ExpressionRef {
    const module = this.#module;
    const first = module.i32.load(REGION_FIRST, 4, this.at(offset));
    return this.#shared.arrays.hasMore(module, this.at(offset), first);
  }

  #reservedForArrays(): number {
    this.#reserved ??= this.#shared.arrays.reserve(this.#shared.context);
    return this.#reserved;
  }

  #poison(from: number, to: number): ExpressionRef[] {
    const module = this.#module;
    if (!this.#isDebug) return [];
    return [module.call(coreName(module, "regionPoisonFrames"), [this.at(from), this.at(to)], none)];
  }

  // Profiles: nothing is emitted in other builds

  /** The most segments that the function's own regions have: in front of whatever takes some from them. */
  countSegments(): ExpressionRef[] {
    const op = this.#module.i32;
    const own = [...this.plan.layout.regions.values()];
    if (own.length === 0) return [];
    const taken = (): ExpressionRef =>
      own.map(({ offset }) => op.load(REGION_TAKEN, 4, this.at(offset))).reduce((sum, each) => op.add(sum, each));
    return this.#shared.context.profile.raise(this.#context.fn, "segments", taken);
  }

  /** Adds what was allocated in the callers' regions and stays there: where it ends. */
  countAdopted(): ExpressionRef[] {
    const module = this.#module;
    const { layout, checkpoint } = this.plan;
    // What ends with the program has nobody who takes it over.
    if (checkpoint === null || checkpoint.isProgram) return [];
    const operands = (): ExpressionRef[] => [this.at(0), this.at(layout.callerEnd)];
    const filled = (): ExpressionRef => module.call(coreName(module, "checkpointsFilled"), operands(), i32);
    return this.#shared.context.profile.add(this.#context.fn, "adopted", filled);
  }
}

/** Where the generations of the callers' regions lie, from the frame's start. */
export function generationsOf({ layout }: FunctionPlan): number[] {
  const count = layout.callerGenerations;
  return Array.from({ length: count }, (_, index) => layout.generations.from + index * GENERATION_BYTES);
}

/** Where the checkpoints of the callers' regions lie, from the frame's start. */
export function checkpointsOf({ most }: InstructionOf<"regionCheckpoint">): number[] {
  return Array.from({ length: most }, (_, index) => index * CHECKPOINT_BYTES);
}
