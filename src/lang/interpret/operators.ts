/** The operators of the IR on the interpreter's numbers. */

import type { BinaryOperator, IrType, UnaryOperator } from "../ir/ir.ts";

function truth(value: boolean): number {
  return value ? 1 : 0;
}

const FLOAT_BITS = new DataView(new ArrayBuffer(8));

export function unary(operator: UnaryOperator, type: IrType, a: unknown): unknown {
  const n = a as number;
  switch (operator) {
    case "neg":
      if (type.kind === "long") return BigInt.asIntN(64, -(a as bigint));
      return type.kind === "int" ? -n | 0 : -n;
    case "not":
      return 1 - n;
    case "intToLong":
      return BigInt(n);
    case "longToInt":
      return Number(BigInt.asIntN(32, a as bigint));
    case "intToFloat":
    case "byteToInt":
    case "boolToInt":
      return n;
    case "longToFloat":
      return Number(a as bigint);
    case "floatToInt":
      return Number.isNaN(n) ? 0 : Math.max(-0x80000000, Math.min(0x7fffffff, Math.trunc(n))) | 0;
    case "floatToLong":
      if (Number.isNaN(n)) return 0n;
      if (n >= 2 ** 63) return 2n ** 63n - 1n;
      return n < -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(n));
    case "intToByte":
      return n & 0xff;
    case "floatBits":
      FLOAT_BITS.setFloat64(0, n);
      return FLOAT_BITS.getBigInt64(0);
    case "floatFromBits":
      FLOAT_BITS.setBigInt64(0, a as bigint);
      return FLOAT_BITS.getFloat64(0);
    case "floor":
      return Math.floor(n);
    case "ceil":
      return Math.ceil(n);
    case "sqrt":
      return Math.sqrt(n);
    case "abs":
      return Math.abs(n);
    case "clz":
      if (type.kind === "int") return Math.clz32(n);
      return BigInt(64 - bitsOf(a as bigint).replace(/^0+/, "").length);
    case "ctz":
      if (type.kind === "int") return n === 0 ? 32 : 31 - Math.clz32(n & -n);
      return BigInt(
        64 -
          bitsOf(a as bigint)
            .padStart(64, "0")
            .replace(/0+$/, "").length,
      );
    case "popcount": {
      const bits = type.kind === "int" ? (n >>> 0).toString(2) : bitsOf(a as bigint);
      const count = bits.replaceAll("0", "").length;
      return type.kind === "int" ? count : BigInt(count);
    }
  }
}

function bitsOf(value: bigint): string {
  return BigInt.asUintN(64, value).toString(2);
}

export function binary(operator: BinaryOperator, type: IrType, a: unknown, b: unknown): unknown {
  switch (operator) {
    case "eq":
      return truth(a === b);
    case "ne":
      return truth(a !== b);
    case "lt":
      return truth((a as number) < (b as number));
    case "le":
      return truth((a as number) <= (b as number));
    case "gt":
      return truth((a as number) > (b as number));
    case "ge":
      return truth((a as number) >= (b as number));
    case "ltUnsigned":
      return truth((a as number) >>> 0 < (b as number) >>> 0);
    default:
      if (type.kind === "long") return BigInt.asIntN(64, longArithmetic(operator, a as bigint, b as bigint));
      if (type.kind === "float") return floatArithmetic(operator, a as number, b as number);
      return intArithmetic(operator, a as number, b as number) | 0;
  }
}

type Arithmetic = Exclude<BinaryOperator, "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "ltUnsigned">;

function intArithmetic(operator: Arithmetic, a: number, b: number): number {
  switch (operator) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return Math.imul(a, b);
    case "div":
      if (a === -0x80000000 && b === -1) throw new Error("the IR divides the smallest int by -1");
      return a / b;
    case "rem":
      return a % b;
    case "and":
      return a & b;
    case "or":
      return a | b;
    case "xor":
      return a ^ b;
    case "shl":
      return a << b;
    case "shr":
      return a >> b;
    case "ushr":
      return a >>> b;
  }
}

function longArithmetic(operator: Arithmetic, a: bigint, b: bigint): bigint {
  switch (operator) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return a * b;
    case "div":
      if (a === -(2n ** 63n) && b === -1n) throw new Error("the IR divides the smallest long by -1");
      return a / b;
    case "rem":
      return a % b;
    case "and":
      return a & b;
    case "or":
      return a | b;
    case "xor":
      return a ^ b;
    case "shl":
      return a << (b & 63n);
    case "shr":
      return a >> (b & 63n);
    case "ushr":
      return BigInt.asUintN(64, a) >> (b & 63n);
  }
}

function floatArithmetic(operator: Arithmetic, a: number, b: number): number {
  switch (operator) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return a * b;
    case "div":
      return a / b;
    default:
      throw new Error(`the IR has ${operator} on floats`);
  }
}
