/** The last steps of a build: validation, Binaryen's optimiser, encoding. */

import binaryen from "binaryen";
import { InternalCompilerError } from "../options.ts";
import { inviteInlining } from "./inlining.ts";

export interface EmitOptions {
  /** Internal names of functions that must stay calls: slow paths, messages. `*` stands for any characters. */
  readonly neverInline: readonly string[];
  readonly names: boolean;
  /** Whether Binaryen's optimiser runs. Without it the code stays as it was emitted. */
  readonly optimise: boolean;
  /** See `ManagerFactory`. */
  readonly closedWorld: boolean;
}

/**
 * Validates, optimises if that is asked for, and encodes a linked module.
 * @throws InternalCompilerError when the module is not valid
 */
export function emitModule(module: binaryen.Module, options: EmitOptions): Uint8Array {
  validate(module);
  binaryen.setDebugInfo(options.names);
  if (options.optimise) {
    optimise(module, options);
  } else {
    // What the program does not use goes all the same: its imports would ask the host for what no command has.
    module.runPasses(["remove-unused-module-elements"]);
  }
  if (!options.names) module.runPasses(["strip-debug", "strip-producers"]);
  return module.emitBinary();
}

function optimise(module: binaryen.Module, { neverInline, closedWorld }: EmitOptions): void {
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setClosedWorld(closedWorld);
  for (const name of neverInline) {
    binaryen.setPassArgument("no-inline", name);
    module.runPasses(["no-inline"]);
  }
  binaryen.clearPassArguments();
  module.optimize();
  inviteInlining(module);
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
