/** Memory that a program manages itself: what may be written in `unsafe` blocks only. */

import { checkArguments } from "./arguments.ts";
import type { Body, ExpressionOf } from "./body.ts";
import type { TypedExpression } from "./typed.ts";
import { INT, isBottom, optionalElement, type Type } from "./types.ts";

const EXAMPLES = {
  allocate: "declare it: `let p: Pointer[Int] = allocate(16)`, for example",
  pointer: "declare it: `let p: Pointer[Int] = pointer(address)`, for example",
} as const;

/** `allocate(n)` and `pointer(address)`: what they lead to follows from where they stand. */
export function checkPointer(
  body: Body,
  node: ExpressionOf<"call">,
  builtin: keyof typeof EXAMPLES,
  want?: Type,
): TypedExpression {
  const { span, name } = node;
  body.requireUnsafe(name.span, `\`${builtin}\` may be called`);
  const args = checkArguments(body, builtin, [INT], node.args, span);
  const type = want === undefined ? undefined : (optionalElement(want) ?? want);
  if (type?.kind === "pointer" && args.length === 1) return { kind: "builtin", builtin, args, type, span };
  if (args.length === 1 && (want === undefined || !isBottom(want))) {
    body.report(span, "what this pointer leads to does not follow from here", EXAMPLES[builtin]);
  }
  return body.poison(span);
}
