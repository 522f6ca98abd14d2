/**
 * Which pointer-holding variables are live behind an instruction.
 *
 * A variable is live where some path leads to a read of it before the next write. The analysis walks the structured IR
 * backwards; a loop is walked until the set at its head no longer grows. Sets are bit sets in a bigint: bit i stands
 * for the i-th variable that was met.
 *
 * Invariant: variables that an instruction defines are not in its own set (they are not live across it).
 */

import type { Atom, Block, Instruction, IrFunction, Label, Variable } from "./ir.ts";
import { holdsPointer, readsOf, writesOf } from "./traverse.ts";

/** The pointer-holding variables that are live across an instruction, in order of their ids. */
export type LiveAcross = (instruction: Instruction) => readonly Variable[];

/** What is live at each place of a function, in order of the variables' ids. */
export interface LiveSets {
  /** Behind an instruction: what it defines may be among it. */
  behind(instruction: Instruction): readonly Variable[];
  /** Where a block begins; the binding of the arm that it is the body of may be among it. */
  beginning(block: Block): readonly Variable[];
  across: LiveAcross;
}

/** Computes liveness of one function, for all of its instructions and blocks. */
export function computeLiveSets(fn: IrFunction): LiveSets {
  const analysis = new LivenessAnalysis(
    () => true,
    () => [],
  );
  analysis.block(fn.body, 0n);
  return {
    behind: (instruction) => analysis.behind(instruction),
    beginning: (block) => analysis.beginning(block),
    across: (instruction) => analysis.across(instruction),
  };
}

/**
 * Computes liveness of one function.
 * @param isOfInterest the instructions whose sets will be asked for (those that may collect)
 * @param alsoReads what an instruction reads besides, for who emits more than it says
 */
export function computeLiveness(
  fn: IrFunction,
  isOfInterest: (instruction: Instruction) => boolean,
  alsoReads: (instruction: Instruction) => readonly Variable[] = () => [],
): LiveAcross {
  const analysis = new LivenessAnalysis(isOfInterest, alsoReads);
  analysis.block(fn.body, 0n);
  return (instruction) => analysis.across(instruction);
}

class LivenessAnalysis {
  readonly #isOfInterest: (instruction: Instruction) => boolean;
  readonly #alsoReads: (instruction: Instruction) => readonly Variable[];
  readonly #bits = new Map<Variable, bigint>();
  readonly #variables: Variable[] = [];
  readonly #across = new Map<Instruction, bigint>();
  readonly #behind = new Map<Instruction, bigint>();
  readonly #beginning = new Map<Block, bigint>();
  /** Live where a `break` of the label leads. */
  readonly #atBreak = new Map<Label, bigint>();
  /** Live where a `continue` of the label leads; kept between passes, so that nested loops settle quickly. */
  readonly #atHead = new Map<Label, bigint>();

  constructor(
    isOfInterest: (instruction: Instruction) => boolean,
    alsoReads: (instruction: Instruction) => readonly Variable[],
  ) {
    this.#isOfInterest = isOfInterest;
    this.#alsoReads = alsoReads;
  }

  across(instruction: Instruction): readonly Variable[] {
    return this.#variablesOf(this.#across.get(instruction));
  }

  behind(instruction: Instruction): readonly Variable[] {
    return this.#variablesOf(this.#behind.get(instruction));
  }

  beginning(block: Block): readonly Variable[] {
    return this.#variablesOf(this.#beginning.get(block));
  }

  #variablesOf(live = 0n): readonly Variable[] {
    return this.#variables
      .filter((_, index) => (live >> BigInt(index)) & 1n)
      .sort((first, second) => first.id - second.id);
  }

  /** @returns the set in front of the block, given the one behind it */
  block(block: Block, behind: bigint): bigint {
    let live = behind;
    for (let index = block.instructions.length - 1; index >= 0; index--) {
      live = this.#instruction(block.instructions[index] as Instruction, live);
    }
    this.#beginning.set(block, live);
    return live;
  }

  #instruction(instruction: Instruction, behind: bigint): bigint {
    const inside = this.#control(instruction, behind);
    const across = inside & ~this.#setOf(writesOf(instruction));
    if (this.#isOfInterest(instruction)) {
      this.#across.set(instruction, across);
      this.#behind.set(instruction, behind);
    }
    return across | this.#setOf(readsOf(instruction)) | this.#setOf(this.#alsoReads(instruction));
  }

  /** The set in front of an instruction as far as its nested blocks and jumps decide it. */
  #control(instruction: Instruction, behind: bigint): bigint {
    switch (instruction.op) {
      case "if":
        return this.block(instruction.then, behind) | this.block(instruction.otherwise, behind);
      case "switch":
        return instruction.arms.reduce(
          (live, arm) => live | this.block(arm.body, behind),
          this.block(instruction.otherwise, behind),
        );
      case "match": {
        let live = instruction.otherwise === undefined ? 0n : this.block(instruction.otherwise, behind);
        for (const arm of instruction.arms) {
          const inArm = this.block(arm.body, behind);
          live |= arm.binding === undefined ? inArm : inArm & ~this.#setOf([arm.binding]);
        }
        return live;
      }
      case "block":
        this.#atBreak.set(instruction.label, behind);
        return this.block(instruction.body, behind);
      case "loop":
        return this.#loop(instruction.label, instruction.body, behind);
      case "break":
        return this.#atBreak.get(instruction.label) ?? 0n;
      case "continue":
        return this.#atHead.get(instruction.label) ?? 0n;
      case "return":
      case "tailCall":
      case "panic":
        return 0n;
      default:
        return behind;
    }
  }

  #loop(label: Label, body: Block, behind: bigint): bigint {
    this.#atBreak.set(label, behind);
    let head = this.#atHead.get(label) ?? 0n;
    for (;;) {
      this.#atHead.set(label, head);
      const next = head | this.block(body, head);
      if (next === head) return head;
      head = next;
    }
  }

  #setOf(atoms: readonly Atom[]): bigint {
    let set = 0n;
    for (const atom of atoms) {
      if (atom.kind === "variable" && holdsPointer(atom.type)) set |= this.#bitOf(atom);
    }
    return set;
  }

  #bitOf(variable: Variable): bigint {
    let bit = this.#bits.get(variable);
    if (bit === undefined) {
      bit = 1n << BigInt(this.#variables.length);
      this.#variables.push(variable);
      this.#bits.set(variable, bit);
    }
    return bit;
  }
}
