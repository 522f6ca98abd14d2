/**
 * The core in the emitted module, and the module's last steps.
 *
 * The core's wasm is read as a Binaryen module and the program's functions are added to that same module: nothing needs
 * merging, and the optimiser sees both. The core's functions and globals are found by their export names; at the end
 * all exports go but the few that a command needs, the imported memory becomes the module's own, and whatever is no
 * longer reachable disappears.
 */

import { readFileSync } from "node:fs";
import binaryen from "binaryen";
import type { ManagerContext, ManagerResult } from "../managers/manager.ts";
import { InternalCompilerError } from "../options.ts";
import { inviteInlining } from "./inlining.ts";

/** What the core needs of the engine. */
export const CORE_FEATURES =
  binaryen.Features.BulkMemory |
  binaryen.Features.BulkMemoryOpt |
  binaryen.Features.SIMD128 |
  binaryen.Features.SignExt |
  binaryen.Features.NontrappingFPToInt |
  binaryen.Features.MutableGlobals;

/** What lowered programs need, whatever the manager. */
export const PROGRAM_FEATURES =
  binaryen.Features.BulkMemory |
  binaryen.Features.BulkMemoryOpt |
  binaryen.Features.NontrappingFPToInt |
  binaryen.Features.MutableGlobals |
  binaryen.Features.Multivalue |
  binaryen.Features.TailCall;

/** Binaryen's name for the first imported memory of a binary. Should it ever differ, the module does not validate. */
export const CORE_MEMORY = "mimport$0";
const PAGE_BYTES = 65536;
/** No maximum: the engine's limit holds. */
const UNLIMITED_PAGES = -1;

const cores = new Map<string, Uint8Array>();

/** Reads the core. @param debug the build with assertions and verification */
export function openCore(debug: boolean): binaryen.Module {
  const file = debug ? "debug.wasm" : "release.wasm";
  let wasm = cores.get(file);
  if (wasm === undefined) {
    wasm = readFileSync(new URL(`../../../dist/core/${file}`, import.meta.url));
    cores.set(file, wasm);
  }
  return binaryen.readBinary(wasm);
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
function importsOf(module: binaryen.Module, from: string, base: string): string[] {
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

/** Adds `_start`, memory, data and exports to a module that has all its functions. */
export function linkModule(context: ManagerContext, result: ManagerResult, mainName: string): void {
  const { module, data, wasi, counters, externs } = context;
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
  for (const { kind, internal, external } of [...result.exports, ...counters.exports, ...allocator]) {
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

export interface EmitOptions {
  /** Internal names of functions that must stay calls: slow paths, messages. `*` stands for any characters. */
  readonly neverInline: readonly string[];
  readonly names: boolean;
  /** See `ManagerFactory`. */
  readonly closedWorld: boolean;
}

/**
 * Validates, optimises and encodes a linked module.
 * @throws InternalCompilerError when the module is not valid
 */
export function emitModule(module: binaryen.Module, options: EmitOptions): Uint8Array {
  validate(module);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setClosedWorld(options.closedWorld);
  binaryen.setDebugInfo(options.names);
  for (const name of options.neverInline) {
    binaryen.setPassArgument("no-inline", name);
    module.runPasses(["no-inline"]);
  }
  binaryen.clearPassArguments();
  module.optimize();
  inviteInlining(module);
  if (!options.names) module.runPasses(["strip-debug", "strip-producers"]);
  return module.emitBinary();
}

function validate(module: binaryen.Module): void {
  if (module.validate()) return;
  let reason = "Binaryen's message is on standard error";
  try {
    binaryen.setDebugInfo(true);
    new WebAssembly.Module(module.emitBinary() as Uint8Array<ArrayBuffer>);
  } catch (error) {
    // The engine names the function.
    reason = error instanceof Error ? error.message : String(error);
  }
  throw new InternalCompilerError(`the emitted module is not valid: ${reason}`);
}
