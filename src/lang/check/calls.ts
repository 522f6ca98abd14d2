/** Calls of named functions: the program's, the built-in ones, and what only the prelude may call. */

import type { Span } from "../source.ts";
import { checkArguments, checkCount } from "./arguments.ts";
import type { Body, ExpressionOf } from "./body.ts";
import { portNamed, refusePort } from "./extern-ports.ts";
import { requireSafe } from "./externs.ts";
import { callOf } from "./lambdas.ts";
import { checkPointer } from "./pointers.ts";
import { BUILT_IN_FUNCTIONS } from "./scope.ts";
import { didYouMean } from "./suggest.ts";
import type { FunctionSymbol, Intrinsic, TypedExpression } from "./typed.ts";
import { arrayOf, BYTE, FLOAT, INT, isBottom, LONG, NEVER, TEXT, type Type, UNIT } from "./types.ts";
import { describe } from "./words.ts";

export function checkCall(body: Body, node: ExpressionOf<"call">, want?: Type): TypedExpression {
  const { name, args, span } = node;
  const { functions } = body.scope;
  const local = body.variables.lookup(name.text);
  const global = local === undefined ? body.scope.globalNamed(name.text) : undefined;
  if ((local ?? global)?.type.kind === "function") {
    return callOf(body, body.infer({ kind: "name", name: name.text, span: name.span }), name.text, args, span);
  }
  switch (name.text) {
    case "print":
    case "write":
      return checkOutput(body, node, name.text, UNIT);
    case "fail":
      return checkOutput(body, node, name.text, NEVER);
    case "array":
      return checkArray(body, node, want);
    case "port":
      return checkPort(body, node, want);
    case "allocate":
    case "pointer":
      return checkPointer(body, node, name.text, want);
  }
  const callee = functions.get(name.text);
  if (callee !== undefined) {
    requireSafe(body, callee, name.span);
    const typed = checkArguments(
      body,
      name.text,
      callee.parameters.map((parameter) => parameter.type),
      args,
      span,
    );
    return { kind: "call", callee, args: typed, type: callee.result, span };
  }
  const port = portNamed(body, name.text);
  if (port !== undefined) {
    for (const arg of args) body.infer(arg);
    return refusePort(body, port, name.span);
  }
  const internal = body.scope.isPrelude ? checkInternal(body, node) : null;
  if (internal !== null) return internal;
  for (const arg of args) body.infer(arg);
  if (local !== undefined) {
    if (!isBottom(local.type)) body.report(name.span, `\`${name.text}\` is ${describe(local.type)}, not a function`);
  } else {
    const hint = didYouMean(name.text, [...functions.keys(), ...BUILT_IN_FUNCTIONS]);
    body.scope.reportUnknown(name.text, name.span, `there is no function \`${name.text}\``, hint);
  }
  return body.poison(span);
}

function checkOutput(
  body: Body,
  node: ExpressionOf<"call">,
  builtin: "print" | "write" | "fail",
  type: Type,
): TypedExpression {
  const args = checkArguments(body, builtin, [TEXT], node.args, node.span);
  return { kind: "builtin", builtin, args, type, span: node.span };
}

/** `port(n)`: what it carries follows from where it stands. */
function checkPort(body: Body, node: ExpressionOf<"call">, want?: Type): TypedExpression {
  const args = checkArguments(body, "port", [INT], node.args, node.span);
  if (want?.kind === "port" && args.length === 1) {
    return { kind: "builtin", builtin: "port", args, type: want, span: node.span };
  }
  if (args.length === 1 && (want === undefined || !isBottom(want))) {
    const hint = "declare it: `let p: Port[Int] = port(16)`, for example";
    body.report(node.span, "what this port carries does not follow from here", hint);
  }
  return body.poison(node.span);
}

/** `array(n, value)`: the value decides the type of the elements. */
function checkArray(body: Body, node: ExpressionOf<"call">, want?: Type): TypedExpression {
  const { args, span } = node;
  checkCount(body, "array", 2, args.length, span, "write `array(length, value)`");
  const element = want?.kind === "array" || want?.kind === "list" ? want.element : undefined;
  const typed = args.map((arg, index) => (index === 0 ? body.value(arg, INT) : body.infer(arg, element)));
  const value = typed[1];
  if (typed.length !== 2 || value === undefined || isBottom(value.type)) return body.poison(span);
  return { kind: "builtin", builtin: "array", args: typed, type: arrayOf(value.type), span };
}

/** What only the prelude may call: the instruction, its operand's type, its result. */
const INTERNAL: Readonly<Record<string, readonly [Intrinsic, Type, Type]>> = {
  __floatBits: ["floatBits", FLOAT, LONG],
  __floatFromBits: ["floatFromBits", LONG, FLOAT],
  __leadingZeros: ["clz", LONG, LONG],
};

function checkInternal(body: Body, node: ExpressionOf<"call">): TypedExpression | null {
  const { name, args, span } = node;
  if (name.text === "__byteAt") {
    const typed = checkArguments(body, name.text, [TEXT, INT], args, span);
    return { kind: "builtin", builtin: "uncheckedByte", args: typed, type: BYTE, span };
  }
  const entry = INTERNAL[name.text];
  if (entry === undefined) return null;
  const [intrinsic, operandType, type] = entry;
  const operand = checkArguments(body, name.text, [operandType], args, span)[0];
  return operand === undefined ? body.poison(span) : { kind: "intrinsic", intrinsic, operand, type, span };
}

/** A call of a prelude function with operands that are checked already. */
export function internalCall(callee: FunctionSymbol, args: readonly TypedExpression[], span: Span): TypedExpression {
  return { kind: "call", callee, args, type: callee.result, span };
}
