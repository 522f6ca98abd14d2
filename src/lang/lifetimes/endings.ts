/** The instructions that end what a function's own regions hold, by its bounds. */

import type { InstructionOf, LifetimeInstruction } from "../ir/ir.ts";
import type { FunctionBounds } from "./placement/function-bounds.ts";

/** Ends an iteration of a loop, and those of the loops in it, which may have been left by a jump. */
export function endIterations(
  { loops, levels }: Pick<FunctionBounds, "loops" | "levels">,
  loop: InstructionOf<"loop">,
): LifetimeInstruction[] {
  const level = loops.get(loop);
  if (level === undefined) return [];
  return [{ op: "regionReset", levels: Array.from({ length: levels - level + 1 }, (_, index) => level + index) }];
}

/** Ends all of it, in front of what leaves the function. */
export function closeRegions({ hasFrame }: Pick<FunctionBounds, "hasFrame">): LifetimeInstruction[] {
  return hasFrame ? [{ op: "regionClose" }] : [];
}
