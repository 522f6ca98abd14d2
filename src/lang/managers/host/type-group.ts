/**
 * The one recursion group that holds all WasmGC types of a program, while it is made: what each becomes is in types.ts.
 * Types refer to each other by their place in the group until it is built.
 */

import binaryen from "binaryen";
import type { WasmType } from "../../codegen/wasm.ts";
import type { ElementType, FieldType, IrType, RecordType, UnionType } from "../../ir/ir.ts";
import { InternalCompilerError } from "../../options.ts";
import type { FoundTypes } from "./found.ts";
import { structBytes } from "./sizes.ts";

type HeapType = binaryen.HeapType;
type PackedType = binaryen.PackedType;

const { i32, i64, f64, i8, notPacked } = binaryen;
/** Up to this many cases with records are told apart by type tests. */
const MOST_TESTED_CASES = 5;
const REFERENCE_BYTES = 8;
/** How numbers and truth values lie in structs and arrays. */
export const SCALARS = {
  int: { type: i32, packed: notPacked, bytes: 4 },
  byte: { type: i32, packed: i8, bytes: 1 },
  bool: { type: i32, packed: i8, bytes: 1 },
  long: { type: i64, packed: notPacked, bytes: 8 },
  float: { type: f64, packed: notPacked, bytes: 8 },
} as const;

/** How the cases of a union are told apart. */
export type UnionKind = "direct" | "tested" | "tagged";

/** One field of a struct while types are being made. */
interface Slot {
  readonly type: WasmType;
  readonly packed: PackedType;
  readonly bytes: number;
  readonly mutable: boolean;
}

/** What a union becomes. */
interface Plan {
  readonly kind: UnionKind;
  /** The case whose value is null; -1: none. */
  readonly nullCase: number;
  readonly hasImmediates: boolean;
}

/** What a type is known by: a record, a union, the plan of one with immediates, an element or its name. */
type Key = object | string;

/** A struct that has been defined. */
interface DefinedRecord {
  readonly slots: readonly number[];
  readonly tag: number | null;
  readonly bytes: number;
}

/** An array that has been defined. */
interface DefinedArray {
  /** What one element takes in the array. */
  readonly bytes: number;
  /** The struct of several components. */
  readonly box: { readonly slots: readonly number[]; readonly bytes: number } | null;
}

/** A type of the group that has been built. */
interface BuiltType {
  readonly heapType: HeapType;
  /** Non-null reference. */
  readonly type: WasmType;
  readonly nullable: WasmType;
}

const TAG_SLOT: Slot = { ...SCALARS.byte, mutable: false };

export class TypeGroup {
  readonly #found: FoundTypes;
  readonly #plans: ReadonlyMap<UnionType, Plan>;
  readonly #indexes = new Map<Key, number>();
  readonly #names: string[] = [];
  readonly #builder: binaryen.TypeBuilder;

  constructor(found: FoundTypes) {
    this.#found = found;
    this.#plans = new Map(found.unions.map((union) => [union, planOf(union)]));
    this.#nameAll();
    this.#builder = new binaryen.TypeBuilder(this.#names.length);
    this.#builder.createRecGroup(0, this.#names.length);
  }

  /** Gives each type its place. */
  #nameAll(): void {
    const { records, unions, elements } = this.#found;
    const add = (key: Key, name: string): void => {
      this.#indexes.set(key, this.#names.length);
      this.#names.push(name);
    };
    for (const union of unions) {
      const plan = this.plan(union);
      if (plan.kind !== "direct") add(union, union.name);
      if (plan.hasImmediates) add(plan, `${union.name}.immediate`);
    }
    for (const record of records) add(record, record.name);
    for (const element of elements) {
      add(element.name, `[${element.name}]`);
      if (isBoxed(element)) add(element, `[${element.name}].element`);
    }
  }

  /** What a union becomes. */
  plan(union: UnionType): Plan {
    return known(this.#plans.get(union), union.name);
  }

  /** Defines the structs above the records of unions, and those of cases without a record. */
  defineUnions(): void {
    for (const union of this.#found.unions) {
      const plan = this.plan(union);
      const slots = plan.kind === "tagged" ? [TAG_SLOT] : [];
      if (plan.kind !== "direct") {
        this.#setStruct(union, slots);
        this.#builder.setOpen(this.#indexOf(union));
      }
      if (plan.hasImmediates) {
        this.#setStruct(plan, slots);
        this.#builder.setSubType(this.#indexOf(plan), this.#heap(union));
      }
    }
  }

  /** Defines the struct of a record, behind the tag if its union has one. */
  defineRecord(record: RecordType): DefinedRecord {
    const { caseOf } = record;
    const kind = caseOf === undefined ? null : this.plan(caseOf.union).kind;
    const groups = record.fields.map((field, index) => this.#fieldSlots(record, field, index));
    const first = kind === "tagged" ? [TAG_SLOT] : [];
    const slots = [...first, ...groups.flat()];
    this.#setStruct(record, slots);
    if (caseOf !== undefined && kind !== "direct") {
      this.#builder.setSubType(this.#indexOf(record), this.#heap(caseOf.union));
    }
    return {
      slots: startsOf(groups, first.length),
      tag: kind === "tagged" ? (caseOf?.index ?? null) : null,
      bytes: structBytes(slots.map((slot) => slot.bytes)),
    };
  }

  /** Defines the array of an element, and the struct of its components if it has several. */
  defineArray(element: ElementType): DefinedArray {
    const index = this.#indexOf(element.name);
    if (!isBoxed(element)) {
      const [component] = element.components;
      const slot = component === undefined ? TAG_SLOT : (this.#slotsOf(component, true)[0] ?? TAG_SLOT);
      this.#builder.setArrayType(index, slot.type, slot.packed, true);
      return { bytes: slot.bytes, box: null };
    }
    // The components of an element that exists are there; only the reference to it may be null.
    const groups = element.components.map((type) => this.#slotsOf(type, false));
    this.#setStruct(element, groups.flat());
    const slot = this.#reference(element, true);
    this.#builder.setArrayType(index, slot.type, slot.packed, true);
    const bytes = structBytes(groups.flat().map((each) => each.bytes));
    return { bytes: slot.bytes, box: { slots: startsOf(groups, 0), bytes } };
  }

  /**
   * Builds the group, all of whose types have been defined, and names them in the module. @returns the type of a key
   */
  build(module: binaryen.Module): (key: Key) => BuiltType {
    const heapTypes = this.#builder.buildAndDispose();
    this.#names.forEach((name, index) => {
      module.setTypeName(heapTypes[index] as HeapType, name);
    });
    return (key) => {
      const heapType = heapTypes[this.#indexOf(key)] as HeapType;
      return {
        heapType,
        type: binaryen.getTypeFromHeapType(heapType, false),
        nullable: binaryen.getTypeFromHeapType(heapType, true),
      };
    };
  }

  #indexOf(key: Key): number {
    return known(this.#indexes.get(key), String(key));
  }

  #heap(key: Key): HeapType {
    return this.#builder.getTempHeapType(this.#indexOf(key));
  }

  #reference(key: Key, nullable: boolean): Slot {
    return {
      type: this.#builder.getTempRefType(this.#heap(key), nullable),
      packed: notPacked,
      bytes: REFERENCE_BYTES,
      mutable: false,
    };
  }

  #slotsOf(type: IrType, nullable: boolean): Slot[] {
    switch (type.kind) {
      case "union": {
        const plan = this.plan(type.union);
        return [this.#reference(unionKey(type.union, plan), nullable || plan.nullCase >= 0)];
      }
      case "record":
        return [this.#reference(type.record, nullable)];
      case "array":
        return [this.#reference(type.element.name, nullable)];
      case "slice":
        return [
          this.#reference(type.element.name, nullable),
          { ...SCALARS.int, mutable: false },
          { ...SCALARS.int, mutable: false },
        ];
      default:
        return [{ ...SCALARS[type.kind], mutable: false }];
    }
  }

  #fieldSlots(record: RecordType, field: FieldType, index: number): Slot[] {
    return field.unpackedLength === undefined
      ? this.#slotsOf(field.type, false).map((slot) => ({ ...slot, mutable: field.mutable }))
      : [this.#reference(this.#found.unpackedElement(record, index).name, false)];
  }

  #setStruct(key: Key, slots: readonly Slot[]): void {
    this.#builder.setStructType(
      this.#indexOf(key),
      slots.map(({ type, packed, mutable }) => ({ type, packedType: packed, mutable })),
    );
  }
}

function planOf(union: UnionType): Plan {
  const withRecord = union.cases.filter((each) => each.record !== null).length;
  const without = union.cases.length - withRecord;
  const kind = without > 1 || withRecord > MOST_TESTED_CASES ? "tagged" : withRecord === 1 ? "direct" : "tested";
  return {
    kind,
    nullCase: without === 1 ? union.cases.findIndex((each) => each.record === null) : -1,
    hasImmediates: without > 1,
  };
}

/** What a value of the union refers to. */
export function unionKey(union: UnionType, plan: Plan): object {
  if (plan.kind !== "direct") return union;
  return known(union.cases.find((each) => each.record !== null)?.record ?? undefined, union.name);
}

function isBoxed(element: ElementType): boolean {
  return element.components.length > 1 || element.components[0]?.kind === "slice";
}

/** Where each group starts when all stand one behind the other. */
function startsOf(groups: readonly (readonly Slot[])[], first: number): number[] {
  let next = first;
  return groups.map((group) => {
    const start = next;
    next += group.length;
    return start;
  });
}

/** A type of the program, which has been found. */
export function known<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new InternalCompilerError(`host has not seen the type ${name}`);
  return value;
}
