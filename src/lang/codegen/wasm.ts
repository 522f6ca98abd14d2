/** The words in which wasm is written: Binaryen's expressions and types, and what code is made of besides. */

import type binaryen from "binaryen";

/** Bytes of a page of linear memory, as a shift. */
export const PAGE_SHIFT = 16;
/** Bytes of a page of linear memory. */
export const PAGE_BYTES = 1 << PAGE_SHIFT;

export type ExpressionRef = binaryen.ExpressionRef;
export type WasmType = binaryen.Type;

/** A local of a function that is being written. */
export interface Temporary {
  get(): ExpressionRef;
  set(value: ExpressionRef): ExpressionRef;
  tee(value: ExpressionRef): ExpressionRef;
}

/** What a finished module exports. */
export interface ModuleExport {
  readonly kind: "function" | "global";
  /** The name in the module. */
  readonly internal: string;
  /** The name for the module's host. */
  readonly external: string;
}
