/** The command `heapwright build`, as the command line sees it. */

import type { Command } from "commander";
import { managerNames } from "../../lang/managers/registry.ts";
import type { BuildCommandOptions } from "../build.ts";
import { addDebugSettings, addSettings } from "../build-settings.ts";
import { parseName } from "../option-values.ts";

export function addBuild(program: Command): void {
  const command = program
    .command("build")
    .summary("compile a program to a wasm file")
    .description(
      "Compiles a Mote program under one memory manager to a standalone WASI preview 1 command. " +
        "The file appears as a whole or not at all.",
    )
    .argument("<program>", "a .mote file")
    .requiredOption(
      "-m, --manager <name>",
      `the memory manager: ${managerNames().join(", ")}`,
      parseName("memory manager", managerNames()),
    )
    .requiredOption("-o, --output <file>", "where the module goes")
    .option("--names", "keep the names of functions in the module");
  addDebugSettings(addSettings(command))
    .addHelpText(
      "after",
      `
Examples:
  $ heapwright build bench/programs/json.mote --manager gc -o json.wasm
  $ wasmtime json.wasm < cities.json`,
    )
    .action(async (path: string, options: BuildCommandOptions) => (await import("../build.ts")).build(path, options));
}
