/** Arrays, texts and lists as sequences: making, indexing, slicing. Indices are checked here, loads and stores not. */

import type { TypedExpression } from "../check/typed.ts";
import { BYTE, TEXT, type Type, typeName } from "../check/types.ts";
import type { Atom, Site, Variable } from "../ir/ir.ts";
import { holdsPointer } from "../ir/traverse.ts";
import { count } from "./counting.ts";
import { type Emitter, type Held, intConstant, type Value, ZERO } from "./emitter.ts";
import { unpackedPlace } from "./fields.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { INT_TYPE, LIST_LENGTH, LIST_STORAGE, PORT_COUNT } from "./representation.ts";

type ExpressionOf<Kind extends TypedExpression["kind"]> = Extract<TypedExpression, { kind: Kind }>;

/** Longer literals are stored element by element, so that not all elements are alive at once. */
const HELD_ELEMENTS = 8;

/** The Mote type of a sequence's elements. */
export function elementType(type: Type): Type {
  return type.kind === "array" || type.kind === "list" ? type.element : BYTE;
}

export function listLength(fn: Emitter, list: Variable): Variable {
  return fn.field(list, LIST_LENGTH, "length");
}

export function listStorage(fn: Emitter, list: Variable): Variable {
  return fn.field(list, LIST_STORAGE, "storage");
}

/** How many elements a port holds. */
export function portCount(fn: Emitter, port: Variable): Variable {
  return fn.field(port, PORT_COUNT, "count");
}

export function arrayLength(fn: Emitter, array: Variable): Variable {
  const dst = fn.variable(INT_TYPE, "capacity");
  fn.emit({ op: "arrayLength", dst, array });
  return dst;
}

/** Takes `count` elements out of an array, from its element `at`, where they refer to something. */
export function clearElements(fn: Emitter, array: Variable, at: Atom, count: Atom): void {
  const { type } = array;
  if (type.kind === "array" && type.element.components.some(holdsPointer))
    fn.emit({ op: "arrayClear", array, at, count });
}

/** Reads an element at an index that is known to be good. */
export function elementAt(fn: Emitter, type: Type, sequence: Variable, index: Atom, name = "element"): Value {
  const dsts = fn.fresh(elementType(type), name);
  if (type.kind === "list") fn.emit({ op: "arrayGet", dsts, array: listStorage(fn, sequence), index });
  else fn.emit({ op: "sliceGet", dsts, slice: sequence, index });
  return dsts;
}

export function sequenceLength(fn: Emitter, type: Type, sequence: Variable): Variable {
  if (type.kind === "port") return portCount(fn, sequence);
  return type.kind === "list" ? listLength(fn, sequence) : fn.sliceLength(sequence);
}

/** Panics unless `0 <= index < length`. */
export function checkIndex(fn: Emitter, index: Atom, length: Atom, line: number): void {
  if (index.kind === "constant" && length.kind === "constant" && index.value >= 0 && index.value < length.value) return;
  const good = fn.compare("ltUnsigned", index, length);
  fn.require(good, () => fn.panic("indexOutOfRange", line, index, length));
}

/** True when the loop around guarantees the index. */
export function isInRange(fn: FunctionBuilder, object: TypedExpression, index: TypedExpression): boolean {
  return index.kind === "local" && object.kind === "local" && fn.inRange.get(index.local) === object.local;
}

export function buildLength(fn: FunctionBuilder, expression: ExpressionOf<"length">): Atom {
  const { object } = expression;
  const place = unpackedPlace(fn, object);
  if (place !== null) return intConstant(place.length);
  return sequenceLength(fn, object.type, fn.reference(fn.value(object)));
}

export function buildIndex(fn: FunctionBuilder, expression: ExpressionOf<"index">, name?: string): Value {
  const { object, index, span } = expression;
  const place = unpackedPlace(fn, object);
  if (place !== null) {
    const at = fn.atom(fn.value(index));
    checkIndex(fn, at, intConstant(place.length), fn.line(span));
    const [dst] = fn.fresh(place.element, name ?? "element");
    fn.emit({ op: "unpackedGet", dst: dst!, object: place.object, record: place.record, index: place.index, at });
    return [dst!];
  }
  const [sequence, position] = fn.values([object, index]);
  const from = fn.reference(sequence!);
  const at = fn.atom(position!);
  if (!isInRange(fn, object, index)) checkIndex(fn, at, sequenceLength(fn, object.type, from), fn.line(span));
  return elementAt(fn, object.type, from, at, name);
}

export function buildSlice(fn: FunctionBuilder, expression: ExpressionOf<"slice">, name = "slice"): Value {
  const { object, span } = expression;
  const place = unpackedPlace(fn, object);
  const sequence: Held | null = place === null ? fn.held(object) : null;
  const startHeld = expression.start === null ? null : fn.held(expression.start);
  const endHeld = expression.end === null ? null : fn.held(expression.end);
  if (place === null && startHeld === null && endHeld === null) return sequence!.get();
  const slice = sequence === null ? null : fn.reference(sequence.get());
  const start = startHeld === null ? ZERO : fn.atom(startHeld.get());
  const length = slice === null ? intConstant(place!.length) : fn.sliceLength(slice);
  const end = endHeld === null ? length : fn.atom(endHeld.get());
  const refuse = () => fn.panic("sliceOutOfRange", fn.line(span), start, end);
  if (end !== length) fn.if(fn.compare("ltUnsigned", length, end), refuse);
  // With end in 0..length, an unsigned comparison also refuses a negative start.
  if (startHeld !== null) fn.if(fn.compare("ltUnsigned", end, start), refuse);
  const element = fn.representation.element(elementType(object.type));
  const dst = fn.variable({ kind: "slice", element }, name);
  if (slice !== null) fn.emit({ op: "subslice", dst, slice, start, end });
  else {
    fn.emit({
      op: "unpackedSlice",
      dst,
      object: place!.object,
      record: place!.record,
      index: place!.index,
      start,
      end,
    });
  }
  return [dst];
}

// Making

/** Allocates an array object, each element of which is written before it is read. */
export function newArray(fn: Emitter, element: Type, length: Atom, line: number, what: string): Variable {
  return allocateArray(fn, element, length, fn.siteAt(line, what), true);
}

function allocateArray(fn: Emitter, element: Type, length: Atom, site: Site, overwritten: boolean): Variable {
  const elementOf = fn.representation.element(element);
  const dst = fn.variable({ kind: "array", element: elementOf }, "array");
  fn.emit({ op: "arrayNew", dst, element: elementOf, length, overwritten, site });
  return dst;
}

/** The slice of an array object from its start up to `end`. */
export function arrayAsSlice(fn: Emitter, element: Type, array: Variable, end: Atom, name = "slice"): Variable {
  const dst = fn.variable({ kind: "slice", element: fn.representation.element(element) }, name);
  fn.emit({ op: "arraySlice", isFinal: true, dst, array, start: ZERO, end });
  return dst;
}

export function buildArrayLiteral(fn: FunctionBuilder, expression: ExpressionOf<"arrayLiteral">, name?: string): Atom {
  const { elements, type, span } = expression;
  const element = elementType(type);
  const length = intConstant(elements.length);
  if (type.kind !== "list" && elements.length === 0) {
    const dst = fn.variable({ kind: "slice", element: fn.representation.element(element) }, name ?? "empty");
    fn.emit({ op: "sliceEmpty", dst });
    return dst;
  }
  const what = type.kind === "list" ? `${typeName(type)} storage` : typeName(type);
  const array = storeElements(fn, element, elements, fn.line(span), what);
  if (type.kind !== "list") return arrayAsSlice(fn, element, array, length, name);
  return newList(fn, element, array, length, fn.line(span), name);
}

function storeElements(
  fn: FunctionBuilder,
  element: Type,
  elements: readonly TypedExpression[],
  line: number,
  what: string,
): Variable {
  const allocate = () => newArray(fn, element, intConstant(elements.length), line, what);
  const store = (array: Variable, index: number, values: Value) => {
    fn.emit({ op: "arraySet", isFirst: true, array, index: intConstant(index), values });
  };
  if (elements.length <= HELD_ELEMENTS) {
    const values = fn.values(elements);
    const array = allocate();
    for (const [index, value] of values.entries()) store(array, index, value);
    return array;
  }
  const array = allocate();
  for (const [index, one] of elements.entries()) store(array, index, fn.value(one));
  return array;
}

/** Allocates a list with this storage, of which the first `length` elements are in use. */
export function newList(
  fn: Emitter,
  element: Type,
  storage: Variable,
  length: Atom,
  line: number,
  name = "list",
): Variable {
  const record = fn.representation.list(element);
  const dst = fn.variable({ kind: "record", record }, name);
  fn.emit({ op: "construct", dst, record, args: [storage, length], site: fn.siteAt(line, record.name) });
  return dst;
}

/** `array(n, value)` */
export function buildArray(fn: FunctionBuilder, expression: ExpressionOf<"builtin">, name?: string): Atom {
  const { args, type, span } = expression;
  const element = elementType(type);
  const [count, value] = fn.values(args);
  const length = fn.atom(count!);
  const line = fn.line(span);
  if (length.kind === "variable" || length.value < 0) {
    fn.require(fn.compare("ge", length, ZERO), () => fn.panic("negativeLength", line, length));
  }
  // Fresh arrays of numbers are zero already.
  const isFilled = !value!.every(isZero);
  const array = allocateArray(fn, element, length, fn.siteAt(line, typeName(type)), isFilled);
  if (isFilled) fillArray(fn, array, length, value!);
  return arrayAsSlice(fn, element, array, length, name);
}

function isZero(atom: Atom): boolean {
  return atom.kind === "constant" && (atom.value === 0n || Object.is(atom.value, 0));
}

function fillArray(fn: Emitter, array: Variable, length: Atom, values: Value): void {
  count(
    fn,
    "i",
    ZERO,
    () => length,
    (index) => fn.emit({ op: "arraySet", isFirst: true, array, index, values }),
  );
}

/** `slice.copy()`: an array of its own with the same elements. */
export function buildCopy(fn: FunctionBuilder, expression: ExpressionOf<"builtin">, name?: string): Atom {
  const { args, type, span } = expression;
  const source = fn.reference(fn.frozen(fn.value(args[0]!)));
  const element = type === TEXT ? BYTE : elementType(type);
  const length = fn.sliceLength(source);
  const array = newArray(fn, element, length, fn.line(span), typeName(type));
  fn.emit({ op: "arrayFill", array, at: ZERO, source, from: ZERO, count: length });
  return arrayAsSlice(fn, element, array, length, name);
}
