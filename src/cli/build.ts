/** `heapwright build`: compiles a program to a WASI command in a file. */

import { readProgram, writeWhole } from "../compare/files.ts";
import { formatBytes } from "../compare/formatting.ts";
import { compile } from "../lang/compile.ts";
import { buildOptions } from "./build-settings.ts";
import type { BuildCommandOptions } from "./commands/build.ts";

export async function build(path: string, options: BuildCommandOptions): Promise<void> {
  const settings = { ...buildOptions(options.manager, options), names: options.names ?? false };
  const { wasm } = await compile(readProgram(path), settings);
  writeWhole(options.output, wasm);
  console.log(`${options.output}: ${formatBytes(wasm.byteLength)}, manager ${options.manager}`);
}
