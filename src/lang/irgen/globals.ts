/** The order of globals: each gets its value before `main`, and nothing that runs until then may read it. */

import type { GlobalSymbol } from "../check/typed.ts";
import type { IrFunction, IrGlobal } from "../ir/ir.ts";
import { forEachInstruction } from "../ir/traverse.ts";
import type { Diagnostic } from "../source.ts";

/** What the initialiser of a global is in the IR, and the components of the global. */
export interface BuiltGlobal {
  readonly symbol: GlobalSymbol;
  readonly initialiser: IrFunction;
  readonly parts: readonly IrGlobal[];
}

/** The globals whose initialiser may read one that has no value yet; in the order of the declarations. */
export function earlyReads(globals: readonly BuiltGlobal[]): Diagnostic[] {
  const unset = new Map<IrGlobal, GlobalSymbol>(
    globals.flatMap(({ symbol, parts }) => parts.map((part) => [part, symbol] as const)),
  );
  const diagnostics: Diagnostic[] = [];
  for (const { symbol, initialiser, parts } of globals) {
    const read = firstRead(initialiser, unset);
    if (read !== null) {
      diagnostics.push({
        span: symbol.span,
        message: `the value of \`${symbol.name}\` may need \`${read.name}\`, which has none yet`,
        hint: "globals get their values when the program starts, in the order of their declarations",
      });
    }
    for (const part of parts) unset.delete(part);
  }
  return diagnostics;
}

/** A global without a value that a function, or one that it calls, reads. */
function firstRead(start: IrFunction, unset: ReadonlyMap<IrGlobal, GlobalSymbol>): GlobalSymbol | null {
  const seen = new Set([start]);
  let found: GlobalSymbol | null = null;
  for (const fn of seen) {
    forEachInstruction(fn.body, (instruction) => {
      if (instruction.op === "call" || instruction.op === "tailCall") seen.add(instruction.callee);
      else if (instruction.op === "globalGet") found ??= unset.get(instruction.global) ?? null;
    });
    if (found !== null) return found;
  }
  return null;
}
