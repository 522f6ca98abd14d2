/**
 * The compiler as most tests call it: without Binaryen's optimiser, which takes most of a build's time. What optimised builds
 * do is compared with this by test/lang/programs.test.ts, for every sample under every manager.
 */

import { compileIr as compileOptimised } from "../../src/lang/backend.ts";
import { checkOptions } from "../../src/lang/check-options.ts";
import { buildProgram } from "../../src/lang/frontend.ts";
import type { BuildOptions, BuiltModule, SourceFile } from "../../src/lang/index.ts";

type Compile = typeof compileOptimised;

/** As the compiler's `compileIr`; `optimise` is false unless it is given. */
export const compileIr: Compile = (program, options, place) =>
  compileOptimised(program, { optimise: false, ...options }, place);

/** As the compiler's `compile`; `optimise` is false unless it is given. */
export async function compile(source: SourceFile, options: BuildOptions): Promise<BuiltModule> {
  checkOptions(options);
  return compileIr(buildProgram(source), options);
}
