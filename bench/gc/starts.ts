/**
 * The question of seed note 001: what interior pointers cost a bump-allocated nursery, under both of its solutions and
 * with each start finder.
 */

import { formatTable } from "../../src/compare/formatting.ts";
import { spreadOf } from "../../src/compare/samples.ts";
import { POINTER_REPS, type PointerReps, START_FINDERS, type StartFinder } from "../../src/lang/index.ts";
import { interleave, type TracedProgram } from "./rounds.ts";
import { minorMs } from "./traced.ts";

const PROGRAMS: readonly TracedProgram[] = [
  { name: "json, cities", file: "programs/json.mote", args: [], warm: [], input: true },
  { name: "fields", file: "programs/fields.mote", args: [], warm: ["1500000"], input: false },
  { name: "boards", file: "programs/boards.mote", args: [], warm: ["8000000"], input: false },
  { name: "binarytrees 16", file: "programs/binarytrees.mote", args: ["16"], warm: ["18"], input: false },
  {
    name: "rbtree random",
    file: "programs/rbtree.mote",
    args: ["random", "200000"],
    warm: ["random", "500000"],
    input: false,
  },
];

export interface StartsResult {
  readonly program: string;
  readonly reps: PointerReps;
  readonly starts: StartFinder;
  /** Medians, in milliseconds. */
  readonly ms: number;
  readonly minorMs: number;
  readonly questions: number;
  readonly steps: number;
}

export async function runStarts(runs: number, onProgress: (text: string) => void): Promise<StartsResult[]> {
  const results: StartsResult[] = [];
  const settings = POINTER_REPS.flatMap((reps) => START_FINDERS.map((starts) => ({ starts, reps })));
  for (const program of PROGRAMS) {
    const all = await interleave(program, settings, runs, onProgress);
    for (const [index, own] of all.entries()) {
      const last = own.at(-1)!.collections.at(-1);
      results.push({
        program: program.name,
        ...settings[index]!,
        ms: spreadOf(own.map(({ ms }) => ms)).median,
        minorMs: spreadOf(own.map(minorMs)).median,
        questions: last?.counts.startQueries ?? 0,
        steps: last?.counts.startSteps ?? 0,
      });
    }
  }
  return results;
}

export function describeStarts(results: readonly StartsResult[]): string[] {
  const names = [...new Set(results.map(({ program }) => program))];
  const rows = names.flatMap((program) =>
    POINTER_REPS.map((reps) => {
      const own = results.filter((result) => result.program === program && result.reps === reps);
      const asked = own[0]!;
      return [
        program,
        reps.toUpperCase(),
        ...own.map(({ ms, minorMs: minor }) => `${ms.toFixed(1)} (${minor.toFixed(1)})`),
        String(asked.questions),
      ];
    }),
  );
  return [
    ...formatTable(
      [
        { title: "program", align: "left" },
        { title: "reps", align: "left" },
        ...START_FINDERS.map((title) => ({ title, align: "right" }) as const),
        { title: "questions", align: "right" },
      ],
      rows,
    ),
    "",
    "Milliseconds of the run, and in brackets of its minor collections.",
  ];
}
