/**
 * Calls of functions of other wasm modules: one import for each that is called, and what such modules may import of the
 * program.
 *
 * A debug build stops the program where a function that says it keeps nothing has changed how much memory is allocated.
 */

import binaryen from "binaryen";
import type { InstructionOf } from "../ir/ir.ts";
import { type Atom, type IrExtern, type IrProgram, type IrType, TEXT_TYPE } from "../ir/ir.ts";
import { externsOf, usesMalloc } from "../ir/outside.ts";
import { coreName } from "./core.ts";
import type { FunctionContext, Lent } from "./function-context.ts";
import { resultType } from "./locals.ts";
import type { ExpressionRef, ModuleExport, WasmType } from "./wasm.ts";

const { f64, i32, i64 } = binaryen;

/** What extern modules may import, and the core's name for it. */
const ALLOCATOR = { allocate: "mallocAllocate", resize: "mallocReallocate", free: "mallocFree" } as const;

/** Makes a text's bytes readable in linear memory until the call is over: `FunctionLowering.lend`. */
export type Lend = (text: Atom, line: number) => Lent;

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
  get exports(): readonly ModuleExport[] {
    if (externsOf(this.#program).every(({ effect }) => effect === "nothing")) return [];
    return Object.entries(ALLOCATOR).map(([external, name]) => {
      return { kind: "function", internal: coreName(this.#module, name), external };
    });
  }

  /** @param lend hands a text to the other module, as the memory manager knows texts */
  call(context: FunctionContext, instruction: InstructionOf<"callExtern">, lend: Lend): ExpressionRef {
    const module = this.#module;
    const { extern, args, dsts, line } = instruction;
    const lent = args.map((arg) => this.#pass(context, arg, line, lend));
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

  #pass(context: FunctionContext, arg: Atom, line: number, lend: Lend): Lent {
    if (arg.type.kind === "slice") return lend(arg, line);
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

function wasmType({ kind }: IrType): WasmType {
  if (kind === "long") return i64;
  return kind === "float" ? f64 : i32;
}
