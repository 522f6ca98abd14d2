/**
 * The WasmGC types of a program: all found before lowering starts and defined in one recursion group.
 *
 *     record           final struct of the fields; a slice takes three (array, offset, length); bytes and truth values are i8
 *     union, direct    one case with a record, at most one without: a reference to that record, null for the other case
 *     union, tested    two to five cases with records, at most one without: an empty open struct above the records, which
 *                      are told apart by type tests; null for the case without a record
 *     union, tagged    any other: the struct above the records holds the case's index (i8); a single case without a
 *                      record is null, several are preallocated structs of their own
 *     array            of the component; elements of several components are references to final structs of them
 *
 * All structs are immutable but for the fields that the IR says change. Values are non-null wherever the IR's type
 * cannot be an immediate that is null. Elements of arrays are nullable, because they are null before they are written.
 *
 * Why tags only from six cases on: over 1 024 objects in turn a dispatch took 1.2 ns by tests against 0.9 by tag with
 * two cases, 1.3 : 1.0 with three, 2.5 : 1.6 with six; but a tag often makes the object 8 bytes larger. Building and
 * walking trees took the same time both ways with two to six cases, and json.mote (five) allocated 156 MB with tags and
 * 146 MB without, in 2 % less time.
 */

import binaryen from "binaryen";
import type { WasmType } from "../../codegen/wasm.ts";
import type { ElementType, IrProgram, IrType, RecordType, UnionType } from "../../ir/ir.ts";
import { FoundTypes } from "./found.ts";
import { known, SCALARS, TypeGroup, type UnionKind, unionKey } from "./type-group.ts";

type HeapType = binaryen.HeapType;

const { i32 } = binaryen;

export interface RecordInfo {
  readonly heapType: HeapType;
  /** Non-null reference. */
  readonly type: WasmType;
  readonly nullable: WasmType;
  /** First struct field of each field of the record. */
  readonly slots: readonly number[];
  /** The case's index, to be stored in the first struct field; null: there is no tag. */
  readonly tag: number | null;
  readonly bytes: number;
}

export interface UnionInfo {
  readonly kind: UnionKind;
  /** Type of a value. */
  readonly type: WasmType;
  readonly nullable: WasmType;
  /** The case whose value is null; -1: none. */
  readonly nullCase: number;
  /** The struct of the other cases without a record. */
  readonly immediate: { readonly heapType: HeapType; readonly type: WasmType } | null;
}

export interface ElementInfo {
  /** Of the array. */
  readonly heapType: HeapType;
  readonly type: WasmType;
  readonly nullable: WasmType;
  /** What one element takes in the array. */
  readonly bytes: number;
  /** Type of what `array.get` gives; null: elements have no components. */
  readonly elementType: WasmType | null;
  /** The struct of several components, with the first struct field of each. */
  readonly box: {
    readonly heapType: HeapType;
    readonly nullable: WasmType;
    readonly slots: readonly number[];
    readonly bytes: number;
  } | null;
}

export class HostTypes {
  readonly #records = new Map<RecordType, RecordInfo>();
  readonly #unions = new Map<UnionType, UnionInfo>();
  /** By name: equal names mean equal components. */
  readonly #elements = new Map<string, ElementInfo>();
  readonly #found: FoundTypes;

  constructor(module: binaryen.Module, program: IrProgram) {
    this.#found = new FoundTypes(program);
    this.#build(module);
  }

  record(record: RecordType): RecordInfo {
    return known(this.#records.get(record), record.name);
  }

  union(union: UnionType): UnionInfo {
    return known(this.#unions.get(union), union.name);
  }

  element(element: ElementType): ElementInfo {
    return known(this.#elements.get(element.name), element.name);
  }

  /** The array type of a field that is an unpacked array. */
  unpackedElement(record: RecordType, index: number): ElementType {
    return this.#found.unpackedElement(record, index);
  }

  /** The wasm types of a value. */
  representation(type: IrType): readonly WasmType[] {
    switch (type.kind) {
      case "union":
        return [this.union(type.union).type];
      case "record":
        return [this.record(type.record).type];
      case "array":
        return [this.element(type.element).type];
      case "slice":
        return [this.element(type.element).type, i32, i32];
      default:
        return [SCALARS[type.kind].type];
    }
  }

  /** The same with every reference nullable, for locals. */
  nullableRepresentation(type: IrType): readonly WasmType[] {
    switch (type.kind) {
      case "union":
        return [this.union(type.union).nullable];
      case "record":
        return [this.record(type.record).nullable];
      case "array":
        return [this.element(type.element).nullable];
      case "slice":
        return [this.element(type.element).nullable, i32, i32];
      default:
        return this.representation(type);
    }
  }

  #build(module: binaryen.Module): void {
    const { records, unions, elements } = this.#found;
    const group = new TypeGroup(this.#found);
    group.defineUnions();
    const structs = records.map((record) => ({ record, struct: group.defineRecord(record) }));
    const arrays = elements.map((element) => ({ element, array: group.defineArray(element) }));
    const typesOf = group.build(module);
    for (const { record, struct } of structs) this.#records.set(record, { ...typesOf(record), ...struct });
    for (const union of unions) {
      const plan = group.plan(union);
      const { type, nullable } = typesOf(unionKey(union, plan));
      this.#unions.set(union, {
        kind: plan.kind,
        type: plan.nullCase >= 0 ? nullable : type,
        nullable,
        nullCase: plan.nullCase,
        immediate: plan.hasImmediates ? typesOf(plan) : null,
      });
    }
    for (const { element, array } of arrays) {
      const box = array.box === null ? null : { ...typesOf(element), ...array.box };
      const [component] = element.components;
      // A slice among the components means a box: only with one may a component's own elements come later.
      const plain = (): WasmType | null =>
        component === undefined ? null : (this.nullableRepresentation(component)[0] as WasmType);
      this.#elements.set(element.name, {
        ...typesOf(element.name),
        bytes: array.bytes,
        elementType: box === null ? plain() : box.nullable,
        box,
      });
    }
  }
}
