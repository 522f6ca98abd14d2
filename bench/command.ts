/** The command line of the bench: which parts run, and where the results go. */

import { readFileSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { Argument, Command, CommanderError } from "commander";
import { parseWhole } from "../src/cli/option-values.ts";
import { engineName } from "../src/compare/engine.ts";
import { EXIT_FAILURE, EXIT_USAGE, UsageError } from "../src/compare/errors.ts";
import { Progress } from "../src/compare/terminal.ts";
import { measureParts } from "./measure.ts";
import { replaceSummary, resultsPage } from "./pages/results-page.ts";
import { summary } from "./pages/summary.ts";
import { PART_NAMES, PARTS, type PartName, type Results } from "./parts.ts";

const RESULTS_PAGE = new URL("RESULTS.md", import.meta.url);
const RESULTS_JSON = new URL("results.json", import.meta.url);
const README = new URL("../README.md", import.meta.url);
/** What the argument `gc` stands for. */
const GC = "gc";

interface BenchOptions {
  readonly runs: number;
  readonly json?: string;
  readonly page?: string;
  readonly from?: string;
  readonly write?: boolean;
}

/** Where the command writes. */
export interface BenchOutput {
  out(text: string): void;
  err(text: string): void;
}

/**
 * Runs the command.
 * @param args what stands behind `npm run bench --`
 * @returns the exit code: 0 done, 1 a part failed, 2 the command line makes no sense
 */
export async function runCommand(args: readonly string[], output: BenchOutput): Promise<number> {
  let exitCode = 0;
  const command = new Command("bench")
    .description("Measures heapwright: all parts, or those named.")
    .addArgument(
      new Argument("[parts...]", `what to measure; ${GC}: what shows the collector`).choices([...PART_NAMES, GC]),
    )
    .option("-n, --runs <n>", "timed runs of each whole program", parseWhole(1, 1000), 7)
    .option("--json <file>", "write the results as JSON as well")
    .option("--page <file>", "write the results as a page in Markdown as well")
    .option("--from <file>", "show results that --json has written, instead of measuring")
    .option(
      "--write",
      "write RESULTS.md and results.json here, and the table of README.md; only for all parts together",
    )
    .exitOverride()
    .configureOutput({ writeOut: output.out, writeErr: output.err })
    .action(async (parts: readonly (PartName | typeof GC)[], options: BenchOptions) => {
      exitCode = await bench(parts, options, output);
    });
  try {
    await command.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof UsageError) output.err(`error: ${error.message}\n`);
    else if (!(error instanceof CommanderError)) throw error;
    // Commander ends even a wanted --help by an error, with exit code 0.
    return error instanceof CommanderError && error.exitCode === 0 ? 0 : EXIT_USAGE;
  }
  return exitCode;
}

/** @returns the exit code */
async function bench(
  asked: readonly (PartName | typeof GC)[],
  options: BenchOptions,
  output: BenchOutput,
): Promise<number> {
  const { runs, json, page, from, write } = options;
  const named = asked.flatMap((name) => (name === GC ? PART_NAMES.filter((each) => PARTS[each].isOfGc) : [name]));
  const names = PART_NAMES.filter((name) => named.length === 0 || named.includes(name));
  if (write && names.length < PART_NAMES.length) {
    throw new UsageError("--write takes all parts from one run: name none of them");
  }
  if (from !== undefined && json !== undefined) throw new UsageError("--json writes what --from has read");
  const results = from === undefined ? await measure(names, runs, json, output) : readResults(from, names, output);
  const failed = names.filter((name) => !(name in results));
  if (failed.length > 0) {
    const unwritten = page !== undefined || write ? "; no page is written" : "";
    const kept = json ?? join(tmpdir(), "heapwright-bench.json");
    writeFileSync(kept, asText(results));
    output.err(`error: no results of ${failed.join(", ")}${unwritten}; the others are in ${kept}\n`);
    return EXIT_FAILURE;
  }
  if (page !== undefined) writeFileSync(page, resultsPage(results));
  if (write) {
    const readme = replaceSummary(readFileSync(README, "utf8"), summary(results));
    writeFileSync(RESULTS_JSON, asText(results));
    writeFileSync(RESULTS_PAGE, resultsPage(results));
    writeFileSync(README, readme);
  }
  return 0;
}

/** Runs the parts, and shows each when it is done. @param json where the results go as well, part by part */
async function measure(
  names: readonly PartName[],
  runs: number,
  json: string | undefined,
  output: BenchOutput,
): Promise<Results> {
  const progress = new Progress();
  const machine = `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${cpus().length} cores`;
  const about = { engine: engineName(), machine, runs };
  output.out(`${about.engine}; ${machine}\n`);
  const measured = await measureParts(PARTS, names, runs, {
    onProgress: (text) => progress.show(text),
    onMeasured(name, results, seconds) {
      progress.clear();
      show(name, results, output);
      output.out(`\nThis took ${seconds.toFixed(0)} s.\n`);
      if (json !== undefined) writeFileSync(json, asText({ ...about, ...results }));
    },
    onFailed(name, error) {
      progress.clear();
      output.err(`error: the part ${name} failed: ${inspect(error)}\n`);
    },
  });
  return { ...about, ...measured };
}

/** What `--json` wrote of these parts in an earlier run. @throws UsageError when one is missing */
function readResults(file: string, names: readonly PartName[], output: BenchOutput): Results {
  let kept: Results;
  try {
    kept = JSON.parse(readFileSync(file, "utf8")) as Results;
  } catch (error) {
    throw new UsageError(`cannot read results from ${file}: ${(error as Error).message}`);
  }
  const wanted = ["engine", "machine", "runs", ...names];
  const missing = wanted.filter((name) => !(name in kept));
  if (missing.length > 0) throw new UsageError(`${file} has no results of ${missing.join(", ")}`);
  output.out(`${kept.engine}; ${kept.machine}\n`);
  for (const name of names) show(name, kept, output);
  return Object.fromEntries(wanted.map((name) => [name, kept[name]]));
}

function asText(results: Results): string {
  return `${JSON.stringify(results, null, 2)}\n`;
}

function show(name: string, results: Results, output: BenchOutput): void {
  const { title, describe } = PARTS[name as PartName];
  output.out(`${["", `${name}: ${title}`, "", ...describe(results[name])].join("\n")}\n`);
}
