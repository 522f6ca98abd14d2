/**
 * From the typed program to the IR: functions are built as they are found reachable from `main`, the prelude's and the
 * synthesised ones (growing lists) among them.
 */

import { findParts } from "../check/parts.ts";
import type { Prelude } from "../check/prelude.ts";
import type { FunctionSymbol, GlobalSymbol, Local, PortSymbol, TypedProgram } from "../check/typed.ts";
import { BYTES, type FunctionType, type HandleType, type Type, typeName, UNIT } from "../check/types.ts";
import type { IrExtern, IrFunction, IrGlobal, IrPort, IrProgram, IrStatic, IrType, Site } from "../ir/ir.ts";
import { InternalCompilerError } from "../options.ts";
import { MoteError } from "../source.ts";
import { BodyBuilder } from "./body-builder.ts";
import { buildCaller, declareCaller } from "./closures.ts";
import type { HandleKind, ProgramContext } from "./context.ts";
import { ZERO } from "./emitter.ts";
import { portType } from "./extern-ports.ts";
import { isHandle } from "./externs.ts";
import { earlyReads } from "./globals.ts";
import { buildFreeAll } from "./handles.ts";
import { type FunctionCase, INT_TYPE, Representation } from "./representation.ts";
import { evaluateStatics, withoutStaticNumbers } from "./statics.ts";

/**
 * Builds the IR of a checked program. Cost: linear in the code reachable from `main`.
 * @throws MoteError when a global may be read before it has a value
 */
export function build(program: TypedProgram, prelude: Prelude): IrProgram {
  return new ProgramBuilder(program, prelude).build();
}

class ProgramBuilder implements ProgramContext {
  readonly representation: Representation;
  readonly #program: TypedProgram;
  readonly #prelude: Prelude;
  readonly #functions: IrFunction[] = [];
  readonly #bySymbol = new Map<FunctionSymbol, IrFunction>();
  readonly #synthesised = new Map<string, IrFunction>();
  readonly #pending: FunctionSymbol[] = [];
  readonly #globals = new Map<GlobalSymbol, readonly IrGlobal[]>();
  readonly #statics = new Map<GlobalSymbol, readonly IrStatic[]>();
  readonly #ports = new Map<PortSymbol, IrPort>();
  readonly #callers = new Map<FunctionType, IrFunction>();
  readonly #externs = new Map<FunctionSymbol, IrExtern>();
  readonly #handles = new Map<HandleType, HandleKind>();
  readonly openHandles: IrGlobal = { name: "open handles", type: INT_TYPE };
  /** Frees the handles that are open when `main` has ended; null where there are none. */
  #freeAll: IrFunction | null = null;
  readonly #sites: Site[] = [];

  constructor(program: TypedProgram, prelude: Prelude) {
    this.#program = program;
    this.#prelude = prelude;
    this.representation = new Representation(findParts(program));
  }

  build(): IrProgram {
    const symbol = this.#program.functions.get("main")!;
    const { globals: given, types } = this.#program;
    const hasHandles = [...types.values()].some((type) => type.kind === "handle");
    const statics = given.filter(({ isStatic }) => isStatic);
    const globals = given.filter(({ isStatic }) => !isStatic);
    const isPlain = symbol.parameters.length === 0 && globals.length === 0 && !hasHandles;
    const main = isPlain ? this.functionFor(symbol) : this.#wrapMain(symbol, globals, hasHandles);
    for (const { initialiser } of statics) this.functionFor(initialiser);
    this.#buildPending();
    if (this.#freeAll !== null) {
      // Now the handles that the program can have are known.
      buildFreeAll(this, [...this.#handles.values()], this.#freeAll);
      this.#buildPending();
    }
    // Now all functions that become values are known, and those behind them are built.
    for (const [type, caller] of this.#callers) buildCaller(this, type, caller);
    this.representation.completeFunctions();
    const built = <P>(symbols: readonly GlobalSymbol[], parts: (global: GlobalSymbol) => readonly P[]) =>
      symbols.map((each) => ({ symbol: each, initialiser: this.functionFor(each.initialiser), parts: parts(each) }));
    const { source } = this.#program;
    const errors = [
      ...earlyReads(built(globals, (each) => this.globalFor(each))),
      ...evaluateStatics(
        built(statics, (each) => this.staticFor(each)),
        source.name,
        this.representation,
      ),
    ];
    if (errors.length > 0) throw new MoteError(source, errors);
    return withoutStaticNumbers({ file: source.name, functions: this.#functions, main, sites: this.#sites });
  }

  #buildPending(): void {
    for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
      this.#prelude.checkBody(next);
      new BodyBuilder(this, next, this.functionFor(next)).build();
    }
  }

  functionFor(symbol: FunctionSymbol): IrFunction {
    let fn = this.#bySymbol.get(symbol);
    if (fn === undefined) {
      fn = this.#newFunction(
        symbol.name,
        symbol.source.line(symbol.span.start),
        symbol.source !== this.#program.source,
      );
      this.#bySymbol.set(symbol, fn);
      this.#pending.push(symbol);
    }
    return fn;
  }

  internal(name: string): FunctionSymbol {
    const symbol = this.#prelude.functions.get(name);
    if (symbol === undefined) throw new InternalCompilerError(`the prelude lacks ${name}`);
    return symbol;
  }

  synthesised(name: string, line: number, make: (fn: IrFunction) => void): IrFunction {
    let fn = this.#synthesised.get(name);
    if (fn === undefined) {
      fn = this.#newFunction(name, line);
      this.#synthesised.set(name, fn);
      make(fn);
    }
    return fn;
  }

  globalFor(global: GlobalSymbol): readonly IrGlobal[] {
    let parts = this.#globals.get(global);
    if (parts === undefined) {
      const names = this.representation.names(global.type, global.name);
      parts = this.representation.of(global.type).map((type, index) => ({ name: names[index]!, type }));
      this.#globals.set(global, parts);
    }
    return parts;
  }

  staticFor(symbol: GlobalSymbol): readonly IrStatic[] {
    let parts = this.#statics.get(symbol);
    if (parts === undefined) {
      const names = this.representation.names(symbol.type, symbol.name);
      parts = this.representation.of(symbol.type).map((type, index) => ({ name: names[index]!, type, value: 0 }));
      this.#statics.set(symbol, parts);
    }
    return parts;
  }

  portFor(port: PortSymbol): IrPort {
    let known = this.#ports.get(port);
    if (known === undefined) {
      known = { name: port.name, type: portType(port.type) };
      this.#ports.set(port, known);
    }
    return known;
  }

  caller(type: FunctionType, line: number): IrFunction {
    let fn = this.#callers.get(type);
    if (fn === undefined) {
      fn = this.#newFunction(`call ${typeName(type)}`, line);
      this.#callers.set(type, fn);
      declareCaller(this, type, fn);
    }
    return fn;
  }

  functionCase(type: FunctionType, symbol: FunctionSymbol, captures: readonly Local[]): FunctionCase {
    this.functionFor(symbol);
    return this.representation.functionCase(type, symbol, captures);
  }

  externFor(symbol: FunctionSymbol): IrExtern {
    let extern = this.#externs.get(symbol);
    if (extern === undefined) {
      const { name, parameters, result } = symbol;
      const { module, effect } = symbol.extern!;
      const typesOf = (type: Type): readonly IrType[] => (isHandle(type) ? [INT_TYPE] : this.representation.of(type));
      const params = parameters.flatMap(({ type }) => typesOf(type));
      extern = { module, name, params, result: typesOf(result)[0] ?? null, effect };
      this.#externs.set(symbol, extern);
    }
    return extern;
  }

  handleFor(type: HandleType): HandleKind {
    let kind = this.#handles.get(type);
    if (kind === undefined) {
      const { module, free: name } = type;
      const free: IrExtern = { module, name, params: [INT_TYPE], result: null, effect: "kept" };
      kind = { number: this.#handles.size, free };
      this.#handles.set(type, kind);
    }
    return kind;
  }

  site(functionName: string, line: number, what: string): Site {
    const site = { id: this.#sites.length, functionName, line, what };
    this.#sites.push(site);
    return site;
  }

  #newFunction(name: string, line: number, internal = true): IrFunction {
    const fn: IrFunction = { name, params: [], results: [], body: { instructions: [] }, line, internal };
    this.#functions.push(fn);
    return fn;
  }

  /**
   * A main without parameters that sets the globals, asks for what the program's main takes, and at last frees handles.
   */
  #wrapMain(symbol: FunctionSymbol, globals: readonly GlobalSymbol[], hasHandles: boolean): IrFunction {
    const line = symbol.source.line(symbol.span.start);
    const fn = this.#newFunction("(start)", line, false);
    const caller: FunctionSymbol = { ...symbol, parameters: [], result: UNIT };
    const into = new BodyBuilder(this, caller, fn);
    if (hasHandles) into.emit({ op: "globalSet", global: this.openHandles, value: ZERO });
    for (const global of globals) {
      into.setGlobal(global, into.call(global.initialiser, [], global.name));
    }
    const args = symbol.parameters.map((parameter) => {
      const [type] = this.representation.of(parameter.type);
      const dst = into.variable(type!, parameter.name);
      const isInput = parameter.type === BYTES;
      const site = this.site(symbol.name, line, isInput ? "input" : "arguments");
      into.emit({ op: isInput ? "readInput" : "arguments", dst, site });
      return dst;
    });
    if (hasHandles) {
      into.call(symbol, args, "main");
      this.#freeAll = this.#newFunction("(free handles)", line);
      into.end({ op: "tailCall", callee: this.#freeAll, args: [] });
    } else into.end({ op: "tailCall", callee: this.functionFor(symbol), args });
    return fn;
  }
}
