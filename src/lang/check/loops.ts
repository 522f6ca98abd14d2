/** Loops: `while`, and `for` over a range or over elements. */

import type { Expression } from "../syntax/ast.ts";
import type { Body, CheckedStatement, StatementOf } from "./body.ts";
import type { Local, TypedExpression } from "./typed.ts";
import { ERROR, INT, isBottom, isInteger, LONG, TEXT, type Type } from "./types.ts";
import { conversionHint, describe } from "./words.ts";

/** Checks a `for` loop, over a range or over the elements of an array or list. */
export function checkFor(body: Body, node: StatementOf<"for">): CheckedStatement {
  return node.end === null ? checkForEach(body, node) : checkForRange(body, node, node.end);
}

/** Checks a `while` loop. */
export function checkWhile(body: Body, node: StatementOf<"while">): CheckedStatement {
  const condition = body.condition(node.condition);
  const { body: inner, isBroken } = body.loop(node.body, []);
  const endless = condition.kind === "bool" && condition.value && !isBroken;
  return { statement: { kind: "while", condition, body: inner }, diverges: endless && condition.type !== ERROR };
}

function checkForRange(body: Body, node: StatementOf<"for">, endNode: Expression): CheckedStatement {
  const [start, end] = rangeEnds(body, node.subject, endNode);
  const local: Local = { name: node.name.text, type: start.type, span: node.name.span, assigned: false };
  const { body: inner } = body.loop(node.body, [local]);
  return { statement: { kind: "forRange", local, start, end, body: inner }, diverges: false };
}

function rangeEnds(body: Body, startNode: Expression, endNode: Expression): [TypedExpression, TypedExpression] {
  if (startNode.kind === "integer" && !startNode.long) {
    const end = body.infer(endNode);
    if (isInteger(end.type)) return [body.value(startNode, end.type), end];
    refuseRange(body, end);
    return [body.poison(startNode.span), end];
  }
  const start = body.infer(startNode);
  refuseRange(body, start);
  return [start, body.value(endNode, isInteger(start.type) ? start.type : ERROR)];
}

function refuseRange(body: Body, end: TypedExpression): void {
  if (isInteger(end.type) || isBottom(end.type)) return;
  const hint = conversionHint(end.type, INT);
  body.report(end.span, `a range goes over ${INT.name} or ${LONG.name}, but this is ${describe(end.type)}`, hint);
}

function checkForEach(body: Body, node: StatementOf<"for">): CheckedStatement {
  const subject = body.infer(node.subject);
  const { type } = subject;
  let element: Type = ERROR;
  if (type.kind === "array" || type.kind === "list") element = type.element;
  else if (type === TEXT) {
    body.report(node.subject.span, "a text is not a sequence of elements", "go over its bytes: `.bytes()`");
  } else if (!isBottom(type)) {
    const hint = type === INT ? "to count, write `0..n`" : undefined;
    body.report(node.subject.span, `\`for\` goes over arrays and lists, but this is ${describe(type)}`, hint);
  }
  const local: Local = { name: node.name.text, type: element, span: node.name.span, assigned: false };
  const { body: inner } = body.loop(node.body, [local]);
  return { statement: { kind: "forEach", local, subject, body: inner }, diverges: false };
}
