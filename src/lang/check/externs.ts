/** Functions of other wasm modules: which types they may exchange with a program, and what they have to say of memory. */

import type { Span } from "../source.ts";
import type { EffectNode, ExternFunctionDeclaration, Name } from "../syntax/ast.ts";
import type { Body } from "./body.ts";
import type { ProgramScope } from "./scope.ts";
import { didYouMean } from "./suggest.ts";
import type { ExternSymbol, FunctionSymbol } from "./typed.ts";
import { ERROR, isPlainData, TEXT, type Type, typeName, UNIT } from "./types.ts";
import { describe } from "./words.ts";

/** Modules that a program imports from for purposes of its own. */
const RESERVED_MODULES: readonly string[] = ["heapwright", "host", "wasi_snapshot_preview1"];

const EFFECTS_HINT =
  "write `allocates nothing`; `allocates within`, if nothing of it is left after the call; `returns memory`, from this " +
  "program's allocator; or `returns memory freed by NAME`";

/** What an extern function is beyond its signature; reports what it cannot be. */
export function externSymbol(
  scope: ProgramScope,
  node: ExternFunctionDeclaration,
  { parameters, result }: FunctionSymbol,
): ExternSymbol {
  checkModule(scope, node.module);
  if (node.name.text === "main") scope.report(node.name.span, "`main` is the program's own, and cannot be extern");
  for (const [index, { type }] of parameters.entries()) {
    if (type === ERROR || type === TEXT || isExchanged(type)) continue;
    const message = `an extern function cannot take ${describe(type)}`;
    scope.report(node.parameters[index]!.type.span, message, "it takes numbers, Byte, Bool, Text and pointers");
  }
  if (node.result !== null && result !== ERROR && !isExchanged(result)) {
    const hint =
      result === TEXT ? "it can return a `Pointer[Byte]`" : "it returns a number, a Byte, a Bool or a pointer";
    scope.report(node.result.span, `an extern function cannot return ${describe(result)}`, hint);
  }
  const types = [...parameters.map(({ type }) => type), result];
  const isUnsafe = types.some((type) => type.kind === "pointer");
  return { module: node.module.text, effect: effectOf(scope, node, result), isUnsafe };
}

export function checkModule(scope: ProgramScope, { text, span }: Name): void {
  if (!RESERVED_MODULES.includes(text)) return;
  scope.report(span, `the module \`${text}\` is a part of the program's own surroundings`, "name it otherwise");
}

/** True for types whose values look the same in every module. */
function isExchanged(type: Type): boolean {
  return isPlainData(type);
}

function effectOf(
  scope: ProgramScope,
  { name, effect }: ExternFunctionDeclaration,
  result: Type,
): ExternSymbol["effect"] {
  if (effect === null) {
    scope.report(name.span, `what \`${name.text}\` does to memory is missing`, EFFECTS_HINT);
    return "nothing";
  }
  if (effect.kind !== "memory") return effect.kind;
  if (result.kind !== "pointer" && result !== ERROR) {
    scope.report(effect.span, "memory is returned as a pointer", "declare the result: `-> Pointer[Byte]`, for example");
  }
  return "returned";
}

/** Checks the functions behind `freed by`, when all functions are declared. */
export function checkFreeing(scope: ProgramScope, nodes: readonly ExternFunctionDeclaration[]): void {
  for (const { name, module, effect } of nodes) {
    const result = scope.functions.get(name.text)?.result;
    if (effect === null || effect.freedBy === null || result?.kind !== "pointer") continue;
    checkFreedBy(scope, module, { ...effect, freedBy: effect.freedBy }, result);
  }
}

function checkFreedBy(
  scope: ProgramScope,
  module: Name,
  { freedBy: { text, span } }: EffectNode & { readonly freedBy: Name },
  pointer: Type,
): void {
  const wanted = `extern "${module.text}" fn ${text}(memory: ${typeName(pointer)})`;
  const hint = `declare it: \`${wanted} allocates nothing\``;
  const free = scope.functions.get(text);
  if (free === undefined) {
    const message = `there is no function \`${text}\``;
    scope.reportUnknown(text, span, message, didYouMean(text, [...scope.functions.keys()]) ?? hint);
    return;
  }
  const [only, second] = free.parameters;
  const fits = only?.type === pointer && second === undefined && free.result === UNIT;
  if (free.extern?.module === module.text && fits) return;
  if (free.result === ERROR || free.parameters.some(({ type }) => type === ERROR)) return;
  scope.report(span, `\`${text}\` cannot free what this returns`, hint);
}

/** Reports a use of an extern function outside of an `unsafe` block that may only stand in one. */
export function requireSafe(body: Body, symbol: FunctionSymbol, span: Span): void {
  if (!symbol.extern?.isUnsafe) return;
  body.requireUnsafe(span, `the extern function \`${symbol.name}\` has pointers among its types: it may be used`);
}
