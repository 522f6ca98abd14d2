/**
 * Statics: their initialisers run in the interpreter, and what they give becomes part of the program. Each is computed
 * when the first other one needs it, so that their order is free, as long as none needs itself.
 */

import type { GlobalSymbol } from "../check/typed.ts";
import { Interpreter } from "../interpret/interpreter.ts";
import { Exhausted, Panic, panicMessage, UnsetGlobal } from "../interpret/stops.ts";
import {
  BYTE_ELEMENT,
  bytesOf,
  type Instruction,
  type IrFunction,
  type IrProgram,
  type IrStatic,
  type IrType,
  type RecordValue,
  type SliceValue,
  type StaticValue,
} from "../ir/ir.ts";
import { forEachBlock, forEachInstruction } from "../ir/traverse.ts";
import { InternalCompilerError } from "../options.ts";
import type { Diagnostic } from "../source.ts";
import { constantOf } from "./emitter.ts";
import type { Representation } from "./representation.ts";

/** A few seconds of the interpreter. */
const MOST_STEPS = 100_000_000;
const MOST_ELEMENTS = 1 << 24;
/** How deep objects may lie in objects: managers follow them with their own calls. */
const DEEPEST = 1000;
const AT_RUN_TIME = "a `global` is computed when the program starts";

/** What the initialiser of a static is in the IR, and its components. */
export interface BuiltStatic {
  readonly symbol: GlobalSymbol;
  readonly initialiser: IrFunction;
  readonly parts: readonly IrStatic[];
}

/** Why a static has no value: what comes behind its name, and a hint. */
class StaticError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/**
 * Computes all statics, and gives their parts their values.
 * @param file the name of the program's file, for messages
 * @returns an error for each that cannot be computed
 */
export function evaluateStatics(
  statics: readonly BuiltStatic[],
  file: string,
  representation: Representation,
): Diagnostic[] {
  const evaluator = new Evaluator(statics, file, representation);
  for (const each of statics) evaluator.compute(each);
  return evaluator.diagnostics;
}

function nothingAround(): never {
  throw new InternalCompilerError("only main can ask for the input and the arguments");
}

/** It needs one that has been reported. */
class FailedBefore extends Error {}

class Evaluator {
  readonly diagnostics: Diagnostic[] = [];
  readonly #owners = new Map<IrStatic, BuiltStatic>();
  readonly #states = new Map<BuiltStatic, "computing" | "known" | "failed">();
  readonly #file: string;
  readonly #representation: Representation;

  constructor(statics: readonly BuiltStatic[], file: string, representation: Representation) {
    for (const each of statics) for (const part of each.parts) this.#owners.set(part, each);
    this.#file = file;
    this.#representation = representation;
  }

  /** Computes a static unless that has been done. @returns whether it has a value */
  compute(one: BuiltStatic): boolean {
    const state = this.#states.get(one);
    if (state === "computing") throw new StaticError(`needs \`${one.symbol.name}\`, which needs it in turn`);
    if (state !== undefined) return state === "known";
    this.#states.set(one, "computing");
    const said: Uint8Array[] = [];
    try {
      const values = this.#interpreter(said).run(one.initialiser) as StaticValue[];
      for (const [index, part] of one.parts.entries()) {
        this.#refuse(part.type, values[index]!);
        part.value = values[index]!;
      }
      this.#states.set(one, "known");
    } catch (error) {
      this.#states.set(one, "failed");
      if (!(error instanceof FailedBefore)) this.#report(one, error, Buffer.concat(said).toString().trimEnd());
    }
    return this.#states.get(one) === "known";
  }

  #interpreter(said: Uint8Array[]): Interpreter {
    return new Interpreter({
      world: {
        write(stream, bytes) {
          if (stream === 1) throw new StaticError("prints", AT_RUN_TIME);
          said.push(bytes);
        },
        ports() {
          throw new StaticError("uses a port to the host", AT_RUN_TIME);
        },
        memory() {
          throw new StaticError("manages memory by hand", AT_RUN_TIME);
        },
        callExtern({ extern }) {
          throw new StaticError(`calls \`${extern.name}\`, which is of another module`, AT_RUN_TIME);
        },
        input: nothingAround,
        args: nothingAround,
      },
      maxSteps: MOST_STEPS,
      maxElements: MOST_ELEMENTS,
      onStatic: (source) => {
        if (!this.compute(this.#owners.get(source)!)) throw new FailedBefore();
      },
    });
  }

  #report({ symbol }: BuiltStatic, error: unknown, said: string): void {
    const { message, hint } = this.#explain(error, said);
    this.diagnostics.push({
      span: symbol.span,
      message: `\`${symbol.name}\` cannot be static: it ${message}`,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  #explain(error: unknown, said: string): { readonly message: string; readonly hint?: string | undefined } {
    if (error instanceof StaticError) return error;
    if (error instanceof UnsetGlobal) {
      return { message: `reads the global \`${error.message}\`, which has no value yet`, hint: AT_RUN_TIME };
    }
    if (error instanceof Exhausted) {
      const most = error.message === "steps" ? MOST_STEPS : MOST_ELEMENTS;
      return { message: `takes more than ${most.toLocaleString("en")} ${error.message}`, hint: AT_RUN_TIME };
    }
    if (error instanceof Panic) {
      return { message: `stops with "${panicMessage(error) ?? said}", at ${this.#file}:${error.line}` };
    }
    throw error;
  }

  /** Throws for what the types do not rule out. Objects that several refer to are looked at once. */
  #refuse(type: IrType, value: StaticValue): void {
    const depths = new Map<object, number>();
    const pending: [type: IrType, value: unknown, depth: number][] = [[type, value, 0]];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const [ofType, one, depth] = next;
      if (typeof one !== "object" || one === null) continue;
      if (depth > DEEPEST) throw new StaticError(`holds objects nested more than ${DEEPEST} deep`, AT_RUN_TIME);
      const object = ofType.kind === "slice" ? (one as SliceValue).storage : one;
      if ((depths.get(object) ?? -1) >= depth) continue;
      depths.set(object, depth);
      if (ofType.kind === "slice") {
        const { data, width } = (one as SliceValue).storage;
        if (data instanceof Uint8Array) continue;
        for (const [index, each] of data.entries()) {
          pending.push([ofType.element.components[index % width]!, each, depth + 1]);
        }
        continue;
      }
      const { record, fields } = one as RecordValue;
      if (ofType.kind === "union" && this.#representation.isOfFunctions(ofType.union)) {
        throw new StaticError("holds a function that captures variables", AT_RUN_TIME);
      }
      for (const [index, field] of record.fields.entries()) {
        if (field.unpackedLength === undefined) pending.push([field.type, fields[index], depth + 1]);
        else {
          const { data } = fields[index] as SliceValue["storage"];
          for (const each of data) pending.push([field.type, each, depth + 1]);
        }
      }
    }
  }
}

/** The program without what only its statics needed: numbers and texts are constants and literals now. */
export function withoutStaticNumbers(program: IrProgram): IrProgram {
  const reachable = new Set([program.main]);
  for (const fn of reachable) {
    forEachBlock(fn.body, ({ instructions }) => {
      for (const [index, instruction] of instructions.entries()) instructions[index] = withConstant(instruction);
    });
    forEachInstruction(fn.body, (instruction) => {
      if (instruction.op === "call" || instruction.op === "tailCall") reachable.add(instruction.callee);
    });
  }
  return { ...program, functions: program.functions.filter((fn) => reachable.has(fn)) };
}

function withConstant(instruction: Instruction): Instruction {
  if (instruction.op !== "static") return instruction;
  const { dst, source } = instruction;
  const { type, value } = source;
  switch (type.kind) {
    case "long":
      return { op: "set", dst, src: { kind: "constant", type: { kind: "long" }, value: value as bigint } };
    case "int":
    case "byte":
    case "bool":
    case "float":
      return { op: "set", dst, src: constantOf(type, value as number) };
    case "slice": {
      if (type.element !== BYTE_ELEMENT) return instruction;
      return { op: "literal", dst, bytes: bytesOf(value as SliceValue) };
    }
    case "union":
      if (typeof value !== "number") return instruction;
      return { op: "immediate", dst, union: type.union, caseIndex: value };
    default:
      return instruction;
  }
}
