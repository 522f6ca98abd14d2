/** Which functions may reach a safepoint: a fixpoint over the call graph. */

import type { Instruction, IrFunction, IrProgram } from "./ir.ts";
import { forEachInstruction } from "./traverse.ts";

/** The instructions that allocate, and therefore may collect, wherever they stand. */
export function allocates(instruction: Instruction): boolean {
  switch (instruction.op) {
    case "construct":
    case "arrayNew":
    case "readInput":
    case "arguments":
      return true;
    default:
      return false;
  }
}

/** The functions during whose calls a collection may happen, through any chain of calls and tail calls. */
export function functionsThatMayCollect(program: IrProgram): ReadonlySet<IrFunction> {
  const callers = new Map<IrFunction, IrFunction[]>();
  const mayCollect = new Set<IrFunction>();
  for (const fn of program.functions) {
    forEachInstruction(fn.body, (instruction) => {
      if (allocates(instruction)) mayCollect.add(fn);
      if (instruction.op === "call" || instruction.op === "tailCall") {
        const known = callers.get(instruction.callee);
        if (known === undefined) callers.set(instruction.callee, [fn]);
        else known.push(fn);
      }
    });
  }
  // A set is iterated in the order of insertion, so what is added here is visited, too.
  for (const fn of mayCollect) {
    for (const caller of callers.get(fn) ?? []) mayCollect.add(caller);
  }
  return mayCollect;
}
