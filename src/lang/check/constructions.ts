/** The making of cases, structs and objects. */

import type { Span } from "../source.ts";
import type { Expression, FieldValueNode } from "../syntax/ast.ts";
import { checkCount } from "./arguments.ts";
import type { Body, ExpressionOf } from "./body.ts";
import { checkUnpackedLiteral } from "./literals.ts";
import { checkOptional, isOptionalCase } from "./optionals.ts";
import { didYouMean } from "./suggest.ts";
import type { FieldValue, TypedExpression } from "./typed.ts";
import {
  arrayOf,
  type ClassType,
  constOf,
  type Field,
  type HandleType,
  holdsPointers,
  isBottom,
  type Type,
} from "./types.ts";
import { describe } from "./words.ts";

export function checkCase(body: Body, node: ExpressionOf<"case">, want?: Type): TypedExpression {
  const { name, args, span } = node;
  if (isOptionalCase(name.text) && !body.scope.cases.has(name.text)) return checkOptional(body, node, want);
  const unionCase = body.scope.cases.get(name.text);
  if (unionCase === undefined) {
    const type = body.scope.types.get(name.text);
    if (type?.kind === "class" && args !== null && args.length === 0) {
      return makeObject(body, type, checkFieldValues(body, type.name, type.fields, []), name.span, span);
    }
    for (const arg of args ?? []) body.infer(arg);
    let hint = didYouMean(name.text, body.scope.cases.keys());
    if (type?.kind === "struct") hint = `a struct is made by \`${name.text} { field: value, ... }\``;
    else if (type?.kind === "class") hint = `an object is made by \`${name.text} { field: value, ... }\``;
    else if (type?.kind === "handle") hint = handleHint(type);
    else if (type?.kind === "union") hint = `\`${name.text}\` is a union; name one of its cases`;
    body.scope.reportUnknown(name.text, name.span, `there is no case \`${name.text}\``, hint);
    return body.poison(span);
  }
  const { fields } = unionCase;
  const given = args?.length ?? 0;
  if (given !== fields.length || (args !== null && fields.length === 0)) {
    const usage = `\`${name.text}(${fields.map((field) => field.name).join(", ")})\``;
    if (fields.length === 0) body.report(span, `the case \`${name.text}\` has no fields`, `write \`${name.text}\``);
    else checkCount(body, name.text, fields.length, given, span, `write ${usage}`);
  }
  const values = (args ?? []).flatMap((arg, index) => {
    const field = fields[index];
    if (field !== undefined) return [checkFieldValue(body, arg, field)];
    body.infer(arg);
    return [];
  });
  return { kind: "case", unionCase, fields: values, type: unionCase.union, span };
}

function handleHint({ name, module }: HandleType): string {
  return `a \`${name}\` is returned by an extern function of the module \`${module}\``;
}

export function checkStructLiteral(body: Body, node: ExpressionOf<"structLiteral">): TypedExpression {
  const { name, span } = node;
  const type = body.scope.types.get(name.text);
  if (type?.kind !== "struct" && type?.kind !== "class") {
    for (const { value } of node.fields) body.infer(value);
    const known = [...body.scope.types.values()].flatMap((each) => {
      return each.kind === "struct" || each.kind === "class" ? [each.name] : [];
    });
    const hint = type?.kind === "handle" ? handleHint(type) : didYouMean(name.text, known);
    body.scope.reportUnknown(name.text, name.span, `there is no struct or class \`${name.text}\``, hint);
    return body.poison(span);
  }
  const values = checkFieldValues(body, type.name, type.fields, node.fields);
  if (type.kind === "class") return makeObject(body, type, values, name.span, span);
  refuseMissing(body, type.name, type.fields, values, name.span);
  return { kind: "structLiteral", struct: type, ...values, type, span };
}

interface FieldValues {
  /** In the order of the source. */
  readonly fields: readonly FieldValue[];
  /** The declared index of each. */
  readonly order: readonly number[];
}

function checkFieldValues(
  body: Body,
  typeName: string,
  declared: readonly Field[],
  nodes: readonly FieldValueNode[],
): FieldValues {
  const order: number[] = [];
  const fields: FieldValue[] = [];
  for (const { name, value } of nodes) {
    const index = declared.findIndex((field) => field.name === name.text);
    if (index < 0 || order.includes(index)) {
      body.infer(value);
      if (index >= 0) body.report(name.span, `the field \`${name.text}\` is given twice`);
      else {
        const names = declared.map((field) => field.name);
        body.report(name.span, `\`${typeName}\` has no field \`${name.text}\``, didYouMean(name.text, names));
      }
      continue;
    }
    order.push(index);
    fields.push(checkFieldValue(body, value, declared[index]!));
  }
  return { fields, order };
}

function refuseMissing(
  body: Body,
  typeName: string,
  declared: readonly Field[],
  { order }: FieldValues,
  span: Span,
): void {
  const missing = declared.filter((_, index) => !order.includes(index)).map((field) => `\`${field.name}\``);
  if (missing.length === 0) return;
  const noun = missing.length === 1 ? "the field" : "the fields";
  body.report(span, `\`${typeName}\` needs ${noun} ${missing.join(", ")}`);
}

/** A new object: what is not given comes from initialisers, in the order of the declaration, behind what is. */
function makeObject(body: Body, type: ClassType, given: FieldValues, nameSpan: Span, span: Span): TypedExpression {
  const [fields, order] = [[...given.fields], [...given.order]];
  const { initialisers } = body.scope.members(type);
  for (const [index, field] of type.fields.entries()) {
    const initialiser = initialisers.get(field);
    if (initialiser === undefined || given.order.includes(index)) continue;
    order.push(index);
    fields.push({ kind: "value", value: { kind: "call", callee: initialiser, args: [], type: field.type, span } });
  }
  refuseMissing(body, type.name, type.fields, { fields, order }, nameSpan);
  return { kind: "newObject", class: type, fields, order, type, span };
}

function checkFieldValue(body: Body, node: Expression, field: Field): FieldValue {
  const { type, unpackedLength: length } = field;
  if (length === null) return { kind: "value", value: body.value(node, type) };
  if (node.kind === "arrayLiteral") {
    return { kind: "elements", elements: checkUnpackedLiteral(body, node, type, length) };
  }
  const source = body.value(node, constOf(type));
  if (!isBottom(source.type) && holdsPointers(type)) {
    const message = `elements of ${describe(arrayOf(type))} hold pointers, and copying them makes a new owner of each`;
    body.report(node.span, message, "write the elements one by one: `[a[0], a[1], ...]`");
    return { kind: "elements", elements: [] };
  }
  return { kind: "copy", source, length };
}
