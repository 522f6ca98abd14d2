/**
 * What each function of a program does about regions under `regions` and `sparse`: decided for all of them before any
 * is lowered.
 *
 * The hidden parameters of a function are, in this order:
 *
 *     its callers' regions | in a tail-call cycle: the first call's checkpoints, or 0 | where its frame begins
 *
 * The last one is there for functions with a frame and for those that call one. So frames need no global that every
 * call would have to move and to put back.
 */

import type { Bound, InstructionOf, IrFunction, IrProgram } from "../../ir/ir.ts";
import { withCallers } from "../../ir/safepoints.ts";
import { computeBounds } from "../../lifetimes/placement/bounds.ts";
import type { Candidates } from "../../lifetimes/placement/candidates.ts";
import type { FunctionBounds } from "../../lifetimes/placement/function-bounds.ts";
import { findFilling } from "../../lifetimes/placement/growth.ts";
import type { FunctionPlacement, ProgramPlacement } from "../../lifetimes/placement/placed.ts";
import { type CallerRegions, findCallerRegions } from "./caller-regions.ts";
import { type FrameLayout, layoutFrame, type Sized } from "./frame-layout.ts";
import { findLoopCollections, type LoopCollection } from "./loop-collections.ts";
import { findPromotedLoops } from "./promoted-tops.ts";

/** What is decided before the program is changed: what objects are bound to, and what ends or is collected where. */
export interface Lifetimes {
  readonly bounds: FunctionBounds;
  /** The loops between whose iterations its regions, or its callers', may be collected. */
  readonly loopCollections: ReadonlyMap<InstructionOf<"loop">, LoopCollection>;
  /** What it does about its callers' regions. */
  readonly callerRegions: CallerRegions | null;
  /** What it may return one of without another, where these end as soon as that is decided. */
  readonly candidates: Candidates | null;
  /** Assignments in front of which an array is freed: under `sparse`. */
  readonly strongUpdates: FunctionPlacement["strongUpdates"];
  readonly emptied: FunctionPlacement["emptied"];
  readonly mayReferToHeap: FunctionPlacement["mayReferToHeap"];
}

/** What the lowering of a function needs besides its instructions. */
export interface FunctionPlan extends Omit<Lifetimes, "loopCollections" | "strongUpdates" | "emptied"> {
  readonly layout: FrameLayout;
  readonly isInTailCycle: boolean;
  /** The loops during which a local says where a region is filled to. */
  readonly promotedLoops: ReadonlyMap<InstructionOf<"loop">, Bound>;
  /** Whether it is told where its frame begins. */
  readonly takesTop: boolean;
}

/** @param areArraysApart whether single ones can be freed */
export function planLifetimes(
  program: IrProgram,
  placement: ProgramPlacement,
  areArraysApart: boolean,
): ReadonlyMap<IrFunction, Lifetimes> {
  const bounds = computeBounds(placement, true);
  const strongUpdatesIn = (fn: IrFunction): FunctionPlacement["strongUpdates"] => {
    const { strongUpdates, mayReferToHeap } = placement.get(fn)!;
    // What may be in the heap frees a collector; where it has moved to nobody notes for a dead variable.
    if (!areArraysApart) return new Map();
    return new Map([...strongUpdates].filter(([, { assignment }]) => !mayReferToHeap(assignment.dst)));
  };
  const fills = findFilling(bounds);
  const loopCollections = new Map(
    [...bounds].map(([fn, own]) => [fn, findLoopCollections(fn, own, strongUpdatesIn(fn), fills)]),
  );
  const allCallerRegions = findCallerRegions(program, bounds, fills, (fn, index) =>
    [...loopCollections.get(fn)!.values()].some(({ ofCaller }) => ofCaller.includes(index)),
  );
  return new Map(
    [...bounds].map(([fn, own]) => {
      const callerRegions = allCallerRegions.get(fn) ?? null;
      const checkpointed = checkpointedLoopCollections(loopCollections.get(fn)!, callerRegions);
      const { emptied, mayReferToHeap } = placement.get(fn)!;
      const lifetimes: Lifetimes = {
        bounds: own,
        loopCollections: checkpointed,
        callerRegions,
        candidates: candidatesOf(own, callerRegions, checkpointed),
        strongUpdates: strongUpdatesIn(fn),
        emptied,
        mayReferToHeap,
      };
      return [fn, lifetimes];
    }),
  );
}

/**
 * @param bytesOf the size of what an instruction makes; null where only the program's run tells
 * @param isDebug whether loads are checked: then every function is told where its frame begins, and memory says where
 *   regions are filled to
 */
export function planFunctions(
  program: IrProgram,
  all: ReadonlyMap<IrFunction, Lifetimes>,
  bytesOf: (instruction: Sized) => number | null,
  isDebug: boolean,
): ReadonlyMap<IrFunction, FunctionPlan> {
  const plans = new Map<IrFunction, Omit<FunctionPlan, "takesTop">>();
  for (const [fn, { bounds, callerRegions, candidates, loopCollections, mayReferToHeap }] of all) {
    const dividing = candidates?.begins.length ?? 0;
    const isCollected = loopCollections.size > 0;
    const layout = layoutFrame(fn, bounds, callerRegions?.checkpoints ?? 0, dividing, isCollected, bytesOf);
    const promotedLoops = isDebug ? new Map() : findPromotedLoops(fn, bounds, layout, bytesOf);
    const isInTailCycle = (callerRegions?.tailCycle.size ?? 0) > 0;
    plans.set(fn, { bounds, layout, callerRegions, candidates, mayReferToHeap, isInTailCycle, promotedLoops });
  }
  const withFrames = program.functions.filter((fn) => plans.get(fn)!.layout.bytes > 0);
  const takers = isDebug ? new Set(program.functions) : withCallers(program, withFrames);
  return new Map([...plans].map(([fn, plan]) => [fn, { ...plan, takesTop: takers.has(fn) }]));
}

/**
 * A function's candidates, if all of them come to one region, which is not the heap, and nothing is moved there before
 * the function returns.
 */
function candidatesOf(
  { candidates, mayBeHeap }: FunctionBounds,
  callerRegions: CallerRegions | null,
  loopCollections: ReadonlyMap<InstructionOf<"loop">, LoopCollection>,
): Candidates | null {
  if (
    callerRegions === null ||
    !callerRegions.mayDrop ||
    callerRegions.checkpoints !== 1 ||
    callerRegions.tailCycle.size > 0 ||
    mayBeHeap.has(callerRegions.checkpointed[0]!)
  )
    return null;
  return [...loopCollections.values()].some(({ ofCaller }) => ofCaller.length > 0) ? null : candidates;
}

/** The loops of a function that collect, with those of the callers' regions that have a checkpoint. */
function checkpointedLoopCollections(
  loopCollections: ReadonlyMap<InstructionOf<"loop">, LoopCollection>,
  callerRegions: CallerRegions | null,
): ReadonlyMap<InstructionOf<"loop">, LoopCollection> {
  const isCheckpointed = (index: number): boolean =>
    callerRegions !== null && (callerRegions.isOutermost || callerRegions.checkpointed.includes(index));
  return new Map(
    [...loopCollections].flatMap(([loop, loopCollection]) => {
      const ofCaller = loopCollection.ofCaller.filter(isCheckpointed);
      return ofCaller.length + loopCollection.filled.length === 0
        ? []
        : [[loop, { ...loopCollection, ofCaller }] as const];
    }),
  );
}
