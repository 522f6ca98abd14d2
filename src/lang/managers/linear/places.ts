/** Where the parts of objects in linear memory are. */

import binaryen from "binaryen";
import { ARRAY_HEADER_BYTES } from "#contract";
import { beyond, elementPlace, type Place } from "../../codegen/access.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { ExpressionRef } from "../../codegen/wasm.ts";
import type { Atom, ElementType, RecordType, Variable } from "../../ir/ir.ts";
import type { Layouts } from "./layout.ts";

/** The wasm values of a slice. */
export const POINTER_PART = 0;
export const LENGTH_PART = 1;

/** The place of a field. */
export function fieldPlace(
  context: FunctionContext,
  layouts: Layouts,
  object: Variable,
  record: RecordType,
  index: number,
): Place {
  return { base: () => context.read(object), offset: layouts.record(record).offsets[index] as number };
}

/** The place of an array's first element. */
export function arrayStart(context: FunctionContext, array: Variable): Place {
  return { base: () => context.read(array), offset: ARRAY_HEADER_BYTES };
}

/** The place of a slice's first element. */
export function sliceStart(context: FunctionContext, slice: Variable): Place {
  return { base: () => context.read(slice, POINTER_PART), offset: 0 };
}

/** The element type of an array or a slice. */
export function elementOf(variable: Variable): ElementType {
  const { type } = variable;
  if (type.kind !== "array" && type.kind !== "slice") throw new TypeError(`${variable.name} has no elements`);
  return type.element;
}

/**
 * The places of an element's components, behind statements that compute its address.
 * @param isUsedOnce whether only one access follows: a computed address is kept in a local otherwise
 */
export function componentPlaces(
  context: FunctionContext,
  layouts: Layouts,
  element: ElementType,
  start: Place,
  index: Atom,
  isUsedOnce: boolean,
): { places: Place[]; statements: ExpressionRef[] } {
  const layout = layouts.element(element);
  let place = elementPlace(context, start, index, layout.stride);
  const statements: ExpressionRef[] = [];
  if (index.kind === "variable" && !isUsedOnce) {
    const address = context.temporary(binaryen.i32);
    statements.push(address.set(place.base()));
    place = { base: () => address.get(), offset: place.offset };
  }
  return { places: layout.offsets.map((offset) => beyond(place, offset)), statements };
}
