/** What is at hand while one function is lowered, for memory managers and for whatever they share. */

import type binaryen from "binaryen";
import type { Atom, Block, IrFunction, PanicCode, Variable } from "../ir/ir.ts";
import type { DispatchArm } from "./dispatch.ts";
import type { ExpressionRef, Temporary, WasmType } from "./wasm.ts";

export interface FunctionContext {
  readonly module: binaryen.Module;
  readonly fn: IrFunction;
  /** The parameters that the manager asked for in `hiddenParameters`. */
  readonly hidden: readonly Temporary[];
  /** The wasm values of an atom, one for each type of its representation. */
  values(atom: Atom): ExpressionRef[];
  /** The wasm value of an atom that is a single one (every type but slices under most managers). */
  value(atom: Atom): ExpressionRef;
  /** The values of several atoms, one after the other. */
  allValues(atoms: readonly Atom[]): ExpressionRef[];
  /** Part `part` (default 0) of a variable's value. */
  read(variable: Variable, part?: number): ExpressionRef;
  /** Sets all parts of a variable. No value may read what an earlier part of the same assignment writes. */
  assign(variable: Variable, values: readonly ExpressionRef[]): ExpressionRef;
  /** Sets one part of a variable. */
  assignPart(variable: Variable, part: number, value: ExpressionRef): ExpressionRef;
  /** A new local of this wasm type, private to the caller. */
  temporary(type: WasmType): Temporary;
  /** A sequence of statements. */
  sequence(statements: readonly ExpressionRef[]): ExpressionRef;
  /** Stops the program with a message; never returns. `line` 0 means: the line is not known. */
  panic(code: PanicCode, line: number, a?: ExpressionRef, b?: ExpressionRef): ExpressionRef;
  /** Selects one of several bodies by an i32, by compare or jump table, without fall through. */
  dispatch(
    selector: ExpressionRef,
    arms: readonly DispatchArm[],
    otherwise: (() => ExpressionRef) | null,
  ): ExpressionRef;
  /** A name for a wasm block or loop, unique in the function. */
  newLabel(name: string): string;
  /** Lowers a block of the IR. At most once for each block. */
  lowerBlock(block: Block): ExpressionRef;
}

/** An argument as the other module gets it, and what surrounds the call for its sake. */
export interface Lent {
  readonly before: readonly ExpressionRef[];
  readonly values: readonly ExpressionRef[];
  readonly after: readonly ExpressionRef[];
}
