/** Calls of functions of other wasm modules. */

import type { FunctionSymbol } from "../check/typed.ts";
import { optionalElement, type Type } from "../check/types.ts";
import type { Variable } from "../ir/ir.ts";
import { InternalCompilerError } from "../options.ts";
import { type Emitter, type Value, ZERO } from "./emitter.ts";
import { handleValue, openHandle } from "./handles.ts";
import { chooseOptional, noneOf, someOf } from "./optionals.ts";
import { INT_TYPE } from "./representation.ts";

/** Calls an extern function. @param args the values of its parameters */
export function buildExternCall(
  fn: Emitter,
  symbol: FunctionSymbol,
  args: readonly Value[],
  line: number,
  name: string,
): Value {
  const { parameters, result } = symbol;
  const extern = fn.program.externFor(symbol);
  const passed = parameters.flatMap(({ type }, index) => pass(fn, type, args[index]!, line));
  const dsts = isHandle(result) ? [fn.variable(INT_TYPE, name)] : fn.fresh(result, name);
  fn.emit({ op: "callExtern", dsts, extern, args: passed, line });
  return isHandle(result) ? [received(fn, result, dsts[0]!, line, name)] : dsts;
}

/** True for handles and optional ones, which the module knows by a number. */
export function isHandle(type: Type): boolean {
  return (optionalElement(type) ?? type).kind === "handle";
}

/** An argument as the module wants it. */
function pass(fn: Emitter, type: Type, value: Value, line: number): Value {
  if (type.kind === "handle") return [handleValue(fn, fn.reference(value), line)];
  if (!isHandle(type)) return value;
  const results = fn.results([INT_TYPE], ["value"]);
  chooseOptional(
    fn,
    type,
    value,
    ([handle]) => fn.assign(results, [handleValue(fn, fn.reference([handle!]), line)]),
    () => fn.assign(results, [ZERO]),
  );
  return results;
}

/** What a module has returned as a handle; for an optional one, 0 is none. */
function received(fn: Emitter, type: Type, value: Variable, line: number, name: string): Variable {
  if (type.kind === "handle") return openHandle(fn, type, value, line, name);
  const element = optionalElement(type);
  if (type.kind !== "union" || element?.kind !== "handle") throw new InternalCompilerError("this is no handle");
  const results = fn.results(fn.representation.of(type), [name]);
  fn.if(
    fn.compare("ne", value, ZERO),
    () => fn.assign(results, [someOf(fn, type, [openHandle(fn, element, value, line, name)], line)]),
    () => fn.assign(results, [noneOf(fn, type)]),
  );
  return results[0]!;
}
