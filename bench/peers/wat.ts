/** The hand-written WasmGC peers: assembles and optimises them. */

import { readFileSync } from "node:fs";
import binaryen from "binaryen";
import type { ProgramName } from "./convention.ts";

const WRITTEN: readonly ProgramName[] = ["binarytrees", "lists"];

const FEATURES =
  binaryen.Features.GC |
  binaryen.Features.ReferenceTypes |
  binaryen.Features.BulkMemory |
  binaryen.Features.Multivalue |
  binaryen.Features.MutableGlobals;

/** @returns the module, or null where nobody wrote one */
export function assembleWasmGc(name: ProgramName): Uint8Array<ArrayBuffer> | null {
  if (!WRITTEN.includes(name)) return null;
  return assemble(readFileSync(new URL(`wasmgc/${name}.wat`, import.meta.url), "utf8"));
}

function assemble(text: string): Uint8Array<ArrayBuffer> {
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(FEATURES);
    binaryen.setOptimizeLevel(3);
    binaryen.setShrinkLevel(0);
    binaryen.setClosedWorld(true);
    module.optimize();
    return module.emitBinary() as Uint8Array<ArrayBuffer>;
  } finally {
    binaryen.setClosedWorld(false);
    module.dispose();
  }
}
