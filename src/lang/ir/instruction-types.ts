/** Which types an instruction's operands and results have to have. */

import {
  type Atom,
  BYTE_ELEMENT,
  type ElementType,
  type FieldType,
  type Instruction,
  type InstructionOf,
  type IrFunction,
  type IrType,
  type RecordType,
  TEXT_ELEMENT,
  TEXT_TYPE,
  type UnaryOperator,
  type Variable,
} from "./ir.ts";
import { printType } from "./print.ts";

type Kind = IrType["kind"];
const INT: IrType = { kind: "int" };
const BOOL: IrType = { kind: "bool" };
const NUMBERS: readonly Kind[] = ["int", "long", "float", "byte", "bool"];

/** Operand and result of each unary operator; several pairs where it takes several types. */
const UNARY: Readonly<Record<UnaryOperator, readonly (readonly [Kind, Kind])[]>> = {
  neg: same("int", "long", "float"),
  not: same("bool"),
  intToLong: [["int", "long"]],
  longToInt: [["long", "int"]],
  intToFloat: [["int", "float"]],
  longToFloat: [["long", "float"]],
  floatToInt: [["float", "int"]],
  floatToLong: [["float", "long"]],
  intToByte: [["int", "byte"]],
  byteToInt: [["byte", "int"]],
  boolToInt: [["bool", "int"]],
  floatBits: [["float", "long"]],
  floatFromBits: [["long", "float"]],
  floor: same("float"),
  ceil: same("float"),
  sqrt: same("float"),
  abs: same("int", "long", "float"),
  clz: same("int", "long"),
  ctz: same("int", "long"),
  popcount: same("int", "long"),
};
const COMPARISONS: ReadonlySet<string> = new Set(["eq", "ne", "lt", "le", "gt", "ge", "ltUnsigned"]);

function same(...kinds: readonly Kind[]): (readonly [Kind, Kind])[] {
  return kinds.map((kind) => [kind, kind] as const);
}

/** Whether two types are one: records and unions by identity, elements by what they are made of. */
function isSame(one: IrType, other: IrType): boolean {
  if (one.kind === "union") return other.kind === "union" && one.union === other.union;
  if (one.kind === "record") return other.kind === "record" && one.record === other.record;
  if (one.kind === "array" || one.kind === "slice")
    return other.kind === one.kind && isSameElement(one.element, other.element);
  return one.kind === other.kind;
}

function isSameElement(one: ElementType, other: ElementType): boolean {
  if (one === other) return true;
  return (
    one.components.length === other.components.length &&
    one.components.every((component, index) => isSame(component, other.components[index]!))
  );
}

/** Whether a value of one type may become one of another: the same, or the union that a record is a case of. */
export function isAssignable(from: IrType, to: IrType): boolean {
  if (from.kind === "record" && to.kind === "union") return from.record.caseOf?.union === to.union;
  return isSame(from, to);
}

/** Thrown where a type is wrong. */
class WrongType extends Error {}

/** @returns what is wrong; null where all is right. Calls and the arms of a match are checked elsewhere (verify.ts). */
export function checkTypes(instruction: Instruction, fn: IrFunction): string | null {
  try {
    check(instruction, fn);
    return null;
  } catch (error) {
    if (error instanceof WrongType) return error.message;
    throw error;
  }
}

function expectSame(what: string, actual: IrType, expected: IrType): void {
  if (!isSame(actual, expected)) wrong(`${what} is ${printType(actual)}, not ${printType(expected)}`);
}

function expectAssignable(what: string, from: IrType, to: IrType): void {
  if (!isAssignable(from, to)) wrong(`${what} is ${printType(from)}, not ${printType(to)}`);
}

function expectKind(what: string, { kind }: IrType, expected: readonly Kind[]): void {
  if (!expected.includes(kind)) wrong(`${what} is ${kind}, not ${expected.join(" or ")}`);
}

function expectInts(...atoms: readonly Atom[]): void {
  for (const { type } of atoms) expectSame("an index, length or address", type, INT);
}

function expectCount(actual: number, expected: number): void {
  if (actual !== expected) wrong(`it has ${actual} values, not ${expected}`);
}

function wrong(message: string): never {
  throw new WrongType(message);
}

/** The element of what has to be an array, or a slice. */
function elementOf({ name, type }: Variable, kind: "array" | "slice"): ElementType {
  if (type.kind !== kind) wrong(`${name} is ${type.kind}, not ${kind}`);
  return type.element;
}

function sliceOf(element: ElementType): IrType {
  return { kind: "slice", element };
}

function expectValues(values: readonly { readonly type: IrType }[], types: readonly IrType[]): void {
  expectCount(values.length, types.length);
  for (const [index, type] of types.entries()) expectAssignable("a value", values[index]!.type, type);
}

/** Of values that are read: they may be put into wider variables. */
function expectTargets(targets: readonly { readonly type: IrType }[], types: readonly IrType[]): void {
  expectCount(targets.length, types.length);
  for (const [index, type] of types.entries()) expectAssignable("a value", type, targets[index]!.type);
}

/** The field of a record that an object has to be. */
function fieldOf(object: Atom, record: RecordType, index: number): FieldType {
  expectSame("the object", object.type, { kind: "record", record });
  return record.fields[index] ?? wrong(`${record.name} has no field ${index}`);
}

/** The types of the arguments that make a record. */
function argumentsOf(record: RecordType): IrType[] {
  return record.fields.flatMap(({ type, unpackedLength, inline }) => {
    if (inline !== undefined) return argumentsOf(inline);
    return unpackedLength === undefined ? [type] : Array.from({ length: unpackedLength }, () => type);
  });
}

function check(i: Instruction, fn: IrFunction): void {
  switch (i.op) {
    case "set":
      expectAssignable(i.dst.name, i.src.type, i.dst.type);
      return;
    case "globalGet":
      expectAssignable(i.dst.name, i.global.type, i.dst.type);
      return;
    case "globalSet":
      expectAssignable(i.global.name, i.value.type, i.global.type);
      return;
    case "static":
      expectAssignable(i.dst.name, i.source.type, i.dst.type);
      return;
    case "unary": {
      const pairs = UNARY[i.operator];
      if (pairs.some(([from, to]) => i.a.type.kind === from && i.dst.type.kind === to)) return;
      wrong(`${i.operator} of ${i.a.type.kind} gives no ${i.dst.type.kind}`);
      return;
    }
    case "binary":
      checkBinary(i);
      return;
    case "same":
      expectKind(i.a.name, i.a.type, ["record", "union"]);
      expectKind(i.b.name, i.b.type, ["record", "union"]);
      expectSame(i.dst.name, i.dst.type, BOOL);
      return;
    case "return":
      expectValues(i.values, fn.results);
      return;
    case "if":
      expectSame("the condition", i.condition.type, BOOL);
      return;
    case "switch":
      expectKind("the value", i.value.type, ["int", "byte"]);
      return;
    case "match":
      expectSame(i.value.name, i.value.type, { kind: "union", union: i.union });
      return;
    case "loop":
    case "block":
    case "break":
    case "continue":
    case "panic":
    case "call":
    case "tailCall":
      return;
    default:
      checkMemory(i);
      return;
  }
}

function checkBinary({ operator, a, b, dst }: InstructionOf<"binary">): void {
  expectKind("an operand", a.type, NUMBERS);
  expectSame("the second operand", b.type, a.type);
  expectSame(dst.name, dst.type, COMPARISONS.has(operator) ? BOOL : a.type);
  if (operator === "ltUnsigned") expectSame("an operand", a.type, INT);
}

type Control =
  | ("set" | "globalGet" | "globalSet" | "static" | "unary" | "binary" | "same" | "return" | "if" | "switch" | "match")
  | ("loop" | "block" | "break" | "continue" | "panic" | "call" | "tailCall");
type MemoryInstruction = Exclude<Instruction, { readonly op: Control }>;

function checkMemory(i: MemoryInstruction): void {
  switch (i.op) {
    case "construct":
      expectValues(i.args, argumentsOf(i.record));
      expectAssignable("the record", { kind: "record", record: i.record }, i.dst.type);
      return;
    case "immediate":
      if (i.union.cases[i.caseIndex]?.record !== null) wrong(`case ${i.caseIndex} has a record`);
      expectSame(i.dst.name, i.dst.type, { kind: "union", union: i.union });
      return;
    case "field":
      expectAssignable("the field", plain(fieldOf(i.object, i.record, i.index)).type, i.dst.type);
      return;
    case "setField": {
      const field = plain(fieldOf(i.object, i.record, i.index));
      if (!field.mutable) wrong(`${field.name} never changes`);
      expectAssignable(field.name, i.value.type, field.type);
      return;
    }
    case "part": {
      const { inline, name } = fieldOf(i.object, i.record, i.index);
      if (inline === undefined) wrong(`${name} lies in no object`);
      expectAssignable("the part", { kind: "record", record: inline }, i.dst.type);
      return;
    }
    case "unpackedGet":
      expectInts(i.at);
      expectAssignable("the element", unpacked(fieldOf(i.object, i.record, i.index)).type, i.dst.type);
      return;
    case "unpackedSlice": {
      expectInts(i.start, i.end);
      const { type } = unpacked(fieldOf(i.object, i.record, i.index));
      expectSame("the slice", i.dst.type, sliceOf({ name: "", components: [type] }));
      return;
    }
    case "memoryAllocate":
      expectInts(i.bytes, i.dst);
      return;
    case "memoryResize":
      expectInts(i.address, i.bytes, i.dst);
      return;
    case "memoryFree":
      expectInts(i.address);
      return;
    case "memoryLoad":
      expectInts(i.address, i.index);
      expectKind(i.dst.name, i.dst.type, NUMBERS);
      return;
    case "memoryStore":
      expectInts(i.address, i.index);
      expectKind("the value", i.value.type, NUMBERS);
      return;
    case "callExtern":
      expectValues(i.args, i.extern.params);
      expectTargets(i.dsts, i.extern.result === null ? [] : [i.extern.result]);
      return;
    default:
      checkSequence(i);
      return;
  }
}

/** A field that is read and written as a whole. */
function plain(field: FieldType): FieldType {
  return field.unpackedLength === undefined && field.inline === undefined ? field : wrong(`${field.name} is no word`);
}

function unpacked(field: FieldType): FieldType {
  return field.unpackedLength === undefined ? wrong(`${field.name} is no unpacked array`) : field;
}

type Sequence = Exclude<
  MemoryInstruction,
  {
    readonly op:
      | ("construct" | "immediate" | "field" | "setField" | "part" | "unpackedGet" | "unpackedSlice" | "callExtern")
      | ("memoryAllocate" | "memoryResize" | "memoryFree" | "memoryLoad" | "memoryStore");
  }
>;

function checkSequence(i: Sequence): void {
  switch (i.op) {
    case "arrayNew":
      expectInts(i.length);
      expectSame(i.dst.name, i.dst.type, { kind: "array", element: i.element });
      return;
    case "arrayGrow":
      expectInts(i.used, i.length);
      expectSame(i.array.name, i.array.type, { kind: "array", element: i.element });
      expectSame(i.dst.name, i.dst.type, { kind: "array", element: i.element });
      return;
    case "arrayLength":
      elementOf(i.array, "array");
      expectInts(i.dst);
      return;
    case "arrayGet":
      expectInts(i.index);
      expectTargets(i.dsts, elementOf(i.array, "array").components);
      return;
    case "arraySet":
      expectInts(i.index);
      expectValues(i.values, elementOf(i.array, "array").components);
      return;
    case "arrayClear":
      expectInts(i.at, i.count);
      elementOf(i.array, "array");
      return;
    case "arrayFill":
      expectInts(i.at, i.from, i.count);
      expectSame(i.source.name, i.source.type, sliceOf(elementOf(i.array, "array")));
      return;
    case "arraySlice":
      expectInts(i.start, i.end);
      expectSame(i.dst.name, i.dst.type, sliceOf(elementOf(i.array, "array")));
      return;
    case "sliceLength":
      elementOf(i.slice, "slice");
      expectInts(i.dst);
      return;
    case "sliceGet":
      expectInts(i.index);
      expectTargets(i.dsts, elementOf(i.slice, "slice").components);
      return;
    case "sliceSet":
      expectInts(i.index);
      expectValues(i.values, elementOf(i.slice, "slice").components);
      return;
    case "subslice":
      expectInts(i.start, i.end);
      expectSame(i.dst.name, i.dst.type, i.slice.type);
      return;
    case "sliceEmpty":
      expectKind(i.dst.name, i.dst.type, ["slice"]);
      return;
    case "literal":
    case "readInput":
      expectSame(i.dst.name, i.dst.type, TEXT_TYPE);
      return;
    case "arguments":
      expectSame(i.dst.name, i.dst.type, sliceOf(TEXT_ELEMENT));
      return;
    case "write":
    case "textSend":
      expectSame(i.bytes.name, i.bytes.type, TEXT_TYPE);
      return;
    case "textReceive":
      expectSame(i.array.name, i.array.type, { kind: "array", element: BYTE_ELEMENT });
      return;
    case "portPut":
      expectKind("the value", i.value.type, NUMBERS);
      expectSame(i.dst.name, i.dst.type, BOOL);
      return;
    case "arrayFree":
      expectKind(i.owner.name, i.owner.type, i.field === null ? ["array", "slice"] : ["record"]);
      return;
    case "portGet":
      expectSame(i.dsts[0].name, i.dsts[0].type, BOOL);
      expectKind(i.dsts[1].name, i.dsts[1].type, NUMBERS);
      return;
  }
}
