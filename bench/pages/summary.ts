/** The one table of README.md: every program of the bench, in time and memory, over the engine's collector. */

import type { Figures } from "../../src/compare/comparison.ts";
import { type Column, formatMs, formatTable } from "../../src/compare/formatting.ts";
import type { Results } from "../parts.ts";
import type { WholeResult } from "../whole/whole.ts";
import { describeMachine, fenced } from "./results-page.ts";

const YARDSTICK = "host";
const MIB = 2 ** 20;

/** What stands between the marks of README.md: the table, and where it was measured. */
export function summary(results: Results): string[] {
  return [...fenced(summaryTable(results.programs as readonly WholeResult[])), "", describeMachine(results)];
}

/**
 * A row for each program and one for the geometric mean of its ratios. Nothing is left out, so that rows show where
 * a manager loses.
 * @throws when the yardstick was skipped, as in an engine without WasmGC
 */
function summaryTable(results: readonly WholeResult[]): string[] {
  const managers = Object.keys(results[0]!.report.managers).filter((name) => name !== YARDSTICK);
  const rows = results.map(({ name, report }) => {
    const figuresOf = (manager: string): Figures => {
      const figures = report.managers[manager];
      if (figures === undefined || "skipped" in figures) throw new Error(`${name} was not measured under ${manager}`);
      return figures;
    };
    const yardstick = figuresOf(YARDSTICK);
    return {
      name,
      yardstick,
      times: managers.map((manager) => figuresOf(manager).ms.median / yardstick.ms.median),
      peaks: managers.map((manager) => figuresOf(manager).peakBytes / yardstick.peakBytes),
    };
  });
  const meanOf = (ratios: readonly (readonly number[])[]): string[] =>
    managers.map((_, index) => {
      const logs = ratios.map((row) => Math.log(row[index]!));
      return formatRatio(Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length));
    });
  const right = (title: string): Column => ({ title, align: "right" });
  return formatTable(
    [
      { title: "program", align: "left" },
      ...[`${YARDSTICK} ms`, ...managers, `  ${YARDSTICK} MiB`, ...managers].map(right),
    ],
    [
      ...rows.map(({ name, yardstick, times, peaks }) => [
        name,
        formatMs(yardstick.ms.median),
        ...times.map(formatRatio),
        (yardstick.peakBytes / MIB).toFixed(1),
        ...peaks.map(formatRatio),
      ]),
      ["geometric mean", "", ...meanOf(rows.map(({ times }) => times)), "", ...meanOf(rows.map(({ peaks }) => peaks))],
    ],
  );
}

function formatRatio(ratio: number): string {
  return ratio.toFixed(2);
}
