/** Asking an optional value. */

import type { TypedExpression } from "../check/typed.ts";
import { optionalElement, type Type, type UnionType as UnionSource } from "../check/types.ts";
import type { Atom, UnionType, Variable } from "../ir/ir.ts";
import { InternalCompilerError } from "../options.ts";
import { boolConstant, type Emitter, type Value } from "./emitter.ts";
import { readCaseField } from "./fields.ts";
import type { FunctionBuilder } from "./function-builder.ts";

/** Builds what happens with a value, and without one. */
export function chooseOptional(
  fn: Emitter,
  type: Type,
  subject: Value,
  some: (value: Value) => void,
  none: () => void,
): void {
  if (type.kind !== "union") throw new InternalCompilerError("this is no optional value");
  const someCase = type.cases[1]!;
  const union: UnionType = fn.representation.union(type);
  const { record } = union.cases[1]!;
  if (record === null) throw new InternalCompilerError("an optional value without a value");
  const binding = fn.variable({ kind: "record", record }, "some");
  fn.match(
    fn.reference(fn.frozen(subject)),
    union,
    [
      { caseIndex: 0, binding: null, build: none },
      { caseIndex: 1, binding, build: () => some(readCaseField(fn, binding, someCase, someCase.fields[0]!, "value")) },
    ],
    null,
  );
}

/** A value as an optional one. */
export function someOf(fn: Emitter, type: UnionSource, value: Value, line: number, name = "some"): Variable {
  const union = fn.representation.union(type);
  const dst = fn.variable({ kind: "union", union }, name);
  if (fn.representation.optionalRecord(type) !== null) fn.emit({ op: "set", dst, src: fn.atom(value) });
  else {
    const record = fn.representation.caseRecord(type.cases[1]!);
    fn.emit({ op: "construct", dst, record, args: value, site: fn.siteAt(line, "Some") });
  }
  return dst;
}

/** No value. */
export function noneOf(fn: Emitter, type: UnionSource, name = "none"): Variable {
  const union = fn.representation.union(type);
  const dst = fn.variable({ kind: "union", union }, name);
  fn.emit({ op: "immediate", dst, union, caseIndex: 0 });
  return dst;
}

export function buildIsSome(fn: FunctionBuilder, subject: TypedExpression, name = "c"): Atom {
  const result = fn.results([{ kind: "bool" }], [name]);
  chooseOptional(
    fn,
    subject.type,
    fn.value(subject),
    () => fn.assign(result, [boolConstant(true)]),
    () => fn.assign(result, [boolConstant(false)]),
  );
  return result[0]!;
}

/** The value; without one the program stops. */
export function buildGet(fn: FunctionBuilder, subject: TypedExpression, line: number, name = "value"): Value {
  const element = optionalElement(subject.type)!;
  const results = fn.results(fn.representation.of(element), fn.representation.names(element, name));
  chooseOptional(
    fn,
    subject.type,
    fn.value(subject),
    (value) => fn.assign(results, value),
    () => fn.panic("noValue", line),
  );
  return results;
}

/** The value, or another one, which is evaluated in any case. */
export function buildOr(fn: FunctionBuilder, subject: TypedExpression, other: TypedExpression, name = "value"): Value {
  const element = optionalElement(subject.type)!;
  const held = fn.held(subject);
  const instead = fn.value(other);
  const results = fn.results(fn.representation.of(element), fn.representation.names(element, name));
  chooseOptional(
    fn,
    subject.type,
    held.get(),
    (value) => fn.assign(results, value),
    () => fn.assign(results, instead),
  );
  return results;
}
