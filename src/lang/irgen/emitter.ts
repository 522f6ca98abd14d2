/**
 * Writes the instructions of one function: variables, nested blocks, labels, and what is reachable.
 *
 * Invariants: after an instruction that never finishes (`dead`), nothing is emitted until the block ends, so that the
 * IR has no unreachable code; atoms that are asked for in dead code are placeholders and are never emitted.
 */

import type { FunctionSymbol, GlobalSymbol } from "../check/typed.ts";
import type { Type } from "../check/types.ts";
import type {
  Atom,
  BinaryOperator,
  Block,
  Constant,
  Instruction,
  IrFunction,
  IrType,
  Label,
  PanicCode,
  RecordType,
  Site,
  UnaryOperator,
  Variable,
} from "../ir/ir.ts";
import { isAccess } from "../ir/traverse.ts";
import { InternalCompilerError } from "../options.ts";
import type { ProgramContext } from "./context.ts";
import { BOOL_TYPE, INT_TYPE, type Representation } from "./representation.ts";

/** The components of one value. */
export type Value = readonly Atom[];

export const ZERO: Constant = { kind: "constant", type: { kind: "int" }, value: 0 };

export function intConstant(value: number): Constant {
  return { kind: "constant", type: { kind: "int" }, value };
}

/** The number `value` as a constant of the type, which must be a numeric one. */
export function constantOf(type: IrType, value: number): Constant {
  if (type.kind === "long") return { kind: "constant", type: { kind: "long" }, value: BigInt(value) };
  if (type.kind === "int" || type.kind === "byte" || type.kind === "float" || type.kind === "bool") {
    return { kind: "constant", type: { kind: type.kind }, value };
  }
  throw new InternalCompilerError(`no constants of type ${type.kind}`);
}

export function boolConstant(value: boolean): Constant {
  return { kind: "constant", type: { kind: "bool" }, value: value ? 1 : 0 };
}

/** A value that stays what it was when it was held, even if a variable it names is assigned later. */
export interface Held {
  get(): Value;
}

export class Emitter {
  readonly program: ProgramContext;
  readonly fn: IrFunction;
  /** True when the current place is never reached. */
  dead = false;
  /** The line on which the accesses are written that come next; 0 where nobody has written them. */
  writtenOn = 0;
  #instructions: Instruction[];
  #nextId: number;
  readonly #assignments = new Map<Variable, number>();
  /** Mutable only because several branches define them: nothing assigns to them afterwards. */
  readonly #settled = new Set<Variable>();
  /** Labels that a reachable `break` names. */
  readonly #broken = new Set<Label>();

  /** @param variables how many the function has already */
  constructor(program: ProgramContext, fn: IrFunction, variables = 0) {
    this.program = program;
    this.fn = fn;
    this.#nextId = variables;
    this.#instructions = fn.body.instructions;
  }

  get representation(): Representation {
    return this.program.representation;
  }

  /** An allocation site in this function. */
  siteAt(line: number, what: string): Site {
    return this.program.site(this.fn.name, line, what);
  }

  variable(type: IrType, name: string, mutable = false): Variable {
    return { kind: "variable", id: this.#nextId++, name, type, mutable };
  }

  parameter(type: IrType, name: string): Variable {
    const variable = this.variable(type, name);
    this.fn.params.push(variable);
    return variable;
  }

  emit(instruction: Instruction): void {
    if (this.dead) return;
    const isToBeMarked = this.writtenOn !== 0 && isAccess(instruction) && instruction.line === undefined;
    this.#instructions.push(isToBeMarked ? { ...instruction, line: this.writtenOn } : instruction);
  }

  /** Emits an instruction after which nothing in this block is reached. */
  end(instruction: Instruction): void {
    this.emit(instruction);
    this.dead = true;
  }

  /** The only component of a value. */
  atom(value: Value): Atom {
    const atom = value[0];
    if (atom !== undefined) return atom;
    if (!this.dead) throw new InternalCompilerError("a value without components is used");
    return ZERO;
  }

  /** The only component of a value that refers to memory. */
  reference(value: Value): Variable {
    const atom = value[0];
    if (atom?.kind === "variable") return atom;
    if (!this.dead) throw new InternalCompilerError("a reference is not a variable");
    return this.variable(INT_TYPE, "unreachable");
  }

  // Values

  set(dst: Variable, src: Atom): void {
    this.emit({ op: "set", dst, src });
    this.#assignments.set(dst, (this.#assignments.get(dst) ?? 0) + 1);
  }

  /** Assigns all components at once, also where sources are among the targets. */
  assign(targets: readonly Variable[], sources: Value): void {
    const safe = sources.map((source, index) => {
      const overwritten = targets.some((target, other) => target === source && other < index);
      return overwritten ? this.#copy(source as Variable) : source;
    });
    for (const [index, target] of targets.entries()) {
      const source = safe[index];
      if (source !== undefined && source !== target) this.set(target, source);
    }
  }

  /** New mutable variables. */
  variables(types: readonly IrType[], names: readonly string[]): Variable[] {
    return types.map((type, index) => this.variable(type, names[index]!, true));
  }

  /** New variables that each of several branches assigns once, and nothing after them. */
  results(types: readonly IrType[], names: readonly string[]): Variable[] {
    const results = this.variables(types, names);
    for (const result of results) this.#settled.add(result);
    return results;
  }

  #copy(variable: Variable): Variable {
    const copy = this.variable(variable.type, variable.name);
    this.emit({ op: "set", dst: copy, src: variable });
    return copy;
  }

  /** The same value in atoms that never change. */
  frozen(value: Value): Value {
    return value.map((atom) => {
      const changes = atom.kind === "variable" && atom.mutable && !this.#settled.has(atom);
      return changes ? this.#copy(atom) : atom;
    });
  }

  /** Keeps a value over the evaluation of others; copies a variable only if one of them assigns to it. */
  hold(value: Value): Held {
    const instructions = this.#instructions;
    const anchor = instructions.at(-1);
    const counts = value.map((atom) => (atom.kind === "variable" ? (this.#assignments.get(atom) ?? 0) : 0));
    const get = () =>
      value.map((atom, index) => {
        if (atom.kind !== "variable" || (this.#assignments.get(atom) ?? 0) === counts[index]) return atom;
        const copy = this.variable(atom.type, atom.name);
        const at = anchor === undefined ? 0 : instructions.lastIndexOf(anchor) + 1;
        instructions.splice(at, 0, { op: "set", dst: copy, src: atom });
        return copy;
      });
    return { get };
  }

  unary(operator: UnaryOperator, a: Atom, type: IrType, name = "t"): Variable {
    const dst = this.variable(type, name);
    this.emit({ op: "unary", dst, operator, a });
    return dst;
  }

  /** An operator whose result has the operands' type. */
  binary(operator: BinaryOperator, a: Atom, b: Atom, name = "t"): Variable {
    const dst = this.variable(a.type, name);
    this.emit({ op: "binary", dst, operator, a, b });
    return dst;
  }

  compare(operator: BinaryOperator, a: Atom, b: Atom, name = "c"): Variable {
    const dst = this.variable(BOOL_TYPE, name);
    this.emit({ op: "binary", dst, operator, a, b });
    return dst;
  }

  /** Reads a field of a record. */
  field(object: Variable, index: number, name: string): Variable {
    const record = this.#recordOf(object);
    if (record === null) return this.variable(INT_TYPE, name);
    const dst = this.variable(record.fields[index]!.type, name);
    this.emit({ op: "field", dst, object, record, index });
    return dst;
  }

  setField(object: Variable, index: number, value: Atom): void {
    const record = this.#recordOf(object);
    if (record !== null) this.emit({ op: "setField", object, record, index, value });
  }

  /** Null in dead code, where a placeholder may stand for the object. */
  #recordOf({ type }: Variable): RecordType | null {
    if (type.kind === "record") return type.record;
    if (!this.dead) throw new InternalCompilerError(`a ${type.kind} is used as a record`);
    return null;
  }

  setGlobal(global: GlobalSymbol, value: Value): void {
    for (const [part, target] of this.program.globalFor(global).entries()) {
      this.emit({ op: "globalSet", global: target, value: value[part]! });
    }
  }

  sliceLength(slice: Variable): Variable {
    const dst = this.variable(INT_TYPE, "length");
    this.emit({ op: "sliceLength", dst, slice });
    return dst;
  }

  /** Calls a function of the prelude. */
  callInternal(name: string, args: readonly Atom[], resultName = "t"): Value {
    return this.call(this.program.internal(name), args, resultName);
  }

  /** @param line where the call is written, if it is */
  call(callee: FunctionSymbol, args: readonly Atom[], resultName: string, line?: number): Value {
    return this.callFunction(this.program.functionFor(callee), callee.result, args, resultName, line);
  }

  callFunction(callee: IrFunction, result: Type, args: readonly Atom[], resultName: string, line?: number): Value {
    const dsts = this.fresh(result, resultName);
    this.emit({ op: "call", dsts, callee, args, ...(line === undefined ? {} : { line }) });
    return dsts;
  }

  /** A fresh variable for each component of a value of this type. */
  fresh(type: Type, name: string): Variable[] {
    const names = this.representation.names(type, name);
    return this.representation.of(type).map((component, index) => this.variable(component, names[index]!));
  }

  // Control

  /** What `build` emits, as a block of its own, and whether its end is reached. */
  #nested(build: () => void): { block: Block; continues: boolean } {
    const [outer, outerDead] = [this.#instructions, this.dead];
    const block: Block = { instructions: [] };
    this.#instructions = block.instructions;
    build();
    const continues = !this.dead;
    [this.#instructions, this.dead] = [outer, outerDead];
    return { block, continues };
  }

  if(condition: Atom, then: () => void, otherwise: () => void = () => {}): void {
    if (this.dead) return;
    const yes = this.#nested(then);
    const no = this.#nested(otherwise);
    this.emit({ op: "if", condition, then: yes.block, otherwise: no.block });
    this.dead = !yes.continues && !no.continues;
  }

  switch(
    value: Atom,
    arms: readonly { readonly values: readonly number[]; readonly build: () => void }[],
    otherwise: () => void,
  ): void {
    if (this.dead) return;
    const built = arms.map(({ values, build }) => ({ values, ...this.#nested(build) }));
    const rest = this.#nested(otherwise);
    const bodies = built.map(({ values, block }) => ({ values, body: block }));
    this.emit({ op: "switch", value, arms: bodies, otherwise: rest.block });
    this.dead = [...built, rest].every(({ continues }) => !continues);
  }

  match(
    value: Variable,
    union: Extract<IrType, { kind: "union" }>["union"],
    arms: readonly { readonly caseIndex: number; readonly binding: Variable | null; readonly build: () => void }[],
    otherwise: (() => void) | null,
  ): void {
    if (this.dead) return;
    const built = arms.map(({ caseIndex, binding, build }) => ({ caseIndex, binding, ...this.#nested(build) }));
    const rest = otherwise === null ? null : this.#nested(otherwise);
    this.emit({
      op: "match",
      value,
      union,
      arms: built.map(({ caseIndex, binding, block }) => {
        return binding === null ? { caseIndex, body: block } : { caseIndex, binding, body: block };
      }),
      ...(rest === null ? {} : { otherwise: rest.block }),
    });
    this.dead = built.every(({ continues }) => !continues) && rest?.continues !== true;
  }

  /** A block that `break` can leave; merges with the block around it when nothing does. */
  block(name: string, build: (label: Label) => void): void {
    if (this.dead) return;
    const label: Label = { name };
    const { block, continues } = this.#nested(() => build(label));
    const broken = this.#broken.has(label);
    // Not by spreading: a long block has more instructions than a call may have arguments.
    if (!broken) for (const instruction of block.instructions) this.emit(instruction);
    else this.emit({ op: "block", label, body: block });
    this.dead = !continues && !broken;
  }

  /** Repeats what `build` emits until it breaks. */
  loop(name: string, build: (label: Label) => void): void {
    if (this.dead) return;
    const label: Label = { name };
    const { block } = this.#nested(() => build(label));
    this.emit({ op: "loop", label, body: block });
    this.dead = !this.#broken.has(label);
  }

  break(label: Label): void {
    if (!this.dead) this.#broken.add(label);
    this.end({ op: "break", label });
  }

  panic(code: PanicCode, line: number, a?: Atom, b?: Atom): void {
    this.end({
      op: "panic",
      code,
      ...(a === undefined ? {} : { a }),
      ...(b === undefined ? {} : { b }),
      line,
    });
  }

  /** Panics unless the condition holds. */
  require(condition: Atom, panic: () => void): void {
    this.if(condition, () => {}, panic);
  }
}
