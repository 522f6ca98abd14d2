/**
 * Functions of other wasm modules: which types they may exchange with a program, and what they have to say of memory.
 */

import { OWN_MODULES } from "../run/externs.ts";
import type { Span } from "../source.ts";
import type { EffectNode, ExternFunctionDeclaration, Name } from "../syntax/ast.ts";
import type { Body } from "./body.ts";
import type { ProgramScope } from "./scope.ts";
import { didYouMean } from "./suggest.ts";
import type { ExternSymbol, FunctionSymbol } from "./typed.ts";
import { ERROR, type HandleType, isPlainData, optionalElement, TEXT, type Type, typeName, UNIT } from "./types.ts";
import { describe } from "./words.ts";

const EFFECTS_HINT =
  "write `allocates nothing`; `allocates within`, if nothing of it is left after the call; `returns memory`, from this " +
  "program's allocator; or `returns memory freed by NAME`";

/** What an extern function is beyond its signature; reports what it cannot be. */
export function externSymbol(
  scope: ProgramScope,
  node: ExternFunctionDeclaration,
  { parameters, result }: FunctionSymbol,
): ExternSymbol {
  const { module, name } = node;
  checkModule(scope, module);
  if (name.text === "main") scope.report(name.span, "`main` is the program's own, and cannot be extern");
  for (const [index, { type }] of parameters.entries()) {
    const { span } = node.parameters[index]!.type;
    if (type === TEXT || isExchanged(scope, module, type, span)) continue;
    const hint = "it takes numbers, Byte, Bool, Text, pointers and handles";
    scope.report(span, `an extern function cannot take ${describe(type)}`, hint);
  }
  if (node.result !== null && !isExchanged(scope, module, result, node.result.span)) {
    const hint =
      result === TEXT ? "it can return a `Pointer[Byte]`" : "it returns a number, Byte, Bool, pointer or handle";
    scope.report(node.result.span, `an extern function cannot return ${describe(result)}`, hint);
  }
  const types = parameters.map(({ type }) => type);
  const isUnsafe = [...types, result].some((type) => type.kind === "pointer");
  return { module: module.text, effect: effectOf(scope, node, types, result), isUnsafe };
}

export function checkModule(scope: ProgramScope, { text, span }: Name): void {
  if (!OWN_MODULES.includes(text)) return;
  scope.report(span, `the module \`${text}\` is a part of the program's own surroundings`, "name it otherwise");
}

/** The type of handles that a type is, or is an optional one of. */
function handleOf(type: Type): HandleType | null {
  const element = optionalElement(type) ?? type;
  return element.kind === "handle" ? element : null;
}

/** True for types whose values the module can get and give; reports handles of another one. */
function isExchanged(scope: ProgramScope, module: Name, type: Type, span: Span): boolean {
  const handle = handleOf(type);
  if (handle !== null && handle.module !== module.text) {
    scope.report(
      span,
      `\`${handle.name}\` is a handle of the module \`${handle.module}\`, and means nothing to another`,
    );
  }
  return handle !== null || type === ERROR || isPlainData(type);
}

function effectOf(
  scope: ProgramScope,
  { name, effect }: ExternFunctionDeclaration,
  parameters: readonly Type[],
  result: Type,
): ExternSymbol["effect"] {
  const handle = handleOf(result);
  if (handle !== null) {
    if (effect !== null) {
      const hint = "leave it out: what such a function allocates belongs to the handle";
      scope.report(effect.span, `that the result is a \`${handle.name}\` says what this does to memory`, hint);
    }
    return "kept";
  }
  if (effect === null) {
    scope.report(name.span, `what \`${name.text}\` does to memory is missing`, EFFECTS_HINT);
    return "nothing";
  }
  if (effect.kind === "memory") {
    if (result.kind !== "pointer" && result !== ERROR) {
      const hint = "declare the result: `-> Pointer[Byte]`, for example";
      scope.report(effect.span, "memory is returned as a pointer", hint);
    }
    return "kept";
  }
  // Within a handle that it is given, a function may allocate as it likes.
  return effect.kind === "within" && parameters.some((type) => handleOf(type) !== null) ? "kept" : effect.kind;
}

/** Checks the functions behind `freed by`, when all functions are declared. */
export function checkFreeing(
  scope: ProgramScope,
  nodes: readonly ExternFunctionDeclaration[],
  handles: readonly HandleType[],
): void {
  for (const { name, module, effect } of nodes) {
    const freed = handles.find((handle) => handle.module === module.text && handle.free === name.text);
    if (freed !== undefined) {
      const message = `\`${name.text}\` frees the handles \`${freed.name}\`, and is called by nothing else`;
      scope.report(name.span, message, "leave this out, and write `.free()`");
    }
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
