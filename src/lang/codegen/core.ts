/** The core as a Binaryen module: its exports by name, its settings as constants, its imports with bodies. */

import { readFileSync } from "node:fs";
import binaryen from "binaryen";
import { InternalCompilerError } from "../options.ts";

/** What the core needs of the engine. */
export const CORE_FEATURES =
  binaryen.Features.BulkMemory |
  binaryen.Features.BulkMemoryOpt |
  binaryen.Features.SIMD128 |
  binaryen.Features.SignExt |
  binaryen.Features.NontrappingFPToInt |
  binaryen.Features.MutableGlobals;

/** Binaryen's name for the first imported memory of a binary. Should it ever differ, the module does not validate. */
export const CORE_MEMORY = "mimport$0";

const cores = new Map<string, Uint8Array>();

/** Reads the core. @param debug the build with assertions and verification */
export function openCore(debug: boolean): binaryen.Module {
  const file = debug ? "debug.wasm" : "release.wasm";
  let wasm = cores.get(file);
  if (wasm === undefined) {
    wasm = readFileSync(new URL(`../../../dist/core/${file}`, import.meta.url));
    cores.set(file, wasm);
  }
  const core = binaryen.readBinary(wasm);
  core.setFeatures(CORE_FEATURES);
  return core;
}

/** The internal name of what the core exports as `name`. */
export function coreName(module: binaryen.Module, name: string): string {
  const ref = module.getExport(name);
  if (ref === 0) throw new InternalCompilerError(`the core does not export ${name}`);
  return binaryen.getExportInfo(ref).value;
}

/**
 * Makes a setting of the core a constant, so that the optimiser drops what it does not choose.
 * @param setting name of the exported global
 * @param chooser name of the exported function that sets it; it goes
 */
export function fixSetting(module: binaryen.Module, setting: string, chooser: string, value: number): void {
  const choose = coreName(module, chooser);
  module.removeExport(chooser);
  module.removeFunction(choose);
  const global = coreName(module, setting);
  module.removeGlobal(global);
  module.addGlobal(global, binaryen.i32, false, module.i32.const(value));
}

/** The internal names of what the core imports as `base` from the module `from`. */
export function importsOf(module: binaryen.Module, from: string, base: string): string[] {
  const functions = Array.from({ length: module.getNumFunctions() }, (_, index) =>
    binaryen.getFunctionInfo(module.getFunctionByIndex(index)),
  );
  return functions.filter((info) => info.module === from && info.base === base).map(({ name }) => name);
}

/** Replaces a function that the core imports from its host by a body of the caller's; its name stays. */
export function defineImport(module: binaryen.Module, base: string, define: (name: string) => void): void {
  const imported = importsOf(module, "host", base);
  if (imported.length === 0) throw new InternalCompilerError(`the core does not import ${base}`);
  for (const name of imported) {
    module.removeFunction(name);
    define(name);
  }
}
