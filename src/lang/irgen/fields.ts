/** Reading the fields of structs and cases; arrays unpacked in them. */

import type { TypedExpression } from "../check/typed.ts";
import { componentCount, type Field, isFlat, type Type, type UnionCase } from "../check/types.ts";
import type { RecordType, Variable } from "../ir/ir.ts";
import { type Emitter, intConstant, type Value, ZERO } from "./emitter.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { fieldOffset } from "./representation.ts";

/** An array unpacked in a record. */
export interface Unpacked {
  readonly object: Variable;
  readonly record: RecordType;
  /** Of the field in the record. */
  readonly index: number;
  readonly length: number;
  readonly element: Type;
}

/** The unpacked array that an expression reads, so that it need not become a slice first; null for all others. */
export function unpackedPlace(fn: FunctionBuilder, expression: TypedExpression): Unpacked | null {
  if ((expression.kind !== "field" && expression.kind !== "member") || expression.field.unpackedLength === null) {
    return null;
  }
  const owner = fn.reference(fn.frozen(fn.value(expression.object)));
  if (expression.kind === "member") {
    return placeOf(owner, fn.representation.class(expression.class), expression.class.fields, expression.field);
  }
  const { struct, field } = expression;
  return placeOf(owner, fn.representation.struct(struct), struct.fields, field);
}

function placeOf(object: Variable, record: RecordType, fields: readonly Field[], field: Field): Unpacked {
  const index = fieldOffset(fields, field);
  return { object, record, index, length: field.unpackedLength!, element: field.type };
}

/** The whole of an unpacked array as a slice. */
function unpackedAsSlice(fn: Emitter, place: Unpacked, name: string): Variable {
  const { object, record, index, length, element } = place;
  const dst = fn.variable({ kind: "slice", element: fn.representation.element(element) }, name);
  fn.emit({ op: "unpackedSlice", dst, object, record, index, start: ZERO, end: intConstant(length) });
  return dst;
}

/** Reads one of the fields of a record: of a boxed struct, or of a case. */
function readField(
  fn: Emitter,
  object: Variable,
  record: RecordType,
  fields: readonly Field[],
  field: Field,
  name: string,
): Value {
  const place = placeOf(object, record, fields, field);
  if (field.unpackedLength !== null) return [unpackedAsSlice(fn, place, name)];
  const inline = record.fields[place.index]?.inline;
  if (inline !== undefined) {
    const dst = fn.variable({ kind: "record", record: inline }, name);
    fn.emit({ op: "part", dst, object, record, index: place.index });
    return [dst];
  }
  return readComponents(fn, object, record, place.index, field.type, name);
}

/** Reads a field of the case that `object` is known to be; where `Some` is its value itself, that is what it is. */
export function readCaseField(fn: Emitter, object: Variable, unionCase: UnionCase, field: Field, name: string): Value {
  const { representation } = fn;
  if (representation.optionalRecord(unionCase.union) !== null) return [object];
  return readField(fn, object, representation.caseRecord(unionCase), unionCase.fields, field, name);
}

function readComponents(
  fn: Emitter,
  object: Variable,
  record: RecordType,
  offset: number,
  type: Type,
  name: string,
): Value {
  return fn.fresh(type, name).map((dst, component) => {
    fn.emit({ op: "field", dst, object, record, index: offset + component });
    return dst;
  });
}

/** `object.field`, of an object of a class. */
export function buildMember(
  fn: FunctionBuilder,
  { object, class: type, field }: Extract<TypedExpression, { kind: "member" }>,
  name?: string,
): Value {
  const record = fn.representation.class(type);
  return readField(fn, fn.reference(fn.value(object)), record, type.fields, field, name ?? field.name);
}

/** `a.b.c`: of a record, only the components that are asked for are read. */
export function buildField(
  fn: FunctionBuilder,
  expression: Extract<TypedExpression, { kind: "field" }>,
  name?: string,
): Value {
  const { struct, field } = expression;
  if (field.unpackedLength !== null) {
    const record = fn.representation.struct(struct);
    return readField(fn, fn.reference(fn.value(expression.object)), record, struct.fields, field, "slice");
  }
  // Flat structs inside others are runs of their components.
  let offset = 0;
  let owner = expression;
  while (isFlat(owner.struct) && owner.object.kind === "field") {
    offset += fieldOffset(owner.struct.fields, owner.field);
    owner = owner.object;
  }
  offset += fieldOffset(owner.struct.fields, owner.field);
  const value = fn.value(owner.object);
  if (isFlat(owner.struct)) return value.slice(offset, offset + componentCount(field.type));
  return readComponents(
    fn,
    fn.reference(value),
    fn.representation.struct(owner.struct),
    offset,
    field.type,
    name ?? field.name,
  );
}
