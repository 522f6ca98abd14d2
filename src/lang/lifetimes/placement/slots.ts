/**
 * The places inside objects that can hold pointers, and which kinds of objects can be reached from which.
 *
 * Owner: a kind of object, a record type or the components of an array's elements. Slot: a field of a record that holds
 * pointers, a global, or one component of all elements of an array. An array unpacked in a record has the slot of other
 * arrays of its elements, because a slice does not tell which of the two it sees; so has a record that lies inside
 * another.
 *
 * Invariant: slots and owners are compared by identity.
 */

import type { ElementType, FieldType, IrFunction, IrGlobal, IrType, RecordType } from "../../ir/ir.ts";
import { printType } from "../../ir/print.ts";
import { forEachInstruction, holdsPointer } from "../../ir/traverse.ts";

/** The elements of arrays and slices with the same components. */
interface ElementOwner {
  readonly components: readonly IrType[];
}

export type Owner = RecordType | ElementOwner;

export interface Slot {
  readonly owner: Owner;
  /** As in the source for a field; `[]` for elements. */
  readonly name: string;
  readonly type: IrType;
}

/** The slots and owners of one program. */
export class Slots {
  /** Owns the globals, as if they were the fields of one object. */
  readonly globals: Owner = { components: [] };
  readonly #globals = new Map<IrGlobal, Slot>();
  readonly #elements = new Map<string, ElementOwner>();
  readonly #slots = new Map<Owner, (Slot | undefined)[]>();
  readonly #reachable = new Map<Owner, ReadonlySet<Owner>>();
  /** The records that have elements, or another record, inside them, by what they have. */
  readonly #wholes = new Map<Owner, RecordType[]>();

  constructor(functions: readonly IrFunction[]) {
    const seen = new Set<RecordType>();
    for (const fn of functions) {
      forEachInstruction(fn.body, (instruction) => {
        if (instruction.op === "construct") seen.add(instruction.record);
      });
    }
    for (const record of seen) {
      for (const owner of this.ofRecord(record).slice(1)) {
        const known = this.#wholes.get(owner);
        if (known === undefined) this.#wholes.set(owner, [record]);
        else known.push(record);
      }
    }
  }

  /** The owners that an object of a record type is: itself, and the elements and records inside it. */
  ofRecord(record: RecordType): Owner[] {
    const owners = new Set<Owner>([record]);
    for (const { type, unpackedLength, inline } of record.fields) {
      if (unpackedLength !== undefined) owners.add(this.#elementOwner([type]));
      if (inline !== undefined) for (const owner of this.ofRecord(inline)) owners.add(owner);
    }
    return [...owners];
  }

  ofElement(element: ElementType): Owner {
    return this.#elementOwner(element.components);
  }

  /** All owners that an object may be which a value of this type points to. */
  ofType(type: IrType): Owner[] {
    switch (type.kind) {
      case "record":
        return this.#withWholes(type.record);
      case "union":
        return type.union.cases.flatMap(({ record }) => (record === null ? [] : this.#withWholes(record)));
      case "array":
        return [this.ofElement(type.element)];
      case "slice":
        return this.#withWholes(this.ofElement(type.element));
      default:
        return [];
    }
  }

  /** What an object may be that is this, or has it inside. */
  #withWholes(owner: Owner): Owner[] {
    const itself = "fields" in owner ? this.ofRecord(owner) : [owner];
    return [...itself, ...(this.#wholes.get(owner) ?? []).flatMap((record) => this.ofRecord(record))];
  }

  /** The slot of a field; undefined where it holds no pointers. */
  field(record: RecordType, index: number): Slot | undefined {
    const { type, unpackedLength } = record.fields[index]!;
    return unpackedLength === undefined ? this.#slotsOf(record)[index] : this.#slotsOf(this.#elementOwner([type]))[0];
  }

  /** The slot of a global; undefined where it holds no pointers. */
  global(global: IrGlobal): Slot | undefined {
    if (!holdsPointer(global.type)) return undefined;
    let slot = this.#globals.get(global);
    if (slot === undefined) {
      slot = { owner: this.globals, name: global.name, type: global.type };
      this.#globals.set(global, slot);
    }
    return slot;
  }

  /** The slot of one component of elements; undefined where it holds no pointers. */
  component(element: ElementType, index: number): Slot | undefined {
    return this.#slotsOf(this.ofElement(element))[index];
  }

  /** The owners that can be reached from an object that is `owner`, itself among them. */
  reachable(owner: Owner): ReadonlySet<Owner> {
    let found = this.#reachable.get(owner);
    if (found === undefined) {
      const all = new Set([owner]);
      // A set is iterated in the order of insertion, so what is added here is visited, too.
      for (const each of all) {
        for (const slot of this.#slotsOf(each)) {
          if (slot !== undefined) for (const inner of this.ofType(slot.type)) all.add(inner);
        }
      }
      found = all;
      this.#reachable.set(owner, found);
    }
    return found;
  }

  #elementOwner(components: readonly IrType[]): ElementOwner {
    const key = components.map(printType).join(",");
    let owner = this.#elements.get(key);
    if (owner === undefined) {
      owner = { components };
      this.#elements.set(key, owner);
    }
    return owner;
  }

  #slotsOf(owner: Owner): readonly (Slot | undefined)[] {
    let slots = this.#slots.get(owner);
    if (slots === undefined) {
      const places: readonly Pick<FieldType, "name" | "type" | "unpackedLength" | "inline">[] =
        "fields" in owner ? owner.fields : owner.components.map((type) => ({ name: "[]", type }));
      slots = places.map(({ name, type, unpackedLength, inline }) =>
        holdsPointer(type) && unpackedLength === undefined && inline === undefined ? { owner, name, type } : undefined,
      );
      this.#slots.set(owner, slots);
    }
    return slots;
  }
}
