/**
 * Lists: a record of a storage array and a length. `push` is written out where it stands; growing is a function made
 * once for each type of list. The storage holds nothing beyond the length: what leaves the list is taken out of it.
 */

import type { Builtin, TypedExpression } from "../check/typed.ts";
import { BYTE, INT, listOf, TEXT, type Type, typeName, UNIT } from "../check/types.ts";
import type { Atom, IrFunction, Variable } from "../ir/ir.ts";
import { holdsPointer } from "../ir/traverse.ts";
import { type Emitter, intConstant, type Value, ZERO } from "./emitter.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { INT_TYPE, LIST_LENGTH, LIST_STORAGE } from "./representation.ts";
import {
  arrayAsSlice,
  arrayLength,
  clearElements,
  elementType,
  listLength,
  listStorage,
  newArray,
} from "./sequences.ts";
import { typeFunction } from "./type-function.ts";

/** Capacity after the first growth; bytes come in larger numbers. */
const FIRST_CAPACITY = 4;
const FIRST_BYTES = 16;
const ONE = intConstant(1);

/** Builds a method of a list; the receiver is the first argument. */
export function buildList(
  fn: FunctionBuilder,
  expression: Extract<TypedExpression, { kind: "builtin" }>,
  method: Extract<Builtin, `list${string}`>,
  name?: string,
): Value {
  const { args, span } = expression;
  const [receiver, value, other] = fn.values(args);
  const list = new ListBuilder(fn, elementType(args[0]!.type), fn.reference(receiver!), fn.line(span));
  switch (method) {
    case "listPush":
      list.push(value!);
      return [];
    case "listAppend":
      list.append(fn.atom(value!));
      return [];
    case "listPop":
      return list.pop(name);
    case "listClear":
      list.clear();
      return [];
    case "listInsert":
      list.insert(fn.atom(value!), other!);
      return [];
    case "listRemove":
      return list.remove(fn.atom(value!), name);
    case "listResize":
      list.resize(fn.atom(value!), other!);
      return [];
    case "listFinish":
      return [list.finish(name)];
  }
}

/** Appends a text to a list of bytes. */
export function appendBytes(fn: Emitter, list: Variable, text: Atom, line: number): void {
  new ListBuilder(fn, BYTE, list, line).append(text);
}

/** Emits what is done with one list on one line of the source. */
class ListBuilder {
  readonly #fn: Emitter;
  readonly #element: Type;
  readonly #list: Variable;
  readonly #line: number;

  constructor(fn: Emitter, element: Type, list: Variable, line: number) {
    this.#fn = fn;
    this.#element = element;
    this.#list = list;
    this.#line = line;
  }

  /** The same list in a function of its type. */
  #within(fn: Emitter, list: Variable): ListBuilder {
    return new ListBuilder(fn, this.#element, list, this.#line);
  }

  /** A function of the list's type, with the list as its first parameter. */
  #function(
    name: string,
    parameters: readonly { readonly type: Type; readonly name: string }[],
    make: (inner: ListBuilder, args: readonly Value[]) => void,
  ): IrFunction {
    return typeFunction(this.#fn, listOf(this.#element), name, this.#line, parameters, (into, object, args) =>
      make(this.#within(into, object), args),
    );
  }

  #length(): Atom {
    return listLength(this.#fn, this.#list);
  }

  #storage(): Variable {
    return listStorage(this.#fn, this.#list);
  }

  #setLength(value: Atom): void {
    this.#fn.setField(this.#list, LIST_LENGTH, value);
  }

  #setStorage(value: Atom): void {
    this.#fn.setField(this.#list, LIST_STORAGE, value);
  }

  /** A variable that holds the storage, which growing may replace. */
  #changingStorage(found: Variable): Variable {
    const [storage] = this.#fn.variables([found.type], ["storage"]);
    this.#fn.set(storage!, found);
    return storage!;
  }

  clear(): void {
    this.#clearFrom(ZERO);
    this.#setLength(ZERO);
  }

  push(value: Value): void {
    const fn = this.#fn;
    const length = this.#length();
    const found = this.#storage();
    const storage = this.#changingStorage(found);
    const next = fn.binary("add", length, ONE);
    fn.if(fn.compare("eq", length, arrayLength(fn, found)), () => this.#grow(next, storage));
    fn.emit({ op: "arraySet", isFirst: true, array: storage, index: length, values: value });
    this.#setLength(next);
  }

  /** Sets `storage` to a new storage of the list that has room for at least `minimum` elements. */
  #grow(minimum: Atom, storage: Variable): void {
    const fn = this.#fn;
    const [grown] = fn.variables([storage.type], ["grown"]);
    const callee = this.#growFunction();
    fn.emit({ op: "call", dsts: [grown!], callee, args: [this.#list, minimum], line: this.#line });
    fn.set(storage, grown!);
  }

  /** The function that gives a list a larger storage, and returns it. */
  #growFunction(): IrFunction {
    return this.#function("grow", [{ type: INT, name: "minimum" }], (inner, [least]) => inner.#makeLarger(least!));
  }

  /** Gives the list a storage of twice the size, and at least of as many elements as asked for; returns it. */
  #makeLarger(least: Value): void {
    const fn = this.#fn;
    const element = fn.representation.element(this.#element);
    const minimum = fn.atom(least);
    fn.fn.results = [{ kind: "array", element }];

    const old = fn.field(this.#list, LIST_STORAGE, "old");
    const length = this.#length();
    const [capacity] = fn.variables([INT_TYPE], ["capacity"]);
    fn.set(capacity!, fn.binary("mul", arrayLength(fn, old), intConstant(2)));
    const first = this.#element === BYTE ? FIRST_BYTES : FIRST_CAPACITY;
    const atLeast = (count: Atom) => fn.if(fn.compare("lt", capacity!, count), () => fn.set(capacity!, count));
    atLeast(intConstant(first));
    atLeast(minimum);
    // Only an overflow of the minimum itself leaves it negative.
    fn.if(fn.compare("lt", minimum, ZERO), () => fn.panic("outOfMemory", this.#line));

    const site = fn.siteAt(this.#line, this.#storageName());
    const storage = fn.variable({ kind: "array", element }, "storage");
    fn.emit({
      op: "arrayGrow",
      dst: storage,
      array: old,
      used: length,
      element,
      length: capacity!,
      overwritten: true,
      site,
    });
    this.#setStorage(storage);
    fn.end({ op: "return", values: [storage] });
  }

  #storageName(): string {
    return `${typeName(listOf(this.#element))} storage`;
  }

  /** Appends a text, to a list of bytes. */
  append(text: Atom): void {
    const callee = this.#function("append", [{ type: TEXT, name: "text" }], (inner, [value]) => {
      const into = inner.#fn;
      const source = into.reference(value!);
      const length = inner.#length();
      const found = inner.#storage();
      const storage = inner.#changingStorage(found);
      const count = into.sliceLength(source);
      const total = into.binary("add", length, count, "total");
      const room = into.binary("sub", arrayLength(into, found), length, "room");
      into.if(into.compare("lt", room, count), () => inner.#grow(total, storage));
      into.emit({ op: "arrayFill", array: storage, at: length, source, from: ZERO, count });
      inner.#setLength(total);
      into.end({ op: "return", values: [] });
    });
    this.#fn.callFunction(callee, UNIT, [this.#list, text], "", this.#line);
  }

  pop(name = "popped"): Value {
    const fn = this.#fn;
    const length = this.#length();
    const filled = fn.compare("ne", length, ZERO);
    fn.require(filled, () => fn.panic("emptyList", this.#line));
    const last = fn.binary("sub", length, ONE, "last");
    const dsts = fn.fresh(this.#element, name);
    const storage = this.#storage();
    fn.emit({ op: "arrayGet", dsts, array: storage, index: last });
    clearElements(fn, storage, last, ONE);
    this.#setLength(last);
    return dsts;
  }

  /** Moves the elements `[from, end)` of the storage up or down by one. */
  #shift(storage: Variable, from: Atom, end: Atom, up: boolean): void {
    const fn = this.#fn;
    const move = (source: Atom, target: Atom): void => {
      const values = fn.fresh(this.#element, "moved");
      fn.emit({ op: "arrayGet", dsts: values, array: storage, index: source });
      fn.emit({ op: "arraySet", array: storage, index: target, values });
    };
    const [at] = fn.variables([INT_TYPE], ["at"]);
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

  insert(at: Atom, value: Value): void {
    const fn = this.#fn;
    const length = this.#length();
    fn.if(fn.compare("ltUnsigned", length, at), () => fn.panic("indexOutOfRange", this.#line, at, length));
    const parameters = [
      { type: INT, name: "at" },
      { type: this.#element, name: "value" },
    ];
    const callee = this.#function("insert", parameters, (inner, [position, values]) => {
      const into = inner.#fn;
      const end = inner.#length();
      inner.push(values!);
      const storage = inner.#storage();
      const index = into.atom(position!);
      inner.#shift(storage, index, end, true);
      into.emit({ op: "arraySet", array: storage, index, values: values! });
      into.end({ op: "return", values: [] });
    });
    fn.callFunction(callee, UNIT, [this.#list, at, ...value], "", this.#line);
  }

  remove(at: Atom, name = "removed"): Value {
    const fn = this.#fn;
    const length = this.#length();
    fn.require(fn.compare("ltUnsigned", at, length), () => fn.panic("indexOutOfRange", this.#line, at, length));
    const callee = this.#function("remove", [{ type: INT, name: "at" }], (inner, [position]) => {
      const into = inner.#fn;
      const end = inner.#length();
      const storage = inner.#storage();
      const index = into.atom(position!);
      const removed = into.fresh(this.#element, "removed");
      into.emit({ op: "arrayGet", dsts: removed, array: storage, index });
      inner.#shift(storage, into.binary("add", index, ONE), end, false);
      const last = into.binary("sub", end, ONE);
      clearElements(into, storage, last, ONE);
      inner.#setLength(last);
      into.fn.results = [...into.representation.of(this.#element)];
      into.end({ op: "return", values: removed });
    });
    return fn.callFunction(callee, this.#element, [this.#list, at], name, this.#line);
  }

  /** As many elements as asked for: the last ones go, or copies of the value come. */
  resize(size: Atom, value: Value): void {
    const fn = this.#fn;
    if (size.kind === "variable" || size.value < 0) {
      fn.require(fn.compare("ge", size, ZERO), () => fn.panic("negativeLength", this.#line, size));
    }
    const parameters = [
      { type: INT, name: "size" },
      { type: this.#element, name: "value" },
    ];
    const callee = this.#function("resize", parameters, (inner, [wanted, values]) => {
      const into = inner.#fn;
      const least = into.atom(wanted!);
      into.loop("resize", (label) => {
        into.if(into.compare("ge", inner.#length(), least), () => into.break(label));
        inner.push(values!);
      });
      inner.#clearFrom(least);
      inner.#setLength(least);
      into.end({ op: "return", values: [] });
    });
    fn.callFunction(callee, UNIT, [this.#list, size, ...value], "", this.#line);
  }

  /** Takes out all elements from one on, where they refer to something. */
  #clearFrom(first: Atom): void {
    const fn = this.#fn;
    if (!fn.representation.element(this.#element).components.some(holdsPointer)) return;
    const length = this.#length();
    const count = first === ZERO ? length : fn.binary("sub", length, first, "gone");
    clearElements(fn, this.#storage(), first, count);
  }

  /** The elements as a slice without a copy; the list starts anew, so that nothing can grow what was sliced. */
  finish(name?: string): Variable {
    const storage = this.#storage();
    const length = this.#length();
    const empty = newArray(this.#fn, this.#element, ZERO, this.#line, this.#storageName());
    this.#setStorage(empty);
    this.#setLength(ZERO);
    return arrayAsSlice(this.#fn, this.#element, storage, length, name);
  }
}
