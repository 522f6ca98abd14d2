/** Programs with lifetimes in the interpreter, looked at by the model of regions. */

import type { Observer } from "../../src/lang/interpret/observer.ts";
import { copyProgram } from "../../src/lang/ir/copy.ts";
import type { Block, Instruction, IrProgram, LifetimeInstruction } from "../../src/lang/ir/ir.ts";
import { blocksOf } from "../../src/lang/ir/traverse.ts";
import { verifyProgram } from "../../src/lang/ir/verify.ts";
import { placeProgram } from "../../src/lang/lifetimes/placement/placement.ts";
import { prepareRegions } from "../../src/lang/managers/regions/prepare.ts";
import { interpret } from "./interpret.ts";
import { RegionModel } from "./region-model.ts";

/** The program as `regions` lowers it, or `sparse`. */
export function prepared(program: IrProgram, isSparse = false): IrProgram {
  const copy = copyProgram(program).program;
  prepareRegions(copy, placeProgram(copy), isSparse, false);
  return copy;
}

/**
 * Verifies and runs a program.
 * @param every of how many chances of a collection one is taken
 * @param executed gets the lifetime instructions that are executed
 * @returns what it prints
 * @throws InternalCompilerError or BrokenLifetime
 */
export function runPrepared(program: IrProgram, every = 1, executed: Set<LifetimeInstruction> = new Set()): string {
  verifyProgram(program);
  const model: Observer = new RegionModel(every);
  const watched = model.lifetime!.bind(model);
  model.lifetime = (instruction, read, write) => {
    executed.add(instruction);
    watched(instruction, read, write);
  };
  const { stdout, stderr } = interpret(program, { observer: model });
  return Buffer.from(stdout).toString() + stderr;
}

/** Where an instruction stands. */
export interface Place {
  readonly block: Block;
  readonly index: number;
}

/** The places of some instructions of a program. */
export function placesOf({ functions }: IrProgram, isWanted: (instruction: Instruction) => boolean): Place[] {
  const found: Place[] = [];
  const visit = (block: Block): void => {
    for (const [index, i] of block.instructions.entries()) {
      if (isWanted(i)) found.push({ block, index });
      for (const inner of blocksOf(i)) visit(inner);
    }
  };
  for (const { body } of functions) visit(body);
  return found;
}
