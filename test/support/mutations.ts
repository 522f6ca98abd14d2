/** Mistakes in what a pass has inserted: one after the other is made, and somebody tells whether it is noticed. */

import type { Instruction } from "../../src/lang/ir/ir.ts";
import type { Place } from "./lifetimes.ts";

/** Changes an instruction of a list; false where it cannot be changed so. */
export type Mutation = (instructions: Instruction[], index: number) => boolean;

/** Of each kind of mistake in each kind of instruction: how many are noticed, of how many. */
export type Noticed = Record<string, Record<string, readonly [noticed: number, all: number]>>;

export const MISPLACED: Readonly<Record<string, Mutation>> = {
  dropped: (instructions, index) => instructions.splice(index, 1).length > 0,
  doubled: (instructions, index) => instructions.splice(index, 0, instructions[index]!).length === 0,
  "moved later": (instructions, index) => swap(instructions, index, index + 1),
  "moved earlier": (instructions, index) => swap(instructions, index - 1, index),
};

function swap(instructions: Instruction[], first: number, second: number): boolean {
  if (first < 0 || second >= instructions.length) return false;
  [instructions[first], instructions[second]] = [instructions[second]!, instructions[first]!];
  return true;
}

/** Makes each mistake at each place, and undoes it. @param counts is added to */
export function mutate(
  places: readonly Place[],
  mutations: Readonly<Record<string, Mutation>>,
  nameOf: (instruction: Instruction) => string,
  isNoticed: () => boolean,
  counts: Noticed,
): void {
  for (const { block, index } of places) {
    const { instructions } = block;
    const before = [...instructions];
    const kind = nameOf(before[index]!);
    for (const [name, change] of Object.entries(mutations)) {
      if (change(instructions, index)) {
        const [noticed, all] = counts[name]?.[kind] ?? [0, 0];
        counts[name] = { ...counts[name], [kind]: [noticed + Number(isNoticed()), all + 1] };
      }
      instructions.splice(0, instructions.length, ...before);
    }
  }
}
