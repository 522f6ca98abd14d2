/** Functions of the IR as linear code: structured control becomes jumps. */

import type { Atom, Block, Instruction, IrFunction, Label, Variable } from "../ir/ir.ts";

export type LoopInstruction = Extract<Instruction, { op: "loop" }>;
export type LoopEvent = "begin" | "again" | "left";

export type CallInstruction = Extract<Instruction, { op: "call" }>;
type MatchInstruction = Extract<Instruction, { op: "match" }>;
export type TailCallInstruction = Extract<Instruction, { op: "tailCall" }>;

export type Simple = Exclude<
  Instruction,
  { op: "if" | "switch" | "match" | "loop" | "block" | "break" | "continue" | "return" | "call" | "tailCall" }
>;

export type Step =
  | Simple
  | Extract<Instruction, { op: "return" | "call" | "tailCall" }>
  | { readonly op: "jump"; to: number }
  | { readonly op: "looped"; readonly loop: LoopInstruction; readonly event: LoopEvent }
  | { readonly op: "jumpUnless"; readonly condition: Atom; to: number }
  | { readonly op: "select"; readonly value: Atom; readonly targets: Map<number, number>; otherwise: number }
  | {
      readonly op: "selectCase";
      readonly match: MatchInstruction;
      readonly value: Variable;
      readonly targets: Map<number, CaseTarget>;
      otherwise: number;
    };

interface CaseTarget {
  readonly binding: Variable | undefined;
  readonly to: number;
}

/** The code of a function. */
export function stepsOf(fn: IrFunction): readonly Step[] {
  return new Linearizer().function(fn);
}

class Linearizer {
  readonly #steps: Step[] = [];
  /** Jumps out of a block or loop, to be told where it ends. */
  readonly #exits = new Map<Label, { to: number }[]>();
  readonly #loops = new Map<Label, { readonly loop: LoopInstruction; readonly start: number }>();

  function(fn: IrFunction): Step[] {
    this.#block(fn.body);
    return this.#steps;
  }

  #block(block: Block): void {
    for (const instruction of block.instructions) this.#instruction(instruction);
  }

  #jump(): { op: "jump"; to: number } {
    const jump = { op: "jump" as const, to: -1 };
    this.#steps.push(jump);
    return jump;
  }

  /** To the next iteration of a loop. */
  #again(label: Label): void {
    const { loop, start } = this.#loops.get(label)!;
    this.#steps.push({ op: "looped", loop, event: "again" });
    this.#jump().to = start;
  }

  #here(): number {
    return this.#steps.length;
  }

  #instruction(i: Instruction): void {
    switch (i.op) {
      case "if": {
        const skip = { op: "jumpUnless" as const, condition: i.condition, to: -1 };
        this.#steps.push(skip);
        this.#block(i.then);
        const end = this.#jump();
        skip.to = this.#here();
        this.#block(i.otherwise);
        end.to = this.#here();
        return;
      }
      case "switch": {
        const select = { op: "select" as const, value: i.value, targets: new Map<number, number>(), otherwise: -1 };
        this.#steps.push(select);
        const ends = i.arms.map(({ values, body }) => {
          for (const value of values) select.targets.set(value, this.#here());
          this.#block(body);
          return this.#jump();
        });
        select.otherwise = this.#here();
        this.#block(i.otherwise);
        for (const end of ends) end.to = this.#here();
        return;
      }
      case "match": {
        const targets = new Map<number, CaseTarget>();
        const select = { op: "selectCase" as const, match: i, value: i.value, targets, otherwise: -1 };
        this.#steps.push(select);
        const ends = i.arms.map(({ caseIndex, binding, body }) => {
          targets.set(caseIndex, { binding, to: this.#here() });
          this.#block(body);
          return this.#jump();
        });
        if (i.otherwise !== undefined) {
          select.otherwise = this.#here();
          this.#block(i.otherwise);
        }
        for (const end of ends) end.to = this.#here();
        return;
      }
      case "loop":
      case "block": {
        this.#exits.set(i.label, []);
        if (i.op === "loop") {
          this.#steps.push({ op: "looped", loop: i, event: "begin" });
          this.#loops.set(i.label, { loop: i, start: this.#here() });
        }
        this.#block(i.body);
        if (i.op === "loop") this.#again(i.label);
        for (const exit of this.#exits.get(i.label)!) exit.to = this.#here();
        if (i.op === "loop") this.#steps.push({ op: "looped", loop: i, event: "left" });
        return;
      }
      case "break":
        this.#exits.get(i.label)!.push(this.#jump());
        return;
      case "continue":
        this.#again(i.label);
        return;
      default:
        this.#steps.push(i);
    }
  }
}
