/** What each kind of expression becomes. Choices (if, match, blocks) are built by body-builder.ts. */

import type { FieldValue, Intrinsic, TypedExpression } from "../check/typed.ts";
import { isFlat, isNullary, LONG } from "../check/types.ts";
import type { Atom, UnaryOperator } from "../ir/ir.ts";
import { buildArithmetic, buildComparison } from "./arithmetic.ts";
import { buildClosure, unknownCall } from "./closures.ts";
import { boolConstant, constantOf, type Held, intConstant, type Value, ZERO } from "./emitter.ts";
import { buildExternGet, buildExternPut } from "./extern-ports.ts";
import { buildExternCall } from "./externs.ts";
import { buildField, buildMember } from "./fields.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { buildFreeHandle } from "./handles.ts";
import { buildList } from "./lists.ts";
import { buildGet, buildIsSome, buildOr, someOf } from "./optionals.ts";
import { buildPointer } from "./pointers.ts";
import { buildPort } from "./ports.ts";
import { buildArray, buildArrayLiteral, buildCopy, buildIndex, buildLength, buildSlice } from "./sequences.ts";
import { buildConcat, buildFail, buildOutput, buildParse, literalText } from "./texts.ts";

type ExpressionOf<Kind extends TypedExpression["kind"]> = Extract<TypedExpression, { kind: Kind }>;

/** Builds the value of an expression that is no choice; `name` is for variables that hold the result. */
export function buildExpression(
  fn: FunctionBuilder,
  expression: Exclude<TypedExpression, { kind: "if" | "match" | "block" }>,
  name?: string,
): Value {
  switch (expression.kind) {
    case "number":
      if (typeof expression.value === "bigint") {
        return [{ kind: "constant", type: { kind: "long" }, value: expression.value }];
      }
      return [constantOf(fn.representation.of(expression.type)[0]!, expression.value)];
    case "bool":
      return [boolConstant(expression.value)];
    case "text":
      return [literalText(fn, expression.value, name)];
    case "concat":
      return buildConcat(fn, expression, name);
    case "local":
      return fn.locals.get(expression.local) ?? [];
    case "global":
      if (expression.global.isStatic) {
        return fn.program.staticFor(expression.global).map((source) => {
          const dst = fn.variable(source.type, name ?? source.name);
          fn.emit({ op: "static", dst, source });
          return dst;
        });
      }
      return fn.program.globalFor(expression.global).map((global) => {
        const dst = fn.variable(global.type, name ?? global.name);
        fn.emit({ op: "globalGet", dst, global });
        return dst;
      });
    case "call":
      if (expression.callee.extern !== undefined) {
        return buildExternCall(
          fn,
          expression.callee,
          fn.values(expression.args),
          fn.line(expression.span),
          name ?? "t",
        );
      }
      return fn.call(expression.callee, fn.values(expression.args).flat(), name ?? "t", fn.line(expression.span));
    case "closure":
      return [buildClosure(fn, expression, name)];
    case "callValue": {
      const { callee, args } = unknownCall(fn, expression);
      return fn.callFunction(callee, expression.type, args, name ?? "t", fn.line(expression.span));
    }
    case "builtin":
      return buildBuiltin(fn, expression, name);
    case "externPut":
      return [buildExternPut(fn, expression, name)];
    case "externGet":
      return [buildExternGet(fn, expression, name)];
    case "parseNumber":
      return buildParse(fn, expression, name);
    case "intrinsic":
      return [buildIntrinsic(fn, expression, name)];
    case "structLiteral":
      return buildStruct(fn, expression, name);
    case "newObject":
      return [buildObject(fn, expression, name)];
    case "member":
      return buildMember(fn, expression, name);
    case "case":
      return [buildCase(fn, expression, name)];
    case "field":
      return buildField(fn, expression, name);
    case "length":
      return [buildLength(fn, expression)];
    case "index":
      return buildIndex(fn, expression, name);
    case "slice":
      return buildSlice(fn, expression, name);
    case "arrayLiteral":
      return [buildArrayLiteral(fn, expression, name)];
    case "negate":
      return [buildNegation(fn, expression, name)];
    case "not":
      return [fn.unary("not", fn.atom(fn.value(expression.operand)), { kind: "bool" }, name ?? "c")];
    case "arithmetic": {
      const [left, right] = fn.values([expression.left, expression.right]);
      const { operator, type, span } = expression;
      return buildArithmetic(fn, operator, type, fn.atom(left!), fn.atom(right!), fn.line(span), name);
    }
    case "comparison":
      return [buildComparison(fn, expression, name)];
    case "logical":
      return buildLogical(fn, expression, name);
  }
}

function buildBuiltin(fn: FunctionBuilder, expression: ExpressionOf<"builtin">, name?: string): Value {
  const { args, span } = expression;
  switch (expression.builtin) {
    case "print":
    case "write":
      return buildOutput(fn, args[0]!, expression.builtin === "print");
    case "fail":
      return buildFail(fn, args[0]!, fn.line(span));
    case "array":
      return [buildArray(fn, expression, name)];
    case "sameBytes":
      return fn.value(args[0]!, name);
    case "uncheckedByte": {
      const [text, index] = fn.values(args);
      const dsts = fn.fresh(expression.type, name ?? "byte");
      fn.emit({ op: "sliceGet", dsts, slice: fn.reference(text!), index: fn.atom(index!) });
      return dsts;
    }
    case "toFixed": {
      const [number, decimals] = fn.values(args);
      const places = fn.atom(decimals!);
      if (places.kind === "variable" || places.value < 0) {
        const good = fn.compare("ge", places, ZERO);
        fn.require(good, () => fn.panic("negativeLength", fn.line(span), places));
      }
      return fn.callInternal("__floatToFixed", [fn.atom(number!), places], name);
    }
    case "port":
    case "portPut":
    case "portGet":
      return [buildPort(fn, expression, expression.builtin, name)];
    case "allocate":
    case "pointer":
    case "pointerResize":
    case "pointerFree":
    case "pointerLoad":
    case "pointerStore":
    case "pointerAt":
    case "pointerAddress":
      return buildPointer(fn, expression, expression.builtin, name);
    case "handleFree":
      buildFreeHandle(fn, args[0]!, fn.line(span));
      return [];
    case "optionalIsSome":
      return [buildIsSome(fn, args[0]!, name)];
    case "optionalGet":
      return buildGet(fn, args[0]!, fn.line(span), name);
    case "optionalOr":
      return buildOr(fn, args[0]!, args[1]!, name);
    case "arrayCopy":
      return [buildCopy(fn, expression, name)];
    case "listPush":
    case "listPop":
    case "listClear":
    case "listInsert":
    case "listRemove":
    case "listResize":
    case "listFinish":
    case "listAppend":
      return buildList(fn, expression, expression.builtin, name);
  }
}

const OPERATORS: Readonly<Record<Intrinsic, UnaryOperator>> = {
  intToLong: "intToLong",
  longToInt: "longToInt",
  intToFloat: "intToFloat",
  longToFloat: "longToFloat",
  floatToInt: "floatToInt",
  floatToLong: "floatToLong",
  intToByte: "intToByte",
  byteToInt: "byteToInt",
  floatBits: "floatBits",
  floatFromBits: "floatFromBits",
  floor: "floor",
  ceil: "ceil",
  sqrt: "sqrt",
  abs: "abs",
  clz: "clz",
  ctz: "ctz",
};

function buildIntrinsic(fn: FunctionBuilder, expression: ExpressionOf<"intrinsic">, name?: string): Atom {
  const { intrinsic, operand, type } = expression;
  const a = fn.atom(fn.value(operand));
  // The only conversions that programs apply to literals: a byte's code, and the bits of a known byte.
  if (a.kind === "constant" && typeof a.value === "number" && intrinsic === "byteToInt") return intConstant(a.value);
  if (a.kind === "constant" && typeof a.value === "number" && intrinsic === "intToByte") {
    return constantOf({ kind: "byte" }, a.value & 0xff);
  }
  return fn.unary(OPERATORS[intrinsic], a, fn.representation.of(type)[0]!, name);
}

function buildNegation(fn: FunctionBuilder, expression: ExpressionOf<"negate">, name?: string): Atom {
  const a = fn.atom(fn.value(expression.operand));
  if (a.kind === "constant" && expression.type !== LONG) return constantOf(a.type, -Number(a.value));
  return fn.unary("neg", a, fn.representation.of(expression.type)[0]!, name);
}

function buildLogical(fn: FunctionBuilder, expression: ExpressionOf<"logical">, name?: string): Value {
  const result = fn.results([{ kind: "bool" }], [name ?? "c"]);
  const isAnd = expression.operator === "&&";
  const evaluateRight = () => fn.assign(result, fn.value(expression.right));
  const decided = () => fn.assign(result, [boolConstant(!isAnd)]);
  fn.choose(expression.left, isAnd ? evaluateRight : decided, isAnd ? decided : evaluateRight);
  return result;
}

// Structs and cases

function buildStruct(fn: FunctionBuilder, expression: ExpressionOf<"structLiteral">, name?: string): Value {
  const { struct, fields, order, span } = expression;
  const values = holdOrdered(
    fields.map((field) => holdField(fn, field, fn.line(span))),
    order,
  ).get();
  if (isFlat(struct)) return values;
  const record = fn.representation.struct(struct);
  const dst = fn.variable({ kind: "record", record }, name ?? "struct");
  fn.emit({ op: "construct", dst, record, args: values, site: fn.site(span, struct.name) });
  return [dst];
}

/** Values held in the order of the source, as one in that of the declaration: `order[i]` is the place of the i-th. */
function holdOrdered(held: readonly Held[], order: readonly number[]): Held {
  const declared: Held[] = [];
  for (const [index, place] of order.entries()) declared[place] = held[index]!;
  return { get: () => declared.flatMap((one) => one.get()) };
}

function buildObject(fn: FunctionBuilder, expression: ExpressionOf<"newObject">, name?: string): Atom {
  const { class: type, span } = expression;
  const args = holdObject(fn, expression).get();
  const record = fn.representation.class(type);
  const dst = fn.variable({ kind: "record", record }, name ?? "object");
  fn.emit({ op: "construct", dst, record, args, site: fn.site(span, type.name) });
  return dst;
}

/** What an object is constructed of. What its parts are is evaluated in the place of their initialisers. */
function holdObject(fn: FunctionBuilder, { class: type, fields, order, span }: ExpressionOf<"newObject">): Held {
  const held = fields.map((field, index) => {
    const part = fn.representation.parts.get(type.fields[order[index]!]!);
    return part === undefined ? holdField(fn, field, fn.line(span)) : holdObject(fn, part);
  });
  return holdOrdered(held, order);
}

function buildCase(fn: FunctionBuilder, expression: ExpressionOf<"case">, name?: string): Atom {
  const { unionCase, fields, span } = expression;
  if (isNullary(unionCase.union)) return constantOf({ kind: "byte" }, unionCase.index);
  const union = fn.representation.union(unionCase.union);
  if (unionCase.union.optionalOf !== undefined && unionCase.fields.length > 0) {
    const values = fields.map((field) => holdField(fn, field, fn.line(span))).flatMap((one) => one.get());
    return someOf(fn, unionCase.union, values, fn.line(span), name);
  }
  const dst = fn.variable({ kind: "union", union }, name ?? "union");
  if (unionCase.fields.length === 0) {
    fn.emit({ op: "immediate", dst, union, caseIndex: unionCase.index });
    return dst;
  }
  const held = fields.map((field) => holdField(fn, field, fn.line(span)));
  const args = held.flatMap((one) => one.get());
  const record = fn.representation.caseRecord(unionCase);
  fn.emit({ op: "construct", dst, record, args, site: fn.site(span, unionCase.name) });
  return dst;
}

function holdField(fn: FunctionBuilder, field: FieldValue, line: number): Held {
  if (field.kind === "value") return fn.held(field.value);
  if (field.kind === "elements") {
    const held = field.elements.map((element) => fn.held(element));
    return { get: () => held.flatMap((one) => one.get()) };
  }
  const slice = fn.reference(fn.value(field.source));
  const length = intConstant(field.length);
  const fits = fn.compare("eq", fn.sliceLength(slice), length);
  fn.require(fits, () => fn.panic("sliceOutOfRange", line, ZERO, length));
  const { type } = field.source;
  const element = type.kind === "array" ? type.element : type;
  const atoms = Array.from({ length: field.length }, (_, index) => {
    const dsts = fn.fresh(element, "element");
    fn.emit({ op: "sliceGet", dsts, slice, index: intConstant(index) });
    return fn.atom(dsts);
  });
  return fn.hold(atoms);
}
