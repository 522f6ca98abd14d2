/** What a global or a local is before it is set. */

import binaryen from "binaryen";
import type { ExpressionRef, WasmType } from "./wasm.ts";

/** Zero, or null where the type is one of references. */
export function zeroOf(module: binaryen.Module, type: WasmType): ExpressionRef {
  switch (type) {
    case binaryen.i32:
      return module.i32.const(0);
    case binaryen.i64:
      return module.i64.const(0n);
    case binaryen.f64:
      return module.f64.const(0);
    default:
      return module.ref.null(type);
  }
}
