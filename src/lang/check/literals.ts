/** Literals: numbers that follow the type their context wants, texts with interpolation, arrays. */

import type { Span } from "../source.ts";
import type { IntegerNode } from "../syntax/ast.ts";
import type { Body, ExpressionOf } from "./body.ts";
import type { TypedExpression } from "./typed.ts";
import {
  arrayOf,
  BOOL,
  BYTE,
  ERROR,
  FLOAT,
  INT,
  isBottom,
  LONG,
  listOf,
  optionalElement,
  TEXT,
  type Type,
  typeName,
} from "./types.ts";
import { describe, VALUE_HINT } from "./words.ts";

/** A whole number: it is of the wanted type when that is a number, otherwise an Int. */
export function checkInteger(body: Body, node: IntegerNode, want?: Type, sign = 1n): TypedExpression {
  const { span } = node;
  const value = sign * BigInt(node.digits);
  const type = node.long ? LONG : want === LONG || want === BYTE || want === FLOAT ? want : INT;
  if (type === FLOAT) return { kind: "number", value: Number(value), type, span };
  const exact = integerValue(value, type, node.hex && sign > 0n);
  if (exact !== null) return { kind: "number", value: type === LONG ? exact : Number(exact), type, span };
  const hint = type === INT && integerValue(value, LONG, node.hex) !== null ? `as a Long: \`${value}L\`` : undefined;
  body.report(span, `${value} is out of range for ${describe(type)}`, hint);
  return body.poison(span);
}

/** The value, if it fits; a hexadecimal literal may also spell the bits of a negative number. */
export function integerValue(value: bigint, type: Type, bits: boolean): bigint | null {
  if (type === BYTE) return value >= 0n && value < 256n ? value : null;
  const width = type === LONG ? 64 : 32;
  if (BigInt.asIntN(width, value) === value) return value;
  return bits && BigInt.asUintN(width, value) === value ? BigInt.asIntN(width, value) : null;
}

/** Types whose values may stand in a text's `{...}`. */
const WRITABLE: readonly Type[] = [TEXT, INT, LONG, BYTE, FLOAT, BOOL];

export function checkText(body: Body, node: ExpressionOf<"text">): TypedExpression {
  const parts = node.parts.map((part): TypedExpression => {
    if (typeof part === "string") return { kind: "text", value: part, type: TEXT, span: node.span };
    const typed = body.infer(part);
    if (isBottom(typed.type) || WRITABLE.includes(typed.type)) return typed;
    body.report(part.span, `${describe(typed.type)} cannot be written into a text`, writeHint(typed.type));
    return body.poison(part.span);
  });
  return concatenate(parts, node.span);
}

function writeHint(type: Type): string | undefined {
  if (type.kind === "array" && type.element === BYTE) return "convert it with `.toText()`";
  if (type.kind === "list" && type.element === BYTE) return "convert it with `.finish().toText()`";
  if (type.kind === "function") return "call it: `(...)`";
  if (optionalElement(type) !== null) return VALUE_HINT;
  return type.kind === "union" ? "use `match`" : undefined;
}

/** A text made of parts, flattened so that a whole chain of `+` and `{...}` is built in one go. */
export function concatenate(parts: readonly TypedExpression[], span: Span): TypedExpression {
  const flat: TypedExpression[] = [];
  for (const part of parts) {
    for (const piece of part.kind === "concat" ? part.parts : [part]) {
      const last = flat.at(-1);
      if (piece.kind === "text" && piece.value === "") continue;
      if (piece.kind === "text" && last?.kind === "text") {
        flat[flat.length - 1] = { ...last, value: last.value + piece.value };
      } else flat.push(piece);
    }
  }
  if (flat.length === 0) return { kind: "text", value: "", type: TEXT, span };
  if (flat.length === 1 && flat[0]!.type === TEXT) return flat[0]!;
  return { kind: "concat", parts: flat, type: TEXT, span };
}

/** `[a, b]`: a list where one is wanted, otherwise an array. */
export function checkArrayLiteral(body: Body, node: ExpressionOf<"arrayLiteral">, want?: Type): TypedExpression {
  const { span } = node;
  const isList = want?.kind === "list";
  let element: Type | undefined = want?.kind === "array" || want?.kind === "list" ? want.element : undefined;
  const elements = node.elements.map((elementNode) => {
    if (element !== undefined && !isBottom(element)) return body.value(elementNode, element);
    const typed = body.infer(elementNode);
    element = typed.type;
    return typed;
  });
  if (element === undefined) {
    const hint = "say it: `let x: List[Int] = []`";
    if (want !== ERROR) body.report(span, "the type of the elements of this `[]` is not known", hint);
    return body.poison(span);
  }
  if (isBottom(element)) return body.poison(span);
  return { kind: "arrayLiteral", elements, type: isList ? listOf(element) : arrayOf(element), span };
}

/** The elements of a literal for an array unpacked in its owner. */
export function checkUnpackedLiteral(
  body: Body,
  node: ExpressionOf<"arrayLiteral">,
  element: Type,
  length: number,
): TypedExpression[] {
  if (node.elements.length !== length) {
    const type = `[${typeName(element)}; ${length}]`;
    body.report(node.span, `expected ${length} elements for \`${type}\`, but there are ${node.elements.length}`);
  }
  return node.elements.map((elementNode) => body.value(elementNode, element));
}
