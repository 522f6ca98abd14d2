/** Whether a program manages memory of its own, so that its module needs malloc, whatever the manager. */

import type { Instruction, IrProgram } from "./ir.ts";
import { forEachInstruction } from "./traverse.ts";

export function usesMalloc(program: IrProgram): boolean {
  let found = false;
  const visit = (instruction: Instruction): void => {
    if (needsMalloc(instruction)) found = true;
  };
  for (const fn of program.functions) forEachInstruction(fn.body, visit);
  return found;
}

function needsMalloc({ op }: Instruction): boolean {
  return ["memoryAllocate", "memoryResize", "memoryFree", "memoryLoad", "memoryStore"].includes(op);
}
