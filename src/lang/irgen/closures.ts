/**
 * Functions as values, defunctionalised (Reynolds 1972): a function type is a union with a case for each function that
 * becomes a value of it, whose fields are what the function captures. To call a value is to call the one function of
 * its type that matches on the union and goes on, by a tail call, to the function of the case.
 *
 * So an unknown function needs nothing of its own from the analyses and managers behind: what may flow into it is what
 * flows into the functions of its type.
 */

import type { TypedExpression } from "../check/typed.ts";
import type { FunctionType } from "../check/types.ts";
import type { Atom, IrFunction } from "../ir/ir.ts";
import { InternalCompilerError } from "../options.ts";
import type { ProgramContext } from "./context.ts";
import { Emitter, type Value } from "./emitter.ts";
import type { FunctionBuilder } from "./function-builder.ts";

type ExpressionOf<Kind extends TypedExpression["kind"]> = Extract<TypedExpression, { kind: Kind }>;

/** A function as a value: the immediate of its case, or a record of what it captures. */
export function buildClosure(fn: FunctionBuilder, expression: ExpressionOf<"closure">, name?: string): Atom {
  const { symbol, captures, span } = expression;
  const type = functionType(expression);
  const union = fn.representation.functions(type);
  const { index, record } = fn.program.functionCase(type, symbol, captures);
  const dst = fn.variable({ kind: "union", union }, name ?? "function");
  if (record === null) fn.emit({ op: "immediate", dst, union, caseIndex: index });
  else {
    const args = captures.flatMap((local) => fn.locals.get(local) ?? []);
    fn.emit({ op: "construct", dst, record, args, site: fn.site(span, "fn") });
  }
  return dst;
}

/** The call of a value: the function to call, and its arguments. */
export function unknownCall(
  fn: FunctionBuilder,
  expression: ExpressionOf<"callValue">,
): { readonly callee: IrFunction; readonly args: Value } {
  const type = functionType(expression.callee);
  const args = fn.values([expression.callee, ...expression.args]).flat();
  return { callee: fn.program.caller(type, fn.line(expression.span)), args };
}

function functionType({ type }: TypedExpression): FunctionType {
  if (type.kind !== "function") throw new InternalCompilerError(`a ${type.kind} is called`);
  return type;
}

/** Parameters and results of the function that calls values of a type: the value, then its arguments. */
export function declareCaller(program: ProgramContext, type: FunctionType, fn: IrFunction): void {
  const into = new Emitter(program, fn);
  for (const part of program.representation.of(type)) into.parameter(part, "function");
  for (const [index, parameter] of type.parameters.entries()) {
    for (const part of program.representation.of(parameter)) into.parameter(part, `argument${index + 1}`);
  }
  fn.results = [...program.representation.of(type.result)];
}

/** Its body, once all functions of the type are known. */
export function buildCaller(program: ProgramContext, type: FunctionType, fn: IrFunction): void {
  const into = new Emitter(program, fn, fn.params.length);
  const union = program.representation.functions(type);
  const [value, ...args] = fn.params;
  const cases = program.representation.functionCases(type);
  if (cases.size === 0) {
    // Nobody can have a value to call.
    into.panic("failed", fn.line);
    return;
  }
  const arms = [...cases].map(([symbol, { index, record }]) => {
    const binding = record === null ? null : into.variable({ kind: "record", record }, "captures");
    const build = () => {
      const captures = (record?.fields ?? []).map(({ name }, at) => into.field(binding!, at, name));
      into.end({ op: "tailCall", callee: program.functionFor(symbol), args: [...captures, ...args] });
    };
    return { caseIndex: index, binding, build };
  });
  into.match(value!, union, arms, null);
}
