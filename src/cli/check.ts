/** `heapwright check`: the mistakes in programs, those in the order of globals and in statics included. */

import type { Command } from "commander";
import { FailureError } from "../compare/errors.ts";
import { readProgram } from "../compare/files.ts";
import { buildProgram } from "../lang/frontend.ts";
import { MoteError, type SourceFile } from "../lang/index.ts";

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
    .action(check);
}

/** All files are read first: one that cannot be is a mistake of the command line, and then nothing is checked. */
function check(paths: readonly string[]): void {
  const counts = paths.map(readProgram).map(reportMistakes);
  const mistakes = counts.reduce((sum, count) => sum + count, 0);
  if (mistakes > 0) throw new FailureError(describeMistakes(counts, mistakes));
  console.log(`${paths.length === 1 ? paths[0] : `${paths.length} programs`}: no mistakes found`);
}

/** @returns how many there are */
function reportMistakes(source: SourceFile): number {
  try {
    buildProgram(source);
    return 0;
  } catch (error) {
    if (!(error instanceof MoteError)) throw error;
    process.stderr.write(`${error.format()}\n`);
    return error.diagnostics.length;
  }
}

function describeMistakes(counts: readonly number[], mistakes: number): string {
  const found = mistakes === 1 ? "1 mistake" : `${mistakes} mistakes`;
  if (counts.length === 1) return found;
  return `${found} in ${counts.filter((count) => count > 0).length} of ${counts.length} programs`;
}
