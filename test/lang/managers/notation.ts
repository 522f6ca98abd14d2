/** Arrays and slices in the notation of the IR. */

import type { ElementType, IrType, Variable } from "../../../src/lang/ir/ir.ts";
import { type FunctionBuilder, int } from "../ir-notation.ts";

export function arrayOf(element: ElementType): IrType {
  return { kind: "array", element };
}

export function sliceOf(element: ElementType): IrType {
  return { kind: "slice", element };
}

export function newArray(f: FunctionBuilder, element: ElementType, length: number | Variable): Variable {
  const count = typeof length === "number" ? int(length) : length;
  return f.define(arrayOf(element), { op: "arrayNew", element, length: count });
}
