/** Operators: which types have them, and what the two sides must agree on. */

import type { Span } from "../source.ts";
import type { BinaryOperatorText, Expression } from "../syntax/ast.ts";
import type { Body, ExpressionOf } from "./body.ts";
import { checkInteger, concatenate } from "./literals.ts";
import { isNone, isNoneLiteral, isSome, some } from "./optionals.ts";
import type { ArithmeticOperator, ComparisonOperator, TypedExpression } from "./typed.ts";
import {
  BOOL,
  BYTE,
  FLOAT,
  INT,
  isBottom,
  isComparable,
  isInteger,
  isOrdered,
  LONG,
  optionalElement,
  TEXT,
  type Type,
  UNIT,
} from "./types.ts";
import { conversionHint, describe, VALUE_HINT } from "./words.ts";

export function checkUnary(body: Body, node: ExpressionOf<"unary">, want?: Type): TypedExpression {
  const { span, operator } = node;
  if (operator === "!") return { kind: "not", operand: body.value(node.operand, BOOL), type: BOOL, span };
  // The sign is part of the literal, so that the smallest Int can be written.
  if (node.operand.kind === "integer") return { ...checkInteger(body, node.operand, want, -1n), span };
  const operand = body.infer(node.operand, want);
  const { type } = operand;
  if (isBottom(type)) return operand;
  if (type === INT || type === LONG || type === FLOAT) return { kind: "negate", operand, type, span };
  body.report(span, `\`-\` is not defined for ${describe(type)}`, numberHint(type));
  return body.poison(span);
}

export function checkBinary(body: Body, node: ExpressionOf<"binary">, want?: Type): TypedExpression {
  const { operator, span } = node;
  if (operator === "||" || operator === "&&") {
    const left = body.value(node.left, BOOL);
    const right = body.value(node.right, BOOL);
    return { kind: "logical", operator, left, right, type: BOOL, span };
  }
  const compares = isComparison(operator);
  if ((operator === "==" || operator === "!=") && isNoneLiteral(node.right)) {
    const left = body.infer(node.left);
    if (isBottom(left.type)) return left;
    if (optionalElement(left.type) !== null) {
      return operator === "!=" ? isSome(left, span) : isNone(left, span);
    }
    // Reports that the `None` belongs to no type.
    return body.infer(node.right, left.type);
  }
  const [first, second] = checkOperands(body, node, compares || want === UNIT ? undefined : want);
  const [left, right] = compares ? alike(first, second) : [first, second];
  if (isBottom(left.type)) return left;
  if (isBottom(right.type)) return right;
  if (left.type !== right.type) {
    const types = `${describe(left.type)} and ${describe(right.type)}`;
    const hint = wideningHint(left.type, right.type);
    body.report(node.operatorSpan, `the two sides of \`${operator}\` differ: ${types}`, hint);
    return body.poison(span);
  }
  if (compares) return checkComparison(body, operator, left, right, node.operatorSpan, span);
  return checkArithmetic(body, operator, left, right, span, node.operatorSpan);
}

/** Both sides; a side made of literals alone takes the type of the other one. */
function checkOperands(body: Body, node: ExpressionOf<"binary">, want?: Type): [TypedExpression, TypedExpression] {
  if (isLiteral(node.left) && !isLiteral(node.right)) {
    const right = body.infer(node.right, want);
    return [body.infer(node.left, right.type), right];
  }
  const left = body.infer(node.left, want);
  return [left, body.infer(node.right, left.type)];
}

/** A value and an optional one of its type, both as optional ones. */
function alike(left: TypedExpression, right: TypedExpression): [TypedExpression, TypedExpression] {
  if (optionalElement(left.type) === right.type) return [left, some(right)];
  return optionalElement(right.type) === left.type ? [some(left), right] : [left, right];
}

/** Numbers by range; converting to a later type keeps the value as well as can be. */
const BY_WIDTH: readonly Type[] = [BYTE, INT, LONG, FLOAT, TEXT];

function wideningHint(left: Type, right: Type): string | undefined {
  if (optionalElement(left) !== null || optionalElement(right) !== null) return VALUE_HINT;
  const leftIsWider = BY_WIDTH.indexOf(left) > BY_WIDTH.indexOf(right);
  const hint = leftIsWider ? conversionHint(right, left) : conversionHint(left, right);
  return hint?.replace("convert it", `convert the ${leftIsWider ? "right" : "left"} side`);
}

function isLiteral(node: Expression): boolean {
  if (node.kind === "integer") return true;
  if (node.kind === "unary") return isLiteral(node.operand);
  return node.kind === "binary" && isLiteral(node.right) && isLiteral(node.left);
}

function isComparison(operator: BinaryOperatorText): operator is ComparisonOperator {
  return ["==", "!=", "<", "<=", ">", ">="].includes(operator);
}

function checkComparison(
  body: Body,
  operator: ComparisonOperator,
  left: TypedExpression,
  right: TypedExpression,
  operatorSpan: Span,
  span: Span,
): TypedExpression {
  const { type } = left;
  const equality = operator === "==" || operator === "!=";
  if (equality ? isComparable(type) : isOrdered(type)) {
    return { kind: "comparison", operator, left, right, type: BOOL, span };
  }
  const hints: Partial<Record<Type["kind"], string>> = {
    struct: "compare their fields",
    union: optionalElement(type) === null ? "use `match`" : "use `match`, or compare with `None`",
    array: "compare their elements",
    list: "compare their elements",
  };
  body.report(operatorSpan, `\`${operator}\` is not defined for ${describe(type)}`, hints[type.kind]);
  return body.poison(span);
}

const OPERAND_TYPES: Readonly<Record<ArithmeticOperator, (type: Type) => boolean>> = {
  "+": (type) => isInteger(type) || type === FLOAT || type === TEXT,
  "-": (type) => isInteger(type) || type === FLOAT,
  "*": (type) => isInteger(type) || type === FLOAT,
  "/": (type) => isInteger(type) || type === FLOAT,
  "%": isInteger,
  "&": isInteger,
  "|": isInteger,
  "^": isInteger,
  "<<": isInteger,
  ">>": isInteger,
  ">>>": isInteger,
};

/** Arithmetic on two checked operands of the same type. */
export function checkArithmetic(
  body: Body,
  operator: BinaryOperatorText,
  left: TypedExpression,
  right: TypedExpression,
  span: Span,
  operatorSpan = span,
): TypedExpression {
  const { type } = left;
  if (isBottom(type)) return left;
  if (isBottom(right.type)) return right;
  const arithmetic = operator as ArithmeticOperator;
  if (!OPERAND_TYPES[arithmetic](type)) {
    const logical = type === BOOL && (operator === "&" || operator === "|");
    const hint = logical ? `for truth values, write \`${operator}${operator}\`` : numberHint(type);
    body.report(operatorSpan, `\`${operator}\` is not defined for ${describe(type)}`, hint);
    return body.poison(span);
  }
  if (type === TEXT) return concatenate([left, right], span);
  return { kind: "arithmetic", operator: arithmetic, left, right, type, span };
}

function numberHint(type: Type): string | undefined {
  return type === BYTE ? "compute with Int: convert with `.toInt()`" : undefined;
}
