/**
 * The types of Mote, as the checker sees them.
 *
 * Invariants: types are compared by identity; `arrayOf`, `constOf`, `listOf` and `functionOf` make each type once. A
 * struct is *flat* when its values travel as several variables, otherwise *boxed*: a record on the heap.
 */

import type { Span } from "../source.ts";

export type Type =
  | PrimitiveType
  | StructType
  | UnionType
  | ArrayType
  | ListType
  | FunctionType
  | ClassType
  | PortType
  | PointerType
  | HandleType;

export interface PrimitiveType {
  readonly kind: "int" | "long" | "byte" | "float" | "bool" | "text" | "unit" | "never" | "error";
  readonly name: string;
}

/** `[T]`, or `const [T]`, whose elements cannot be assigned through it. */
export interface ArrayType {
  readonly kind: "array";
  readonly element: Type;
  readonly constant: boolean;
}

/** `List[T]` */
export interface ListType {
  readonly kind: "list";
  readonly element: Type;
}

/** `fn(A, B) -> R`; without a result, R is UNIT. */
export interface FunctionType {
  readonly kind: "function";
  readonly parameters: readonly Type[];
  readonly result: Type;
}

/** `Port[T]`: a queue of bounded length. */
export interface PortType {
  readonly kind: "port";
  readonly element: Type;
}

/** `Pointer[T]`: the address of elements in memory that the program manages itself. */
export interface PointerType {
  readonly kind: "pointer";
  readonly element: Type;
}

/**
 * What an extern module hands out and only it can look into. A value is an object of the program that stands for it.
 */
export interface HandleType {
  readonly kind: "handle";
  readonly name: string;
  readonly span: Span;
  readonly module: string;
  /** The module's function that frees one. */
  readonly free: string;
}

export interface Field {
  readonly name: string;
  readonly type: Type;
  /** For `[T; n]`, an array unpacked in its owner: n; `type` is then T. */
  readonly unpackedLength: number | null;
  /** For `const [T; n]`: its elements cannot be assigned. */
  readonly constant?: boolean;
  readonly span: Span;
}

export interface StructType {
  readonly kind: "struct";
  readonly name: string;
  readonly span: Span;
  /** Filled in once all names are known. */
  fields: readonly Field[];
}

export interface UnionCase {
  readonly name: string;
  readonly union: UnionType;
  readonly index: number;
  readonly span: Span;
  fields: readonly Field[];
}

export interface UnionType {
  readonly kind: "union";
  readonly name: string;
  readonly span: Span;
  cases: readonly UnionCase[];
  /** For `T?`, whose cases are None and Some(value: T): T. */
  readonly optionalOf?: Type;
}

/** A record that changes, and is known by its identity: a value is always a pointer to one. */
export interface ClassType {
  readonly kind: "class";
  readonly name: string;
  readonly span: Span;
  /** Filled in once all names are known. */
  fields: readonly Field[];
}

export const INT: PrimitiveType = { kind: "int", name: "Int" };
export const LONG: PrimitiveType = { kind: "long", name: "Long" };
export const BYTE: PrimitiveType = { kind: "byte", name: "Byte" };
export const FLOAT: PrimitiveType = { kind: "float", name: "Float" };
export const BOOL: PrimitiveType = { kind: "bool", name: "Bool" };
export const TEXT: PrimitiveType = { kind: "text", name: "Text" };
/** Of what has no value: statements, functions without a result. */
export const UNIT: PrimitiveType = { kind: "unit", name: "Unit" };
/** Of what never finishes: `fail(...)`, a block that returns. Fits everywhere. */
export const NEVER: PrimitiveType = { kind: "never", name: "Never" };
/** Of what has been reported already. Fits everywhere, so that one mistake gives one error. */
export const ERROR: PrimitiveType = { kind: "error", name: "?" };

/** Of a global whose initialiser has not been checked. */
export const UNKNOWN: PrimitiveType = { kind: "error", name: "?" };

/** The types a program can name without declaring them. */
export const BUILT_IN_TYPES: readonly PrimitiveType[] = [INT, LONG, BYTE, FLOAT, BOOL, TEXT];

/** What `make` gives for a type: the same each time. */
function onceForEach<K extends Type, T extends object | number | boolean>(make: (type: K) => T): (type: K) => T {
  const made = new WeakMap<K, T>();
  return (type) => {
    let one = made.get(type);
    if (one === undefined) {
      one = make(type);
      made.set(type, one);
    }
    return one;
  };
}

/** The type `[element]`. */
export const arrayOf = onceForEach((element: Type): ArrayType => ({ kind: "array", element, constant: false }));

/** The type `const [element]`. */
export const constOf = onceForEach((element: Type): ArrayType => ({ kind: "array", element, constant: true }));

/** The type `List[element]`. */
export const listOf = onceForEach((element: Type): ListType => ({ kind: "list", element }));

/** The type `Port[element]`. */
export const portOf = onceForEach((element: Type): PortType => ({ kind: "port", element }));

/** The type `Pointer[element]`. */
export const pointerOf = onceForEach((element: Type): PointerType => ({ kind: "pointer", element }));

let nextIdentity = 0;
const identityOf = onceForEach(() => nextIdentity++);
const functions = new Map<string, FunctionType>();

/** The type `fn(parameters) -> result`. */
export function functionOf(parameters: readonly Type[], result: Type): FunctionType {
  const key = [...parameters, result].map(identityOf).join(" ");
  let type = functions.get(key);
  if (type === undefined) {
    type = { kind: "function", parameters, result };
    functions.set(key, type);
  }
  return type;
}

/** The type `element?`: a union of None and Some(value). */
export const optionalOf = onceForEach((element: Type): UnionType => {
  const span: Span = { start: 0, end: 0 };
  const name = element.kind === "function" ? `(${typeName(element)})?` : `${typeName(element)}?`;
  const type: UnionType = { kind: "union", name, span, cases: [], optionalOf: element };
  const value: Field = { name: "value", type: element, unpackedLength: null, span };
  type.cases = [
    { name: "None", union: type, index: 0, span, fields: [] },
    { name: "Some", union: type, index: 1, span, fields: [value] },
  ];
  return type;
});

/** The type of what a field holds: an array, where it is unpacked in its owner. */
export function fieldValueType({ type, unpackedLength, constant = false }: Field): Type {
  if (unpackedLength === null || isBottom(type)) return type;
  return constant ? constOf(type) : arrayOf(type);
}

/** The type with every array in it `const`, as far as types are made of types and not of declarations. */
export function constantType(type: Type): Type {
  const element = optionalElement(type);
  if (element !== null) return optionalOf(constantType(element));
  return type.kind === "array" ? constOf(constantType(type.element)) : type;
}

/**
 * The type with no array in it `const`: both look the same in memory. Function types stay, whose values are never
 * converted.
 */
export const plainType = onceForEach((type: Type): Type => {
  const optional = optionalElement(type);
  if (optional !== null) return optionalOf(plainType(optional));
  switch (type.kind) {
    case "array":
      return arrayOf(plainType(type.element));
    case "list":
      return listOf(plainType(type.element));
    case "port":
      return portOf(plainType(type.element));
    default:
      return type;
  }
});

/** T, for `T?`; null for other types. */
export function optionalElement(type: Type): Type | null {
  return (type.kind === "union" ? type.optionalOf : undefined) ?? null;
}

export const BYTES: ArrayType = arrayOf(BYTE);
export const CONST_BYTES: ArrayType = constOf(BYTE);

/** The type in the source's words. */
export function typeName(type: Type): string {
  if (type.kind === "array") return `${type.constant ? "const " : ""}[${typeName(type.element)}]`;
  if (type.kind === "list") return `List[${typeName(type.element)}]`;
  if (type.kind === "port") return `Port[${typeName(type.element)}]`;
  if (type.kind === "pointer") return `Pointer[${typeName(type.element)}]`;
  if (type.kind === "function") {
    const result = type.result === UNIT ? "" : ` -> ${typeName(type.result)}`;
    return `fn(${type.parameters.map(typeName).join(", ")})${result}`;
  }
  return type.name;
}

/** Whether a value of type `from` will do where one of `to` is only read: `[T]` as `const [T]`. */
export function isReadAs(from: Type, to: Type): boolean {
  return from.kind === "array" && to.kind === "array" && to.constant && !from.constant && from.element === to.element;
}

/** True for `never` and `error`: whatever is asked of such a value, no new error arises. */
export function isBottom(type: Type): boolean {
  return type === NEVER || type === ERROR;
}

/** The type of a choice between two values that have been checked to agree. */
export function joinTypes(a: Type, b: Type): Type {
  if (a === NEVER) return b;
  return b === NEVER || a === ERROR ? a : b;
}

export function isInteger(type: Type): boolean {
  return type === INT || type === LONG;
}

/** True for a union of which no case has fields: its values are small numbers. */
export function isNullary(union: UnionType): boolean {
  return union.cases.every((unionCase) => unionCase.fields.length === 0);
}

/** True for types whose `==` asks whether both are the same object, or both none. */
export function hasIdentity(type: Type): boolean {
  return ["class", "handle"].includes((optionalElement(type) ?? type).kind);
}

/** True for types with `.length`. */
export function hasLength(type: Type): boolean {
  return type === TEXT || type.kind === "array" || type.kind === "list" || type.kind === "port";
}

/** True for types with `==`. */
export function isComparable(type: Type): boolean {
  if (hasIdentity(type)) return true;
  if (type.kind === "union") return isNullary(type);
  if (type.kind === "pointer") return true;
  return type === INT || type === LONG || type === BYTE || type === FLOAT || type === BOOL || type === TEXT;
}

/** True for types whose values lead to other objects. */
export function holdsPointers(type: Type): boolean {
  if (type.kind === "struct") return !isFlat(type) || type.fields.some((field) => holdsPointers(field.type));
  if (type.kind === "union") return !isNullary(type);
  return ["text", "array", "list", "port", "class", "function", "handle"].includes(type.kind);
}

/** True for types whose values a pointer can lead to: numbers, which lie in memory the same way everywhere. */
export function isPlainData(type: Type): boolean {
  return [INT, LONG, BYTE, FLOAT, BOOL].includes(type as PrimitiveType) || type.kind === "pointer";
}

/** True for types with `<`. */
export function isOrdered(type: Type): boolean {
  return type === INT || type === LONG || type === BYTE || type === FLOAT || type === TEXT;
}

/** The most components a struct may have and still be flat. */
const FLAT_LIMIT = 4;

/** True when values of this struct are no objects: few components, and no unpacked array. Needs finite types. */
export const isFlat = onceForEach(({ fields }: StructType): boolean => {
  if (fields.some((field) => field.unpackedLength !== null)) return false;
  return fields.reduce((sum, field) => sum + componentCount(field.type), 0) <= FLAT_LIMIT;
});

/** How many variables a value of this type travels in. */
export function componentCount(type: Type): number {
  if (type.kind === "struct") {
    if (!isFlat(type)) return 1;
    return type.fields.reduce((sum, field) => sum + componentCount(field.type), 0);
  }
  return type === UNIT || isBottom(type) ? 0 : 1;
}
