/** The command `heapwright check`, as the command line sees it. */

import type { Command } from "commander";

export function addCheck(program: Command): void {
  program
    .command("check")
    .summary("report the mistakes in programs")
    .description(
      "Parses and checks Mote programs, each for itself, and reports all their mistakes on standard error, each with " +
        "its line and a caret. Exit code 1 when there are any.",
    )
    .argument("<programs...>", ".mote files")
    .addHelpText(
      "after",
      `
Examples:
  $ heapwright check bench/programs/json.mote
  $ heapwright check bench/programs/*.mote`,
    )
    .action(async (paths: readonly string[]) => (await import("../check.ts")).check(paths));
}
