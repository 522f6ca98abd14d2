/** The compiler's front door: from a source file to a wasm command. */

import { checkOptions } from "./check-options.ts";
import type { BuiltModule } from "./codegen/build.ts";
import { buildProgram } from "./frontend.ts";
import type { IrProgram } from "./ir/ir.ts";
import { managerNamed } from "./managers/registry.ts";
import type { BuildOptions } from "./options.ts";
import type { SourceFile } from "./source.ts";

/**
 * Compiles a Mote program.
 * @throws the front-end's errors for a program with mistakes; BuildOptionError for options that do not fit
 */
export async function compile(source: SourceFile, options: BuildOptions): Promise<BuiltModule> {
  checkOptions(options);
  return buildIr(buildProgram(source), options);
}

/**
 * Compiles a program in the IR. The manager, and Binaryen with it, is loaded here: what builds nothing does without.
 * @param options that have been checked
 */
export async function buildIr(program: IrProgram, options: BuildOptions): Promise<BuiltModule> {
  const [{ buildModule }, factory] = await Promise.all([
    import("./codegen/build.ts"),
    managerNamed(options.manager).load(),
  ]);
  return buildModule(factory, program, options);
}
