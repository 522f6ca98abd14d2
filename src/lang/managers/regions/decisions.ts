/**
 * What `regions` and `sparse` decide about each function of a program before their pass changes it: with what its objects
 * end, and where regions of its own and of its callers are collected and dropped.
 */

import type { InstructionOf, IrFunction, IrProgram } from "../../ir/ir.ts";
import { computeBounds } from "../../lifetimes/placement/bounds.ts";
import type { Candidates } from "../../lifetimes/placement/candidates.ts";
import type { FunctionBounds } from "../../lifetimes/placement/function-bounds.ts";
import { findFilling } from "../../lifetimes/placement/growth.ts";
import type { FunctionPlacement, ProgramPlacement } from "../../lifetimes/placement/placed.ts";
import { type CallCollection, findCallCollections } from "./call-collections.ts";
import { type CallerRegions, findCallerRegions } from "./caller-regions.ts";
import { findLoopCollections, type LoopCollection } from "./loop-collections.ts";

export interface Decisions {
  readonly bounds: FunctionBounds;
  /** The loops between whose iterations its regions, or its callers', may be collected. */
  readonly loopCollections: ReadonlyMap<InstructionOf<"loop">, LoopCollection>;
  /** The calls in front of which these may be collected. */
  readonly callCollections: ReadonlyMap<InstructionOf<"call">, CallCollection>;
  /** What it does about its callers' regions. */
  readonly callerRegions: CallerRegions | null;
  /** What it may return one of without another, where these end as soon as that is decided. */
  readonly candidates: Candidates | null;
  /** Assignments in front of which an array is freed: under `sparse`. */
  readonly strongUpdates: FunctionPlacement["strongUpdates"];
  readonly deadAtCalls: FunctionPlacement["deadAtCalls"];
  readonly isPrimary: FunctionPlacement["isPrimary"];
}

/** @param areArraysApart whether single ones can be freed */
export function decideLifetimes(
  program: IrProgram,
  placement: ProgramPlacement,
  areArraysApart: boolean,
): ReadonlyMap<IrFunction, Decisions> {
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
      const { deadAtCalls } = placement.get(fn)!;
      const frees = strongUpdatesIn(fn);
      const callCollections = findCallCollections(fn, own, deadAtCalls, frees, callerRegions);
      const checkpointed = checkpointedLoopCollections(loopCollections.get(fn)!, callerRegions);
      const areCallersCollected =
        [...checkpointed.values()].some(({ ofCaller }) => ofCaller.length > 0) ||
        [...callCollections.values()].some(({ ofCallers }) => ofCallers);
      const decisions: Decisions = {
        bounds: own,
        loopCollections: checkpointed,
        callCollections,
        callerRegions,
        candidates: candidatesOf(own, callerRegions, areCallersCollected),
        strongUpdates: frees,
        deadAtCalls,
        isPrimary: placement.get(fn)!.isPrimary,
      };
      return [fn, decisions];
    }),
  );
}

/**
 * A function's candidates, if all of them come to one region, which is not the heap, and nothing is moved there before
 * the function returns.
 */
function candidatesOf(
  { candidates, mayBeHeap }: FunctionBounds,
  callerRegions: CallerRegions | null,
  areCallersCollected: boolean,
): Candidates | null {
  if (
    callerRegions === null ||
    areCallersCollected ||
    !callerRegions.mayDrop ||
    callerRegions.checkpoints !== 1 ||
    callerRegions.tailCycle.size > 0 ||
    mayBeHeap.has(callerRegions.checkpointed[0]!)
  )
    return null;
  return candidates;
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
