/** Inserting instructions into a function, in place: for passes over a copy of a program (copy.ts). */

import { exitTestOf } from "./exit-test.ts";
import type { Block, Instruction, InstructionOf, IrFunction } from "./ir.ts";
import { blocksOf } from "./traverse.ts";

/** What comes where. Each instruction is asked for once. */
export interface Insertions {
  inFrontOf(instruction: Instruction): readonly Instruction[];
  /** At the beginning of each iteration of a loop, behind its exit test. */
  beginIteration(loop: InstructionOf<"loop">): readonly Instruction[];
  /** Behind a loop. */
  endLoop(loop: InstructionOf<"loop">): readonly Instruction[];
}

/** Appends to a function without results, unless its last instruction leaves it. */
export function appendTo({ body }: IrFunction, instructions: readonly Instruction[]): void {
  const last = body.instructions.at(-1)?.op;
  if (last !== "return" && last !== "tailCall" && last !== "panic") body.instructions.push(...instructions);
}

/** Inserts into a block and the blocks inside. */
export function insertInto(block: Block, insertions: Insertions): void {
  const changed = block.instructions.flatMap((i) => {
    for (const inner of blocksOf(i)) insertInto(inner, insertions);
    if (i.op !== "loop") return [...insertions.inFrontOf(i), i];
    const { instructions } = i.body;
    const test = exitTestOf(i);
    instructions.splice(test === null ? 0 : instructions.indexOf(test) + 1, 0, ...insertions.beginIteration(i));
    return [...insertions.inFrontOf(i), i, ...insertions.endLoop(i)];
  });
  block.instructions.splice(0, block.instructions.length, ...changed);
}
