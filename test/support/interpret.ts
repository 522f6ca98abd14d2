/**
 * An interpreter for the IR of Mote, in plain TypeScript: the oracle that compiled programs are compared against.
 *
 * Functions become linear code with jumps; frames are objects in an array, so that neither deep recursion nor tail calls
 * touch JavaScript's stack. Heap objects are JavaScript objects, reclaimed by JavaScript; addresses do not exist. Texts
 * and byte arrays are Uint8Arrays. It checks what the IR promises (indices in range, right operand kinds) only as far as
 * JavaScript notices by itself.
 */

import { ExternLinker, type ExternModules } from "../../src/lang/externs.ts";
import type {
  Atom,
  BinaryOperator,
  Block,
  ElementType,
  Instruction,
  IrFunction,
  IrGlobal,
  IrProgram,
  IrType,
  Label,
  PanicCode,
  RecordType,
  UnaryOperator,
  Variable,
} from "../../src/lang/ir/ir.ts";
import { numberBytes } from "../../src/lang/ir/numbers.ts";
import { externsOf } from "../../src/lang/ir/outside.ts";
import { PANIC_MESSAGES } from "../../src/lang/ir/panics.ts";
import { allocates } from "../../src/lang/ir/safepoints.ts";
import { ManualMemory } from "./manualmemory.ts";

export interface InterpreterInput {
  readonly args?: readonly string[];
  readonly input?: Uint8Array;
  /** The deepest chain of calls; beyond it the program stops with a stack overflow. */
  readonly maxDepth?: number;
  readonly externs?: ExternModules;
  /** Is told of calls and allocations while the program runs. */
  readonly observer?: Observer;
}

/** Arguments and results are as the interpreter holds them: numbers, records, storages, slices. */
export interface Observer {
  /** The program begins. @param globals what they hold, while it runs */
  started(globals: ReadonlyMap<IrGlobal, unknown>): void;
  /** A function begins: by a call, or `null` for main. */
  entered(call: CallInstruction | null, fn: IrFunction, args: readonly unknown[]): void;
  /** The running function ends by a tail call, and the callee begins in its place. */
  replaced(call: TailCallInstruction, args: readonly unknown[]): void;
  /** The running function returns. */
  returned(results: readonly unknown[]): void;
  allocated(instruction: Instruction, object: RecordObject | Storage | Slice): void;
  /**
   * A loop begins, or begins once more, or has been left.
   * @param read tells what a variable of the running function holds, if anything has been assigned to it
   */
  looped(loop: LoopInstruction, event: LoopEvent, read: (variable: Variable) => unknown): void;
}

export type LoopInstruction = Extract<Instruction, { op: "loop" }>;
export type LoopEvent = "begin" | "again" | "left";

export type CallInstruction = Extract<Instruction, { op: "call" }>;
export type TailCallInstruction = Extract<Instruction, { op: "tailCall" }>;

export interface InterpreterOutcome {
  readonly stdout: Uint8Array;
  readonly stderr: string;
  readonly exitCode: number;
  /** Allocated objects by the site's description: "Node", "[Int]". */
  readonly allocations: ReadonlyMap<string, number>;
}

type Data = Uint8Array | unknown[];

/** Elements of `width` components each, side by side. */
export interface Storage {
  readonly width: number;
  readonly data: Data;
}

export interface Slice {
  readonly storage: Storage;
  readonly start: number;
  readonly length: number;
}

export interface RecordObject {
  readonly record: RecordType;
  /** One value for each field; a Storage for an unpacked array. */
  readonly fields: unknown[];
}

type Simple = Exclude<
  Instruction,
  { op: "if" | "switch" | "match" | "loop" | "block" | "break" | "continue" | "return" | "call" | "tailCall" }
>;

type Step =
  | Simple
  | Extract<Instruction, { op: "return" | "call" | "tailCall" }>
  | { readonly op: "jump"; to: number }
  | { readonly op: "looped"; readonly loop: LoopInstruction; readonly event: LoopEvent }
  | { readonly op: "jumpUnless"; readonly condition: Atom; to: number }
  | { readonly op: "select"; readonly value: Atom; readonly targets: Map<number, number>; otherwise: number }
  | {
      readonly op: "selectCase";
      readonly value: Variable;
      readonly targets: Map<number, CaseTarget>;
      otherwise: number;
    };

interface CaseTarget {
  readonly binding: Variable | undefined;
  readonly to: number;
}

interface Code {
  readonly fn: IrFunction;
  readonly steps: readonly Step[];
}

interface Frame {
  code: Code;
  next: number;
  values: unknown[];
  /** Where the caller wants the results. */
  dsts: readonly Variable[];
}

const EMPTY: Slice = { storage: { width: 1, data: new Uint8Array(0) }, start: 0, length: 0 };
const DEEPEST = 1_000_000;

/** Stops the program. */
class Panic extends Error {
  readonly code: PanicCode;
  readonly numbers: { readonly a: unknown; readonly b: unknown };
  readonly line: number;

  constructor(code: PanicCode, line: number, a?: unknown, b?: unknown) {
    super(code);
    this.code = code;
    this.line = line;
    this.numbers = { a, b };
  }
}

/** Runs a program to its end. */
export function interpret(program: IrProgram, input: InterpreterInput = {}): InterpreterOutcome {
  const interpreter = new Interpreter(program, input);
  let exitCode = 0;
  let message = "";
  try {
    interpreter.run();
  } catch (error) {
    if (!(error instanceof Panic)) throw error;
    exitCode = 1;
    message = panicMessage(program.file, error);
  }
  const stderr = new TextDecoder().decode(Buffer.concat(interpreter.stderr)) + message;
  return { stdout: Buffer.concat(interpreter.stdout), stderr, exitCode, allocations: interpreter.allocations };
}

function panicMessage(file: string, panic: Panic): string {
  const parts = PANIC_MESSAGES[panic.code];
  if (parts === null) return "";
  const text = parts.map((part) => (typeof part === "string" ? part : String(panic.numbers[part.number]))).join("");
  return `error: ${text}, at ${file}:${panic.line}\n`;
}

class Interpreter {
  readonly stdout: Uint8Array[] = [];
  readonly stderr: Uint8Array[] = [];
  readonly allocations = new Map<string, number>();
  readonly #program: IrProgram;
  readonly #input: InterpreterInput;
  readonly #codes = new Map<IrFunction, Code>();
  readonly #globals = new Map<IrGlobal, unknown>();
  readonly #memory = new ManualMemory();
  readonly #externs: WebAssembly.Imports;

  constructor(program: IrProgram, input: InterpreterInput) {
    this.#program = program;
    this.#input = input;
    const linker = new ExternLinker(externsOf(program), input.externs ?? {});
    this.#externs = linker.imports();
    linker.attach(this.#memory);
  }

  run(): void {
    const frames: Frame[] = [];
    const deepest = this.#input.maxDepth ?? DEEPEST;
    const { observer } = this.#input;
    observer?.started(this.#globals);
    observer?.entered(null, this.#program.main, []);
    let frame: Frame = { code: this.#codeOf(this.#program.main), next: 0, values: [], dsts: [] };
    for (;;) {
      const step = frame.code.steps[frame.next++]!;
      const { values } = frame;
      switch (step.op) {
        case "jump":
          frame.next = step.to;
          break;
        case "looped":
          observer?.looped(step.loop, step.event, (variable) => values[variable.id]);
          break;
        case "jumpUnless":
          if (atomValue(values, step.condition) !== 1) frame.next = step.to;
          break;
        case "select":
          frame.next = step.targets.get(atomValue(values, step.value) as number) ?? step.otherwise;
          break;
        case "selectCase": {
          const value = atomValue(values, step.value) as number | RecordObject;
          const target = step.targets.get(typeof value === "number" ? value : value.record.caseOf!.index);
          if (target?.binding !== undefined) values[target.binding.id] = value;
          frame.next = target?.to ?? step.otherwise;
          break;
        }
        case "call": {
          if (frames.length >= deepest) throw new Panic("stackOverflow", frame.code.fn.line);
          frames.push(frame);
          const code = this.#codeOf(step.callee);
          frame = { code, next: 0, values: passed(code, values, step.args), dsts: step.dsts };
          observer?.entered(
            step,
            step.callee,
            step.args.map((atom) => atomValue(values, atom)),
          );
          break;
        }
        case "tailCall":
          frame.code = this.#codeOf(step.callee);
          frame.next = 0;
          frame.values = passed(frame.code, values, step.args);
          observer?.replaced(
            step,
            step.args.map((atom) => atomValue(values, atom)),
          );
          break;
        case "return": {
          const results = step.values.map((atom) => atomValue(values, atom));
          const { dsts } = frame;
          observer?.returned(results);
          const caller = frames.pop();
          if (caller === undefined) return;
          frame = caller;
          for (const [index, dst] of dsts.entries()) frame.values[dst.id] = results[index];
          break;
        }
        default:
          this.#execute(step, values);
          if (observer !== undefined && allocates(step) && "site" in step)
            observer.allocated(step, values[step.dst.id] as Storage);
      }
    }
  }

  #codeOf(fn: IrFunction): Code {
    let code = this.#codes.get(fn);
    if (code === undefined) {
      code = { fn, steps: new Linearizer().function(fn) };
      this.#codes.set(fn, code);
    }
    return code;
  }

  #allocated(what: string): void {
    this.allocations.set(what, (this.allocations.get(what) ?? 0) + 1);
  }

  #execute(i: Simple, values: unknown[]): void {
    const read = (atom: Atom) => atomValue(values, atom);
    const int = (atom: Atom) => atomValue(values, atom) as number;
    const slice = (variable: Variable) => values[variable.id] as Slice;
    const storage = (variable: Variable) => values[variable.id] as Storage;
    const object = (variable: Variable) => (values[variable.id] as RecordObject).fields;
    switch (i.op) {
      case "set":
        values[i.dst.id] = read(i.src);
        return;
      case "unary":
        values[i.dst.id] = unary(i.operator, i.a.type, read(i.a));
        return;
      case "binary":
        values[i.dst.id] = binary(i.operator, i.a.type, read(i.a), read(i.b));
        return;
      case "globalGet":
        values[i.dst.id] = this.#globals.get(i.global);
        return;
      case "globalSet":
        this.#globals.set(i.global, read(i.value));
        return;
      case "same":
        values[i.dst.id] = read(i.a) === read(i.b) ? 1 : 0;
        return;
      case "construct":
        this.#allocated(i.site.what);
        values[i.dst.id] = { record: i.record, fields: fieldsOf(i.record, i.args.map(read)) } satisfies RecordObject;
        return;
      case "immediate":
        values[i.dst.id] = i.caseIndex;
        return;
      case "field":
        values[i.dst.id] = object(i.object)[i.index];
        return;
      case "setField":
        object(i.object)[i.index] = read(i.value);
        return;
      case "unpackedGet":
        values[i.dst.id] = (object(i.object)[i.index] as Storage).data[int(i.at)];
        return;
      case "unpackedSlice": {
        const from = object(i.object)[i.index] as Storage;
        values[i.dst.id] = { storage: from, start: int(i.start), length: int(i.end) - int(i.start) } satisfies Slice;
        return;
      }
      case "arrayNew":
        this.#allocated(i.site.what);
        values[i.dst.id] = newStorage(i.element, int(i.length));
        return;
      case "arrayLength": {
        const { data, width } = storage(i.array);
        values[i.dst.id] = data.length / width;
        return;
      }
      case "arrayGet":
        load(values, i.dsts, storage(i.array), int(i.index));
        return;
      case "arraySet":
        store(storage(i.array), int(i.index), i.values.map(read));
        return;
      case "arrayFill":
        fill(storage(i.array), int(i.at), slice(i.source), int(i.from), int(i.count));
        return;
      case "arraySlice":
        values[i.dst.id] = { storage: storage(i.array), start: int(i.start), length: int(i.end) - int(i.start) };
        return;
      case "sliceLength":
        values[i.dst.id] = slice(i.slice).length;
        return;
      case "sliceGet": {
        const { storage: from, start } = slice(i.slice);
        load(values, i.dsts, from, start + int(i.index));
        return;
      }
      case "sliceSet": {
        const { storage: into, start } = slice(i.slice);
        store(into, start + int(i.index), i.values.map(read));
        return;
      }
      case "subslice": {
        const { storage: from, start } = slice(i.slice);
        values[i.dst.id] = { storage: from, start: start + int(i.start), length: int(i.end) - int(i.start) };
        return;
      }
      case "sliceEmpty":
        values[i.dst.id] = EMPTY;
        return;
      case "literal":
        values[i.dst.id] = bytesAsSlice(i.bytes);
        return;
      case "panic":
        throw new Panic(i.code, i.line, i.a && read(i.a), i.b && read(i.b));
      case "memoryAllocate":
        values[i.dst.id] = this.#memory.allocate(int(i.bytes));
        return;
      case "memoryResize":
        if (!this.#memory.owns(int(i.address))) throw new Panic("notAllocated", i.line);
        values[i.dst.id] = this.#memory.resize(int(i.address), int(i.bytes));
        return;
      case "memoryFree":
        if (!this.#memory.owns(int(i.address))) throw new Panic("notAllocated", i.line);
        this.#memory.free(int(i.address));
        return;
      case "memoryLoad":
        values[i.dst.id] = this.#memory.load(i.dst.type, this.#place(i, int, i.dst.type));
        return;
      case "memoryStore":
        this.#memory.store(i.value.type, this.#place(i, int, i.value.type), read(i.value));
        return;
      case "callExtern": {
        const result = this.#callExtern(
          i,
          i.args.map((arg) => (arg.type.kind === "slice" ? slice(arg as Variable) : read(arg))),
        );
        for (const dst of i.dsts) values[dst.id] = fromExtern(dst.type, result);
        return;
      }
      case "write": {
        const { storage: from, start, length } = slice(i.bytes);
        const stream = i.stream === 1 ? this.stdout : this.stderr;
        stream.push((from.data as Uint8Array).slice(start, start + length));
        return;
      }
      case "readInput":
        values[i.dst.id] = bytesAsSlice(this.#input.input ?? new Uint8Array(0));
        return;
      case "arguments": {
        const texts = (this.#input.args ?? []).map((text) => bytesAsSlice(new TextEncoder().encode(text)));
        values[i.dst.id] = { storage: { width: 1, data: texts }, start: 0, length: texts.length } satisfies Slice;
        return;
      }
    }
  }

  /** Calls a function of another module, with copies of texts in memory while it runs. */
  #callExtern({ extern, line }: Extract<Instruction, { op: "callExtern" }>, args: readonly unknown[]): unknown {
    const memory = this.#memory;
    const copies: number[] = [];
    const passed = args.flatMap((arg, index) => {
      if (extern.params[index]!.kind !== "slice") return [arg];
      const { storage, start, length } = arg as Slice;
      const copy = memory.allocate(length);
      const bytes = (storage.data as Uint8Array).subarray(start, start + length);
      new Uint8Array(memory.memory.buffer).set(bytes, copy);
      copies.push(copy);
      return [copy, length];
    });
    const before = memory.liveBytes;
    const result = (this.#externs[extern.module]![extern.name] as (...args: unknown[]) => unknown)(...passed);
    if (memory.liveBytes !== before && extern.effect !== "kept") {
      throw new Panic(extern.effect === "nothing" ? "allocatedSomething" : "keptMemory", line);
    }
    for (const copy of copies) memory.free(copy);
    return result;
  }

  /** The address of a number in memory, which has to be there. */
  #place(
    { address, index, line }: Extract<Instruction, { op: "memoryLoad" | "memoryStore" }>,
    int: (atom: Atom) => number,
    type: IrType,
  ): number {
    const place = (int(address) + int(index) * numberBytes(type)) >>> 0;
    if (!this.#memory.reaches(place, numberBytes(type))) throw new Panic("outsideMemory", line);
    return place;
  }
}

/** What another module returned, as wasm would convert it. */
function fromExtern({ kind }: IrType, result: unknown): unknown {
  if (kind === "long") return BigInt.asIntN(64, result as bigint);
  if (kind === "float") return Number(result);
  const number = Number(result) | 0;
  if (kind === "bool") return truth(number !== 0);
  return kind === "byte" ? number & 0xff : number;
}

function atomValue(values: readonly unknown[], atom: Atom): unknown {
  return atom.kind === "variable" ? values[atom.id] : atom.value;
}

function passed(code: Code, values: readonly unknown[], args: readonly Atom[]): unknown[] {
  const fresh: unknown[] = [];
  for (const [index, param] of code.fn.params.entries()) fresh[param.id] = atomValue(values, args[index]!);
  return fresh;
}

function bytesAsSlice(bytes: Uint8Array): Slice {
  return { storage: { width: 1, data: bytes }, start: 0, length: bytes.length };
}

function fieldsOf(record: RecordType, args: readonly unknown[]): unknown[] {
  let next = 0;
  return record.fields.map(({ type, unpackedLength }) => {
    if (unpackedLength === undefined) return args[next++];
    const storage = newStorage({ name: "", components: [type] }, unpackedLength);
    for (let index = 0; index < unpackedLength; index++) storage.data[index] = args[next++] as never;
    return storage;
  });
}

function newStorage(element: ElementType, length: number): Storage {
  const { components } = element;
  const width = components.length;
  if (width === 1 && components[0]!.kind === "byte") return { width, data: new Uint8Array(length) };
  const data: unknown[] = new Array(length * width);
  for (let index = 0; index < data.length; index++) data[index] = zeroOf(components[index % width]!);
  return { width, data };
}

function zeroOf(type: IrType): unknown {
  if (type.kind === "long") return 0n;
  return type.kind === "int" || type.kind === "byte" || type.kind === "bool" || type.kind === "float" ? 0 : undefined;
}

function load(values: unknown[], dsts: readonly Variable[], { data, width }: Storage, index: number): void {
  for (let component = 0; component < width; component++) values[dsts[component]!.id] = data[index * width + component];
}

function store({ data, width }: Storage, index: number, sources: readonly unknown[]): void {
  for (let component = 0; component < width; component++) data[index * width + component] = sources[component] as never;
}

function fill(into: Storage, at: number, source: Slice, from: number, count: number): void {
  if (count === 0) return;
  const { width } = into;
  const start = (source.start + from) * width;
  const taken = source.storage.data.slice(start, start + count * width);
  for (let index = 0; index < taken.length; index++) into.data[at * width + index] = taken[index] as never;
}

// Operators

function truth(value: boolean): number {
  return value ? 1 : 0;
}

const FLOAT_BITS = new DataView(new ArrayBuffer(8));

function unary(operator: UnaryOperator, type: IrType, a: unknown): unknown {
  const n = a as number;
  switch (operator) {
    case "neg":
      if (type.kind === "long") return BigInt.asIntN(64, -(a as bigint));
      return type.kind === "int" ? -n | 0 : -n;
    case "not":
      return 1 - n;
    case "intToLong":
      return BigInt(n);
    case "longToInt":
      return Number(BigInt.asIntN(32, a as bigint));
    case "intToFloat":
    case "byteToInt":
    case "boolToInt":
      return n;
    case "longToFloat":
      return Number(a as bigint);
    case "floatToInt":
      return Number.isNaN(n) ? 0 : Math.max(-0x80000000, Math.min(0x7fffffff, Math.trunc(n))) | 0;
    case "floatToLong":
      if (Number.isNaN(n)) return 0n;
      if (n >= 2 ** 63) return 2n ** 63n - 1n;
      return n < -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(n));
    case "intToByte":
      return n & 0xff;
    case "floatBits":
      FLOAT_BITS.setFloat64(0, n);
      return FLOAT_BITS.getBigInt64(0);
    case "floatFromBits":
      FLOAT_BITS.setBigInt64(0, a as bigint);
      return FLOAT_BITS.getFloat64(0);
    case "floor":
      return Math.floor(n);
    case "ceil":
      return Math.ceil(n);
    case "sqrt":
      return Math.sqrt(n);
    case "abs":
      return Math.abs(n);
    case "clz":
      if (type.kind === "int") return Math.clz32(n);
      return BigInt(64 - bitsOf(a as bigint).replace(/^0+/, "").length);
    case "ctz":
      if (type.kind === "int") return n === 0 ? 32 : 31 - Math.clz32(n & -n);
      return BigInt(
        64 -
          bitsOf(a as bigint)
            .padStart(64, "0")
            .replace(/0+$/, "").length,
      );
    case "popcount": {
      const bits = type.kind === "int" ? (n >>> 0).toString(2) : bitsOf(a as bigint);
      const count = bits.replaceAll("0", "").length;
      return type.kind === "int" ? count : BigInt(count);
    }
  }
}

function bitsOf(value: bigint): string {
  return BigInt.asUintN(64, value).toString(2);
}

function binary(operator: BinaryOperator, type: IrType, a: unknown, b: unknown): unknown {
  switch (operator) {
    case "eq":
      return truth(a === b);
    case "ne":
      return truth(a !== b);
    case "lt":
      return truth((a as number) < (b as number));
    case "le":
      return truth((a as number) <= (b as number));
    case "gt":
      return truth((a as number) > (b as number));
    case "ge":
      return truth((a as number) >= (b as number));
    case "ltUnsigned":
      return truth((a as number) >>> 0 < (b as number) >>> 0);
    default:
      if (type.kind === "long") return BigInt.asIntN(64, longArithmetic(operator, a as bigint, b as bigint));
      if (type.kind === "float") return floatArithmetic(operator, a as number, b as number);
      return intArithmetic(operator, a as number, b as number) | 0;
  }
}

type Arithmetic = Exclude<BinaryOperator, "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "ltUnsigned">;

function intArithmetic(operator: Arithmetic, a: number, b: number): number {
  switch (operator) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return Math.imul(a, b);
    case "div":
      if (a === -0x80000000 && b === -1) throw new Error("the IR divides the smallest int by -1");
      return a / b;
    case "rem":
      return a % b;
    case "and":
      return a & b;
    case "or":
      return a | b;
    case "xor":
      return a ^ b;
    case "shl":
      return a << b;
    case "shr":
      return a >> b;
    case "ushr":
      return a >>> b;
  }
}

function longArithmetic(operator: Arithmetic, a: bigint, b: bigint): bigint {
  switch (operator) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return a * b;
    case "div":
      if (a === -(2n ** 63n) && b === -1n) throw new Error("the IR divides the smallest long by -1");
      return a / b;
    case "rem":
      return a % b;
    case "and":
      return a & b;
    case "or":
      return a | b;
    case "xor":
      return a ^ b;
    case "shl":
      return a << (b & 63n);
    case "shr":
      return a >> (b & 63n);
    case "ushr":
      return BigInt.asUintN(64, a) >> (b & 63n);
  }
}

function floatArithmetic(operator: Arithmetic, a: number, b: number): number {
  switch (operator) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return a * b;
    case "div":
      return a / b;
    default:
      throw new Error(`the IR has ${operator} on floats`);
  }
}

// Structured control to jumps

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

  /** To the next round of a loop. */
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
        const select = { op: "selectCase" as const, value: i.value, targets, otherwise: -1 };
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
