/** The command `heapwright compare`, as the command line sees it. */

import type { Command } from "commander";
import { managerNames } from "../../lang/managers/registry.ts";
import { addSettings } from "../build-settings.ts";
import type { CompareCommandOptions } from "../compare.ts";
import { addExterns } from "../extern-options.ts";
import { parseNames, parseWhole } from "../option-values.ts";
import { addPortOptions } from "../port-options.ts";

const DEFAULT_RUNS = 7;
const DEFAULT_SECONDS = 60;

export function addCompare(program: Command): void {
  const command = program
    .command("compare")
    .summary("run a program under several memory managers and show what each cost")
    .description(
      "Compiles a Mote program under each memory manager, runs it under each in turn, checks that all print the " +
        "same, and only then shows time, allocation, memory, collections, pauses and module size. Each manager has " +
        "a process of its own; timed runs alternate between them.",
    )
    .argument("<program>", "a .mote file")
    .argument("[arguments...]", "the program's own arguments, behind --")
    .option("-i, --input <file>", "the program's input; without it, standard input unless that is a terminal")
    .option(
      "-m, --managers <names>",
      `memory managers with commas between them, of ${managerNames().join(", ")}`,
      parseNames("memory manager", managerNames()),
      managerNames(),
    )
    .option("-n, --runs <n>", "timed runs under each manager", parseWhole(1, 1000), DEFAULT_RUNS)
    .option(
      "--max-seconds <n>",
      "begin no further round of timed runs after so many seconds",
      parseWhole(1, 86_400),
      DEFAULT_SECONDS,
    )
    .option("--json", "print one JSON object instead of the table");
  addSettings(addExterns(addPortOptions(command)))
    .addHelpText(
      "after",
      `
Examples:
  $ heapwright compare bench/programs/json.mote --input cities.json
  $ heapwright compare bench/programs/rbtree.mote --managers gc,host --runs 15 -- random 100000
  $ heapwright compare bench/programs/queue.mote --nursery 4m --json > queue.json`,
    )
    .action(async (path: string, args: string[], options: CompareCommandOptions) => {
      const { compare } = await import("../compare.ts");
      await compare(path, args, options);
    });
}
