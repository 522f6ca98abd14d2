/**
 * Checks that a program in the IR is well formed: after the front end, and after each pass that changes a program. Debug
 * builds and tests run it. Each rule has a number, which the error names.
 *
 *   1 a variable is defined on every path to where it is read; it is defined in one place, unless it is mutable; it is
 *     one function's, in which no other has its id
 *   2 operands have the types that the instruction says (instruction-types.ts)
 *   3 `break` leaves a loop or block around it, `continue` a loop
 *   4 control does not fall off the end of a function that has results
 *   5 calls name functions of the program and pass what these take, a region for each that is a hidden parameter; what
 *     may be the heap goes where the heap may come
 *   6 a match has an arm for each case, or `otherwise`; no case has two arms
 *   7 an allocation has a site of the program, which no other one has
 *   8 main takes nothing and returns nothing
 *   9 a function opens its regions at its beginning, closes them once on every path that leaves it, and uses none of
 *     them afterwards; a tail call of itself may leave them open
 *  10 a function that drops or collects what comes to regions of callers, or divides it, begins its parts of them at its
 *     beginning; a tail call resumes a function that may be resumed, with as many parts
 */

import { InternalCompilerError } from "../options.ts";
import { checkTypes, isAssignable } from "./instruction-types.ts";
import type {
  Block,
  Bound,
  Instruction,
  InstructionOf,
  IrFunction,
  IrProgram,
  IrType,
  Label,
  Site,
  Variable,
} from "./ir.ts";
import { printType } from "./print.ts";
import { boundsOf, readsOf, writesOf } from "./traverse.ts";

/** The variables that are defined, a bit for each; null where no path leads. */
type Defined = bigint | null;
/** Where no path leads, all that is said of every path holds. */
const EVERYTHING = -1n;

/** @throws InternalCompilerError naming the rule, the function and the instruction */
export function verifyProgram(program: IrProgram): void {
  const { functions, main } = program;
  const known = {
    functions: new Set(functions),
    sites: new Set(program.sites),
    seen: new Set<Site>(),
    variables: new Set<Variable>(),
  };
  if (!known.functions.has(main)) broken(8, main, "it is not among the functions");
  if (main.params.length + main.results.length > 0) broken(8, main, "it takes or returns something");
  for (const fn of functions) new FunctionVerifier(fn, known).verify();
}

interface Known {
  readonly functions: ReadonlySet<IrFunction>;
  readonly sites: ReadonlySet<Site>;
  /** Sites of the allocations until now. */
  readonly seen: Set<Site>;
  /** Of the functions until now. */
  readonly variables: Set<Variable>;
}

function broken(rule: number, fn: IrFunction, what: string): never {
  throw new InternalCompilerError(`the IR of ${fn.name} breaks rule ${rule}: ${what}`);
}

class FunctionVerifier {
  readonly #fn: IrFunction;
  readonly #known: Known;
  readonly #bits = new Map<Variable, bigint>();
  readonly #ids = new Set<number>();
  readonly #written = new Set<Variable>();
  /** What is defined wherever a `break` of the label leaves it; the loops and blocks around the instruction. */
  readonly #atBreak = new Map<Label, Defined>();
  readonly #loops = new Set<Label>();
  readonly #beginning: Beginning;
  /** What of it has been seen. */
  readonly #begun = new Set<Instruction>();
  /** Stands for the function's regions, once they are closed, as if closing them defined a variable. */
  readonly #closed = 1n;

  constructor(fn: IrFunction, known: Known) {
    this.#fn = fn;
    this.#known = known;
    this.#beginning = beginningOf(fn);
  }

  verify(): void {
    const { params, body, results } = this.#fn;
    const atEnd = this.#block(
      body,
      params.reduce((defined, param) => this.#define(param, defined), 0n),
    );
    if (atEnd === null) return;
    if (results.length > 0) broken(4, this.#fn, "control falls off its end");
    this.#leave(undefined, atEnd);
  }

  #block({ instructions }: Block, before: bigint): Defined {
    let defined: Defined = before;
    for (const instruction of instructions) {
      const after = this.#instruction(instruction, defined ?? EVERYTHING);
      if (defined !== null) defined = after;
    }
    return defined;
  }

  #instruction(instruction: Instruction, before: bigint): Defined {
    for (const atom of readsOf(instruction)) {
      if (atom.kind === "variable" && !(before & this.#bit(atom)))
        this.#broken(1, instruction, `${atom.name} is not defined on every path`);
    }
    const wrong = checkTypes(instruction, this.#fn);
    if (wrong !== null) this.#broken(2, instruction, wrong);
    if ("site" in instruction) this.#site(instruction, instruction.site);
    this.#region(instruction, before);
    const defined = writesOf(instruction).reduce((all, variable) => this.#define(variable, all, instruction), before);
    switch (instruction.op) {
      case "if":
        return meet(this.#block(instruction.then, defined), this.#block(instruction.otherwise, defined));
      case "switch":
        return instruction.arms
          .map(({ body }) => this.#block(body, defined))
          .reduce(meet, this.#block(instruction.otherwise, defined));
      case "match":
        return this.#match(instruction, defined);
      case "loop":
      case "block":
        return this.#labelled(instruction, defined);
      case "break":
      case "continue":
        return this.#jump(instruction, defined);
      case "call":
        this.#call(
          instruction,
          instruction.dsts.map(({ type }) => type),
        );
        return defined;
      case "tailCall":
        this.#call(instruction, this.#fn.results);
        if (instruction.callee !== this.#fn) this.#leave(instruction, defined);
        if (instruction.resumes) this.#resume(instruction);
        return null;
      case "return":
        this.#leave(instruction, defined);
        return null;
      case "panic":
        return null;
      case "regionClose":
        return defined | this.#closed;
      default:
        return defined;
    }
  }

  #match(instruction: InstructionOf<"match">, defined: bigint): Defined {
    const { arms, union, otherwise } = instruction;
    const cases = new Set(arms.map(({ caseIndex }) => caseIndex));
    if (cases.size < arms.length) this.#broken(6, instruction, "a case has two arms");
    if (otherwise === undefined && cases.size < union.cases.length) this.#broken(6, instruction, "a case has no arm");
    const ends = arms.map(({ caseIndex, binding, body }) => {
      if (binding === undefined) return this.#block(body, defined);
      const { type } = binding;
      if (type.kind !== "record" || type.record !== union.cases[caseIndex]?.record)
        this.#broken(2, instruction, `${binding.name} is no record of its case`);
      return this.#block(body, this.#define(binding, defined, instruction));
    });
    return ends.reduce(meet, otherwise === undefined ? null : this.#block(otherwise, defined));
  }

  #labelled(instruction: InstructionOf<"loop" | "block">, defined: bigint): Defined {
    const { op, label, body } = instruction;
    if (this.#atBreak.has(label)) this.#broken(3, instruction, "it lies inside of one with its label");
    this.#atBreak.set(label, null);
    if (op === "loop") this.#loops.add(label);
    // What is defined at the head of a loop is defined by every `continue`, so once is enough.
    const atEnd = this.#block(body, defined);
    const atBreak = this.#atBreak.get(label)!;
    this.#atBreak.delete(label);
    this.#loops.delete(label);
    return op === "loop" ? atBreak : meet(atBreak, atEnd);
  }

  #jump(instruction: InstructionOf<"break" | "continue">, defined: bigint): null {
    const { op, label } = instruction;
    const isAround = op === "break" ? this.#atBreak.has(label) : this.#loops.has(label);
    if (!isAround) this.#broken(3, instruction, `${label.name} is not around it`);
    if (op === "break") this.#atBreak.set(label, meet(this.#atBreak.get(label)!, defined));
    return null;
  }

  #call(instruction: InstructionOf<"call" | "tailCall">, results: readonly IrType[]): void {
    const { callee, args } = instruction;
    if (!this.#known.functions.has(callee)) this.#broken(5, instruction, `${callee.name} is not of the program`);
    if (args.length !== callee.params.length || results.length !== callee.results.length)
      this.#broken(5, instruction, `${callee.name} takes or returns another number of values`);
    for (const [index, { type, name }] of callee.params.entries())
      if (!isAssignable(args[index]!.type, type))
        this.#broken(5, instruction, `${name} is ${printType(type)}, not ${printType(args[index]!.type)}`);
    const [passed, regions] = [instruction.bounds ?? [], callee.regions ?? []];
    if (passed.length !== regions.length)
      this.#broken(5, instruction, `${callee.name} takes another number of regions`);
    for (const [index, bound] of passed.entries())
      if (mayBeHeap(bound, this.#fn) && !regions[index]!.mayBeHeap)
        this.#broken(5, instruction, `region ${index} of ${callee.name} is never the heap`);
    for (const [index, type] of callee.results.entries())
      if (!isAssignable(type, results[index]!))
        this.#broken(5, instruction, `a result is ${printType(type)}, not ${printType(results[index]!)}`);
  }

  /** Regions of the function are there, and used only while they are open; regions of callers are its parameters. */
  #region(instruction: Instruction, before: bigint): void {
    const { open, checkpoint } = this.#beginning;
    const levels = levelsOf(instruction);
    if (levels.some((level) => !open?.levels.includes(level)))
      this.#broken(9, instruction, "the function has no region of this level");
    if (levels.length > 0 && before !== EVERYTHING && before & this.#closed)
      this.#broken(9, instruction, "the function has closed its regions");
    const callers = instruction.op === "regionCheckpoint" ? [...instruction.callers, ...instruction.others] : [];
    for (const bound of boundsOf(instruction)) if (bound.of === "caller") callers.push(bound.index);
    if (callers.some((index) => index >= (this.#fn.regions?.length ?? 0)))
      this.#broken(5, instruction, "the function is handed no such region");
    switch (instruction.op) {
      case "regionOpen":
        this.#once(9, instruction, open);
        return;
      case "regionCheckpoint":
        this.#once(10, instruction, checkpoint);
        return;
      case "regionDrop":
      case "regionCandidate":
        if (checkpoint === null) this.#broken(10, instruction, "the function has no part of callers' regions");
        return;
      case "regionCollect":
        if (instruction.ofCallers && checkpoint === null)
          this.#broken(10, instruction, "the function has no part of callers' regions");
        return;
    }
  }

  #once(rule: number, instruction: Instruction, atBeginning: Instruction | null): void {
    if (instruction !== atBeginning || this.#begun.has(instruction))
      this.#broken(rule, instruction, "it does not stand at the function's beginning, once");
    this.#begun.add(instruction);
  }

  #leave(instruction: Instruction | undefined, defined: bigint): void {
    if (this.#beginning.open === null || defined & this.#closed) return;
    this.#broken(9, instruction, "the function leaves its regions open");
  }

  /** A callee that resumes finds as many parts as it has room for. */
  #resume(instruction: InstructionOf<"tailCall">): void {
    const { checkpoint } = beginningOf(instruction.callee);
    if (checkpoint?.isResumed !== true || checkpoint.most !== this.#beginning.checkpoint?.most)
      this.#broken(10, instruction, `${instruction.callee.name} cannot resume`);
  }

  #site(instruction: Instruction, site: Site): void {
    if (!this.#known.sites.has(site)) this.#broken(7, instruction, "its site is not of the program");
    if (this.#known.seen.has(site)) this.#broken(7, instruction, "another allocation has its site");
    this.#known.seen.add(site);
  }

  #define(variable: Variable, defined: bigint, instruction?: Instruction): bigint {
    if (this.#written.has(variable) && !variable.mutable)
      this.#broken(1, instruction, `${variable.name} is defined in two places`);
    this.#written.add(variable);
    return defined | this.#bit(variable);
  }

  #bit(variable: Variable): bigint {
    let bit = this.#bits.get(variable);
    if (bit === undefined) {
      if (this.#known.variables.has(variable)) this.#broken(1, undefined, `${variable.name} is another function's`);
      if (this.#ids.has(variable.id)) this.#broken(1, undefined, `another variable has the id of ${variable.name}`);
      this.#known.variables.add(variable);
      this.#ids.add(variable.id);
      // The first stands for closed regions.
      bit = 1n << BigInt(this.#bits.size + 1);
      this.#bits.set(variable, bit);
    }
    return bit;
  }

  #broken(rule: number, instruction: Instruction | undefined, what: string): never {
    broken(rule, this.#fn, instruction === undefined ? what : `${instruction.op}: ${what}`);
  }
}

/** What a function does about regions before anything else. */
interface Beginning {
  readonly checkpoint: InstructionOf<"regionCheckpoint"> | null;
  readonly open: InstructionOf<"regionOpen"> | null;
}

function beginningOf({ body: { instructions } }: IrFunction): Beginning {
  const [first, second] = instructions;
  if (first?.op !== "regionCheckpoint") return { checkpoint: null, open: first?.op === "regionOpen" ? first : null };
  return { checkpoint: first, open: second?.op === "regionOpen" ? second : null };
}

/** The levels of the function's own regions that an instruction uses. */
function levelsOf(i: Instruction): readonly number[] {
  switch (i.op) {
    case "regionReset":
    case "regionCollect":
      return i.levels;
    case "regionClose":
      return [0];
    default:
      return boundsOf(i).flatMap((bound) => {
        if (bound.of === "frame") return [0];
        return bound.of === "iteration" ? [bound.level] : [];
      });
  }
}

function mayBeHeap(bound: Bound, { regions }: IrFunction): boolean {
  return bound.of === "heap" || (bound.of === "caller" && regions![bound.index]!.mayBeHeap);
}

/** What is defined where two paths meet. */
function meet(one: Defined, other: Defined): Defined {
  if (one === null) return other;
  return other === null ? one : one & other;
}
