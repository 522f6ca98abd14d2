/** Which functions may reach a safepoint, and which have to return as those do: fixpoints over the call graph. */

import type { Instruction, IrFunction, IrProgram } from "./ir.ts";
import { forEachInstruction } from "./traverse.ts";

/** The instructions that allocate, and therefore may collect, wherever they stand. */
export function allocates(instruction: Instruction): boolean {
  switch (instruction.op) {
    case "construct":
    case "arrayNew":
    case "arrayGrow":
    case "readInput":
    case "arguments":
      return true;
    default:
      return false;
  }
}

/**
 * The functions during whose calls a collection may happen, through any chain of calls and tail calls.
 * @param mayCollect whether an instruction that is no call may collect
 */
export function functionsThatMayCollect(
  program: IrProgram,
  mayCollect: (instruction: Instruction) => boolean,
): ReadonlySet<IrFunction> {
  const allocating = new Set<IrFunction>();
  for (const fn of program.functions) {
    forEachInstruction(fn.body, (instruction) => {
      if (mayCollect(instruction)) allocating.add(fn);
    });
  }
  return withCallers(program, allocating);
}

/** The given functions and all that call them, through any chain of calls and tail calls. */
export function withCallers(program: IrProgram, functions: Iterable<IrFunction>): ReadonlySet<IrFunction> {
  const callers = new Map<IrFunction, IrFunction[]>(program.functions.map((fn) => [fn, []]));
  for (const fn of program.functions) {
    forEachInstruction(fn.body, (instruction) => {
      if (instruction.op === "call" || instruction.op === "tailCall") callers.get(instruction.callee)?.push(fn);
    });
  }
  return withAllNext(functions, callers);
}

/**
 * The given functions and all that are joined to them by tail calls, in either direction: what a function returns
 * besides its results has to be returned by what it tail-calls, and by what tail-calls it.
 */
export function withTailCallNeighbours(program: IrProgram, functions: Iterable<IrFunction>): ReadonlySet<IrFunction> {
  const neighbours = new Map<IrFunction, IrFunction[]>(program.functions.map((fn) => [fn, []]));
  for (const fn of program.functions) {
    forEachInstruction(fn.body, (instruction) => {
      if (instruction.op !== "tailCall") return;
      neighbours.get(fn)?.push(instruction.callee);
      neighbours.get(instruction.callee)?.push(fn);
    });
  }
  return withAllNext(functions, neighbours);
}

/** Some functions, and all that come next to one of them, again and again. */
function withAllNext(
  functions: Iterable<IrFunction>,
  next: ReadonlyMap<IrFunction, readonly IrFunction[]>,
): ReadonlySet<IrFunction> {
  const all = new Set(functions);
  // A set is iterated in the order of insertion, so what is added here is visited, too.
  for (const fn of all) for (const each of next.get(fn) ?? []) all.add(each);
  return all;
}
