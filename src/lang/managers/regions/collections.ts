/**
 * Where a function collects under `regions` and `sparse`: between iterations of a loop, before a tail call, and where
 * it returns less than it has made for its results (assembly/region/collect/collect.ts,
 * assembly/region/collect/at-return.ts).
 */

import binaryen from "binaryen";
import {
  CANDIDATES_MOST,
  CHECKPOINT_BYTES,
  CHECKPOINT_REGION,
  CHECKPOINT_TAKEN,
  CHECKPOINT_TOP,
  COLLECT_ALL,
  COLLECT_AS_IT_PAYS,
  COLLECT_YOUNG,
  COLLECTION_ROW_BYTES,
  GENERATION_BYTES,
  GENERATION_THRESHOLD,
  GRANULE_BYTES,
  REGION_BYTES,
  REGION_STATISTICS_COLLECTIONS,
  REGION_STATISTICS_COPIED_BYTES,
  REGION_STATISTICS_DROPPED_BYTES,
  REGION_STATISTICS_USED_BYTES,
  REGION_TAKEN,
  REGION_TOP,
  WORD_BYTES,
} from "#contract";
import { alignUp } from "../../../core/align.ts";
import { coreName } from "../../codegen/core.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { FunctionCounter } from "../../codegen/profile.ts";
import type { ExpressionRef } from "../../codegen/wasm.ts";
import type { InstructionOf } from "../../ir/ir.ts";
import { checkpointsOf, type FrameCode, generationsOf, type Shared, statistics } from "./frame-code.ts";
import type { FrameRegion } from "./frame-layout.ts";
import { type Roots, rootsAmong } from "./roots.ts";

const { i32, none } = binaryen;

export class CollectionCode {
  readonly #shared: Shared;
  readonly #context: FunctionContext;
  readonly #module: binaryen.Module;
  readonly #frame: FrameCode;

  constructor(shared: Shared, context: FunctionContext, frame: FrameCode) {
    this.#shared = shared;
    this.#context = context;
    this.#module = context.module;
    this.#frame = frame;
  }

  /** Collects regions, if it pays. */
  collect({ levels, filled, ofCallers, isBeforeCall, roots }: InstructionOf<"regionCollect">): ExpressionRef {
    const { layout, checkpoint } = this.#frame.plan;
    const checkpoints = ofCallers ? checkpointsOf(checkpoint!) : [];
    const around = [...layout.regions].filter(([level]) => levels.includes(level)).map(([, region]) => region);
    if (isBeforeCall) return this.#collectBeforeCall(checkpoints, around, rootsAmong(roots));
    return this.#collect(checkpoints, around, filled, rootsAmong(roots));
  }

  /**
   * Collects what was allocated since the checkpoints, if a threshold is reached.
   * @param ofCaller the checkpoints of the callers' regions: from the frame's start
   * @param own regions of the function's own
   * @param filled the levels of those of them that grow
   */
  #collect(
    ofCaller: readonly number[],
    own: readonly FrameRegion[],
    filled: readonly number[],
    roots: Roots,
  ): ExpressionRef {
    const module = this.#module;
    const frame = this.#frame;
    const op = module.i32;
    const { layout } = frame.plan;
    const taken = (region: ExpressionRef): ExpressionRef => op.load(REGION_TAKEN, 4, region);
    const isPastThreshold = (region: ExpressionRef, generation: number): ExpressionRef =>
      op.gt_u(taken(region), op.load(GENERATION_THRESHOLD, 4, frame.at(generation)));
    const ofCallers = ofCaller.length > 0 ? generationsOf(frame.plan) : [];
    const threshold = [
      ...ofCallers.map((generation, index) =>
        isPastThreshold(op.load(CHECKPOINT_REGION, 4, frame.at(ofCaller[index]!)), generation),
      ),
      ...filled.map((level) => {
        const { offset, generation } = layout.regions.get(level)!;
        return isPastThreshold(frame.at(offset), generation!);
      }),
    ];
    const isAnyPastThreshold = this.#isZeal ? op.const(1) : threshold.reduce((either, each) => op.or(either, each));
    const generations = [...ofCallers, ...own.map(({ generation }) => generation!)];
    const checkpointed = own.map(({ offset, bytes, checkpoint, generation }) => {
      const operands = [generation!, checkpoint!, offset, offset + REGION_BYTES + bytes].map((each) => frame.at(each));
      return module.call(coreName(module, "generationOwn"), operands, none);
    });
    const isProgram = ofCaller.length > 0 && frame.plan.checkpoint!.isProgram;
    const { address, count } = this.#shared.globals;
    const globals = isProgram ? [address(), op.const(count)] : [op.const(0), op.const(0)];
    const [first, end] = [generations[0]!, generations.at(-1)! + GENERATION_BYTES];
    const collect = this.#withRoots(roots, generations.length, (operands) =>
      module.call(
        coreName(module, "regionCollect"),
        [frame.at(first), frame.at(end), ...operands, ...globals, this.#which()],
        none,
      ),
    );
    const collected = [...frame.countSegments(), ...frame.storeTop(), ...checkpointed, ...collect, ...frame.loadTop()];
    return module.if(isAnyPastThreshold, module.block(null, collected));
  }

  /**
   * Collects what was allocated since the checkpoints, in front of a call, if regions have taken much and
   * enough of it since the last such collection.
   * @param ofCaller the checkpoints of the callers' regions: from the frame's start
   * @param own regions of the function's own
   */
  #collectBeforeCall(ofCaller: readonly number[], own: readonly FrameRegion[], roots: Roots): ExpressionRef {
    const module = this.#module;
    const frame = this.#frame;
    const op = module.i32;
    const [first, end] = [ofCaller[0] ?? own[0]?.checkpoint, own.at(-1)?.checkpoint ?? ofCaller.at(-1)];
    // What the function would hold has gone to the heap.
    if (first === undefined) return module.nop();
    const used = op.load(REGION_STATISTICS_USED_BYTES, 4, statistics(module));
    const isMuch = op.ge_u(used, module.global.get(coreName(module, "regionLeastBytes"), i32));
    const hasMore = [
      ...ofCaller.map((checkpoint) => {
        const region = op.load(CHECKPOINT_REGION, 4, frame.at(checkpoint));
        return op.ne(op.load(REGION_TAKEN, 4, region), op.load(CHECKPOINT_TAKEN, 4, frame.at(checkpoint)));
      }),
      ...own.map((region) => frame.hasMore(region)),
    ].reduce((either, each) => op.or(either, each));
    const checkpointed = own.map(({ offset, bytes, checkpoint }) => {
      const operands = [checkpoint!, offset, offset + REGION_BYTES + bytes].map((each) => frame.at(each));
      return module.call(coreName(module, "checkpointOwn"), operands, none);
    });
    const isZeal = this.#isZeal;
    const rows = ofCaller.length + own.length;
    const place = this.#shared.context.data.reserve(WORD_BYTES, WORD_BYTES);
    const generations = [
      ...(ofCaller.length > 0 ? generationsOf(frame.plan) : []),
      ...own.flatMap(({ generation }) => generation ?? []),
    ];
    const collect = this.#withRoots(roots, rows, (operands) => {
      const part = [frame.at(first!), frame.at(end! + CHECKPOINT_BYTES)];
      const call = module.call(
        coreName(module, "checkpointsBeforeCall"),
        [...part, op.const(isZeal ? 1 : 0), op.const(place), ...operands],
        i32,
      );
      const restart = generations.map((generation) => frame.noteThreshold(generation));
      return restart.length === 0 ? module.drop(call) : module.if(call, module.block(null, restart));
    });
    const collected = module.block(null, [...frame.countSegments(), ...checkpointed, ...collect]);
    if (isZeal) return collected;
    return module.if(isMuch, module.if(hasMore, collected));
  }

  /** What a collection takes in: with zeal every so many times everything, and otherwise only what is young. */
  #which(): ExpressionRef {
    const module = this.#module;
    const op = module.i32;
    const { zeal } = this.#shared.context.options;
    if (!zeal) return op.const(COLLECT_AS_IT_PAYS);
    const collections = op.load(REGION_STATISTICS_COLLECTIONS, 4, statistics(module));
    return module.select(op.rem_u(collections, op.const(zeal)), op.const(COLLECT_YOUNG), op.const(COLLECT_ALL));
  }

  /** In front of a return: ends what the function has made for its results and does not return. */
  drop({ keeping, needs }: InstructionOf<"regionDrop">): ExpressionRef[] {
    const module = this.#module;
    const frame = this.#frame;
    const op = module.i32;
    const { layout } = frame.plan;
    const { callers, others, most, isResumed } = frame.plan.checkpoint!;
    const { debug, profile } = this.#shared.context.options;
    const roots = rootsAmong(keeping);
    const general = (): ExpressionRef[] =>
      this.#withRoots(roots, most, (operands) => {
        const checkpoints = [0, layout.callerEnd].map((each) => frame.at(each));
        const dropped = module.call(
          coreName(module, "checkpointsReturn"),
          [...checkpoints, op.const(this.#isZeal ? 1 : 0), ...operands],
          none,
        );
        return module.block(null, [...this.#decide(roots, needs), dropped]);
      });
    const [index] = callers;
    const isSeen = this.#isZeal || debug || profile;
    const isSimple =
      most === 1 &&
      others.length === 0 &&
      !isResumed &&
      !this.#context.fn.regions![index!]!.mayBeHeap &&
      needs.length === 0;
    if (!isSimple || isSeen) return general();
    // Mostly little was allocated, all of it in one piece: then addresses tell.
    const region = (): ExpressionRef => frame.regionOf({ of: "caller", index: index! });
    const checkpointed = (field: number): ExpressionRef => op.load(field, 4, frame.at(0));
    const top = (): ExpressionRef => op.load(REGION_TOP, 4, region());
    const isReturned = [...roots.boxes, ...roots.slices]
      .map((root) =>
        op.lt_u(
          op.sub(this.#context.read(root), checkpointed(CHECKPOINT_TOP)),
          op.sub(top(), checkpointed(CHECKPOINT_TOP)),
        ),
      )
      .reduce((either, each) => op.or(either, each), op.const(0));
    return [
      module.if(
        op.eq(op.load(REGION_TAKEN, 4, region()), checkpointed(CHECKPOINT_TAKEN)),
        module.if(op.eqz(isReturned), op.store(REGION_TOP, 4, region(), checkpointed(CHECKPOINT_TOP))),
        module.block(null, general()),
      ),
    ];
  }

  /** With the results in memory: ends the candidates that are not needed for what is returned. */
  #decide({ boxes, slices }: Roots, needs: readonly number[]): ExpressionRef[] {
    const module = this.#module;
    const op = module.i32;
    const frame = this.#frame;
    const { layout } = frame.plan;
    if (needs.length === 0) return [];
    const allNeeds = needs.reduce((all, bits, index) => all | (bits << (index * CANDIDATES_MOST)), 0);
    const checkpoints = [0, layout.dividing.from, layout.dividing.to].map((each) => frame.at(each));
    const returned = [frame.at(layout.bytes), op.const(boxes.length), op.const(slices.length)];
    return [module.call(coreName(module, "candidatesReturn"), [...checkpoints, op.const(allNeeds), ...returned], none)];
  }

  get #isZeal(): boolean {
    return Boolean(this.#shared.context.options.zeal);
  }

  /**
   * Calls what may collect, with variables in memory, behind the frame, that may be changed there: with where they are,
   * and how many of each kind.
   * @param rows how many regions it may collect
   */
  #withRoots(
    { boxes, slices }: Roots,
    rows: number,
    call: (operands: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef[] {
    const { i32: op } = this.#module;
    const context = this.#context;
    const frame = this.#frame;
    const { counters, profile } = this.#shared.context;
    const { bytes } = frame.plan.layout;
    const roots = [...boxes, ...slices];
    // The table of the collection begins at a granule.
    const tableBytes = alignUp(roots.length * WORD_BYTES, GRANULE_BYTES) + rows * COLLECTION_ROW_BYTES;
    frame.rootWords = Math.max(frame.rootWords, tableBytes / WORD_BYTES);
    const called = [
      ...counters.pauseBegin(),
      call([frame.at(bytes), op.const(boxes.length), op.const(slices.length)]),
      ...counters.pauseEnd(),
    ];
    return [
      ...roots.map((root, at) => op.store(bytes + at * WORD_BYTES, 4, frame.at(0), context.read(root))),
      ...profile.countFor(context, this.#coreCounters(), called),
      ...roots.map((root, at) => context.assignPart(root, 0, op.load(bytes + at * WORD_BYTES, 4, frame.at(0)))),
    ];
  }

  /** What the core counts for whichever function calls it. */
  #coreCounters(): Readonly<Partial<Record<FunctionCounter, () => ExpressionRef>>> {
    const { i32: op, i64: wide } = this.#module;
    const block = (): ExpressionRef => statistics(this.#module);
    return {
      collections: () => wide.extend_u(op.load(REGION_STATISTICS_COLLECTIONS, 4, block())),
      copied: () => wide.load(REGION_STATISTICS_COPIED_BYTES, 8, block()),
      dropped: () => wide.load(REGION_STATISTICS_DROPPED_BYTES, 8, block()),
    };
  }
}
