/** Arithmetic and comparisons, with the checks that division needs. */

import type { ArithmeticOperator, ComparisonOperator, TypedExpression } from "../check/typed.ts";
import { FLOAT, hasIdentity, TEXT, type Type } from "../check/types.ts";
import type { Atom, BinaryOperator, IrType } from "../ir/ir.ts";
import { constantOf, type Value } from "./emitter.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { concatTexts } from "./texts.ts";

const ARITHMETIC: Readonly<Record<ArithmeticOperator, BinaryOperator>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "%": "rem",
  "&": "and",
  "|": "or",
  "^": "xor",
  "<<": "shl",
  ">>": "shr",
  ">>>": "ushr",
};

const COMPARISONS: Readonly<Record<ComparisonOperator, BinaryOperator>> = {
  "==": "eq",
  "!=": "ne",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
};

/** `left operator right`, for operands of the Mote type `type`. */
export function buildArithmetic(
  fn: FunctionBuilder,
  operator: ArithmeticOperator,
  type: Type,
  left: Atom,
  right: Atom,
  line: number,
  name?: string,
): Value {
  if (type === TEXT) return [concatTexts(fn, [fn.reference([left]), fn.reference([right])], line, name)];
  if (type !== FLOAT && (operator === "/" || operator === "%")) {
    return [buildDivision(fn, operator, left, right, line, name)];
  }
  return [fn.binary(ARITHMETIC[operator], left, right, name)];
}

function buildDivision(
  fn: FunctionBuilder,
  operator: "/" | "%",
  left: Atom,
  right: Atom,
  line: number,
  name = "t",
): Atom {
  const { type } = left;
  if (right.kind === "constant") {
    if (Number(right.value) === 0) {
      fn.panic("divisionByZero", line);
      return left;
    }
    if (operator === "/" && Number(right.value) === -1) return fn.unary("neg", left, type, name);
    return fn.binary(ARITHMETIC[operator], left, right, name);
  }
  const refuseZero = () => {
    const good = fn.compare("ne", right, constantOf(type, 0));
    fn.require(good, () => fn.panic("divisionByZero", line));
  };
  if (operator === "%") {
    refuseZero();
    return fn.binary("rem", left, right, name);
  }
  // The smallest number divided by -1 wraps, where wasm's division traps: -1 negates.
  const result = fn.results([type], [name]);
  fn.if(
    isRare(fn, right, type),
    () => {
      refuseZero();
      fn.assign(result, [fn.unary("neg", left, type)]);
    },
    () => fn.assign(result, [fn.binary("div", left, right)]),
  );
  return fn.atom(result);
}

/** True when the divisor is 0 or -1; for the common width in one comparison. */
function isRare(fn: FunctionBuilder, divisor: Atom, type: IrType): Atom {
  const next = fn.binary("add", divisor, constantOf(type, 1));
  if (type.kind === "int") return fn.compare("ltUnsigned", next, constantOf(type, 2));
  return fn.compare("eq", fn.binary("ushr", next, constantOf(type, 1)), constantOf(type, 0));
}

export function buildComparison(
  fn: FunctionBuilder,
  expression: Extract<TypedExpression, { kind: "comparison" }>,
  name?: string,
): Atom {
  const { operator } = expression;
  const [left, right] = fn.values([expression.left, expression.right]);
  const a = fn.atom(left!);
  const b = fn.atom(right!);
  if (hasIdentity(expression.left.type)) {
    const same = fn.variable({ kind: "bool" }, name ?? "c");
    fn.emit({ op: "same", dst: same, a: fn.reference(left!), b: fn.reference(right!) });
    return operator === "==" ? same : fn.unary("not", same, { kind: "bool" }, name);
  }
  if (expression.left.type !== TEXT) return fn.compare(COMPARISONS[operator], a, b, name);
  if (operator === "==") return fn.atom(fn.callInternal("__textEquals", [a, b], name));
  if (operator === "!=") {
    const equal = fn.atom(fn.callInternal("__textEquals", [a, b]));
    return fn.unary("not", equal, { kind: "bool" }, name);
  }
  const order = fn.atom(fn.callInternal("__textCompare", [a, b]));
  return fn.compare(COMPARISONS[operator], order, constantOf({ kind: "int" }, 0), name);
}
