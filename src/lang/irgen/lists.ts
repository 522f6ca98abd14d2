/**
 * Lists: a record of a storage array and a length. `push` is written out where it stands; growing is a function made
 * once for each type of list.
 *
 * A popped or cleared element stays in the storage beyond the length until it is overwritten or the storage goes: the
 * IR has no value that could replace it.
 */

import type { Builtin, TypedExpression } from "../check/typed.ts";
import { BYTE, INT, listOf, TEXT, type Type, typeName, UNIT } from "../check/types.ts";
import type { Atom, IrFunction, Variable } from "../ir/ir.ts";
import { type Emitter, intConstant, type Value, ZERO } from "./emitter.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { INT_TYPE, LIST_LENGTH, LIST_STORAGE } from "./representation.ts";
import { arrayAsSlice, arrayLength, elementType, listLength, listStorage, newArray } from "./sequences.ts";
import { typeFunction } from "./type-function.ts";

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
  const [receiver, value, other] = fn.values(args);
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
    case "listInsert":
      insert(fn, element, list, fn.atom(value!), other!, fn.line(span));
      return [];
    case "listRemove":
      return remove(fn, element, list, fn.atom(value!), fn.line(span), name);
    case "listResize":
      resize(fn, element, list, fn.atom(value!), other!, fn.line(span));
      return [];
    case "listFinish":
      return [finish(fn, element, list, fn.line(span), name)];
  }
}

function setLength(fn: Emitter, list: Variable, value: Atom): void {
  fn.setField(list, LIST_LENGTH, value);
}

function setStorage(fn: Emitter, list: Variable, value: Atom): void {
  fn.setField(list, LIST_STORAGE, value);
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
  fn.emit({ op: "call", dsts: [grown!], callee: growFunction(fn, element, line), args: [list, minimum], line });
  fn.set(storage, grown!);
}

/** The function that gives a list a larger storage, and returns it. */
function growFunction(fn: Emitter, element: Type, line: number): IrFunction {
  const list = listOf(element);
  const storageElement = fn.representation.element(element);
  const parameters = [{ type: INT, name: "minimum" }];
  return typeFunction(fn, list, "grow", line, parameters, (into, object, [least]) => {
    const minimum = into.atom(least!);
    into.fn.results = [{ kind: "array", element: storageElement }];

    const old = into.field(object, LIST_STORAGE, "old");
    const length = listLength(into, object);
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
    into.emit({
      op: "arrayGrow",
      dst: storage,
      array: old,
      used: length,
      element: storageElement,
      length: capacity!,
      overwritten: true,
      site,
    });
    setStorage(into, object, storage);
    into.end({ op: "return", values: [storage] });
  });
}

/** Appends a text to a list of bytes. */
export function appendBytes(fn: Emitter, list: Variable, text: Atom, line: number): void {
  const parameters = [{ type: TEXT, name: "text" }];
  const callee = typeFunction(fn, listOf(BYTE), "append", line, parameters, (into, object, [value]) => {
    const source = into.reference(value!);
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
  fn.callFunction(callee, UNIT, [list, text], "", line);
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

/** Moves the elements `[from, end)` of a storage up or down by one. */
function shift(fn: Emitter, element: Type, storage: Variable, from: Atom, end: Atom, up: boolean): void {
  const move = (source: Atom, target: Atom): void => {
    const values = fn.fresh(element, "moved");
    fn.emit({ op: "arrayGet", dsts: values, array: storage, index: source });
    fn.emit({ op: "arraySet", array: storage, index: target, values });
  };
  const [at] = fn.variables([INT_TYPE], ["at"]);
  const ONE = intConstant(1);
  // One by one, so that each store is one that the collector knows of.
  fn.set(at!, up ? end : from);
  fn.loop("shift", (label) => {
    fn.if(fn.compare("eq", at!, up ? from : end), () => fn.break(label));
    if (up) {
      const below = fn.binary("sub", at!, ONE, "below");
      move(below, at!);
      fn.set(at!, below);
    } else {
      move(at!, fn.binary("sub", at!, ONE, "below"));
      fn.set(at!, fn.binary("add", at!, ONE));
    }
  });
}

function insert(fn: Emitter, element: Type, list: Variable, at: Atom, value: Value, line: number): void {
  const length = listLength(fn, list);
  fn.if(fn.compare("ltUnsigned", length, at), () => fn.panic("indexOutOfRange", line, at, length));
  const parameters = [
    { type: INT, name: "at" },
    { type: element, name: "value" },
  ];
  const callee = typeFunction(fn, listOf(element), "insert", line, parameters, (into, object, [position, values]) => {
    const end = listLength(into, object);
    push(into, element, object, values!, line);
    const storage = listStorage(into, object);
    const index = into.atom(position!);
    shift(into, element, storage, index, end, true);
    into.emit({ op: "arraySet", array: storage, index, values: values! });
    into.end({ op: "return", values: [] });
  });
  fn.callFunction(callee, UNIT, [list, at, ...value], "", line);
}

function remove(fn: Emitter, element: Type, list: Variable, at: Atom, line: number, name = "removed"): Value {
  const length = listLength(fn, list);
  fn.require(fn.compare("ltUnsigned", at, length), () => fn.panic("indexOutOfRange", line, at, length));
  const parameters = [{ type: INT, name: "at" }];
  const callee = typeFunction(fn, listOf(element), "remove", line, parameters, (into, object, [position]) => {
    const end = listLength(into, object);
    const storage = listStorage(into, object);
    const index = into.atom(position!);
    const removed = into.fresh(element, "removed");
    into.emit({ op: "arrayGet", dsts: removed, array: storage, index });
    shift(into, element, storage, into.binary("add", index, intConstant(1)), end, false);
    setLength(into, object, into.binary("sub", end, intConstant(1)));
    into.fn.results = [...into.representation.of(element)];
    into.end({ op: "return", values: removed });
  });
  return fn.callFunction(callee, element, [list, at], name, line);
}

/** As many elements as asked for: the last ones go, or copies of the value come. */
function resize(fn: Emitter, element: Type, list: Variable, size: Atom, value: Value, line: number): void {
  if (size.kind === "variable" || size.value < 0) {
    fn.require(fn.compare("ge", size, ZERO), () => fn.panic("negativeLength", line, size));
  }
  const parameters = [
    { type: INT, name: "size" },
    { type: element, name: "value" },
  ];
  const callee = typeFunction(fn, listOf(element), "resize", line, parameters, (into, object, [wanted, values]) => {
    const least = into.atom(wanted!);
    into.loop("resize", (label) => {
      into.if(into.compare("ge", listLength(into, object), least), () => into.break(label));
      push(into, element, object, values!, line);
    });
    setLength(into, object, least);
    into.end({ op: "return", values: [] });
  });
  fn.callFunction(callee, UNIT, [list, size, ...value], "", line);
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
