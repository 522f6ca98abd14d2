/** `heapwright compare`: one program under several memory managers, side by side. */

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
import { buildOptions, type Settings } from "./build-settings.ts";
import type { ExternSettings } from "./extern-options.ts";

/** What the command line gives. */
export interface CompareCommandOptions extends Settings, PortOptions, ExternSettings {
  input?: string;
  managers: string[];
  runs: number;
  maxSeconds: number;
  json?: boolean;
}

/** @param args the program's own */
export async function compare(path: string, args: readonly string[], options: CompareCommandOptions): Promise<void> {
  const source = readProgram(path);
  const progress = new Progress();
  const { managers, runs, maxSeconds, json } = options;
  const settings = buildOptions(managers, options);
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
