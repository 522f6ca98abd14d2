/** Arguments against parameters, of whatever is called. */

import type { Span } from "../source.ts";
import type { Expression } from "../syntax/ast.ts";
import type { Body } from "./body.ts";
import type { TypedExpression } from "./typed.ts";
import type { Type } from "./types.ts";

/** Checks arguments against parameters; with a wrong number of them, those that can be checked are. */
export function checkArguments(
  body: Body,
  name: string,
  parameters: readonly Type[],
  args: readonly Expression[],
  span: Span,
): TypedExpression[] {
  checkCount(body, name, parameters.length, args.length, span);
  return args.map((arg, index) => {
    const parameter = parameters[index];
    return parameter === undefined ? body.infer(arg) : body.value(arg, parameter);
  });
}

/** Reports a wrong number of arguments. */
export function checkCount(body: Body, name: string, expected: number, given: number, span: Span, hint?: string): void {
  if (given === expected) return;
  const noun = expected === 1 ? "argument" : "arguments";
  const verb = given === 1 ? "is" : "are";
  const wanted = expected === 0 ? "no" : expected;
  body.report(span, `\`${name}\` takes ${wanted} ${noun}, but ${given} ${verb} given`, hint);
}
