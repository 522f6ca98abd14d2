/**
 * Which hidden arguments get nothing but storages that growing lists move to. A list doubles its storage, so all that
 * it has outgrown is no larger than what it has: a loop that fills such a region piles nothing up.
 */

import type { Instruction, IrFunction } from "../../ir/ir.ts";
import { boundsMadeIn, type FunctionBounds } from "./function-bounds.ts";

/** Whether an instruction makes anything besides such storages in a region; of a call: in its hidden argument `index`. */
export type Fills = (i: Instruction, index: number | null) => boolean;

/** Cost: linear in the calls of the program, times the depth of its calls. */
export function findFilling(all: ReadonlyMap<IrFunction, FunctionBounds>): Fills {
  const filled = new Map([...all.keys()].map((fn) => [fn, new Set<number>()]));
  const fills: Fills = (i, index) => {
    if (i.op === "call" || i.op === "tailCall") return filled.get(i.callee)!.has(index!);
    return i.op !== "arrayGrow";
  };
  for (let news = true; news; ) {
    news = false;
    for (const [fn, bounds] of all) {
      const own = filled.get(fn)!;
      const before = own.size;
      for (const bound of boundsMadeIn(fn.body, bounds, fills)) if (bound.of === "caller") own.add(bound.index);
      news ||= own.size > before;
    }
  }
  return fills;
}
