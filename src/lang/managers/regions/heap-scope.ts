/** What of a program is in the collected heap beside its regions. */

import type { Bound, Instruction, IrFunction, IrProgram } from "../../ir/ir.ts";
import { allocates } from "../../ir/safepoints.ts";
import { boundsOf, forEachInstruction } from "../../ir/traverse.ts";
import type { ProgramPlacement } from "../../lifetimes/placement/placed.ts";
import type { HeapScope } from "../gc/scope.ts";

/** Whether what is bound so lies in the collected heap: always, sometimes (the caller decides), or never. */
export function heapUseOf({ regions }: IrFunction, bound: Bound): "always" | "sometimes" | "never" {
  if (bound.of === "heap") return "always";
  return bound.of === "caller" && regions![bound.index]!.mayBeHeap ? "sometimes" : "never";
}

/**
 * What the heap has of a program; null for nothing.
 * @param placement of it: asked only if the heap has something
 */
export function heapScope({ functions }: IrProgram, placement: () => ProgramPlacement): HeapScope | null {
  const uses = new Map<Instruction, ReturnType<typeof heapUseOf>>();
  let isUsed = false;
  for (const fn of functions) {
    forEachInstruction(fn.body, (i) => {
      if (allocates(i) && "bound" in i) uses.set(i, heapUseOf(fn, i.bound!));
      isUsed ||= boundsOf(i).some(({ of }) => of === "heap");
    });
  }
  if (!isUsed) return null;
  return {
    // Input is read by functions that all managers share, which protect what they make from collections.
    allocates: (i) => i.op === "readInput" || i.op === "arguments" || (uses.get(i) ?? "never") !== "never",
    isFoldable: (construction) => uses.get(construction) === "always",
    mayRefer: (fn, variable) => placement().get(fn)!.mayReferToHeap(variable),
    beside: { reclaim: "regionReleaseChunks", collected: "regionCountHeap" },
  };
}
