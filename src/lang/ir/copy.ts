/**
 * Copies of programs, for passes that change what they are given: functions, blocks, calls, allocations, and instructions
 * with blocks inside are new. Everything else is shared: other instructions, variables, labels, types, sites, globals.
 */

import type { Block, Instruction, IrFunction, IrProgram, MatchArm } from "./ir.ts";
import { allocates } from "./safepoints.ts";

export interface ProgramCopy {
  readonly program: IrProgram;
  /** What a function or a call of the copy is a copy of. */
  readonly origins: ReadonlyMap<IrFunction | Instruction, IrFunction | Instruction>;
}

export function copyProgram(program: IrProgram): ProgramCopy {
  const copies = new Map<IrFunction, IrFunction>(program.functions.map((fn) => [fn, { ...fn }]));
  const origins = new Map<IrFunction | Instruction, IrFunction | Instruction>();
  const copyBlock = ({ instructions }: Block): Block => ({ instructions: instructions.map(copyInstruction) });
  const copyInstruction = (i: Instruction): Instruction => {
    switch (i.op) {
      case "call":
      case "tailCall": {
        const copy = { ...i, callee: copies.get(i.callee)! };
        origins.set(copy, i);
        return copy;
      }
      case "if":
        return { ...i, then: copyBlock(i.then), otherwise: copyBlock(i.otherwise) };
      case "switch":
        return {
          ...i,
          arms: i.arms.map((arm) => ({ ...arm, body: copyBlock(arm.body) })),
          otherwise: copyBlock(i.otherwise),
        };
      case "match": {
        const arms = i.arms.map((arm): MatchArm => ({ ...arm, body: copyBlock(arm.body) }));
        return i.otherwise === undefined ? { ...i, arms } : { ...i, arms, otherwise: copyBlock(i.otherwise) };
      }
      case "loop":
      case "block":
        return { ...i, body: copyBlock(i.body) };
      default:
        return allocates(i) ? { ...i } : i;
    }
  };
  for (const [fn, copy] of copies) {
    copy.body = copyBlock(fn.body);
    origins.set(copy, fn);
  }
  const functions = program.functions.map((fn) => copies.get(fn)!);
  return { program: { ...program, functions, main: copies.get(program.main)! }, origins };
}
