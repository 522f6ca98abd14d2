/** Ports to the host: `put` and `get`, and what else a program may try with one. */

import type { Span } from "../source.ts";
import { checkArguments } from "./arguments.ts";
import type { Body, ExpressionOf } from "./body.ts";
import { didYouMean } from "./suggest.ts";
import type { PortSymbol, TypedExpression } from "./typed.ts";
import { BOOL, ERROR, optionalOf } from "./types.ts";

const METHODS = ["put", "get"];

/** The port that a name stands for where it is, if it is one. */
export function portNamed(body: Body, name: string): PortSymbol | undefined {
  return body.variables.lookup(name) === undefined ? body.scope.ports.get(name) : undefined;
}

/** A call of a method, if its object is a port to the host. */
export function checkPortMethod(
  body: Body,
  { object, name, args, span }: ExpressionOf<"method">,
): TypedExpression | undefined {
  const port = object.kind === "name" ? portNamed(body, object.name) : undefined;
  if (port === undefined) return undefined;
  if (name.text === "put") {
    const [value] = checkArguments(body, "put", [port.type], args, span);
    return value === undefined ? body.poison(span) : { kind: "externPut", port, value, type: BOOL, span };
  }
  if (name.text === "get") {
    checkArguments(body, "get", [], args, span);
    return { kind: "externGet", port, type: port.type === ERROR ? ERROR : optionalOf(port.type), span };
  }
  for (const arg of args) body.infer(arg);
  const hint = didYouMean(name.text, METHODS) ?? methodsHint(port);
  body.report(name.span, `a port to the host has no method \`${name.text}\``, hint);
  return body.poison(span);
}

/** Reports a port where a value, a variable or a function is wanted. */
export function refusePort(body: Body, port: PortSymbol, span: Span): TypedExpression {
  body.report(span, `\`${port.name}\` is a port to the host, and no value`, methodsHint(port));
  return body.poison(span);
}

function methodsHint({ name }: PortSymbol): string {
  return `it is used where it is named: \`${name}.put(value)\` and \`${name}.get()\``;
}
