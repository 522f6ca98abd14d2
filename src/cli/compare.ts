/** `heapwright compare`: one program under several memory managers, side by side. */

import type { Command } from "commander";
import { ProgramFailedError } from "../compare/comparison.ts";
import { type Contest, type ContestOptions, hold } from "../compare/contest.ts";
import { EXIT_FAILURE } from "../compare/errors.ts";
import {
  isRegularFile,
  readInput,
  readProgram,
  readStandardInput,
  withTemporaryFile,
  writeWhole,
} from "../compare/files.ts";
import type { PortOptions } from "../compare/port-files.ts";
import { describeDifference, describeOutput, describeReport } from "../compare/report.ts";
import { Progress } from "../compare/terminal.ts";
import { managerNames } from "../lang/index.ts";
import { addSettings, buildOptions, type Settings } from "./build-settings.ts";
import { addExterns, type ExternSettings } from "./extern-options.ts";
import { parseNames, parseWhole } from "./option-values.ts";
import { addPortOptions } from "./port-options.ts";

const DEFAULT_RUNS = 7;
const DEFAULT_SECONDS = 60;

interface CompareCommandOptions extends Settings, PortOptions, ExternSettings {
  input?: string;
  managers: string[];
  runs: number;
  maxSeconds: number;
  json?: boolean;
}

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
      const source = readProgram(path);
      // The shape is the compiler's, but the managers are the match's.
      const { manager: _, ...settings } = buildOptions("", options);
      const progress = new Progress();
      const { managers, runs, maxSeconds, json } = options;
      const show = (input: string | null, inputFile: string | null): Promise<void> =>
        showContest(
          {
            source,
            input,
            inputFile,
            externs: options.extern,
            args,
            portOptions: options,
            managers,
            runs,
            budgetMs: maxSeconds * 1000,
            settings,
            onProgress: (text) => progress.show(text),
          },
          progress,
          json ?? false,
        );
      const { input } = options;
      if (input === undefined) {
        const bytes = readStandardInput();
        if (bytes.byteLength === 0) await show(null, null);
        else await withTemporaryFile(bytes, (file) => show("standard input", file));
      } else {
        // Every manager's process reads the file for itself: a pipe can be read only once.
        const bytes = readInput(input);
        if (isRegularFile(input)) await show(input, input);
        else await withTemporaryFile(bytes, (file) => show(input, file));
      }
    });
}

async function showContest(options: ContestOptions, progress: Progress, json: boolean): Promise<void> {
  let contest: Contest;
  try {
    contest = await hold(options);
  } catch (error) {
    progress.clear();
    if (error instanceof ProgramFailedError) process.stderr.write(error.outcome.stderr);
    throw error;
  }
  progress.clear();
  const { report, outcome } = contest;
  if (report.outputsEqual) for (const { file, content } of outcome.files) writeWhole(file, content);
  if (report.difference !== undefined) {
    process.stderr.write(`${describeDifference(report.difference).join("\n")}\n`);
    process.exitCode = EXIT_FAILURE;
  }
  if (json) console.log(JSON.stringify(report, null, 2));
  else if (report.outputsEqual)
    console.log([...describeOutput(outcome.stdout), "", ...describeReport(report)].join("\n"));
}
