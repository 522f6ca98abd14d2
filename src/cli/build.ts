/** `heapwright build`: compiles a program to a WASI command in a file. */

import { readProgram, writeWhole } from "../compare/files.ts";
import { formatBytes } from "../compare/formatting.ts";
import { compile } from "../lang/compile.ts";
import { buildOptions, type DebugSettings, type Settings } from "./build-settings.ts";

/** What the command line gives. */
export interface BuildCommandOptions extends Settings, DebugSettings {
  manager: string;
  output: string;
  names?: boolean;
}

export async function build(path: string, options: BuildCommandOptions): Promise<void> {
  const { manager, names = false } = options;
  const { wasm } = await compile(readProgram(path), { ...buildOptions([manager], options), manager, names });
  writeWhole(options.output, wasm);
  console.log(`${options.output}: ${formatBytes(wasm.byteLength)}, manager ${options.manager}`);
}
