/**
 * Optional values: `T?` is a union of `None` and `Some(value)`, whose names stand for those of whatever optional is
 * wanted. Where a `T?` is wanted, a T will do.
 */

import type { Expression } from "../syntax/ast.ts";
import type { Body, ExpressionOf } from "./body.ts";
import type { TypedExpression } from "./typed.ts";
import { BOOL, isBottom, optionalElement, optionalOf, type Type, type UnionType } from "./types.ts";

export function isOptionalCase(name: string): boolean {
  return name === "None" || name === "Some";
}

/** `None`, or `Some(value)`. */
export function checkOptional(body: Body, node: ExpressionOf<"case">, want?: Type): TypedExpression {
  const { name, args, span } = node;
  const element = want === undefined ? null : optionalElement(want);
  if (name.text === "None") {
    for (const arg of args ?? []) body.infer(arg);
    if (args !== null) body.report(span, "`None` has no value", "write `None`");
    if (element !== null) return none(want as UnionType, span);
    if (want === undefined || !isBottom(want)) {
      body.report(
        span,
        "the type of this `None` does not follow from here",
        "declare it: `let x: Int? = None`, for example",
      );
    }
    return body.poison(span);
  }
  const [arg] = args ?? [];
  if (arg === undefined || args?.length !== 1) {
    for (const each of args ?? []) body.infer(each);
    body.report(span, "`Some` takes one value", "write `Some(value)`");
    return body.poison(span);
  }
  const value = element === null ? body.infer(arg) : body.value(arg, element);
  return isBottom(value.type) ? body.poison(span) : some(value);
}

function none(type: UnionType, span: TypedExpression["span"]): TypedExpression {
  return { kind: "case", unionCase: type.cases[0]!, fields: [], type, span };
}

/** A value as an optional one. */
export function some(value: TypedExpression): TypedExpression {
  const type = optionalOf(value.type);
  const { span } = value;
  return { kind: "case", unionCase: type.cases[1]!, fields: [{ kind: "value", value }], type, span };
}

/** Whether an optional value is `Some`. */
export function isSome(value: TypedExpression, span: TypedExpression["span"]): TypedExpression {
  return { kind: "builtin", builtin: "optionalIsSome", args: [value], type: BOOL, span };
}

/** Whether an optional value is `None`. */
export function isNone(value: TypedExpression, span: TypedExpression["span"]): TypedExpression {
  return { kind: "not", operand: isSome(value, span), type: BOOL, span };
}

/** True for `None` where it stands alone. */
export function isNoneLiteral(node: Expression): boolean {
  return node.kind === "case" && node.name.text === "None" && node.args === null;
}
