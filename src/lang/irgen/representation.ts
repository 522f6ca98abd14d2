/**
 * How Mote's types look in the IR; decided here once for all memory managers.
 *
 * Invariants: one RecordType for each boxed struct, case and list type of a program, one UnionType for each union; the
 * fields of a record are complete as soon as its creator returns, although records may refer to each other.
 */

import type { Parts } from "../check/parts.ts";
import type { FunctionSymbol, Local } from "../check/typed.ts";
import {
  BYTE,
  type ClassType,
  componentCount,
  type Field,
  type FunctionType,
  type HandleType,
  isFlat,
  isNullary,
  listOf,
  optionalElement,
  plainType,
  portOf,
  type StructType,
  TEXT,
  type Type,
  typeName,
  type UnionCase,
  type UnionType as UnionSource,
} from "../check/types.ts";
import {
  BYTE_ELEMENT,
  type ElementType,
  type FieldType,
  type IrType,
  type RecordType,
  TEXT_ELEMENT,
  TEXT_TYPE,
  type UnionType,
} from "../ir/ir.ts";
import { InternalCompilerError } from "../options.ts";

/** Where a list's storage and length are in its record. */
export const LIST_STORAGE = 0;
export const LIST_LENGTH = 1;

/** Where a port's storage, its first element and its number of elements are in its record. */
export const PORT_STORAGE = 0;
export const PORT_FIRST = 1;
export const PORT_COUNT = 2;

/** Where the address of a handle's node is in its record; 0 when it has been freed. */
export const HANDLE_NODE = 0;

export const INT_TYPE: IrType = { kind: "int" };
export const BOOL_TYPE: IrType = { kind: "bool" };

/** A function as a case of the union of its type. */
export interface FunctionCase {
  readonly index: number;
  /** What it captures; null: nothing. */
  readonly record: RecordType | null;
}

export class Representation {
  /** The inline fields of classes. */
  readonly parts: Parts;
  readonly #partClasses: ReadonlySet<Type>;
  readonly #types = new Map<Type, readonly IrType[]>();
  readonly #elements = new Map<Type, ElementType>([
    [BYTE, BYTE_ELEMENT],
    [TEXT, TEXT_ELEMENT],
  ]);
  readonly #records = new Map<Type, RecordType>();
  readonly #unions = new Map<UnionSource, UnionType>();
  readonly #functions = new Map<FunctionType, UnionType>();
  readonly #functionCases = new Map<FunctionType, Map<FunctionSymbol, FunctionCase>>();

  constructor(parts: Parts) {
    this.parts = parts;
    this.#partClasses = new Set([...parts.values()].map((construction) => construction.class));
  }

  /** The variables a value of this type travels in; none for Unit. */
  of(source: Type): readonly IrType[] {
    const type = plainType(source);
    let types = this.#types.get(type);
    if (types === undefined) {
      types = this.#components(type);
      this.#types.set(type, types);
    }
    return types;
  }

  #components(type: Type): readonly IrType[] {
    switch (type.kind) {
      case "int":
      case "long":
      case "byte":
      case "float":
      case "bool":
        return [{ kind: type.kind }];
      case "pointer":
        // An address is a number to every memory manager: nothing traces it, nothing moves what it leads to.
        return [INT_TYPE];
      case "text":
        return [TEXT_TYPE];
      case "array":
        return [{ kind: "slice", element: this.element(type.element) }];
      case "list":
        return [{ kind: "record", record: this.list(type.element) }];
      case "union":
        return isNullary(type) ? [{ kind: "byte" }] : [{ kind: "union", union: this.union(type) }];
      case "struct":
        if (!isFlat(type)) return [{ kind: "record", record: this.struct(type) }];
        return type.fields.flatMap((field) => this.of(field.type));
      case "port":
        return [{ kind: "record", record: this.port(type.element) }];
      case "class":
        return [{ kind: "record", record: this.class(type) }];
      case "handle":
        return [{ kind: "record", record: this.handle(type) }];
      case "function":
        return [{ kind: "union", union: this.functions(type) }];
      case "unit":
      case "never":
      case "error":
        return [];
    }
  }

  /** What one element of `[type]` is made of. */
  element(source: Type): ElementType {
    const type = plainType(source);
    let element = this.#elements.get(type);
    if (element === undefined) {
      // Known before it is complete: the element may contain arrays of its own type.
      const components: IrType[] = [];
      element = { name: typeName(type), components };
      this.#elements.set(type, element);
      components.push(...this.of(type));
    }
    return element;
  }

  /** The record of a type, known before its fields are: they may lead back to it. */
  #record(type: Type, fields: () => FieldType[]): RecordType {
    let record = this.#records.get(type);
    if (record === undefined) {
      record = { name: typeName(type), fields: [], ...(this.#partClasses.has(type) ? { isPart: true } : {}) };
      this.#records.set(type, record);
      record.fields = fields();
    }
    return record;
  }

  /** The record of a boxed struct. */
  struct(type: StructType): RecordType {
    return this.#record(type, () => type.fields.flatMap((field) => this.#fields(field)));
  }

  /** A union of which at least one case has fields. */
  union(given: UnionSource): UnionType {
    const source = plainType(given) as UnionSource;
    let union = this.#unions.get(source);
    if (union === undefined) {
      union = { name: source.name, cases: [] };
      this.#unions.set(source, union);
      const object = this.optionalRecord(source);
      if (object !== null) {
        object.caseOf = { union, index: 1 };
        union.cases.push({ name: "None", record: null }, { name: "Some", record: object });
        return union;
      }
      for (const { name, index, fields } of source.cases) {
        const record: RecordType | null =
          fields.length === 0 ? null : { name: `${source.name}.${name}`, fields: [], caseOf: { union, index } };
        union.cases.push({ name, record });
      }
      for (const { index, fields } of source.cases) {
        const { record } = union.cases[index]!;
        if (record !== null) record.fields = fields.flatMap((field) => this.#fields(field));
      }
    }
    return union;
  }

  /**
   * The record that `Some` of an optional type is itself: where the value is one record. Null: it has one of its own.
   */
  optionalRecord(source: UnionSource): RecordType | null {
    const element = optionalElement(source);
    if (element === null) return null;
    const [only, second] = this.of(element);
    return only?.kind === "record" && second === undefined ? only.record : null;
  }

  /** The record of a class. */
  class(type: ClassType): RecordType {
    return this.#record(type, () => {
      return type.fields.flatMap((field): FieldType[] => {
        const part = this.parts.get(field);
        if (part === undefined) return this.#fields(field, true);
        const inline = this.class(part.class);
        return [{ name: field.name, type: { kind: "record", record: inline }, mutable: false, inline }];
      });
    });
  }

  /** The record of a case that has fields. */
  caseRecord(unionCase: UnionCase): RecordType {
    return this.union(unionCase.union).cases[unionCase.index]!.record!;
  }

  /** The union of all functions of a type that the program makes values of: a case for each, with what it captures. */
  functions(type: FunctionType): UnionType {
    let union = this.#functions.get(type);
    if (union === undefined) {
      union = { name: typeName(type), cases: [] };
      this.#functions.set(type, union);
    }
    return union;
  }

  /** Whether it is the union of a function type. */
  isOfFunctions(union: UnionType): boolean {
    return [...this.#functions.values()].includes(union);
  }

  /** The cases of that union, as far as they are known. */
  functionCases(type: FunctionType): ReadonlyMap<FunctionSymbol, FunctionCase> {
    return this.#functionCases.get(type) ?? new Map();
  }

  /** The case of a function in the union of its type. */
  functionCase(type: FunctionType, symbol: FunctionSymbol, captures: readonly Local[]): FunctionCase {
    const cases = this.#functionCases.get(type) ?? new Map<FunctionSymbol, FunctionCase>();
    this.#functionCases.set(type, cases);
    let known = cases.get(symbol);
    if (known === undefined) {
      const union = this.functions(type);
      const index = union.cases.length;
      const fields = captures.flatMap(({ name, type: captured }) => {
        const names = this.names(captured, name);
        return this.of(captured).map((component, i) => ({ name: names[i]!, type: component, mutable: false }));
      });
      const record: RecordType | null =
        fields.length === 0 ? null : { name: symbol.name, fields, caseOf: { union, index } };
      union.cases.push({ name: symbol.name, record });
      known = { index, record };
      cases.set(symbol, known);
    }
    return known;
  }

  /** When all functions that become values are known: a union has a case, even if nobody can have a value of it. */
  completeFunctions(): void {
    for (const { cases } of this.#functions.values()) {
      if (cases.length === 0) cases.push({ name: "none", record: null });
    }
  }

  /** The record of a list: storage and length, see LIST_STORAGE and LIST_LENGTH. */
  list(element: Type): RecordType {
    return this.#record(plainType(listOf(element)), () => [
      { name: "storage", type: { kind: "array", element: this.element(element) }, mutable: true, isOwner: true },
      { name: "length", type: INT_TYPE, mutable: true },
    ]);
  }

  /** The record of a port: storage, where its first element is, and how many there are; see PORT_STORAGE. */
  port(element: Type): RecordType {
    return this.#record(plainType(portOf(element)), () => [
      { name: "storage", type: { kind: "array", element: this.element(element) }, mutable: false },
      { name: "first", type: INT_TYPE, mutable: true },
      { name: "count", type: INT_TYPE, mutable: true },
    ]);
  }

  /** The record of a handle, see HANDLE_NODE. */
  handle(type: HandleType): RecordType {
    return this.#record(type, () => [{ name: "node", type: INT_TYPE, mutable: true }]);
  }

  #fields(field: Field, mutable = false): FieldType[] {
    const { name, type, unpackedLength } = field;
    const types = this.of(type);
    if (unpackedLength !== null) return [{ name, type: types[0]!, mutable: false, unpackedLength }];
    const names = this.names(type, name);
    return types.map((component, index) => ({ name: names[index]!, type: component, mutable }));
  }

  /** A name for each component of a value called `name`: "city", or "city.lat" and "city.lon". */
  names(type: Type, name: string): string[] {
    if (type.kind !== "struct" || !isFlat(type)) return this.of(type).map(() => name);
    return type.fields.flatMap((field) => this.names(field.type, `${name}.${field.name}`));
  }
}

/** How many fields of a record, or variables, a field takes. */
function width(field: Field): number {
  return field.unpackedLength === null ? componentCount(field.type) : 1;
}

/** The index of the first component of a field among those of all fields. */
export function fieldOffset(fields: readonly Field[], field: Field): number {
  let offset = 0;
  for (const other of fields) {
    if (other === field) return offset;
    offset += width(other);
  }
  throw new InternalCompilerError(`no field ${field.name}`);
}
