/** What the functions of a program share while they are built. */

import type { FunctionSymbol, GlobalSymbol, Local, PortSymbol } from "../check/typed.ts";
import type { FunctionType, HandleType } from "../check/types.ts";
import type { IrExtern, IrFunction, IrGlobal, IrPort, IrStatic, Site } from "../ir/ir.ts";
import type { FunctionCase, Representation } from "./representation.ts";

/** A type of handles at run time. */
export interface HandleKind {
  /** Tells it from others. */
  readonly number: number;
  /** The module's function that frees one: it may allocate and free as it likes. */
  readonly free: IrExtern;
}

export interface ProgramContext {
  readonly representation: Representation;
  /** The function for a symbol; its body is built later. */
  functionFor(symbol: FunctionSymbol): IrFunction;
  /** A function of the prelude. */
  internal(name: string): FunctionSymbol;
  /** A function that no source defines, made once for each name. */
  synthesised(name: string, line: number, make: (fn: IrFunction) => void): IrFunction;
  /** The components of a static. */
  staticFor(symbol: GlobalSymbol): readonly IrStatic[];
  /** The components of a global. */
  globalFor(global: GlobalSymbol): readonly IrGlobal[];
  /** The port of a symbol. */
  portFor(port: PortSymbol): IrPort;
  /** The function that calls what a value of the function type is. */
  caller(type: FunctionType, line: number): IrFunction;
  /** The case of a function that becomes a value; makes the function reachable. */
  functionCase(type: FunctionType, symbol: FunctionSymbol, captures: readonly Local[]): FunctionCase;
  /** The import of an extern function. */
  externFor(symbol: FunctionSymbol): IrExtern;
  /** The address of the node of the handle that was opened last, 0 when none is open. */
  readonly openHandles: IrGlobal;
  handleFor(type: HandleType): HandleKind;
  site(functionName: string, line: number, what: string): Site;
}
