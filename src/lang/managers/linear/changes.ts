/** Which objects may be changed, after they are made, so that they refer to other objects. */

import type { ElementType, IrProgram, RecordType } from "../../ir/ir.ts";
import { printType } from "../../ir/print.ts";
import { forEachInstruction } from "../../ir/traverse.ts";
import { pointerKindOf } from "./layout.ts";

/**
 * The records of a program of which a field that leads to objects is set somewhere; and all that such a record lies in,
 * or an array of references, which may be set through a slice.
 */
export function findChanged({ functions }: IrProgram): (record: RecordType) => boolean {
  const set = new Set<RecordType>();
  for (const { body } of functions) {
    forEachInstruction(body, (i) => {
      if (i.op === "setField" && pointerKindOf(i.record.fields[i.index]!.type) !== null) set.add(i.record);
    });
  }
  const mayChange = (record: RecordType): boolean =>
    set.has(record) ||
    record.fields.some(({ type, unpackedLength, inline }) =>
      inline === undefined ? unpackedLength !== undefined && pointerKindOf(type) !== null : mayChange(inline),
    );
  return mayChange;
}

/**
 * The elements of which a program sets some through slices: arrays of others never change once only slices lead to
 * them.
 */
export function findSetBySlices({ functions }: IrProgram): (element: ElementType) => boolean {
  const set = new Set<string>();
  const keyOf = ({ components }: ElementType): string => components.map(printType).join(",");
  for (const { body } of functions) {
    forEachInstruction(body, (i) => {
      if (i.op === "sliceSet" && i.slice.type.kind === "slice") set.add(keyOf(i.slice.type.element));
    });
  }
  return (element) => set.has(keyOf(element));
}
