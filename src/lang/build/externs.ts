/** Calls of functions of other wasm modules. */

import type { FunctionSymbol } from "../check/typed.ts";
import type { Emitter, Value } from "./emitter.ts";

/** Calls an extern function. @param args the values of its parameters */
export function buildExternCall(
  fn: Emitter,
  symbol: FunctionSymbol,
  args: readonly Value[],
  line: number,
  name: string,
): Value {
  const dsts = fn.fresh(symbol.result, name);
  fn.emit({ op: "callExtern", dsts, extern: fn.program.externFor(symbol), args: args.flat(), line });
  return dsts;
}
