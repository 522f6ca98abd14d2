/** Collecting the types of a program, before any of them can be defined: they refer to each other. */

import {
  BYTE_ELEMENT,
  type ElementType,
  type FieldType,
  type IrProgram,
  type IrType,
  type RecordType,
  TEXT_ELEMENT,
  type UnionType,
} from "../../ir/ir.ts";
import { forEachInstruction, readsOf, writesOf } from "../../ir/traverse.ts";

/** Every record, union and element that the program mentions, each once, in the order of the text. */
export class FoundTypes {
  readonly #records = new Set<RecordType>();
  readonly #unions = new Set<UnionType>();
  readonly #elements = new Map<string, ElementType>();
  readonly #unpacked = new Map<RecordType, Map<number, ElementType>>();

  constructor(program: IrProgram) {
    this.#element(BYTE_ELEMENT);
    this.#element(TEXT_ELEMENT);
    for (const fn of program.functions) {
      for (const type of fn.results) this.#type(type);
      for (const param of fn.params) this.#type(param.type);
      forEachInstruction(fn.body, (instruction) => {
        // The slice's type knows the element's name; the field's only its component.
        if (instruction.op === "unpackedSlice" && instruction.dst.type.kind === "slice") {
          this.#unpackedOf(instruction.record).set(instruction.index, instruction.dst.type.element);
        }
        for (const atom of [...readsOf(instruction), ...writesOf(instruction)]) this.#type(atom.type);
        if ("record" in instruction) this.#record(instruction.record);
        if ("union" in instruction) this.#union(instruction.union);
        if ("element" in instruction) this.#element(instruction.element);
      });
    }
    for (const record of this.#records) {
      record.fields.forEach((field, index) => {
        if (field.unpackedLength !== undefined) this.#element(this.unpackedElement(record, index));
      });
    }
  }

  get records(): readonly RecordType[] {
    return [...this.#records];
  }

  get unions(): readonly UnionType[] {
    return [...this.#unions];
  }

  get elements(): readonly ElementType[] {
    return [...this.#elements.values()];
  }

  unpackedElement(record: RecordType, index: number): ElementType {
    const fields = this.#unpackedOf(record);
    let element = fields.get(index);
    if (element === undefined) {
      const field = record.fields[index] as FieldType;
      element = { name: `${record.name}.${field.name}`, components: [field.type] };
      fields.set(index, element);
    }
    return element;
  }

  #unpackedOf(record: RecordType): Map<number, ElementType> {
    let fields = this.#unpacked.get(record);
    if (fields === undefined) {
      fields = new Map();
      this.#unpacked.set(record, fields);
    }
    return fields;
  }

  #type(type: IrType): void {
    switch (type.kind) {
      case "union":
        this.#union(type.union);
        break;
      case "record":
        this.#record(type.record);
        break;
      case "array":
      case "slice":
        this.#element(type.element);
        break;
    }
  }

  #union(union: UnionType): void {
    if (this.#unions.has(union)) return;
    this.#unions.add(union);
    for (const { record } of union.cases) if (record !== null) this.#record(record);
  }

  #record(record: RecordType): void {
    if (this.#records.has(record)) return;
    this.#records.add(record);
    if (record.caseOf !== undefined) this.#union(record.caseOf.union);
    for (const field of record.fields) this.#type(field.type);
  }

  #element(element: ElementType): void {
    if (this.#elements.has(element.name)) return;
    this.#elements.set(element.name, element);
    for (const component of element.components) this.#type(component);
  }
}
