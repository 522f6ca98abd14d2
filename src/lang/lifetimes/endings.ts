/** The instructions that open a function's own regions and end what they hold, by its bounds. */

import type { InstructionOf, LifetimeInstruction } from "../ir/ir.ts";
import type { FunctionBounds } from "./placement/function-bounds.ts";

/** Opens all of them, where the function begins. */
export function openRegions({ hasFrame, levels }: Pick<FunctionBounds, "hasFrame" | "levels">): LifetimeInstruction[] {
  return hasFrame ? [{ op: "regionOpen", levels: Array.from({ length: levels + 1 }, (_, level) => level) }] : [];
}

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
