/** Sizes of functions are read as they stand in the module. */

import binaryen from "binaryen";
import { expect, test } from "vitest";
import { functionSizes } from "../../bench/size/sections.ts";

function assemble(text: string, names: boolean): Uint8Array {
  const module = binaryen.parseText(text);
  binaryen.setDebugInfo(names);
  const wasm = module.emitBinary();
  binaryen.setDebugInfo(false);
  module.dispose();
  return wasm;
}

const TEXT = `(module
  (import "env" "imported" (func $imported))
  (func $empty (export "empty"))
  (func $longer (export "longer") (param i64) (result i64) (i64.mul (local.get 0) (i64.const 123456789012345))))`;

test("names and bytes of functions", () => {
  const sizes = functionSizes(assemble(TEXT, true));
  expect(sizes.map(({ name }) => name)).toEqual(["empty", "longer"]);
  // Length, no locals, end.
  expect(sizes[0]!.bytes).toBe(3);
  expect(sizes[1]!.bytes).toBeGreaterThan(12);
});

test("without names they are numbered", () => {
  expect(functionSizes(assemble(TEXT, false)).map(({ name }) => name)).toEqual(["function 0", "function 1"]);
});
