/**
 * Calls of functions of other wasm modules: one import for each that is called, and what such modules may import of the program.
 *
 * A debug build stops the program where a function that says it keeps nothing has changed how much memory is allocated.
 */

import binaryen from "binaryen";
import { coreName } from "../emit/link.ts";
import { resultType } from "../emit/locals.ts";
import { type Atom, type IrExtern, type IrProgram, type IrType, TEXT_TYPE } from "../ir/ir.ts";
import { externsOf, usesMalloc } from "../ir/outside.ts";
import type {
  ExpressionRef,
  FunctionContext,
  InstructionOf,
  ManagerResult,
  MemoryManager,
  WasmType,
} from "./manager.ts";

const { f64, i32, i64 } = binaryen;

/** What extern modules may import, and the core's name for it. */
const ALLOCATOR = { allocate: "malloc", resize: "realloc", free: "free" } as const;

export class Externs {
  readonly #module: binaryen.Module;
  readonly #program: IrProgram;
  readonly #checks: boolean;
  readonly #names = new Map<IrExtern, string>();

  /** @param checks whether wrong effects stop the program: the core is its debug build */
  constructor(module: binaryen.Module, program: IrProgram, checks: boolean) {
    this.#module = module;
    this.#program = program;
    this.#checks = checks && usesMalloc(program);
  }

  /** Exports for the extern modules: an allocator, if any of them says that it allocates. */
  get exports(): ManagerResult["exports"] {
    if (externsOf(this.#program).every(({ effect }) => effect === "nothing")) return [];
    return Object.entries(ALLOCATOR).map(([external, name]) => {
      return { kind: "function", internal: coreName(this.#module, name), external };
    });
  }

  call(context: FunctionContext, manager: MemoryManager, instruction: InstructionOf<"callExtern">): ExpressionRef {
    const module = this.#module;
    const { extern, args, dsts, line } = instruction;
    const lent = args.map((arg) => this.#pass(context, manager, arg, line));
    const operands = lent.flatMap(({ values }) => values);
    const type = resultType(extern.result === null ? [] : [wasmType(extern.result)]);
    const call = module.call(this.#nameOf(extern), operands, type);
    const [dst] = dsts;
    return context.sequence([
      ...lent.flatMap(({ before }) => before),
      ...this.#checked(
        context,
        instruction,
        dst === undefined ? call : context.assign(dst, [this.#read(dst.type, call)]),
      ),
      ...lent.flatMap(({ after }) => after),
    ]);
  }

  #pass(context: FunctionContext, manager: MemoryManager, arg: Atom, line: number): Lent {
    if (arg.type.kind === "slice") return manager.lend(context, arg, line);
    return { before: [], values: context.values(arg), after: [] };
  }

  /** The result as the program knows it, whatever the other module takes a Byte or Bool for. */
  #read({ kind }: IrType, result: ExpressionRef): ExpressionRef {
    const { i32: op } = this.#module;
    if (kind === "byte") return op.and(result, op.const(0xff));
    return kind === "bool" ? op.ne(result, op.const(0)) : result;
  }

  #checked(
    context: FunctionContext,
    { extern, line }: InstructionOf<"callExtern">,
    call: ExpressionRef,
  ): readonly ExpressionRef[] {
    if (!this.#checks || extern.effect === "kept") return [call];
    const module = this.#module;
    const live = (): ExpressionRef => module.call(coreName(module, "mallocLive"), [], i32);
    const before = context.temporary(i32);
    const panic = context.panic(extern.effect === "nothing" ? "allocatedSomething" : "keptMemory", line);
    return [before.set(live()), call, module.if(module.i32.ne(live(), before.get()), panic)];
  }

  #nameOf(extern: IrExtern): string {
    let name = this.#names.get(extern);
    if (name === undefined) {
      name = `extern.${this.#names.size}.${extern.name}`;
      this.#names.set(extern, name);
      const params = extern.params.flatMap((type) => (type === TEXT_TYPE ? [i32, i32] : [wasmType(type)]));
      const results = resultType(extern.result === null ? [] : [wasmType(extern.result)]);
      this.#module.addFunctionImport(name, extern.module, extern.name, binaryen.createType(params), results);
    }
    return name;
  }
}

/** An argument as the other module gets it, and what surrounds the call for its sake. */
export interface Lent {
  readonly before: readonly ExpressionRef[];
  readonly values: readonly ExpressionRef[];
  readonly after: readonly ExpressionRef[];
}

function wasmType({ kind }: IrType): WasmType {
  if (kind === "long") return i64;
  return kind === "float" ? f64 : i32;
}
