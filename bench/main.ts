/**
 * `npm run bench [-- PART...]`: the measurements, and the pages that show them. README.md beside this file says what
 * each number shows. Exit codes: 0 done, 1 a part failed, 2 the command line makes no sense.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
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

async function bench(asked: readonly (PartName | typeof GC)[], options: BenchOptions): Promise<void> {
  const { runs, json, page, from, write } = options;
  const named = asked.flatMap((name) => (name === GC ? PART_NAMES.filter((each) => PARTS[each].isOfGc) : [name]));
  const names = PART_NAMES.filter((name) => named.length === 0 || named.includes(name));
  if (write && names.length < PART_NAMES.length) {
    throw new UsageError("--write takes all parts from one run: name none of them");
  }
  if (from !== undefined && json !== undefined) throw new UsageError("--json writes what --from has read");
  const results = from === undefined ? await measure(names, runs, json) : readResults(from, names);
  const failed = names.filter((name) => !(name in results));
  if (failed.length > 0) {
    process.exitCode = EXIT_FAILURE;
    const unwritten = page !== undefined || write ? "; no page is written" : "";
    process.stderr.write(`error: no results of ${failed.join(", ")}${unwritten}\n`);
    return;
  }
  if (page !== undefined) writeFileSync(page, resultsPage(results));
  if (write) {
    const readme = replaceSummary(readFileSync(README, "utf8"), summary(results));
    writeFileSync(RESULTS_JSON, asText(results));
    writeFileSync(RESULTS_PAGE, resultsPage(results));
    writeFileSync(README, readme);
  }
}

/** Runs the parts, and shows each when it is done. @param json where the results go as well, part by part */
async function measure(names: readonly PartName[], runs: number, json: string | undefined): Promise<Results> {
  const progress = new Progress();
  const machine = `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${cpus().length} cores`;
  const about = { engine: engineName(), machine, runs };
  console.log(`${about.engine}; ${machine}`);
  const measured = await measureParts(PARTS, names, runs, {
    onProgress: (text) => progress.show(text),
    onMeasured(name, results, seconds) {
      progress.clear();
      show(name, results);
      console.log(`\nThis took ${seconds.toFixed(0)} s.`);
      if (json !== undefined) writeFileSync(json, asText({ ...about, ...results }));
    },
    onFailed(name, error) {
      progress.clear();
      process.stderr.write(`error: the part ${name} failed: ${inspect(error)}\n`);
    },
  });
  return { ...about, ...measured };
}

/** What `--json` wrote of these parts in an earlier run. @throws UsageError when one is missing */
function readResults(file: string, names: readonly PartName[]): Results {
  let kept: Results;
  try {
    kept = JSON.parse(readFileSync(file, "utf8")) as Results;
  } catch (error) {
    throw new UsageError(`cannot read results from ${file}: ${(error as Error).message}`);
  }
  const wanted = ["engine", "machine", "runs", ...names];
  const missing = wanted.filter((name) => !(name in kept));
  if (missing.length > 0) throw new UsageError(`${file} has no results of ${missing.join(", ")}`);
  console.log(`${kept.engine}; ${kept.machine}`);
  for (const name of names) show(name, kept);
  return Object.fromEntries(wanted.map((name) => [name, kept[name]]));
}

function asText(results: Results): string {
  return `${JSON.stringify(results, null, 2)}\n`;
}

function show(name: string, results: Results): void {
  const { title, describe } = PARTS[name as PartName];
  console.log(["", `${name}: ${title}`, "", ...describe(results[name])].join("\n"));
}

try {
  await new Command("bench")
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
    .action(bench)
    .parseAsync();
} catch (error) {
  if (error instanceof UsageError) process.stderr.write(`error: ${error.message}\n`);
  else if (!(error instanceof CommanderError)) throw error;
  // Commander ends even a wanted --help by an error, with exit code 0.
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : EXIT_USAGE;
}
