/** The function that nobody waits for. */

import type { IrFunction, IrProgram } from "../../ir/ir.ts";
import { forEachInstruction } from "../../ir/traverse.ts";

/**
 * The function that runs for as long as the program does, when its start has given way to it; null if there is none.
 */
export function outermostOf({ functions, main }: IrProgram): IrFunction | null {
  const calls = new Map<IrFunction, { readonly fn: IrFunction; readonly op: "call" | "tailCall" }[]>();
  for (const fn of functions) {
    forEachInstruction(fn.body, (i) => {
      if (i.op !== "call" && i.op !== "tailCall") return;
      const known = calls.get(i.callee);
      if (known === undefined) calls.set(i.callee, [{ fn, op: i.op }]);
      else known.push({ fn, op: i.op });
    });
  }
  if (calls.has(main)) return null;
  const next = [...calls].find(
    ([, known]) => known.length === 1 && known[0]!.fn === main && known[0]!.op === "tailCall",
  );
  return next?.[0] ?? main;
}
