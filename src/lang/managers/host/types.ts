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
 * All structs are immutable but for the fields that the IR says change. Values are non-null wherever the IR's type cannot
 * be an immediate that is null. Elements of arrays are nullable, because they are null before they are written.
 *
 * Why tags only from six cases on: over 1 024 objects in turn a dispatch took 1.2 ns by tests against 0.9 by tag with two
 * cases, 1.3 : 1.0 with three, 2.5 : 1.6 with six; but a tag often makes the object 8 bytes larger. Building and walking
 * trees took the same time both ways with two to six cases, and json.mote (five) allocated 156 MB with tags and
 * 146 MB without, in 2 % less time.
 */

import binaryen from "binaryen";
import type { WasmType } from "../../codegen/wasm.ts";
import type { ElementType, FieldType, IrProgram, IrType, RecordType, UnionType } from "../../ir/ir.ts";
import { InternalCompilerError } from "../../options.ts";
import { FoundTypes } from "./found.ts";
import { structBytes } from "./sizes.ts";

type HeapType = binaryen.HeapType;
type PackedType = binaryen.PackedType;

const { i32, i64, f64, i8, notPacked } = binaryen;
/** Up to this many cases with records are told apart by type tests. */
const MOST_TESTED_CASES = 5;
const REFERENCE_BYTES = 8;
const SCALARS = {
  int: { type: i32, packed: notPacked, bytes: 4 },
  byte: { type: i32, packed: i8, bytes: 1 },
  bool: { type: i32, packed: i8, bytes: 1 },
  long: { type: i64, packed: notPacked, bytes: 8 },
  float: { type: f64, packed: notPacked, bytes: 8 },
} as const;

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
  readonly kind: "direct" | "tested" | "tagged";
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

/** One field of a struct while types are being made. */
interface Slot {
  readonly type: WasmType;
  readonly packed: PackedType;
  readonly bytes: number;
  readonly mutable: boolean;
}

interface Plan {
  readonly kind: UnionInfo["kind"];
  readonly nullCase: number;
  readonly hasImmediates: boolean;
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
    const plans = new Map(unions.map((union) => [union, planOf(union)]));
    const indexes = new Map<object | string, number>();
    const names: string[] = [];
    const add = (key: object | string, name: string): void => {
      indexes.set(key, names.length);
      names.push(name);
    };
    for (const union of unions) {
      const plan = plans.get(union) as Plan;
      if (plan.kind !== "direct") add(union, union.name);
      if (plan.hasImmediates) add(plan, `${union.name}.immediate`);
    }
    for (const record of records) {
      add(record, record.name);
    }
    for (const element of elements) {
      add(element.name, `[${element.name}]`);
      if (isBoxed(element)) add(element, `[${element.name}].element`);
    }

    const builder = new binaryen.TypeBuilder(names.length);
    builder.createRecGroup(0, names.length);
    const indexOf = (key: object | string): number => known(indexes.get(key), String(key));
    const heap = (key: object | string): HeapType => builder.getTempHeapType(indexOf(key));
    const reference = (key: object | string, nullable: boolean): Slot => ({
      type: builder.getTempRefType(heap(key), nullable),
      packed: notPacked,
      bytes: REFERENCE_BYTES,
      mutable: false,
    });
    const slotsOf = (type: IrType, nullable: boolean): Slot[] => {
      switch (type.kind) {
        case "union": {
          const plan = plans.get(type.union) as Plan;
          return [reference(unionKey(type.union, plan), nullable || plan.nullCase >= 0)];
        }
        case "record":
          return [reference(type.record, nullable)];
        case "array":
          return [reference(type.element.name, nullable)];
        case "slice":
          return [
            reference(type.element.name, nullable),
            { ...SCALARS.int, mutable: false },
            { ...SCALARS.int, mutable: false },
          ];
        default:
          return [{ ...SCALARS[type.kind], mutable: false }];
      }
    };
    const fieldSlots = (record: RecordType, field: FieldType, index: number): Slot[] =>
      field.unpackedLength === undefined
        ? slotsOf(field.type, false).map((slot) => ({ ...slot, mutable: field.mutable }))
        : [reference(this.#found.unpackedElement(record, index).name, false)];
    const tagSlot: Slot = { ...SCALARS.byte, mutable: false };
    const setStruct = (key: object | string, slots: readonly Slot[]): void =>
      builder.setStructType(
        indexOf(key),
        slots.map(({ type, packed, mutable }) => ({ type, packedType: packed, mutable })),
      );

    for (const union of unions) {
      const plan = plans.get(union) as Plan;
      const slots = plan.kind === "tagged" ? [tagSlot] : [];
      if (plan.kind !== "direct") {
        setStruct(union, slots);
        builder.setOpen(indexOf(union));
      }
      if (plan.hasImmediates) {
        setStruct(plan, slots);
        builder.setSubType(indexOf(plan), heap(union));
      }
    }
    const recordParts = records.map((record) => {
      const kind = record.caseOf === undefined ? null : (plans.get(record.caseOf.union) as Plan).kind;
      const groups = record.fields.map((field, index) => fieldSlots(record, field, index));
      const first = kind === "tagged" ? [tagSlot] : [];
      const slots = [...first, ...groups.flat()];
      setStruct(record, slots);
      if (record.caseOf !== undefined && kind !== "direct") {
        builder.setSubType(indexOf(record), heap(record.caseOf.union));
      }
      return {
        record,
        slots: startsOf(groups, first.length),
        tag: kind === "tagged" ? (record.caseOf?.index ?? null) : null,
        bytes: structBytes(slots.map((slot) => slot.bytes)),
      };
    });
    const elementParts = elements.map((element) => {
      const groups = element.components.map((type) => slotsOf(type, true));
      const isBox = isBoxed(element);
      // The components of an element that exists are there; only the reference to it may be null.
      const boxGroups = isBox ? element.components.map((type) => slotsOf(type, false)) : [];
      if (isBox) setStruct(element, boxGroups.flat());
      const slot = isBox ? reference(element, true) : (groups[0]?.[0] ?? tagSlot);
      builder.setArrayType(indexOf(element.name), slot.type, slot.packed, true);
      const boxBytes = structBytes(boxGroups.flat().map((each) => each.bytes));
      return { element, bytes: slot.bytes, slots: startsOf(boxGroups, 0), boxBytes, isBox };
    });

    const heapTypes = builder.buildAndDispose();
    names.forEach((name, index) => {
      module.setTypeName(heapTypes[index] as HeapType, name);
    });
    const typesOf = (key: object | string): { heapType: HeapType; type: WasmType; nullable: WasmType } => {
      const heapType = heapTypes[indexOf(key)] as HeapType;
      return {
        heapType,
        type: binaryen.getTypeFromHeapType(heapType, false),
        nullable: binaryen.getTypeFromHeapType(heapType, true),
      };
    };
    for (const { record, slots, tag, bytes } of recordParts) {
      this.#records.set(record, { ...typesOf(record), slots, tag, bytes });
    }
    for (const union of unions) {
      const plan = plans.get(union) as Plan;
      const { type, nullable } = typesOf(unionKey(union, plan));
      this.#unions.set(union, {
        kind: plan.kind,
        type: plan.nullCase >= 0 ? nullable : type,
        nullable,
        nullCase: plan.nullCase,
        immediate: plan.hasImmediates ? typesOf(plan) : null,
      });
    }
    for (const { element, bytes, slots, boxBytes, isBox } of elementParts) {
      const box = isBox ? { ...typesOf(element), slots, bytes: boxBytes } : null;
      const [component] = element.components;
      const plain = component === undefined ? null : (this.nullableRepresentation(component)[0] as WasmType);
      this.#elements.set(element.name, {
        ...typesOf(element.name),
        bytes,
        elementType: box?.nullable ?? plain,
        box,
      });
    }
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
function unionKey(union: UnionType, plan: Plan): object {
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

function known<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new InternalCompilerError(`host has not seen the type ${name}`);
  return value;
}
