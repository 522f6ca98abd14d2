/**
 * Inserting instructions into a function, in place: for passes over a copy of a program (copy.ts).
 *
 *     in front of an instruction, behind it     of a `break` or `continue` in front: on its way; of a return or a tail
 *                                               call: where the function ends
 *     at the beginning of a block               of the function; of a branch, or an arm, whose binding is there; of each
 *                                               iteration of a loop
 *     at the end of a block                     where control goes on to what is behind, to the next iteration, or out
 *                                               of the function
 *     behind the exit test of a loop            where an iteration begins that does something (exit-test.ts)
 */

import { exitTestOf } from "./exit-test.ts";
import type { Block, Instruction, InstructionOf, IrFunction, IrType, Label, MatchArm, Variable } from "./ir.ts";
import { blocksOf, forEachInstruction, writesOf } from "./traverse.ts";

/** What comes where. Each instruction and each block is asked for once. */
export interface Insertions {
  inFrontOf?(instruction: Instruction): readonly Instruction[];
  /** Not asked for what control does not come out of. */
  behind?(instruction: Instruction): readonly Instruction[];
  /** @param arm of a match that the block is the body of */
  beginBlock?(block: Block, arm?: MatchArm): readonly Instruction[];
  /** Not asked for what control does not come to the end of. */
  endBlock?(block: Block): readonly Instruction[];
  beginIteration?(loop: InstructionOf<"loop">): readonly Instruction[];
}

/** Inserts into a function. What is inserted is not asked for in turn. */
export function insertInto({ body }: IrFunction, insertions: Insertions): void {
  insertIntoBlock(body, insertions);
}

interface Around {
  /** The block is the body of it. */
  readonly loop?: InstructionOf<"loop">;
  readonly arm?: MatchArm | undefined;
}

function insertIntoBlock(block: Block, insertions: Insertions, { loop, arm }: Around = {}): void {
  const test = loop === undefined ? null : exitTestOf(loop);
  const iteration = loop === undefined ? [] : (insertions.beginIteration?.(loop) ?? []);
  const begin = insertions.beginBlock?.(block, arm) ?? [];
  const end = isLeftAtEnd(block) ? (insertions.endBlock?.(block) ?? []) : [];
  const changed = block.instructions.flatMap((i) => {
    const inFront = insertions.inFrontOf?.(i) ?? [];
    const behind = isPassed(i) ? (insertions.behind?.(i) ?? []) : [];
    insertInside(i, insertions);
    return [...inFront, i, ...behind, ...(i === test ? iteration : [])];
  });
  const first = test === null ? [...begin, ...iteration] : begin;
  block.instructions.splice(0, block.instructions.length, ...first, ...changed, ...end);
}

function insertInside(i: Instruction, insertions: Insertions): void {
  const loop = i.op === "loop" ? { loop: i } : {};
  const arms = i.op === "match" ? i.arms : [];
  for (const inner of blocksOf(i))
    insertIntoBlock(inner, insertions, { ...loop, arm: arms.find(({ body }) => body === inner) });
}

/** Whether control comes to the end of a block. Nothing in the IR is unreachable, so its last instruction tells. */
function isLeftAtEnd({ instructions }: Block): boolean {
  const last = instructions.at(-1);
  return last === undefined || isPassed(last);
}

/** Whether control comes behind an instruction. */
function isPassed(i: Instruction): boolean {
  switch (i.op) {
    case "break":
    case "continue":
    case "return":
    case "tailCall":
    case "panic":
      return false;
    case "if":
    case "switch":
    case "match":
      return blocksOf(i).some(isLeftAtEnd);
    case "loop":
      return isBroken(i.body, i.label);
    case "block":
      return isLeftAtEnd(i.body) || isBroken(i.body, i.label);
    default:
      return true;
  }
}

function isBroken(body: Block, label: Label): boolean {
  let found = false;
  forEachInstruction(body, (i) => {
    if (i.op === "break" && i.label === label) found = true;
  });
  return found;
}

/** What makes further variables of a function. */
export function variableMaker({ params, body }: IrFunction): (type: IrType, name: string) => Variable {
  let next = 0;
  const count = ({ id }: Variable): void => {
    next = Math.max(next, id + 1);
  };
  params.forEach(count);
  forEachInstruction(body, (i) => {
    writesOf(i).forEach(count);
    if (i.op === "match") for (const { binding } of i.arms) if (binding !== undefined) count(binding);
  });
  return (type, name) => ({ kind: "variable", id: next++, name, type, mutable: false });
}
