/** How the checker speaks of types. */

import { optionalElement, type Type, typeName } from "./types.ts";

/** A type with its article, for messages. */
export function describe(type: Type): string {
  const name = typeName(type);
  return `${/^[AEIOU]/.test(name) ? "an" : "a"} \`${name}\``;
}

/** How to get at the value of an optional one. */
export const VALUE_HINT = "there may be no value: use `if let`, `match`, `.or(...)` or `.get()`";

/** How to get at an array that may change. */
export const CONST_HINT = "`.copy()` makes an array of its own";

/** By wanted type, then by given type: the method that converts. */
const CONVERSIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Int: { Long: "toInt", Float: "toInt", Byte: "toInt", Text: "toInt" },
  Long: { Int: "toLong", Float: "toLong", Text: "toLong" },
  Float: { Int: "toFloat", Long: "toFloat", Text: "toFloat" },
  Byte: { Int: "toByte" },
  Text: {
    Int: "toText",
    Long: "toText",
    Byte: "toText",
    Float: "toText",
    Bool: "toText",
    "[Byte]": "toText",
    "const [Byte]": "toText",
  },
  "const [Byte]": { Text: "bytes" },
};

/** How to make a value of one type from one of the other, where a method does. */
export function conversionHint(from: Type, to: Type): string | undefined {
  if (from.kind === "list" && to.kind === "array" && from.element === to.element) {
    return "a list becomes an array by `.finish()`";
  }
  if (from.kind === "array" && to.kind === "array" && from.element === to.element) {
    return `what is only read can be \`${typeName(from)}\`, and ${CONST_HINT}`;
  }
  if (optionalElement(from) === to) return VALUE_HINT;
  const method = CONVERSIONS[typeName(to)]?.[typeName(from)];
  return method === undefined ? undefined : `convert it with \`.${method}()\``;
}
