/**
 * Puts the program and the core together.
 *
 * The core's wasm is read as a Binaryen module (core.ts) and the program's functions are added to that same module:
 * nothing needs merging, and the optimiser sees both. The core's functions and globals are found by their export names;
 * at the end all exports go but the few that a command needs, and the imported memory becomes the module's own.
 */

import binaryen from "binaryen";
import { importsOf } from "./core.ts";
import type { ManagerContext, ManagerResult } from "./manager.ts";
import { PAGE_BYTES } from "./wasm.ts";

/** What lowered programs need, whatever the manager. */
export const PROGRAM_FEATURES =
  binaryen.Features.BulkMemory |
  binaryen.Features.BulkMemoryOpt |
  binaryen.Features.NontrappingFPToInt |
  binaryen.Features.MutableGlobals |
  binaryen.Features.Multivalue |
  binaryen.Features.TailCall;

/** No maximum: the engine's limit holds. */
const UNLIMITED_PAGES = -1;

/** Adds `_start`, memory, data and exports to a module that has all its functions. */
export function linkModule(context: ManagerContext, result: ManagerResult, mainName: string): void {
  const { module, data, wasi, counters, settings, externs } = context;
  const { results } = binaryen.getFunctionInfo(module.getFunction(mainName));
  const main = module.call(mainName, result.mainArguments, results);
  const ended = result.mainResult === undefined ? module.drop(main) : module.global.set(result.mainResult, main);
  const start = [result.start, results === binaryen.none ? main : ended, wasi.flush()];
  module.addFunction("_start", binaryen.none, binaryen.none, [], module.block(null, start));
  defineAborts(context);

  // By the core's export names, which go now.
  const allocator = externs.exports;
  for (let index = module.getNumExports() - 1; index >= 0; index--) {
    module.removeExport(binaryen.getExportInfo(module.getExportByIndex(index)).name);
  }
  const bytes = Math.max(data.seal(), result.memory.bytes);
  module.setMemory(
    Math.ceil(bytes / PAGE_BYTES),
    UNLIMITED_PAGES,
    "memory",
    [
      // Passive segments come first: they are found by name, and binaryen ignores their offset.
      ...data.passiveSegments().map(({ name, bytes }) => ({ name, offset: 0, data: bytes, passive: true })),
      ...data.segments().map(({ address, bytes }) => ({ offset: module.i32.const(address), data: bytes })),
    ],
    false,
    false,
    result.memory.name,
  );
  module.addFunctionExport("_start", "_start");
  for (const { kind, internal, external } of [
    ...result.exports,
    ...counters.exports,
    ...settings.exports,
    ...allocator,
  ]) {
    if (kind === "function") module.addFunctionExport(internal, external);
    else module.addGlobalExport(internal, external);
  }
}

/** The core's debug build imports `env.abort`; a command may import nothing but WASI and its ports. */
function defineAborts(context: ManagerContext): void {
  const { module, wasi } = context;
  for (const name of importsOf(module, "env", "abort")) {
    module.removeFunction(name);
    wasi.defineAbort(name);
  }
}
