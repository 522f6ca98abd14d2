/** Writes the bounds of a program into its functions and instructions. */

import type { IrFunction, IrProgram } from "../ir/ir.ts";
import { allocates } from "../ir/safepoints.ts";
import { forEachInstruction } from "../ir/traverse.ts";
import type { FunctionBounds } from "./placement/function-bounds.ts";

/** Changes functions, allocations and calls in place. @param program a copy (ir/copy.ts) */
export function annotateBounds(program: IrProgram, all: ReadonlyMap<IrFunction, FunctionBounds>): void {
  for (const fn of program.functions) {
    const { hidden, mayBeHeap, sites, calls } = all.get(fn)!;
    fn.regions = hidden.map((_, index) => ({ mayBeHeap: mayBeHeap.has(index) }));
    forEachInstruction(fn.body, (i) => {
      if (allocates(i) && "site" in i) Object.assign(i, { bound: sites.get(i.site)! });
      if (i.op === "call" || i.op === "tailCall") Object.assign(i, { bounds: calls.get(i) ?? [] });
    });
  }
}
