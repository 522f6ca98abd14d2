/** The programs of the bench, compiled. */

import { readFileSync } from "node:fs";
import { type BuildOptions, type BuiltModule, compile, SourceFile } from "../src/lang/index.ts";

/** @param file relative to this folder */
export function compileProgram(file: string, options: BuildOptions): Promise<BuiltModule> {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  return compile(new SourceFile(file, text), options);
}
