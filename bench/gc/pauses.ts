/**
 * How long the program stands still: minor collections as they come, and a live heap of 512 MiB with and without steps.
 */

import { formatTable } from "../../src/compare/formatting.ts";
import { percentilesOf } from "../../src/compare/samples.ts";
import { openGraph, TREE_BYTES } from "./graph.ts";
import { interleave, type TracedProgram } from "./rounds.ts";
import { runTraced, type TracedRun } from "./traced.ts";

const GRAPH_TREES = Math.ceil(2 ** 29 / TREE_BYTES);
/** Half as much again, so that a cycle begins and ends. */
const GRAPH_REPLACED = Math.round(GRAPH_TREES * 1.5);

interface PausedProgram extends TracedProgram {
  /** Asked of its pauses as well. */
  readonly pauseMs?: number;
}

const PROGRAMS: readonly PausedProgram[] = [
  { name: "binarytrees 16", file: "programs/binarytrees.mote", args: ["16"], warm: ["18"], input: false },
  { name: "queue", file: "programs/queue.mote", args: [], warm: ["30000000"], input: false },
  { name: "lists", file: "programs/lists.mote", args: [], warm: ["20000"], input: false },
  { name: "rbtree random", file: "programs/rbtree.mote", args: ["random"], warm: ["random"], input: false, pauseMs: 1 },
  { name: "json, cities", file: "programs/json.mote", args: [], warm: [], input: true, pauseMs: 1 },
  { name: "fields", file: "programs/fields.mote", args: [], warm: ["1500000"], input: false },
];

export interface PauseResult {
  readonly name: string;
  readonly ms: number;
  readonly minorP50: number;
  readonly minorP95: number;
  readonly longest: number;
  readonly pauses: number;
}

function nameOf(program: string, pauseMs: number | undefined): string {
  return pauseMs === undefined ? program : `${program}, --pause ${pauseMs}ms`;
}

function resultOf(name: string, run: TracedRun): PauseResult {
  if (run.exitCode !== 0) throw new Error(`${name} ends with exit code ${run.exitCode}`);
  const minor = percentilesOf(run.collections.filter(({ isMinor }) => isMinor).map(({ ms }) => ms));
  return {
    name,
    ms: run.ms,
    minorP50: minor.p50,
    minorP95: minor.p95,
    longest: percentilesOf(run.collections.map(({ ms }) => ms)).max,
    pauses: run.collections.length,
  };
}

export async function runPauses(onProgress: (text: string) => void): Promise<PauseResult[]> {
  const results: PauseResult[] = [];
  for (const program of PROGRAMS) {
    const pauses = program.pauseMs === undefined ? [undefined] : [undefined, program.pauseMs];
    const settings = pauses.map((pauseMs) => (pauseMs === undefined ? {} : { pauseMs }));
    const runs = await interleave(program, settings, 1, onProgress);
    for (const [index, [run]] of runs.entries()) results.push(resultOf(nameOf(program.name, pauses[index]), run!));
  }
  const args = [GRAPH_TREES, GRAPH_REPLACED].map(String);
  for (const pauseMs of [undefined, 1]) {
    const name = nameOf("512 MiB of live trees", pauseMs);
    onProgress(`pauses: ${name}`);
    const module = await openGraph(pauseMs === undefined ? {} : { pauseMs });
    results.push(resultOf(name, runTraced(module, args)));
  }
  return results;
}

export function describePauses(results: readonly PauseResult[]): string[] {
  return [
    ...formatTable(
      [
        { title: "program", align: "left" },
        { title: "run ms", align: "right" },
        { title: "pauses", align: "right" },
        { title: "minor p50", align: "right" },
        { title: "minor p95", align: "right" },
        { title: "longest", align: "right" },
      ],
      results.map(({ name, ms, pauses, minorP50, minorP95, longest }) => [
        name,
        ms.toFixed(0),
        String(pauses),
        ...[minorP50, minorP95, longest].map((value) => `${value.toFixed(2)} ms`),
      ]),
    ),
  ];
}
