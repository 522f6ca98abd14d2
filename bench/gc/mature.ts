/**
 * The contrast of seed note 001: a mature space in size classes, where a division finds an object's start and nothing
 * moves, against lines of blocks, where start bits do.
 */

import { formatBytes, formatTable } from "../../src/compare/formatting.ts";
import { spreadOf } from "../../src/compare/samples.ts";
import { MATURE_SPACES, type MatureSpace } from "../../src/lang/index.ts";
import { interleave, type TracedProgram } from "./rounds.ts";
import { majorMs, minorMs } from "./traced.ts";

const PROGRAMS: readonly TracedProgram[] = [
  { name: "views", file: "gc/views.mote", args: [], warm: [], input: false },
  { name: "json, cities", file: "programs/json.mote", args: [], warm: [], input: true },
  { name: "fields", file: "programs/fields.mote", args: [], warm: ["1500000"], input: false },
  { name: "binarytrees 18", file: "programs/binarytrees.mote", args: ["18"], warm: ["18"], input: false },
  {
    name: "rbtree random",
    file: "programs/rbtree.mote",
    args: ["random", "500000"],
    warm: ["random", "500000"],
    input: false,
  },
  { name: "queue", file: "programs/queue.mote", args: [], warm: [], input: false },
];

export interface MatureResult {
  readonly program: string;
  readonly mature: MatureSpace;
  /** Medians, in milliseconds. */
  readonly ms: number;
  readonly minorMs: number;
  readonly majorMs: number;
  readonly memoryBytes: number;
}

export async function runMature(runs: number, onProgress: (text: string) => void): Promise<MatureResult[]> {
  const results: MatureResult[] = [];
  for (const program of PROGRAMS) {
    const settings = MATURE_SPACES.map((mature) => ({ mature }));
    const all = await interleave(program, settings, runs, onProgress);
    for (const [index, own] of all.entries()) {
      results.push({
        program: program.name,
        mature: MATURE_SPACES[index]!,
        ms: spreadOf(own.map(({ ms }) => ms)).median,
        minorMs: spreadOf(own.map(minorMs)).median,
        majorMs: spreadOf(own.map(majorMs)).median,
        memoryBytes: own.at(-1)!.memoryBytes,
      });
    }
  }
  return results;
}

export function describeMature(results: readonly MatureResult[]): string[] {
  const names = [...new Set(results.map(({ program }) => program))];
  const rows = names.map((program) => {
    const [lines, classes] = MATURE_SPACES.map(
      (mature) => results.find((result) => result.program === program && result.mature === mature)!,
    );
    const times = [lines!, classes!].map(
      ({ ms, minorMs: minor, majorMs: major }) => `${ms.toFixed(1)} (${minor.toFixed(1)}, ${major.toFixed(1)})`,
    );
    const memories = [lines!, classes!].map(({ memoryBytes }) => formatBytes(memoryBytes));
    return [program, ...times, `${(classes!.ms / lines!.ms).toFixed(2)}x`, ...memories];
  });
  return [
    ...formatTable(
      [
        { title: "program", align: "left" },
        ...["lines", "classes", "ratio", "memory: lines", "classes"].map(
          (title) => ({ title, align: "right" }) as const,
        ),
      ],
      rows,
    ),
    "",
    "Milliseconds of the run; in brackets of its minor collections, and of those with a major one.",
  ];
}
