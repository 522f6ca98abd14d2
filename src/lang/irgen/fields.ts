/** Reading the fields of structs and cases; arrays unpacked in them. */

import type { TypedExpression } from "../check/typed.ts";
import { componentCount, type Field, isFlat, type Type, type UnionCase } from "../check/types.ts";
import type { RecordType, Variable } from "../ir/ir.ts";
import { type Emitter, intConstant, type Value, ZERO } from "./emitter.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { fieldOffset } from "./representation.ts";

/** Where a field of an object begins. */
interface FieldPlace {
  readonly object: Variable;
  readonly record: RecordType;
  /** Of the field's first component in the record. */
  readonly index: number;
}

/** An array unpacked in a record. */
export interface Unpacked extends FieldPlace {
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
    const { class: type, field } = expression;
    return unpackedAt(
      { object: owner, record: fn.representation.class(type), index: fieldOffset(type.fields, field) },
      field,
    );
  }
  const { struct, field } = expression;
  const record = fn.representation.struct(struct);
  return unpackedAt({ object: owner, record, index: fieldOffset(struct.fields, field) }, field);
}

function unpackedAt(place: FieldPlace, field: Field): Unpacked {
  return { ...place, length: field.unpackedLength!, element: field.type };
}

/** The whole of an unpacked array as a slice. */
function unpackedAsSlice(fn: Emitter, place: Unpacked, name: string): Variable {
  const { object, record, index, length, element } = place;
  const dst = fn.variable({ kind: "slice", element: fn.representation.element(element) }, name);
  fn.emit({ op: "unpackedSlice", dst, object, record, index, start: ZERO, end: intConstant(length) });
  return dst;
}

/** Reads one of the fields of a record: of a boxed struct, of a case, or of an object of a class. */
function readField(fn: Emitter, place: FieldPlace, field: Field, name: string): Value {
  if (field.unpackedLength !== null) return [unpackedAsSlice(fn, unpackedAt(place, field), name)];
  const inline = place.record.fields[place.index]?.inline;
  if (inline !== undefined) {
    const dst = fn.variable({ kind: "record", record: inline }, name);
    fn.emit({ op: "part", dst, ...place });
    return [dst];
  }
  return readComponents(fn, place, field.type, name);
}

/** Reads a field of the case that `object` is known to be; where `Some` is its value itself, that is what it is. */
export function readCaseField(fn: Emitter, object: Variable, unionCase: UnionCase, field: Field, name: string): Value {
  const { representation } = fn;
  if (representation.optionalRecord(unionCase.union) !== null) return [object];
  const record = representation.caseRecord(unionCase);
  return readField(fn, { object, record, index: fieldOffset(unionCase.fields, field) }, field, name);
}

function readComponents(fn: Emitter, { object, record, index }: FieldPlace, type: Type, name: string): Value {
  return fn.fresh(type, name).map((dst, component) => {
    fn.emit({ op: "field", dst, object, record, index: index + component });
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
  const place = { object: fn.reference(fn.value(object)), record, index: fieldOffset(type.fields, field) };
  return readField(fn, place, field, name ?? field.name);
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
    const object = fn.reference(fn.value(expression.object));
    return readField(fn, { object, record, index: fieldOffset(struct.fields, field) }, field, "slice");
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
  const record = fn.representation.struct(owner.struct);
  return readComponents(fn, { object: fn.reference(value), record, index: offset }, field.type, name ?? field.name);
}
