/** Operators of the IR in wasm instructions. Bytes and truth values are i32 here. */

import type binaryen from "binaryen";
import type { BinaryOperator, IrType, UnaryOperator } from "../ir/ir.ts";
import { InternalCompilerError } from "../options.ts";
import type { ExpressionRef } from "./wasm.ts";

type Binary = (left: ExpressionRef, right: ExpressionRef) => ExpressionRef;

/** `left operator right`; `type` is the type of both. */
export function emitBinary(
  module: binaryen.Module,
  operator: BinaryOperator,
  type: IrType,
  left: ExpressionRef,
  right: ExpressionRef,
): ExpressionRef {
  const operators =
    type.kind === "float" ? floatOperators(module) : integerOperators(type.kind === "long" ? module.i64 : module.i32);
  const emit = operators[operator];
  if (emit === undefined) throw new InternalCompilerError(`no operator ${operator} on ${type.kind}`);
  return emit(left, right);
}

function integerOperators(
  op: binaryen.Module["i32"] | binaryen.Module["i64"],
): Partial<Record<BinaryOperator, Binary>> {
  return {
    add: op.add,
    sub: op.sub,
    mul: op.mul,
    div: op.div_s,
    rem: op.rem_s,
    and: op.and,
    or: op.or,
    xor: op.xor,
    shl: op.shl,
    shr: op.shr_s,
    ushr: op.shr_u,
    eq: op.eq,
    ne: op.ne,
    lt: op.lt_s,
    le: op.le_s,
    gt: op.gt_s,
    ge: op.ge_s,
    ltUnsigned: op.lt_u,
  };
}

function floatOperators(module: binaryen.Module): Partial<Record<BinaryOperator, Binary>> {
  const op = module.f64;
  return {
    add: op.add,
    sub: op.sub,
    mul: op.mul,
    div: op.div,
    eq: op.eq,
    ne: op.ne,
    lt: op.lt,
    le: op.le,
    gt: op.gt,
    ge: op.ge,
  };
}

/** `operator operand`; `type` is the operand's type. `operand` makes it, once or twice (atoms only). */
export function emitUnary(
  module: binaryen.Module,
  operator: UnaryOperator,
  type: IrType,
  operand: () => ExpressionRef,
): ExpressionRef {
  const { i32, i64, f64 } = module;
  const integer = type.kind === "long" ? i64 : i32;
  switch (operator) {
    case "neg":
      if (type.kind === "float") return f64.neg(operand());
      return type.kind === "long" ? i64.sub(i64.const(0n), operand()) : i32.sub(i32.const(0), operand());
    case "not":
      return i32.eqz(operand());
    case "intToLong":
      return i64.extend_s(operand());
    case "longToInt":
      return i32.wrap(operand());
    case "intToFloat":
      return f64.convert_s.i32(operand());
    case "longToFloat":
      return f64.convert_s.i64(operand());
    case "floatToInt":
      return i32.trunc_s_sat.f64(operand());
    case "floatToLong":
      return i64.trunc_s_sat.f64(operand());
    case "intToByte":
      return i32.and(operand(), i32.const(0xff));
    case "byteToInt":
    case "boolToInt":
      return operand();
    case "floatBits":
      return i64.reinterpret(operand());
    case "floatFromBits":
      return f64.reinterpret(operand());
    case "floor":
      return f64.floor(operand());
    case "ceil":
      return f64.ceil(operand());
    case "sqrt":
      return f64.sqrt(operand());
    case "abs":
      if (type.kind === "float") return f64.abs(operand());
      return type.kind === "long"
        ? module.select(i64.lt_s(operand(), i64.const(0n)), i64.sub(i64.const(0n), operand()), operand())
        : module.select(i32.lt_s(operand(), i32.const(0)), i32.sub(i32.const(0), operand()), operand());
    case "clz":
      return integer.clz(operand());
    case "ctz":
      return integer.ctz(operand());
    case "popcount":
      return integer.popcnt(operand());
  }
}
