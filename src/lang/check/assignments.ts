/** Assignments: to variables, globals, fields of objects and elements. */

import type { Span } from "../source.ts";
import type { Body, CheckedStatement, ExpressionOf, StatementOf } from "./body.ts";
import { portNamed, refusePort } from "./extern-ports.ts";
import { checkArithmetic } from "./operators.ts";
import { didYouMean } from "./suggest.ts";
import type { GlobalSymbol, TypedExpression, TypedStatement } from "./typed.ts";
import { ERROR, INT, isBottom, NEVER, TEXT, type Type } from "./types.ts";
import { CONST_HINT, describe } from "./words.ts";

/** Checks `target = value`, or with an operator, by the kind of its target. */
export function checkAssign(body: Body, node: StatementOf<"assign">): CheckedStatement {
  const { target } = node;
  if (target.kind === "name") return assignVariable(body, node, target);
  if (target.kind === "index") return assignElement(body, node, target);
  if (target.kind === "field") return assignField(body, node, target);
  let message = "this cannot be assigned to";
  let hint: string | undefined = "assign to a variable, to an element `a[i]`, or to a field of an object";
  if (target.kind === "slice") {
    message = "a slice cannot be assigned to";
    hint = "assign to its elements one by one";
  }
  body.report(target.span, message, hint);
  const value = body.infer(node.value);
  return { statement: { kind: "expression", value }, diverges: false };
}

function assignVariable(body: Body, node: StatementOf<"assign">, target: ExpressionOf<"name">): CheckedStatement {
  if (target.name === "this") {
    body.report(target.span, "`this` is the object of the method, and stays it");
    return { statement: { kind: "expression", value: body.infer(node.value) }, diverges: false };
  }
  const local = body.variables.lookup(target.name);
  const global = local === undefined ? body.scope.globals.get(target.name) : undefined;
  if (global !== undefined) return assignGlobal(body, node, global, target.span);
  const port = portNamed(body, target.name);
  if (port !== undefined) {
    refusePort(body, port, target.span);
    return { statement: { kind: "expression", value: body.infer(node.value) }, diverges: false };
  }
  if (local === undefined) {
    const hint = didYouMean(target.name, body.variables.names()) ?? `declare it with \`let ${target.name} = ...\``;
    body.scope.reportUnknown(target.name, target.span, `there is no variable \`${target.name}\` to assign to`, hint);
    return { statement: { kind: "expression", value: body.infer(node.value) }, diverges: false };
  }
  if (body.variables.own(target.name) === undefined) {
    const message = `\`${target.name}\` belongs to the function around this one, and cannot be assigned to here`;
    body.report(target.span, message, "keep what changes in an object, a list or a global");
    return { statement: { kind: "expression", value: body.infer(node.value) }, diverges: false };
  }
  local.assigned = true;
  const { span, type } = { span: target.span, type: local.type };
  let value: TypedExpression;
  if (node.operator === null) value = body.value(node.value, type);
  else {
    const right = body.value(node.value, type);
    value = checkArithmetic(body, node.operator, { kind: "local", local, type, span }, right, node.span);
  }
  return { statement: { kind: "assign", local, value }, diverges: value.type === NEVER };
}

function assignGlobal(body: Body, node: StatementOf<"assign">, global: GlobalSymbol, span: Span): CheckedStatement {
  const { type } = global;
  if (global.isStatic) {
    body.report(span, `\`${global.name}\` is static, and never changes`, "make it a `global`");
    return { statement: { kind: "expression", value: body.infer(node.value, type) }, diverges: false };
  }
  let value = body.value(node.value, type);
  if (node.operator !== null) {
    value = checkArithmetic(body, node.operator, { kind: "global", global, type, span }, value, node.span);
  }
  return { statement: { kind: "setGlobal", global, value }, diverges: value.type === NEVER };
}

function assignField(body: Body, node: StatementOf<"assign">, target: ExpressionOf<"field">): CheckedStatement {
  const place = body.infer(target);
  const diverges = false;
  if (place.kind !== "member" || place.field.unpackedLength !== null) {
    if (place.kind === "member") {
      body.report(target.span, "an array unpacked in its owner cannot be assigned to", "assign to its elements");
    } else if (!isBottom(place.type)) {
      const message = "fields cannot be assigned to: structs are immutable";
      body.report(target.span, message, "make a new struct, or a class of what changes");
    }
    return { statement: { kind: "expression", value: body.infer(node.value) }, diverges };
  }
  const { object, class: owner, field, type, span } = place;
  const value = body.value(node.value, type);
  let operator: Extract<TypedStatement, { kind: "setMember" }>["operator"] = null;
  if (node.operator !== null) {
    const combined = checkArithmetic(body, node.operator, place, value, node.span);
    if (combined.kind === "arithmetic") operator = combined.operator;
    else if (combined.kind === "concat") operator = "+";
  }
  return { statement: { kind: "setMember", object, class: owner, field, operator, value, span }, diverges };
}

function assignElement(body: Body, node: StatementOf<"assign">, target: ExpressionOf<"index">): CheckedStatement {
  const object = body.infer(target.object);
  const index = body.value(target.index, INT);
  const { type } = object;
  let element: Type = ERROR;
  if (type.kind === "array" && type.constant) {
    body.report(target.span, `the elements of ${describe(type)} cannot be assigned`, CONST_HINT);
  } else if (type.kind === "array" || type.kind === "list") element = type.element;
  else if (type === TEXT) {
    const hint = 'build a new one in a `List[Byte]`, or with `"...{x}..."`';
    body.report(target.span, "the bytes of a text cannot be assigned to", hint);
  } else if (!isBottom(type)) body.report(target.object.span, `${describe(type)} cannot be indexed`);
  const value = body.value(node.value, element);
  let operator: Extract<TypedStatement, { kind: "setIndex" }>["operator"] = null;
  if (node.operator !== null) {
    const old: TypedExpression = { kind: "index", object, index, type: element, span: target.span };
    const combined = checkArithmetic(body, node.operator, old, value, node.span);
    // Only the operator is kept: object and index must be evaluated once.
    if (combined.kind === "arithmetic") operator = combined.operator;
    else if (combined.kind === "concat") operator = "+";
  }
  return { statement: { kind: "setIndex", object, index, operator, value, span: node.span }, diverges: false };
}
