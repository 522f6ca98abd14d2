/** Calls of functions, and the making of cases and structs. */

import type { Span } from "../source.ts";
import type { Expression } from "../syntax/ast.ts";
import { checkArguments, checkCount } from "./arguments.ts";
import type { Body } from "./body.ts";
import { callOf } from "./lambdas.ts";
import { checkUnpackedLiteral } from "./literals.ts";
import { BUILT_IN_FUNCTIONS } from "./scope.ts";
import { didYouMean } from "./suggest.ts";
import type { FieldValue, FunctionSymbol, Intrinsic, TypedExpression } from "./typed.ts";
import { arrayOf, BYTE, type Field, FLOAT, INT, isBottom, LONG, NEVER, TEXT, type Type, UNIT } from "./types.ts";
import { describe } from "./words.ts";

type ExpressionOf<Kind extends Expression["kind"]> = Extract<Expression, { kind: Kind }>;

export function checkCall(body: Body, node: ExpressionOf<"call">, want?: Type): TypedExpression {
  const { name, args, span } = node;
  const { functions } = body.scope;
  const local = body.lookup(name.text);
  if (local?.type.kind === "function") {
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
  }
  const callee = functions.get(name.text);
  if (callee !== undefined) {
    const typed = checkArguments(
      body,
      name.text,
      callee.parameters.map((parameter) => parameter.type),
      args,
      span,
    );
    return { kind: "call", callee, args: typed, type: callee.result, span };
  }
  const internal = body.scope.isPrelude ? checkInternal(body, node) : null;
  if (internal !== null) return internal;
  for (const arg of args) body.infer(arg);
  if (local !== undefined) {
    if (!isBottom(local.type)) body.report(name.span, `\`${name.text}\` is ${describe(local.type)}, not a function`);
  } else {
    const hint = didYouMean(name.text, [...functions.keys(), ...BUILT_IN_FUNCTIONS]);
    body.report(name.span, `there is no function \`${name.text}\``, hint);
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

export function checkCase(body: Body, node: ExpressionOf<"case">): TypedExpression {
  const { name, args, span } = node;
  const unionCase = body.scope.cases.get(name.text);
  if (unionCase === undefined) {
    for (const arg of args ?? []) body.infer(arg);
    const type = body.scope.types.get(name.text);
    let hint = didYouMean(name.text, body.scope.cases.keys());
    if (type?.kind === "struct") hint = `a struct is made by \`${name.text} { field: value, ... }\``;
    else if (type?.kind === "union") hint = `\`${name.text}\` is a union; name one of its cases`;
    body.report(name.span, `there is no case \`${name.text}\``, hint);
    return body.poison(span);
  }
  const { fields } = unionCase;
  const given = args?.length ?? 0;
  if (given !== fields.length || (args !== null && fields.length === 0)) {
    const usage = `\`${name.text}(${fields.map((field) => field.name).join(", ")})\``;
    if (fields.length === 0) body.report(span, `the case \`${name.text}\` has no fields`, `write \`${name.text}\``);
    else checkCount(body, name.text, fields.length, given, span, `write ${usage}`);
  }
  const values = (args ?? []).flatMap((arg, index) => {
    const field = fields[index];
    if (field !== undefined) return [checkFieldValue(body, arg, field)];
    body.infer(arg);
    return [];
  });
  return { kind: "case", unionCase, fields: values, type: unionCase.union, span };
}

export function checkStructLiteral(body: Body, node: ExpressionOf<"structLiteral">): TypedExpression {
  const { name, span } = node;
  const struct = body.scope.types.get(name.text);
  if (struct?.kind !== "struct") {
    for (const { value } of node.fields) body.infer(value);
    const structs = [...body.scope.types.values()].flatMap((type) => (type.kind === "struct" ? [type.name] : []));
    body.report(name.span, `there is no struct \`${name.text}\``, didYouMean(name.text, structs));
    return body.poison(span);
  }
  const order: number[] = [];
  const fields: FieldValue[] = [];
  for (const { name: fieldName, value } of node.fields) {
    const index = struct.fields.findIndex((field) => field.name === fieldName.text);
    if (index < 0 || order.includes(index)) {
      body.infer(value);
      if (index >= 0) body.report(fieldName.span, `the field \`${fieldName.text}\` is given twice`);
      else {
        const names = struct.fields.map((field) => field.name);
        const hint = didYouMean(fieldName.text, names);
        body.report(fieldName.span, `\`${struct.name}\` has no field \`${fieldName.text}\``, hint);
      }
      continue;
    }
    order.push(index);
    fields.push(checkFieldValue(body, value, struct.fields[index]!));
  }
  const missing = struct.fields.filter((_, index) => !order.includes(index)).map((field) => `\`${field.name}\``);
  if (missing.length > 0) {
    const noun = missing.length === 1 ? "the field" : "the fields";
    body.report(name.span, `\`${struct.name}\` needs ${noun} ${missing.join(", ")}`);
  }
  return { kind: "structLiteral", struct, fields, order, type: struct, span };
}

function checkFieldValue(body: Body, node: Expression, field: Field): FieldValue {
  const { type, unpackedLength: length } = field;
  if (length === null) return { kind: "value", value: body.value(node, type) };
  if (node.kind === "arrayLiteral") {
    return { kind: "elements", elements: checkUnpackedLiteral(body, node, type, length) };
  }
  return { kind: "copy", source: body.value(node, arrayOf(type)), length };
}
