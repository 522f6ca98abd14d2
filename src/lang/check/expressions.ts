/** Expressions, one function for each kind; literals, operators, calls and matches have files of their own. */

import type { Expression, IfNode } from "../syntax/ast.ts";
import type { Body, ExpressionOf } from "./body.ts";
import { checkCall } from "./calls.ts";
import { checkCase, checkStructLiteral } from "./constructions.ts";
import { portNamed, refusePort } from "./extern-ports.ts";
import { requireSafe } from "./externs.ts";
import { readOf } from "./fields.ts";
import { checkCallValue, checkLambda, functionValue } from "./lambdas.ts";
import { checkArrayLiteral, checkInteger, checkText } from "./literals.ts";
import { checkMatch } from "./matches.ts";
import { checkMethod, methodNames } from "./methods.ts";
import { checkBinary, checkUnary } from "./operators.ts";
import { BUILT_IN_FUNCTIONS } from "./scope.ts";
import { didYouMean } from "./suggest.ts";
import type { TypedExpression } from "./typed.ts";
import {
  BOOL,
  BYTE,
  type ClassType,
  FLOAT,
  hasLength,
  INT,
  isBottom,
  joinTypes,
  optionalElement,
  type StructType,
  TEXT,
  type Type,
  typeName,
  UNIT,
  UNKNOWN,
} from "./types.ts";
import { describe, VALUE_HINT } from "./words.ts";

/** Checks one expression; see `Body.expression`. */
export function checkExpression(body: Body, node: Expression, want?: Type): TypedExpression {
  const { span } = node;
  switch (node.kind) {
    case "integer":
      return checkInteger(body, node, want);
    case "float":
      if (Number.isFinite(node.value)) return { kind: "number", value: node.value, type: FLOAT, span };
      body.report(span, "this number is out of range for a `Float`");
      return body.poison(span);
    case "byte":
      return { kind: "number", value: node.value, type: BYTE, span };
    case "bool":
      return { kind: "bool", value: node.value, type: BOOL, span };
    case "text":
      return checkText(body, node);
    case "name":
      return checkName(body, node);
    case "call":
      return checkCall(body, node, want);
    case "callValue":
      return checkCallValue(body, node);
    case "lambda":
      return checkLambda(body, node, want);
    case "case":
      return checkCase(body, node, want);
    case "structLiteral":
      return checkStructLiteral(body, node);
    case "field":
      return checkField(body, node);
    case "method":
      return checkMethod(body, node);
    case "index":
      return checkIndex(body, node);
    case "slice":
      return checkSlice(body, node);
    case "arrayLiteral":
      return checkArrayLiteral(body, node, want);
    case "unary":
      return checkUnary(body, node, want);
    case "binary":
      return checkBinary(body, node, want);
    case "if":
      return checkIf(body, node, want);
    case "match":
      return checkMatch(body, node, want);
    case "unsafe":
      return body.unsafely(() => body.block(node.body, want));
    case "block":
      return body.block(node, want);
  }
}

function checkName(body: Body, node: ExpressionOf<"name">): TypedExpression {
  const { name, span } = node;
  const local = body.variables.read(name, span);
  if (local !== undefined) return { kind: "local", local, type: local.type, span };
  if (name === "this") {
    body.report(span, "`this` is the object of a method, and this is none", "make it a parameter");
    return body.poison(span);
  }
  const global = body.scope.globalNamed(name);
  if (global?.type === UNKNOWN) {
    if (global.isStatic) body.report(span, `the type of \`${name}\` needs itself`, "declare it");
    else {
      const hint = "globals get their values when the program starts, in the order of their declarations";
      body.report(span, `\`${name}\` has no value yet`, hint);
    }
    return body.poison(span);
  }
  if (global !== undefined) return { kind: "global", global, type: global.type, span };
  const symbol = body.scope.functions.get(name);
  if (symbol !== undefined) {
    requireSafe(body, symbol, span);
    return functionValue(symbol, span);
  }
  const port = portNamed(body, name);
  if (port !== undefined) return refusePort(body, port, span);
  const hint = BUILT_IN_FUNCTIONS.has(name)
    ? `\`${name}\` is built in, and no value: write \`fn(...) { ${name}(...) }\``
    : didYouMean(name, [
        ...body.variables.names(),
        ...body.scope.globals.keys(),
        ...body.scope.ports.keys(),
        ...body.scope.functions.keys(),
      ]);
  body.scope.reportUnknown(name, span, `there is no variable \`${name}\``, hint);
  return body.poison(span);
}

function checkField(body: Body, node: ExpressionOf<"field">): TypedExpression {
  const { span, name } = node;
  const object = body.infer(node.object);
  const { type } = object;
  if (isBottom(type)) return object;
  if (type.kind === "class" || type.kind === "struct") {
    const read = readOf(object, type, name.text, span);
    if (read !== undefined) return read;
    body.report(name.span, `\`${type.name}\` has no field \`${name.text}\``, fieldHint(body, type, name.text));
    return body.poison(span);
  }
  if (name.text === "length" && hasLength(type)) return { kind: "length", object, type: INT, span };
  let hint: string | undefined;
  if (methodNames(type).includes(name.text)) hint = `it is a method: write \`.${name.text}()\``;
  else if (optionalElement(type) !== null) hint = VALUE_HINT;
  else if (hasLength(type)) hint = didYouMean(name.text, ["length"]);
  else if (type.kind === "union") hint = "fields of a union's cases are read by `match`";
  body.report(name.span, `${describe(type)} has no field \`${name.text}\``, hint);
  return body.poison(span);
}

function fieldHint(body: Body, owner: StructType | ClassType, name: string): string | undefined {
  const names = owner.fields.map((field) => field.name);
  if (owner.kind === "struct")
    return didYouMean(name, names) ?? `it has ${names.map((text) => `\`${text}\``).join(", ")}`;
  const { methods } = body.scope.members(owner);
  if (methods.has(name)) return `it is a method: write \`.${name}(...)\``;
  return didYouMean(name, [...names, ...methods.keys()]);
}

function checkIndex(body: Body, node: ExpressionOf<"index">): TypedExpression {
  const { span } = node;
  const object = body.infer(node.object);
  const index = body.value(node.index, INT);
  const { type } = object;
  if (isBottom(type)) return object;
  if (type === TEXT) return { kind: "index", object, index, type: BYTE, span };
  if (type.kind === "array" || type.kind === "list") return { kind: "index", object, index, type: type.element, span };
  body.report(node.object.span, `${describe(type)} cannot be indexed`);
  return body.poison(span);
}

function checkSlice(body: Body, node: ExpressionOf<"slice">): TypedExpression {
  const { span } = node;
  const object = body.infer(node.object);
  const start = node.start === null ? null : body.value(node.start, INT);
  const end = node.end === null ? null : body.value(node.end, INT);
  const { type } = object;
  if (isBottom(type)) return object;
  if (type === TEXT || type.kind === "array") return { kind: "slice", object, start, end, type, span };
  if (type.kind === "list") {
    const hint = "only what no longer grows can be sliced: make it an array with `.finish()` first";
    body.report(span, `a list cannot be sliced, and this is ${describe(type)}`, hint);
  } else body.report(node.object.span, `${describe(type)} cannot be sliced`);
  return body.poison(span);
}

function checkIf(body: Body, node: IfNode, want?: Type): TypedExpression {
  const { span } = node;
  const condition = body.condition(node.condition);
  if (node.otherwise === null) {
    const then = body.block(node.then, want === UNIT ? UNIT : undefined);
    if (want === UNIT) return { kind: "if", condition, then, otherwise: null, type: UNIT, span };
    const wanted = want === undefined || isBottom(want) ? "" : `: expected \`${typeName(want)}\``;
    body.report(span, `an \`if\` without \`else\` has no value${wanted}`, "add `else { ... }`");
    return body.poison(span);
  }
  const then = body.block(node.then, want);
  const otherWant = want ?? (isBottom(then.type) ? undefined : then.type);
  const otherwise =
    node.otherwise.kind === "if" ? checkIf(body, node.otherwise, otherWant) : body.block(node.otherwise, otherWant);
  return { kind: "if", condition, then, otherwise, type: joinTypes(then.type, otherwise.type), span };
}
