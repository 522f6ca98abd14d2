/** The last steps of a build: validation, Binaryen's optimiser, encoding. */

import binaryen from "binaryen";
import { InternalCompilerError } from "../options.ts";
import { inviteInlining } from "./inlining.ts";

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
