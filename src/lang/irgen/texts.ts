/** Texts: literals, concatenation, output, and numbers read from texts. */

import type { TypedExpression } from "../check/typed.ts";
import { BOOL, BYTE, FLOAT, INT, LONG, TEXT, type Type } from "../check/types.ts";
import type { Atom, Variable } from "../ir/ir.ts";
import { TEXT_TYPE } from "../ir/ir.ts";
import { type Emitter, intConstant, type Value, ZERO } from "./emitter.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { appendBytes } from "./lists.ts";
import { arrayAsSlice, listLength, listStorage, newArray, newList } from "./sequences.ts";

type ExpressionOf<Kind extends TypedExpression["kind"]> = Extract<TypedExpression, { kind: Kind }>;

/** Room reserved for each part of an interpolation whose length is not known. */
const PART_BYTES = 16;
const UTF8 = new TextEncoder();

/** A text of the source, in static memory. */
export function literalText(fn: Emitter, text: string, name = "text"): Variable {
  const dst = fn.variable(TEXT_TYPE, name);
  if (text === "") fn.emit({ op: "sliceEmpty", dst });
  else fn.emit({ op: "literal", dst, bytes: UTF8.encode(text) });
  return dst;
}

// Concatenation

/** The functions of the prelude that append a value to a list of bytes. */
const APPENDERS: ReadonlyMap<Type, string> = new Map([
  [INT, "__appendInt"],
  [LONG, "__appendLong"],
  [BYTE, "__appendByte"],
  [FLOAT, "__appendFloat"],
  [BOOL, "__appendBool"],
]);

export function buildConcat(fn: FunctionBuilder, expression: ExpressionOf<"concat">, name?: string): Value {
  const { parts, span } = expression;
  if (parts.length === 1) return convert(fn, parts[0]!, name);
  if (parts.every((part) => part.type === TEXT)) {
    const texts = fn.values(parts).map((value) => fn.reference(value));
    return [concatTexts(fn, texts, fn.line(span), name)];
  }
  const known = parts.reduce(
    (sum, part) => sum + (part.kind === "text" ? UTF8.encode(part.value).length : PART_BYTES),
    0,
  );
  const storage = newArray(fn, BYTE, intConstant(known), fn.line(span), "List[Byte] storage");
  const builder = newList(fn, BYTE, storage, ZERO, fn.line(span), "builder");
  for (const part of parts) {
    const value = fn.value(part);
    if (part.type === TEXT) appendBytes(fn, builder, fn.atom(value), fn.line(span));
    else fn.callInternal(APPENDERS.get(part.type)!, [builder, fn.atom(value)]);
  }
  return [arrayAsSlice(fn, BYTE, listStorage(fn, builder), listLength(fn, builder), name ?? "text")];
}

/** `"{x}"` alone. */
function convert(fn: FunctionBuilder, part: TypedExpression, name?: string): Value {
  const converters = new Map<Type, string>([
    [INT, "__intToText"],
    [LONG, "__longToText"],
    [BYTE, "__byteToText"],
    [FLOAT, "__floatToText"],
    [BOOL, "__boolToText"],
  ]);
  return fn.callInternal(converters.get(part.type)!, fn.value(part), name);
}

/** Texts put together in an array of exactly the right length. */
export function concatTexts(fn: Emitter, texts: readonly Variable[], line: number, name = "text"): Variable {
  const lengths = texts.map((text) => fn.sliceLength(text));
  let total: Atom = ZERO;
  for (const length of lengths) {
    total = total === ZERO ? length : fn.binary("add", total, length, "total");
    // Each length is at most the largest Int, so that one overflow makes the sum negative, at once visible.
    if (total !== length) fn.if(fn.compare("lt", total, ZERO), () => fn.panic("outOfMemory", line));
  }
  const array = newArray(fn, BYTE, total, line, "Text");
  let at: Atom = ZERO;
  for (const [index, source] of texts.entries()) {
    const count = lengths[index]!;
    fn.emit({ op: "arrayFill", array, at, source, from: ZERO, count });
    if (index < texts.length - 1) at = at === ZERO ? count : fn.binary("add", at, count, "at");
  }
  return arrayAsSlice(fn, BYTE, array, total, name);
}

// Output

export function buildOutput(fn: FunctionBuilder, text: TypedExpression, newline: boolean): Value {
  const bytes = fn.reference(fn.value(text));
  fn.emit({ op: "write", stream: 1, bytes });
  if (newline) fn.emit({ op: "write", stream: 1, bytes: literalText(fn, "\n", "newline") });
  return [];
}

export function buildFail(fn: FunctionBuilder, text: TypedExpression, line: number): Value {
  complain(fn, fn.reference(fn.value(text)), line);
  return [];
}

function complain(fn: Emitter, bytes: Variable, line: number): void {
  fn.emit({ op: "write", stream: 2, bytes });
  fn.emit({ op: "write", stream: 2, bytes: literalText(fn, "\n", "newline") });
  fn.panic("failed", line);
}

/** A number read from a text; the program fails, here and not in the prelude, if there is none. */
export function buildParse(fn: FunctionBuilder, expression: ExpressionOf<"parseNumber">, name?: string): Value {
  const { operand, parser, complaint, span } = expression;
  const text = fn.frozen(fn.value(operand));
  const [ok, value] = fn.call(parser, text, name ?? "number");
  fn.require(ok ?? ZERO, () => complain(fn, fn.reference(fn.call(complaint, text, "message")), fn.line(span)));
  return value === undefined ? [] : [value];
}
