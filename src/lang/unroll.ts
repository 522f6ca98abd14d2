/**
 * Unrolls recursion once: in a small function that calls itself other than in tail position, each such call is replaced
 * by a copy of the function's body. Half of the calls of a tree walk are for leaves, which then need no call at all.
 * The same for every memory manager, so it favours none.
 *
 * Engines inline calls themselves, but within a budget that a function recursive by two calls just exceeds.
 */

import type { Block, Instruction, IrFunction, IrProgram, Label, Variable } from "./ir.ts";
import { blocksOf, forEachInstruction } from "./traverse.ts";

/** Instructions of a function that is worth copying, and how many copies it may take. */
const MAX_INSTRUCTIONS = 48;
const MAX_COPIES = 4;

/** The program with every function unrolled that it pays for; the one given stays as it is. */
export function unrollRecursion(program: IrProgram): IrProgram {
  const unrolled = new Map(program.functions.map((fn) => [fn, { ...fn }]));
  const replacementOf = (fn: IrFunction): IrFunction => unrolled.get(fn) ?? fn;
  for (const [fn, copy] of unrolled) copy.body = redirected(unrolledBody(fn), replacementOf);
  return { ...program, functions: [...unrolled.values()], main: replacementOf(program.main) };
}

/** The block with calls of other functions in the place of those it calls. */
function redirected(block: Block, replacementOf: (fn: IrFunction) => IrFunction): Block {
  return {
    instructions: block.instructions.map((instruction) =>
      instruction.op === "call" || instruction.op === "tailCall"
        ? { ...instruction, callee: replacementOf(instruction.callee) }
        : withBlocks(instruction, (inner) => redirected(inner, replacementOf)),
    ),
  };
}

function unrolledBody(fn: IrFunction): Block {
  let instructions = 0;
  let copies = 0;
  let highestId = 0;
  for (const param of fn.params) highestId = Math.max(highestId, param.id);
  forEachInstruction(fn.body, (instruction) => {
    instructions++;
    if (isSelfCall(instruction, fn)) copies++;
    forEachVariable(instruction, (variable) => {
      highestId = Math.max(highestId, variable.id);
    });
  });
  if (copies === 0 || copies > MAX_COPIES || instructions > MAX_INSTRUCTIONS) return fn.body;
  let nextId = highestId + 1;
  return replaceCalls(fn.body, (call) =>
    isSelfCall(call, fn) ? new Copy(fn, () => nextId++).replacing(call) : [call],
  );
}

type Call = Extract<Instruction, { op: "call" }>;

function isSelfCall(instruction: Instruction, fn: IrFunction): instruction is Call {
  return instruction.op === "call" && instruction.callee === fn;
}

/** The block with every call of its own function replaced, also in nested blocks. */
function replaceCalls(block: Block, replacement: (call: Call) => Instruction[]): Block {
  const instructions: Instruction[] = [];
  for (const instruction of block.instructions) {
    if (instruction.op === "call") instructions.push(...replacement(instruction));
    else instructions.push(withBlocks(instruction, (inner) => replaceCalls(inner, replacement)));
  }
  return { instructions };
}

/** The same instruction over other blocks. */
function withBlocks(instruction: Instruction, change: (block: Block) => Block): Instruction {
  if (blocksOf(instruction).length === 0) return instruction;
  switch (instruction.op) {
    case "if":
      return { ...instruction, then: change(instruction.then), otherwise: change(instruction.otherwise) };
    case "switch":
      return {
        ...instruction,
        arms: instruction.arms.map((arm) => ({ ...arm, body: change(arm.body) })),
        otherwise: change(instruction.otherwise),
      };
    case "match": {
      const arms = instruction.arms.map((arm) => ({ ...arm, body: change(arm.body) }));
      const { otherwise } = instruction;
      return otherwise ? { ...instruction, arms, otherwise: change(otherwise) } : { ...instruction, arms };
    }
    case "loop":
    case "block":
      return { ...instruction, body: change(instruction.body) };
    default:
      return instruction;
  }
}

/** One copy of a function's body, with variables and labels of its own. */
class Copy {
  private readonly fn: IrFunction;
  private readonly newId: () => number;
  private readonly variables = new Map<Variable, Variable>();
  private readonly labels = new Map<Label, Label>();

  constructor(fn: IrFunction, newId: () => number) {
    this.fn = fn;
    this.newId = newId;
  }

  replacing(call: Call): Instruction[] {
    const end: Label = { name: `${this.fn.name}.end` };
    const results = call.dsts.map(
      (dst): Variable => ({ kind: "variable", id: this.newId(), name: dst.name, type: dst.type, mutable: true }),
    );
    const parameters = this.fn.params.map(
      (param, i): Instruction => ({ op: "set", dst: this.variable(param), src: call.args[i]! }),
    );
    const body: Block = { instructions: [...parameters, ...this.copyBlock(this.fn.body, results, end).instructions] };
    return [
      { op: "block", label: end, body },
      ...call.dsts.map((dst, i): Instruction => ({ op: "set", dst, src: results[i]! })),
    ];
  }

  private copyBlock(block: Block, results: Variable[], end: Label): Block {
    return { instructions: block.instructions.flatMap((instruction) => this.copy(instruction, results, end)) };
  }

  private copy(instruction: Instruction, results: Variable[], end: Label): Instruction[] {
    const leave: Instruction = { op: "break", label: end };
    if (instruction.op === "return") {
      const values = this.mapped(instruction.values) as typeof instruction.values;
      return [...results.map((dst, i): Instruction => ({ op: "set", dst, src: values[i]! })), leave];
    }
    if (instruction.op === "tailCall") {
      const args = this.mapped(instruction.args) as typeof instruction.args;
      return [{ op: "call", dsts: results, callee: instruction.callee, args }, leave];
    }
    const copied = withBlocks(instruction, (block) => this.copyBlock(block, results, end));
    return [this.renamed(copied)];
  }

  /** Renames what the instruction itself mentions; its blocks are copied already. */
  private renamed(instruction: Instruction): Instruction {
    const entries = Object.entries(instruction).map(([key, value]) => {
      if (key === "label") return [key, this.label(value as Label)];
      if (key === "arms" && instruction.op === "match") {
        return [
          key,
          instruction.arms.map((arm) => (arm.binding ? { ...arm, binding: this.variable(arm.binding) } : arm)),
        ];
      }
      return [key, this.mapped(value)];
    });
    return Object.fromEntries(entries) as Instruction;
  }

  private mapped(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.mapped(item));
    return isVariable(value) ? this.variable(value) : value;
  }

  private variable(original: Variable): Variable {
    let copy = this.variables.get(original);
    if (!copy) {
      copy = { ...original, id: this.newId() };
      this.variables.set(original, copy);
    }
    return copy;
  }

  private label(original: Label): Label {
    let copy = this.labels.get(original);
    if (!copy) {
      copy = { name: original.name };
      this.labels.set(original, copy);
    }
    return copy;
  }
}

function isVariable(value: unknown): value is Variable {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "variable";
}

/** Calls `visit` for the variables that an instruction mentions itself. */
function forEachVariable(instruction: Instruction, visit: (variable: Variable) => void): void {
  for (const value of Object.values(instruction)) {
    for (const item of Array.isArray(value) ? value : [value]) if (isVariable(item)) visit(item);
  }
  if (instruction.op === "match") for (const arm of instruction.arms) if (arm.binding) visit(arm.binding);
}
