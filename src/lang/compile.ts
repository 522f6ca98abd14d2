/** The compiler's front door: from a source file to a wasm command. */

import { type BuiltModule, checkOptions, compileIr } from "./backend.ts";
import { buildProgram } from "./frontend.ts";
import type { BuildOptions } from "./options.ts";
import type { SourceFile } from "./source.ts";

/**
 * Compiles a Mote program.
 * @throws the front-end's errors for a program with mistakes; BuildOptionError for options that do not fit
 */
export async function compile(source: SourceFile, options: BuildOptions): Promise<BuiltModule> {
  checkOptions(options);
  return compileIr(buildProgram(source), options);
}
