/**
 * Where a function has to collect what piles up, and what a collection there has to know: the regions that grow, and
 * the variables that are live (assembly/region/collect/collect.ts). What growing lists move out of needs no collection
 * (lifetimes/placement/growth.ts), unless there is more in the same region.
 */

import { exitTestOf } from "../../ir/exit-test.ts";
import type { Instruction, IrFunction } from "../../ir/ir.ts";
import { computeLiveness } from "../../ir/liveness.ts";
import { forEachInstruction } from "../../ir/traverse.ts";
import { boundsMadeIn, type FunctionBounds } from "../../lifetimes/placement/function-bounds.ts";
import type { Fills } from "../../lifetimes/placement/growth.ts";
import type { FunctionPlacement } from "../../lifetimes/placement/placed.ts";
import { readByFrees } from "../../lifetimes/placement/strong-updates.ts";
import { levelOf } from "./frame-layout.ts";
import { type Roots, rootsAmong } from "./roots.ts";

type Loop = Extract<Instruction, { op: "loop" }>;

/** Of a loop that builds something up. */
export interface LoopCollection {
  /** The loop's own: what it has around it are the regions of lower levels. */
  readonly level: number;
  /** The levels of those that its iterations allocate in. */
  readonly filled: readonly number[];
  /** The hidden arguments that are regions which its iterations allocate in. */
  readonly ofCaller: readonly number[];
  /** Live where an iteration begins. */
  readonly roots: Roots;
}

/**
 * By loop; loops that build nothing up are not there.
 * @param strongUpdates what is freed in front of assignments, and therefore kept until then
 * @param fills whether an instruction makes something that may pile up
 */
export function findLoopCollections(
  fn: IrFunction,
  bounds: FunctionBounds,
  strongUpdates: FunctionPlacement["strongUpdates"],
  fills: Fills,
): ReadonlyMap<Loop, LoopCollection> {
  const found = new Map<Loop, LoopCollection>();
  const mixed = mixedLevels(fn, bounds, fills);
  const liveAt = computeLiveness(fn, ({ op }) => op === "loop" || op === "if", readByFrees(strongUpdates.values()));
  forEachInstruction(fn.body, (loop) => {
    if (loop.op !== "loop") return;
    // One that is too deep for regions of its own has all of them around it.
    const level = bounds.loops.get(loop) ?? Number.POSITIVE_INFINITY;
    const filled = new Set<number>();
    const ofCaller = new Set<number>();
    for (const bound of boundsMadeIn(loop.body, bounds)) {
      const at = levelOf(bound);
      if (at !== null && at < level && mixed.has(at)) filled.add(at);
    }
    for (const bound of boundsMadeIn(loop.body, bounds, fills)) if (bound.of === "caller") ofCaller.add(bound.index);
    if (filled.size + ofCaller.size === 0) return;
    found.set(loop, {
      level,
      filled: [...filled],
      ofCaller: [...ofCaller],
      roots: rootsAmong(liveAt(exitTestOf(loop) ?? loop)),
    });
  });
  return found;
}

/**
 * The levels of the regions that hold more than growing lists and a few objects: there is something to collect. Of the
 * caller's regions only the caller knows.
 */
function mixedLevels(fn: IrFunction, bounds: FunctionBounds, fills: Fills): ReadonlySet<number | null> {
  const repeated = new Set<Instruction>();
  forEachInstruction(fn.body, (loop) => {
    if (loop.op === "loop") forEachInstruction(loop.body, (i) => repeated.add(i));
  });
  const isFew = (i: Instruction): boolean =>
    !repeated.has(i) && (i.op === "construct" || (i.op === "arrayNew" && i.length.kind === "constant"));
  return new Set(boundsMadeIn(fn.body, bounds, (i, index) => fills(i, index) && !isFew(i)).map(levelOf));
}
