/** What can be static: what never changes, however it is reached. */

import type { Span } from "../source.ts";
import type { ProgramScope } from "./scope.ts";
import {
  constantType,
  ERROR,
  type Field,
  fieldValueType,
  isBottom,
  optionalElement,
  type Type,
  typeName,
} from "./types.ts";
import { describe } from "./words.ts";

/**
 * The type of a static whose value has this type: the same with every array const. Reports what may change, and is then
 * ERROR.
 */
export function staticType(scope: ProgramScope, type: Type, span: Span): Type {
  if (isBottom(type)) return type;
  const constant = constantType(type);
  const changing = whatChanges(constant, new Set());
  if (changing === null) return constant;
  scope.report(span, `a static never changes, but ${changing.what}`, changing.hint);
  return ERROR;
}

interface Changing {
  /** The end of a sentence. */
  readonly what: string;
  readonly hint: string;
}

/** What in values of this type may change; null: nothing. */
function whatChanges(type: Type, seen: Set<Type>): Changing | null {
  if (seen.has(type)) return null;
  seen.add(type);
  switch (type.kind) {
    case "list":
    case "port":
    case "class":
    case "pointer":
    case "handle":
      return { what: `${describe(type)} does`, hint: "make it a `global`" };
    case "array":
      return whatChanges(type.element, seen);
    case "struct":
      return whatFieldsChange(type.name, type.fields, seen);
    case "union": {
      if (optionalElement(type) !== null) return whatChanges(optionalElement(type)!, seen);
      for (const { name, fields } of type.cases) {
        const changing = whatFieldsChange(name, fields, seen);
        if (changing !== null) return changing;
      }
      return null;
    }
    default:
      return null;
  }
}

/** Arrays in fields are as they were declared. */
function whatFieldsChange(owner: string, fields: readonly Field[], seen: Set<Type>): Changing | null {
  for (const field of fields) {
    const { name, type, unpackedLength } = field;
    const held = fieldValueType(field);
    if (held !== constantType(held)) {
      const constant =
        unpackedLength === null ? typeName(constantType(type)) : `const [${typeName(type)}; ${unpackedLength}]`;
      const what = `the elements of the field \`${name}\` of \`${owner}\` may be assigned`;
      return { what, hint: `declare the field as \`${constant}\`` };
    }
    const changing = whatChanges(type, seen);
    if (changing !== null) return changing;
  }
  return null;
}
