/** The command `heapwright run`, as the command line sees it. */

import type { Command } from "commander";
import { managerNames } from "../../lang/managers/registry.ts";
import { addDebugSettings, addSettings } from "../build-settings.ts";
import { addExterns } from "../extern-options.ts";
import { parseName } from "../option-values.ts";
import { addPortOptions } from "../port-options.ts";
import type { RunCommandOptions } from "../run.ts";

export function addRun(program: Command): void {
  const command = program
    .command("run")
    .summary("run a program under one memory manager")
    .description(
      "Compiles a Mote program under one memory manager and runs it. Its output, errors and exit code are the " +
        "command's own; its input is the file given, or else standard input.",
    )
    .argument("<program>", "a .mote file")
    .argument("[arguments...]", "the program's own arguments, behind --")
    .requiredOption(
      "-m, --manager <name>",
      `the memory manager: ${managerNames().join(", ")}`,
      parseName("memory manager", managerNames()),
    )
    .option("-i, --input <file>", "the program's input; without it, standard input unless that is a terminal")
    .option("--trace-gc", "a line on standard error for each collection (gc)")
    .option("--shapes", "a table on standard error of what was allocated, by shape (gc)");
  addDebugSettings(addSettings(addExterns(addPortOptions(command))))
    .addHelpText(
      "after",
      `
Examples:
  $ heapwright run bench/programs/binarytrees.mote --manager gc -- 10
  $ heapwright run bench/programs/binarytrees.mote --manager gc --trace-gc --pause 1ms -- 16
  $ heapwright run bench/programs/json.mote --manager leak --input cities.json
  $ heapwright run shapes.mote --manager gc --extern mathematics=mathematics.wasm
  $ heapwright run bench/programs/rbtree.mote --manager gc --debug --zeal 1 -- random 50
  $ heapwright run filter.mote --manager gc --get jobs=jobs.txt --put done=-`,
    )
    .action(async (path: string, args: string[], options: RunCommandOptions) => {
      const { run } = await import("../run.ts");
      await run(path, args, options);
    });
}
