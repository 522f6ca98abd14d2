/**
 * Programs in the IR by hand, for tests of the back-end alone.
 *
 * A `FunctionBuilder` makes variables and instructions; what defines a variable returns it. Control flow takes
 * functions that fill the nested blocks.
 */

import type {
  Atom,
  BinaryOperator,
  Block,
  Constant,
  ElementType,
  Instruction,
  IrFunction,
  IrProgram,
  IrType,
  Label,
  PanicCode,
  RecordType,
  Site,
  UnaryOperator,
  UnionType,
  Variable,
} from "../../src/lang/ir/ir.ts";
import { TEXT_TYPE } from "../../src/lang/ir/ir.ts";

export const INT: IrType = { kind: "int" };
export const LONG: IrType = { kind: "long" };
export const FLOAT: IrType = { kind: "float" };
export const BYTE: IrType = { kind: "byte" };
export const BOOL: IrType = { kind: "bool" };
export const TEXT = TEXT_TYPE;
export const INT_ELEMENT: ElementType = { name: "Int", components: [INT] };

export function int(value: number): Constant {
  return { kind: "constant", type: { kind: "int" }, value };
}

export function byte(value: number): Constant {
  return { kind: "constant", type: { kind: "byte" }, value };
}

export function bool(value: boolean): Constant {
  return { kind: "constant", type: { kind: "bool" }, value: Number(value) };
}

export function long(value: bigint): Constant {
  return { kind: "constant", type: { kind: "long" }, value };
}

export function float(value: number): Constant {
  return { kind: "constant", type: { kind: "float" }, value };
}

/** A union from `{ CaseName: fields or null }`; fields as `[name, type]` or `[name, type, unpackedLength]`. */
export function unionOf(
  name: string,
  cases: Record<string, ((self: IrType) => (readonly [string, IrType, number?])[]) | null>,
): { union: UnionType; type: IrType; record: (caseName: string) => RecordType } {
  const union: UnionType = { name, cases: [] };
  const type: IrType = { kind: "union", union };
  Object.entries(cases).forEach(([caseName, fields], index) => {
    const record = fields === null ? null : recordOf(`${name}.${caseName}`, fields(type), { union, index });
    union.cases.push({ name: caseName, record });
  });
  const record = (caseName: string): RecordType => {
    const found = union.cases.find((each) => each.name === caseName)?.record;
    if (!found) throw new Error(`no case ${caseName}`);
    return found;
  };
  return { union, type, record };
}

export function recordOf(
  name: string,
  fields: readonly (readonly [name: string, type: IrType, unpackedLength?: number])[],
  caseOf?: RecordType["caseOf"],
): RecordType {
  return {
    name,
    fields: fields.map(([fieldName, type, unpackedLength]) => ({
      name: fieldName,
      type,
      mutable: true,
      ...(unpackedLength === undefined ? {} : { unpackedLength }),
    })),
    ...(caseOf === undefined ? {} : { caseOf }),
  };
}

type Distribute<T> = T extends Instruction & { readonly dst: Variable } ? Omit<T, "dst" | "site"> : never;
type Defining = Distribute<Instruction>;

/** Collects the functions of one program. */
export class ProgramBuilder {
  readonly #functions: IrFunction[] = [];
  readonly #sites: Site[] = [];

  declare(name: string, params: readonly (readonly [string, IrType])[], results: readonly IrType[]): FunctionBuilder {
    const fn: IrFunction = { name, params: [], results: [...results], body: { instructions: [] }, line: 1 };
    this.#functions.push(fn);
    const builder = new FunctionBuilder(fn, this.#sites);
    fn.params = params.map(([paramName, type]) => builder.variable(paramName, type));
    return builder;
  }

  /** The program; the function `main` is where it starts. */
  program(): IrProgram {
    const main = this.#functions.find((fn) => fn.name === "main");
    if (main === undefined) throw new Error("no main");
    return { file: "test.mote", functions: this.#functions, main, sites: this.#sites };
  }
}

export class FunctionBuilder {
  readonly fn: IrFunction;
  readonly #sites: Site[];
  #block: Block;
  #variableCount = 0;
  #line = 1;

  constructor(fn: IrFunction, sites: Site[]) {
    this.fn = fn;
    this.#sites = sites;
    this.#block = fn.body;
  }

  param(index: number): Variable {
    return this.fn.params[index] as Variable;
  }

  variable(name: string, type: IrType, mutable = false): Variable {
    return { kind: "variable", id: this.#variableCount++, name, type, mutable };
  }

  mutable(name: string, type: IrType, value?: Atom): Variable {
    const variable = this.variable(name, type, true);
    if (value !== undefined) this.set(variable, value);
    return variable;
  }

  emit<T extends Instruction>(instruction: T): T {
    this.#block.instructions.push(instruction);
    return instruction;
  }

  /** An instruction that defines one variable; allocations get a site. */
  define(type: IrType, instruction: Defining, name: string = instruction.op): Variable {
    const dst = this.variable(name, type);
    this.emit({ ...instruction, dst, site: this.#site(instruction.op) } as unknown as Instruction);
    return dst;
  }

  #site(what: string): Site {
    const site = { id: this.#sites.length, functionName: this.fn.name, line: this.#line++, what };
    this.#sites.push(site);
    return site;
  }

  set(dst: Variable, src: Atom): void {
    this.emit({ op: "set", dst, src });
  }

  binary(operator: BinaryOperator, a: Atom, b: Atom): Variable {
    const isComparison = ["eq", "ne", "lt", "le", "gt", "ge", "ltUnsigned"].includes(operator);
    return this.define(isComparison ? BOOL : a.type, { op: "binary", operator, a, b }, operator);
  }

  unary(operator: UnaryOperator, type: IrType, a: Atom): Variable {
    return this.define(type, { op: "unary", operator, a }, operator);
  }

  call(callee: FunctionBuilder, ...args: Atom[]): Variable[] {
    const dsts = callee.fn.results.map((type) => this.variable(callee.fn.name, type));
    this.emit({ op: "call", dsts, callee: callee.fn, args });
    return dsts;
  }

  tailCall(callee: FunctionBuilder, ...args: Atom[]): void {
    this.emit({ op: "tailCall", callee: callee.fn, args });
  }

  return(...values: Atom[]): void {
    this.emit({ op: "return", values });
  }

  construct(record: RecordType, ...args: Atom[]): Variable {
    const type: IrType =
      record.caseOf === undefined ? { kind: "record", record } : { kind: "union", union: record.caseOf.union };
    return this.define(type, { op: "construct", record, args }, record.name);
  }

  literal(text: string): Variable {
    return this.define(TEXT, { op: "literal", bytes: new TextEncoder().encode(text) });
  }

  print(text: string | Variable): void {
    this.emit({ op: "write", stream: 1, bytes: typeof text === "string" ? this.literal(text) : text });
  }

  panic(code: PanicCode, a?: Atom, b?: Atom): void {
    this.emit({ op: "panic", code, line: 7, ...(a ? { a } : {}), ...(b ? { b } : {}) });
  }

  if(condition: Atom, then: () => void, otherwise: () => void = () => undefined): void {
    this.emit({ op: "if", condition, then: this.#nested(then), otherwise: this.#nested(otherwise) });
  }

  switch(value: Atom, arms: readonly (readonly [readonly number[], () => void])[], otherwise: () => void): void {
    this.emit({
      op: "switch",
      value,
      arms: arms.map(([values, body]) => ({ values, body: this.#nested(body) })),
      otherwise: this.#nested(otherwise),
    });
  }

  /** Arms by case index; a body gets the case's record, if it has one. */
  match(value: Variable, arms: Record<number, (binding: Variable) => void>, otherwise?: () => void): void {
    if (value.type.kind !== "union") throw new Error("match needs a union");
    const { union } = value.type;
    this.emit({
      op: "match",
      value,
      union,
      arms: Object.entries(arms).map(([key, body]) => {
        const record = union.cases[Number(key)]?.record ?? null;
        const binding = record === null ? value : this.variable("binding", { kind: "record", record });
        return {
          caseIndex: Number(key),
          ...(record === null ? {} : { binding }),
          body: this.#nested(() => body(binding)),
        };
      }),
      ...(otherwise === undefined ? {} : { otherwise: this.#nested(otherwise) }),
    });
  }

  field(object: Variable, index: number): Variable {
    if (object.type.kind !== "record") throw new Error("field needs a record");
    const { record } = object.type;
    const field = record.fields[index];
    if (field === undefined) throw new Error(`no field ${index}`);
    return this.define(field.type, { op: "field", object, record, index }, field.name);
  }

  loop(body: (label: Label) => void): void {
    const label: Label = { name: "loop" };
    this.emit({ op: "loop", label, body: this.#nested(() => body(label)) });
  }

  block(body: (label: Label) => void): void {
    const label: Label = { name: "block" };
    this.emit({ op: "block", label, body: this.#nested(() => body(label)) });
  }

  break(label: Label): void {
    this.emit({ op: "break", label });
  }

  continue(label: Label): void {
    this.emit({ op: "continue", label });
  }

  /** `for i in from..to`. */
  range(from: Atom, to: Atom, body: (index: Variable) => void): void {
    const index = this.mutable("i", INT, from);
    this.loop((label) => {
      this.if(this.binary("ge", index, to), () => this.break(label));
      body(index);
      this.set(index, this.binary("add", index, int(1)));
    });
  }

  #nested(fill: () => void): Block {
    const outer = this.#block;
    const inner: Block = { instructions: [] };
    this.#block = inner;
    fill();
    this.#block = outer;
    return inner;
  }
}

/** Adds `printInt(value)` to a program: prints a number and a line end, without any allocation but one array. */
export function addPrintInt(program: ProgramBuilder): FunctionBuilder {
  const f = program.declare("printInt", [["value", INT]], []);
  const BYTES: IrType = { kind: "array", element: { name: "Byte", components: [BYTE] } };
  const element = (BYTES as Extract<IrType, { kind: "array" }>).element;
  const digits = f.define(BYTES, { op: "arrayNew", element, length: int(12) } as Defining);
  f.emit({ op: "arraySet", array: digits, index: int(11), values: [byte(10)] });
  const at = f.mutable("at", INT, int(11));
  const rest = f.mutable("rest", INT, f.param(0));
  f.if(f.binary("lt", f.param(0), int(0)), () => f.set(rest, f.unary("neg", INT, f.param(0))));
  const put = (digit: Atom): void => {
    f.set(at, f.binary("sub", at, int(1)));
    f.emit({ op: "arraySet", array: digits, index: at, values: [digit] });
  };
  f.loop((label) => {
    put(f.unary("intToByte", BYTE, f.binary("add", f.binary("rem", rest, int(10)), int(48))));
    f.set(rest, f.binary("div", rest, int(10)));
    f.if(f.binary("eq", rest, int(0)), () => f.break(label));
  });
  f.if(f.binary("lt", f.param(0), int(0)), () => put(byte(45)));
  f.print(f.define(TEXT, { op: "arraySlice", array: digits, start: at, end: int(12) } as Defining));
  return f;
}
