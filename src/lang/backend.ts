/**
 * From a program in the IR to a wasm command at once, with every manager loaded: for tests and measurements. Whoever
 * builds with one manager imports `compile`, which loads no other.
 */

import { checkOptions } from "./check-options.ts";
import { type BuiltModule, buildModule } from "./codegen/build.ts";
import type { IrProgram } from "./ir/ir.ts";
import type { ProgramPlacement } from "./lifetimes/placement/placed.ts";
import { MANAGERS } from "./managers/registry.ts";
import type { BuildOptions } from "./options.ts";

const factories = new Map(await Promise.all(MANAGERS.map(async (entry) => [entry.name, await entry.load()] as const)));

/**
 * Compiles a program in the IR.
 * @param place the lifetime analysis; another one is for tests of what relies on it
 * @throws BuildOptionError; InternalCompilerError when the IR contradicts itself
 */
export function compileIr(
  program: IrProgram,
  options: BuildOptions,
  place?: (program: IrProgram) => ProgramPlacement,
): BuiltModule {
  checkOptions(options);
  return buildModule(factories.get(options.manager)!, program, options, place);
}
