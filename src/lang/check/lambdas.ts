/**
 * Functions as values: those without a name, named ones that are not called, and calls of what an expression gives.
 *
 * A function without a name becomes one of its own, with what it captures in front of its parameters. Captures are
 * values: a captured variable may not be assigned anywhere, so that nobody can tell a copy from the variable.
 */

import type { Span } from "../source.ts";
import type { Expression, LambdaNode } from "../syntax/ast.ts";
import { checkArguments } from "./arguments.ts";
import type { Body, ExpressionOf } from "./body.ts";

import type { FunctionSymbol, Local, TypedExpression } from "./typed.ts";
import { ERROR, functionOf, isBottom, type Type, UNIT } from "./types.ts";
import { describe } from "./words.ts";

/** A named function as a value. */
export function functionValue(symbol: FunctionSymbol, span: Span): TypedExpression {
  const parameters = symbol.parameters.map(({ type }) => type);
  const isSound = !parameters.includes(ERROR) && symbol.result !== ERROR;
  const type = isSound ? functionOf(parameters, symbol.result) : ERROR;
  return { kind: "closure", symbol, captures: [], type, span };
}

export function checkLambda(body: Body, node: LambdaNode, want?: Type): TypedExpression {
  const { span } = node;
  const wanted = want?.kind === "function" ? want : null;
  const fits = wanted === null || wanted.parameters.length === node.parameters.length;
  if (!fits) {
    const given = node.parameters.length === 1 ? "1 parameter" : `${node.parameters.length} parameters`;
    body.report(span, `expected ${describe(wanted)}, but this function has ${given}`);
  }
  const parameters = node.parameters.map((parameter, index): Local => {
    const { text: name, span: nameSpan } = parameter.name;
    let type: Type = ERROR;
    if (parameter.type !== null) type = body.scope.resolve(parameter.type);
    else if (wanted !== null) type = wanted.parameters[index] ?? ERROR;
    else if (want === undefined || !isBottom(want)) {
      body.report(
        parameter.span,
        `the type of \`${name}\` does not follow from here`,
        `write \`${name}: Int\`, for example`,
      );
    }
    return { name, type, span: nameSpan, assigned: false };
  });
  refuseTwice(body, parameters);
  const declared = node.result === null ? (wanted?.result ?? null) : body.scope.resolve(node.result);
  const own: Local[] = [];
  const symbol: FunctionSymbol = {
    name: `${body.symbol.name}.fn${body.scope.source.line(span.start)}`,
    parameters: own,
    result: declared ?? UNIT,
    source: body.scope.source,
    span,
    body: null,
  };
  const { result, captures } = body.inner(symbol, node.body, parameters, declared);
  symbol.result = result;
  own.push(...captures.map((capture) => capture.inner), ...parameters);
  const types = parameters.map((parameter) => parameter.type);
  const isSound = fits && !types.includes(ERROR) && !isBottom(result);
  const type = isSound ? functionOf(types, result) : ERROR;
  return { kind: "closure", symbol, captures: captures.map((capture) => capture.outer), type, span };
}

function refuseTwice(body: Body, parameters: readonly Local[]): void {
  for (const [index, { name, span }] of parameters.entries()) {
    const first = parameters.findIndex((parameter) => parameter.name === name);
    if (first < index && name !== "_") body.report(span, `the parameter \`${name}\` is already defined`);
  }
}

export function checkCallValue(body: Body, node: ExpressionOf<"callValue">): TypedExpression {
  const callee = body.infer(node.object);
  if (callee.type.kind === "function") {
    const name = body.scope.source.text.slice(node.object.span.start, node.object.span.end);
    return callOf(body, callee, name.includes("\n") ? "this function" : name, node.args, node.span);
  }
  for (const arg of node.args) body.infer(arg);
  if (isBottom(callee.type)) return callee;
  body.report(node.object.span, `this is ${describe(callee.type)}, not a function`);
  return body.poison(node.span);
}

/** A call of a function value; `name` is for messages. */
export function callOf(
  body: Body,
  callee: TypedExpression,
  name: string,
  args: readonly Expression[],
  span: Span,
): TypedExpression {
  const { type } = callee;
  if (type.kind !== "function") return body.poison(span);
  const typed = checkArguments(body, name, type.parameters, args, span);
  if (typed.length !== type.parameters.length) return body.poison(span);
  return { kind: "callValue", callee, args: typed, type: type.result, span };
}
