/** Assignments to elements and to fields of objects. */

import type { TypedStatement } from "../check/typed.ts";
import { buildArithmetic } from "./arithmetic.ts";
import type { Value } from "./emitter.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { fieldOffset } from "./representation.ts";
import { checkIndex, elementAt, elementType, isInRange, listStorage, sequenceLength } from "./sequences.ts";

/** `object[index] = value` and `object[index] operator= value`: object and index are evaluated once, the value last. */
export function buildSetIndex(fn: FunctionBuilder, statement: Extract<TypedStatement, { kind: "setIndex" }>): void {
  const { object, index, operator, value } = statement;
  const line = fn.line(statement.span);
  const { type } = object;
  const sequence = fn.held(object);
  const position = fn.held(index);
  const safe = isInRange(fn, object, index);
  const check = () => {
    const [into, at] = [fn.reference(sequence.get()), fn.atom(position.get())];
    if (!safe) checkIndex(fn, at, sequenceLength(fn, type, into), line);
  };
  let stored: Value;
  if (operator === null) {
    stored = fn.value(value);
    check();
  } else {
    check();
    const old = fn.hold(elementAt(fn, type, fn.reference(sequence.get()), fn.atom(position.get()), "old"));
    const right = fn.atom(fn.value(value));
    stored = buildArithmetic(fn, operator, elementType(type), fn.atom(old.get()), right, line);
    // The value may have shortened the list; arrays keep their length.
    if (type.kind === "list") check();
  }
  const [into, at] = [fn.reference(sequence.get()), fn.atom(position.get())];
  if (type.kind === "list") fn.emit({ op: "arraySet", array: listStorage(fn, into), index: at, values: stored });
  else fn.emit({ op: "sliceSet", slice: into, index: at, values: stored });
}

/** `object.field = value` and `object.field operator= value`: the object is evaluated once, the value last. */
export function buildSetMember(fn: FunctionBuilder, statement: Extract<TypedStatement, { kind: "setMember" }>): void {
  const { class: type, field, operator } = statement;
  const offset = fieldOffset(type.fields, field);
  const object = fn.held(statement.object);
  let stored: Value;
  if (operator === null) {
    stored = fn.value(statement.value);
  } else {
    const old = fn.hold([fn.field(fn.reference(object.get()), offset, "old")]);
    const right = fn.atom(fn.value(statement.value));
    stored = buildArithmetic(fn, operator, field.type, fn.atom(old.get()), right, fn.line(statement.span));
  }
  const into = fn.reference(object.get());
  for (const [part, value] of stored.entries()) fn.setField(into, offset + part, value);
}
