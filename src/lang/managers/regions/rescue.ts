/**
 * Which loops build something up, and what a collection between two of their rounds has to know: the regions around the loop
 * in which its rounds allocate, and the variables that are live where a round begins (assembly/region/collect.ts).
 */

import type { Instruction, IrFunction, Variable } from "../../ir/ir.ts";
import { computeLiveness } from "../../ir/liveness.ts";
import type { Bound, FunctionBounds } from "../../ir/placement/bounds.ts";
import { allocates } from "../../ir/safepoints.ts";
import { forEachInstruction } from "../../ir/traverse.ts";
import { pointerKindOf } from "../linear/layout.ts";
import { levelOf } from "./frames.ts";

type Loop = Extract<Instruction, { op: "loop" }>;

export interface Rescue {
  /** The loop's own: what it has around it are the regions of lower levels. */
  readonly level: number;
  /** The levels of those that its rounds allocate in. */
  readonly filled: readonly number[];
  /** Live at the head: what are Boxes to a collector, then what are Slices. */
  readonly boxes: readonly Variable[];
  readonly slices: readonly Variable[];
}

/** By loop; loops that build nothing up are not there. */
export function findRescues(fn: IrFunction, bounds: FunctionBounds): ReadonlyMap<Loop, Rescue> {
  const found = new Map<Loop, Rescue>();
  const liveAt = computeLiveness(fn, ({ op }) => op === "loop");
  forEachInstruction(fn.body, (loop) => {
    if (loop.op !== "loop") return;
    // One that is too deep for regions of its own has all of them around it.
    const level = bounds.loops.get(loop) ?? Number.POSITIVE_INFINITY;
    const filled = new Set<number>();
    forEachInstruction(loop.body, (i) => {
      let own: readonly Bound[] = [];
      if (allocates(i) && "site" in i) own = [bounds.sites.get(i.site)!];
      else if (i.op === "call" || i.op === "tailCall") own = bounds.calls.get(i) ?? [];
      for (const bound of own) {
        const at = levelOf(bound);
        if (at !== null && at < level) filled.add(at);
      }
    });
    if (filled.size === 0) return;
    const live = liveAt(loop);
    const boxes = live.filter(({ type }) => pointerKindOf(type) === "box");
    const slices = live.filter(({ type }) => pointerKindOf(type) === "slice");
    found.set(loop, { level, filled: [...filled], boxes, slices });
  });
  return found;
}
