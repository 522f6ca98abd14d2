/**
 * The compiler as most tests call it: without Binaryen's optimiser, which takes most of a build's time. What optimised
 * builds do is compared with this by test/lang/programs.test.ts, for every sample under every manager.
 */

import { compileIr as compileProgram } from "../../src/lang/backend.ts";
import { compile as compileSource } from "../../src/lang/compile.ts";

/** As the compiler's `compileIr`; `optimise` is false unless it is given. */
export const compileIr: typeof compileProgram = (program, options, place) =>
  compileProgram(program, { optimise: false, ...options }, place);

/** As the compiler's `compile`; `optimise` is false unless it is given. */
export const compile: typeof compileSource = (source, options) =>
  compileSource(source, { optimise: false, ...options });
