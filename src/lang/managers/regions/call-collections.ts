/**
 * Where a function collects in front of calls that recur or are long: what it holds for nothing in the meantime, beside
 * what it needs (lifetimes/placement/dead-at-calls.ts). A loop collects between iterations (loop-collections.ts). A
 * level of a recursion has only this chance before the next one begins.
 */

import type { InstructionOf, IrFunction } from "../../ir/ir.ts";
import { computeLiveness } from "../../ir/liveness.ts";
import { readsOf } from "../../ir/traverse.ts";
import type { FunctionBounds } from "../../lifetimes/placement/function-bounds.ts";
import type { FunctionPlacement } from "../../lifetimes/placement/placed.ts";
import { readByFrees } from "../../lifetimes/placement/strong-updates.ts";
import type { CallerRegions } from "./caller-regions.ts";
import { type Roots, rootsAmong } from "./roots.ts";

type Call = InstructionOf<"call">;

/** Of a call. */
export interface CallCollection {
  /** The levels of the function's own regions that it takes in. */
  readonly levels: readonly number[];
  /** Whether it takes in the call's parts of callers' regions. */
  readonly ofCallers: boolean;
  /** Live when the call begins, arguments among them. */
  readonly roots: Roots;
}

/**
 * By call; calls in front of which nothing is collected are not there.
 * @param strongUpdates what is freed in front of assignments, and therefore kept until then
 */
export function findCallCollections(
  fn: IrFunction,
  { hasFrame, levels }: FunctionBounds,
  deadAtCalls: FunctionPlacement["deadAtCalls"],
  strongUpdates: FunctionPlacement["strongUpdates"],
  callerRegions: CallerRegions | null,
): ReadonlyMap<Call, CallCollection> {
  const found = new Map<Call, CallCollection>();
  if (deadAtCalls.size === 0) return found;
  const liveAcross = computeLiveness(fn, ({ op }) => op === "call", readByFrees(strongUpdates.values()));
  for (const [call, dead] of deadAtCalls) {
    if (call.op !== "call") continue;
    const ofCallers = dead.isCallersPartlyDead && callerRegions !== null && callerRegions.checkpointed.length > 0;
    // What refers to what is moved may be in each of the function's regions.
    const isOwn = hasFrame && (dead.isOwnPartlyDead || ofCallers);
    const own = isOwn ? Array.from({ length: Math.min(dead.loops, levels) + 1 }, (_, level) => level) : [];
    if (own.length === 0 && !ofCallers) continue;
    found.set(call, { levels: own, ofCallers, roots: rootsAmong([...liveAcross(call), ...readsOf(call)]) });
  }
  return found;
}
