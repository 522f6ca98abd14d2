/**
 * Lists: a record of a storage array and a length. `push` is written out where it stands; growing is a function made
 * once for each type of list.
 *
 * A popped or cleared element stays in the storage beyond the length until it is overwritten or the storage goes: the
 * IR has no value that could replace it.
 */

import type { Builtin, TypedExpression } from "../check/typed.ts";
import { BYTE, listOf, TEXT, type Type, typeName } from "../check/types.ts";
import type { Atom, IrFunction, Variable } from "../ir/ir.ts";
import { Emitter, intConstant, type Value, ZERO } from "./emitter.ts";
import type { FunctionBuilder } from "./function.ts";
import { INT_TYPE, LIST_LENGTH, LIST_STORAGE } from "./representation.ts";
import { arrayAsSlice, elementType, listLength, listStorage, newArray, recordOf } from "./sequences.ts";

/** Capacity after the first growth; bytes come in larger numbers. */
const FIRST_CAPACITY = 4;
const FIRST_BYTES = 16;

/** Builds a method of a list; the receiver is the first argument. */
export function buildList(
  fn: FunctionBuilder,
  expression: Extract<TypedExpression, { kind: "builtin" }>,
  method: Extract<Builtin, `list${string}`>,
  name?: string,
): Value {
  const { args, span } = expression;
  const element = elementType(args[0]!.type);
  const [receiver, value] = fn.values(args);
  const list = fn.reference(receiver!);
  switch (method) {
    case "listPush":
      push(fn, element, list, value!, fn.line(span));
      return [];
    case "listAppend":
      appendBytes(fn, list, fn.atom(value!), fn.line(span));
      return [];
    case "listPop":
      return pop(fn, element, list, fn.line(span), name);
    case "listClear":
      setLength(fn, list, ZERO);
      return [];
    case "listFinish":
      return [finish(fn, element, list, fn.line(span), name)];
  }
}

function setLength(fn: Emitter, list: Variable, value: Atom): void {
  fn.emit({ op: "setField", object: list, record: recordOf(list), index: LIST_LENGTH, value });
}

function setStorage(fn: Emitter, list: Variable, value: Atom): void {
  fn.emit({ op: "setField", object: list, record: recordOf(list), index: LIST_STORAGE, value });
}

function arrayLength(fn: Emitter, array: Variable): Variable {
  const dst = fn.variable(INT_TYPE, "capacity");
  fn.emit({ op: "arrayLength", dst, array });
  return dst;
}

function push(fn: Emitter, element: Type, list: Variable, value: Value, line: number): void {
  const length = listLength(fn, list);
  const found = listStorage(fn, list);
  const [storage] = fn.variables([found.type], ["storage"]);
  fn.set(storage!, found);
  const next = fn.binary("add", length, intConstant(1));
  fn.if(fn.compare("eq", length, arrayLength(fn, found)), () => grow(fn, element, list, next, storage!, line));
  fn.emit({ op: "arraySet", array: storage!, index: length, values: value });
  setLength(fn, list, next);
}

/** Sets `storage` to a new storage of the list that has room for at least `minimum` elements. */
function grow(fn: Emitter, element: Type, list: Variable, minimum: Atom, storage: Variable, line: number): void {
  const [grown] = fn.variables([storage.type], ["grown"]);
  fn.emit({ op: "call", dsts: [grown!], callee: growFunction(fn, element, line), args: [list, minimum] });
  fn.set(storage, grown!);
}

/** The function that gives a list a larger storage, and returns it. */
function growFunction(fn: Emitter, element: Type, line: number): IrFunction {
  const { program, representation } = fn;
  const list = listOf(element);
  return program.synthesised(`${typeName(list)}.grow`, line, (target) => {
    const into = new Emitter(program, target);
    const [listType] = representation.of(list);
    const storageElement = representation.element(element);
    const object = into.parameter(listType!, "list");
    const minimum = into.parameter(INT_TYPE, "minimum");
    target.results = [{ kind: "array", element: storageElement }];

    const record = recordOf(object);
    const old = into.variable({ kind: "array", element: storageElement }, "old");
    into.emit({ op: "field", dst: old, object, record, index: LIST_STORAGE });
    const length = into.variable(INT_TYPE, "length");
    into.emit({ op: "field", dst: length, object, record, index: LIST_LENGTH });
    const [capacity] = into.variables([INT_TYPE], ["capacity"]);
    into.set(capacity!, into.binary("mul", arrayLength(into, old), intConstant(2)));
    const first = element === BYTE ? FIRST_BYTES : FIRST_CAPACITY;
    const atLeast = (least: Atom) => into.if(into.compare("lt", capacity!, least), () => into.set(capacity!, least));
    atLeast(intConstant(first));
    atLeast(minimum);
    // Only an overflow of the minimum itself leaves it negative.
    into.if(into.compare("lt", minimum, ZERO), () => into.panic("outOfMemory", line));

    const site = into.siteAt(line, `${typeName(list)} storage`);
    const storage = into.variable({ kind: "array", element: storageElement }, "storage");
    into.emit({ op: "arrayNew", dst: storage, element: storageElement, length: capacity!, site });
    const used = into.variable({ kind: "slice", element: storageElement }, "used");
    into.emit({ op: "arraySlice", dst: used, array: old, start: ZERO, end: length });
    into.emit({ op: "arrayFill", array: storage, at: ZERO, source: used, from: ZERO, count: length });
    setStorage(into, object, storage);
    into.end({ op: "return", values: [storage] });
  });
}

/** Appends a text to a list of bytes. */
export function appendBytes(fn: Emitter, list: Variable, text: Atom, line: number): void {
  const { program, representation } = fn;
  const callee = program.synthesised("List[Byte].append", line, (target) => {
    const into = new Emitter(program, target);
    const object = into.parameter(representation.of(listOf(BYTE))[0]!, "list");
    const source = into.parameter(representation.of(TEXT)[0]!, "text");
    const length = listLength(into, object);
    const found = listStorage(into, object);
    const [storage] = into.variables([found.type], ["storage"]);
    into.set(storage!, found);
    const count = into.sliceLength(source);
    const total = into.binary("add", length, count, "total");
    const room = into.binary("sub", arrayLength(into, found), length, "room");
    into.if(into.compare("lt", room, count), () => grow(into, BYTE, object, total, storage!, line));
    into.emit({ op: "arrayFill", array: storage!, at: length, source, from: ZERO, count });
    setLength(into, object, total);
    into.end({ op: "return", values: [] });
  });
  fn.emit({ op: "call", dsts: [], callee, args: [list, text] });
}

function pop(fn: Emitter, element: Type, list: Variable, line: number, name = "popped"): Value {
  const length = listLength(fn, list);
  const filled = fn.compare("ne", length, ZERO);
  fn.require(filled, () => fn.panic("emptyList", line));
  const last = fn.binary("sub", length, intConstant(1), "last");
  const dsts = fn.fresh(element, name);
  fn.emit({ op: "arrayGet", dsts, array: listStorage(fn, list), index: last });
  setLength(fn, list, last);
  return dsts;
}

/** The elements as a slice without a copy; the list starts anew, so that nothing can grow what was sliced. */
function finish(fn: Emitter, element: Type, list: Variable, line: number, name?: string): Variable {
  const storage = listStorage(fn, list);
  const length = listLength(fn, list);
  const what = `${typeName(listOf(element))} storage`;
  const empty = newArray(fn, element, ZERO, line, what);
  setStorage(fn, list, empty);
  setLength(fn, list, ZERO);
  return arrayAsSlice(fn, element, storage, length, name);
}
