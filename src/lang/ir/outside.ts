/** What a program needs besides its memory manager: functions of other modules, and malloc. */

import { type Instruction, type IrExtern, type IrProgram, TEXT_TYPE } from "./ir.ts";
import { forEachInstruction } from "./traverse.ts";

/** The extern functions that a program may call, in the order of their first calls. */
export function externsOf(program: IrProgram): readonly IrExtern[] {
  const externs = new Set<IrExtern>();
  forEachOf(program, (instruction) => {
    if (instruction.op === "callExtern") externs.add(instruction.extern);
  });
  return [...externs];
}

/** Whether a program, or what it calls, allocates memory that is not the manager's: its module needs malloc. */
export function usesMalloc(program: IrProgram): boolean {
  let found = false;
  forEachOf(program, (instruction) => {
    if (needsMalloc(instruction)) found = true;
  });
  return found;
}

function needsMalloc(instruction: Instruction): boolean {
  const { op } = instruction;
  if (op !== "callExtern") {
    return ["memoryAllocate", "memoryResize", "memoryFree", "memoryLoad", "memoryStore"].includes(op);
  }
  const { effect, params } = instruction.extern;
  // A text that does not lie in linear memory is lent a place there.
  return effect !== "nothing" || params.includes(TEXT_TYPE);
}

function forEachOf(program: IrProgram, visit: (instruction: Instruction) => void): void {
  for (const fn of program.functions) forEachInstruction(fn.body, visit);
}
