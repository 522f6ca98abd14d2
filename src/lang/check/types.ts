/**
 * The types of Mote, as the checker sees them.
 *
 * Invariants: types are compared by identity; `arrayOf`, `listOf` and `functionOf` make each type once. A struct is *flat* when its
 * values travel as several variables, otherwise *boxed*: a record on the heap.
 */

import type { Span } from "../source.ts";

export type Type = PrimitiveType | StructType | UnionType | ArrayType | ListType | FunctionType;

export interface PrimitiveType {
  readonly kind: "int" | "long" | "byte" | "float" | "bool" | "text" | "unit" | "never" | "error";
  readonly name: string;
}

/** `[T]` */
export interface ArrayType {
  readonly kind: "array";
  readonly element: Type;
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

export interface Field {
  readonly name: string;
  readonly type: Type;
  /** For `[T; n]`, an array unpacked in its owner: n; `type` is then T. */
  readonly unpackedLength: number | null;
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

/** The types a program can name without declaring them. */
export const BUILT_IN_TYPES: readonly PrimitiveType[] = [INT, LONG, BYTE, FLOAT, BOOL, TEXT];

const arrays = new WeakMap<Type, ArrayType>();
const lists = new WeakMap<Type, ListType>();

/** The type `[element]`. */
export function arrayOf(element: Type): ArrayType {
  let type = arrays.get(element);
  if (type === undefined) {
    type = { kind: "array", element };
    arrays.set(element, type);
  }
  return type;
}

/** The type `List[element]`. */
export function listOf(element: Type): ListType {
  let type = lists.get(element);
  if (type === undefined) {
    type = { kind: "list", element };
    lists.set(element, type);
  }
  return type;
}

const identities = new WeakMap<Type, number>();
const functions = new Map<string, FunctionType>();
let nextIdentity = 0;

function identityOf(type: Type): number {
  let identity = identities.get(type);
  if (identity === undefined) {
    identity = nextIdentity++;
    identities.set(type, identity);
  }
  return identity;
}

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

export const BYTES: ArrayType = arrayOf(BYTE);

/** The type in the source's words. */
export function typeName(type: Type): string {
  if (type.kind === "array") return `[${typeName(type.element)}]`;
  if (type.kind === "list") return `List[${typeName(type.element)}]`;
  if (type.kind === "function") {
    const result = type.result === UNIT ? "" : ` -> ${typeName(type.result)}`;
    return `fn(${type.parameters.map(typeName).join(", ")})${result}`;
  }
  return type.name;
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

/** True for types with `==`. */
export function isComparable(type: Type): boolean {
  if (type.kind === "union") return isNullary(type);
  return type === INT || type === LONG || type === BYTE || type === FLOAT || type === BOOL || type === TEXT;
}

/** True for types with `<`. */
export function isOrdered(type: Type): boolean {
  return type === INT || type === LONG || type === BYTE || type === FLOAT || type === TEXT;
}

/** The most components a struct may have and still be flat. */
const FLAT_LIMIT = 4;
const flatness = new WeakMap<StructType, boolean>();

/** True when values of this struct are no objects: few components, and no unpacked array. Needs finite types. */
export function isFlat(struct: StructType): boolean {
  let flat = flatness.get(struct);
  if (flat === undefined) {
    flat = struct.fields.every((field) => field.unpackedLength === null);
    if (flat) flat = struct.fields.reduce((sum, field) => sum + componentCount(field.type), 0) <= FLAT_LIMIT;
    flatness.set(struct, flat);
  }
  return flat;
}

/** How many variables a value of this type travels in. */
export function componentCount(type: Type): number {
  if (type.kind === "struct") {
    if (!isFlat(type)) return 1;
    return type.fields.reduce((sum, field) => sum + componentCount(field.type), 0);
  }
  return type === UNIT || isBottom(type) ? 0 : 1;
}
