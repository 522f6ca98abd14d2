/** What the functions of a program share while they are built. */

import type { FunctionSymbol } from "../check/typed.ts";
import type { IrFunction, Site } from "../ir/ir.ts";
import type { Representation } from "./representation.ts";

export interface ProgramContext {
  readonly representation: Representation;
  /** The function for a symbol; its body is built later. */
  functionFor(symbol: FunctionSymbol): IrFunction;
  /** A function of the prelude. */
  internal(name: string): FunctionSymbol;
  /** A function that no source defines, made once for each name. */
  synthesised(name: string, line: number, make: (fn: IrFunction) => void): IrFunction;
  site(functionName: string, line: number, what: string): Site;
}
