/** Reading a field of a struct or of an object. */

import type { Span } from "../source.ts";
import type { TypedExpression } from "./typed.ts";
import { type ClassType, fieldValueType, type StructType } from "./types.ts";

/** The field of this name, read from an owner; undefined when there is none. */
export function readOf(
  object: TypedExpression,
  owner: StructType | ClassType,
  name: string,
  span: Span,
): TypedExpression | undefined {
  if (owner.kind === "class") {
    const field = owner.fields.find((candidate) => candidate.name === name);
    return field && { kind: "member", object, class: owner, field, type: fieldValueType(field), span };
  }
  const field = owner.fields.find((candidate) => candidate.name === name);
  return field && { kind: "field", object, struct: owner, field, type: fieldValueType(field), span };
}
