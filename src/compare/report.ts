/** A comparison as lines for people. */

import type { Figures } from "./comparison.ts";
import type { Report } from "./contest.ts";
import type { Difference } from "./difference.ts";
import { type Column, formatBytes, formatCount, formatMs, formatTable } from "./formatting.ts";
import { styled } from "./terminal.ts";

const SHOWN_LINES = 30;
/** Longer lines of a program's output are cut where they are only quoted. */
const QUOTED_CHARACTERS = 200;

const COLUMNS: readonly Column[] = [
  { title: "manager", align: "left" },
  { title: "ms", align: "right" },
  { title: "min-max", align: "right" },
  { title: "/host", align: "right" },
  { title: "objects", align: "right" },
  { title: "allocated", align: "right" },
  { title: "peak", align: "right" },
  { title: "linear", align: "right" },
  { title: "minor", align: "right" },
  { title: "major", align: "right" },
  { title: "pause p50/p95/max", align: "right" },
  { title: "module", align: "right" },
];

/** The program's output, the first lines of it when it is long. */
export function describeOutput(stdout: Uint8Array): string[] {
  const lines = new TextDecoder().decode(stdout).replace(/\n$/, "").split("\n");
  if (lines.length <= SHOWN_LINES) return lines;
  const hidden = lines.length - SHOWN_LINES;
  return [...lines.slice(0, SHOWN_LINES), styled(process.stdout, "dim", `... and ${hidden} more lines`)];
}

/** The heading and the table. */
export function describeReport(report: Report): string[] {
  const { program, input, engine, runs } = report;
  const names = Object.keys(report.managers);
  const title = `${program}${input === null ? "" : ` < ${input}`}`;
  const times = runs === 1 ? "1 timed run" : `medians of ${runs} timed runs`;
  const ran = names.flatMap((name): [string, Figures][] => {
    const entry = report.managers[name]!;
    return "skipped" in entry ? [] : [[name, entry]];
  });
  const lines = [`${title}: same output under ${ran.map(([name]) => name).join(", ")}`, `${engine}; ${times}`, ""];
  const table = formatTable(
    COLUMNS,
    ran.map(([name, figures]) => rowOf(name, figures)),
  );
  lines.push(styled(process.stdout, "bold", table[0]!), ...table.slice(1));
  for (const name of names) {
    const entry = report.managers[name]!;
    if ("skipped" in entry) lines.push(`${name}  skipped: ${entry.skipped}`);
  }
  return lines;
}

function rowOf(name: string, figures: Figures): string[] {
  const { ms, ratio, pauseMs, minor, major } = figures;
  const hasPauses = minor + major > 0;
  return [
    name,
    formatMs(ms.median),
    `${formatMs(ms.min)}-${formatMs(ms.max)}`,
    ratio === null ? "" : `${ratio.toFixed(2)}x`,
    formatCount(figures.objects),
    formatBytes(figures.bytes),
    formatBytes(figures.peakBytes),
    formatBytes(figures.memoryBytes),
    formatCount(minor),
    formatCount(major),
    hasPauses ? `${formatMs(pauseMs.p50)} / ${formatMs(pauseMs.p95)} / ${formatMs(pauseMs.max)} ms` : "-",
    formatBytes(figures.moduleBytes),
  ];
}

/** Which outputs differ and where. */
export function describeDifference(difference: Difference): string[] {
  const { managers, stream, byte, line, found } = difference;
  const [one, two] = managers;
  const who = one === two ? `two runs under ${one}` : `${one} and ${two}`;
  const where = stream === "exit code" ? "" : `, first at byte ${byte}, in line ${line}`;
  return [
    `${styled(process.stderr, "red", "error:")} ${who} differ in their ${stream}${where}`,
    ...[one, two].map((name, index) => `  ${name}: ${JSON.stringify(found[index]!.slice(0, QUOTED_CHARACTERS))}`),
  ];
}
