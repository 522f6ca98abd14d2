/** Extern modules from files: wasm, or JavaScript modules that export functions. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ExternModule, ExternModules } from "../lang/run/externs.ts";
import { UsageError } from "./errors.ts";

/** The file of each module, by the module's name. */
export type ExternFiles = Readonly<Record<string, string>>;

/**
 * Reads the files.
 * @throws UsageError when one cannot be read
 */
export async function loadExterns(files: ExternFiles): Promise<ExternModules> {
  const modules = Object.entries(files).map(async ([name, file]) => [name, await loadExtern(file)] as const);
  return Object.fromEntries(await Promise.all(modules));
}

/**
 * A JavaScript module may have a function as its default export: it makes the functions, given the program's memory.
 */
async function loadExtern(file: string): Promise<ExternModule> {
  try {
    if (file.endsWith(".wasm")) return new WebAssembly.Module(readFileSync(file));
    const exports = (await import(pathToFileURL(resolve(file)).href)) as { readonly default?: ExternModule };
    return typeof exports.default === "function" ? exports.default : (exports as ExternModule);
  } catch (error) {
    throw new UsageError(`cannot load the extern module ${file}: ${error instanceof Error ? error.message : error}`);
  }
}
