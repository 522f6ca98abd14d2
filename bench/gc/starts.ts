/**
 * The question of seed note 001: what interior pointers cost a bump-allocated nursery, under both of its solutions and with
 * each start finder.
 */

import { spreadOf } from "../../src/cli/samples.ts";
import { formatTable } from "../../src/cli/text.ts";
import { POINTER_REPS, type PointerReps, START_FINDERS, type StartFinder } from "../../src/lang/index.ts";
import { cities, manyCities } from "../cities.ts";
import { compileTraced, minorMs, runTraced } from "./traced.ts";

/**
 * The engine counts how hot a function is anew in each instance: only a run that is long enough makes it optimise the
 * collector, for all instances that follow. So warm-ups have arguments of their own.
 */
const WARM_UPS = 2;

const PROGRAMS = [
  { name: "json, cities", file: "json", args: [], warm: [], input: "cities" },
  { name: "fields", file: "fields", args: [], warm: ["1500000"], input: null },
  { name: "boards", file: "boards", args: [], warm: ["8000000"], input: null },
  { name: "binarytrees 16", file: "binarytrees", args: ["16"], warm: ["18"], input: null },
  { name: "rbtree random", file: "rbtree", args: ["random", "200000"], warm: ["random", "500000"], input: null },
] as const;

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
  for (const { name, file, args, warm, input } of PROGRAMS) {
    const bytes = input === null ? undefined : cities();
    const warmBytes = input === null ? undefined : manyCities();
    const variants = [];
    for (const reps of POINTER_REPS) {
      for (const starts of START_FINDERS) {
        onProgress(`starts: ${name}, compiling ${starts} with reps ${reps}`);
        const module = await compileTraced(`programs/${file}.mote`, { starts, reps });
        variants.push({ reps, starts, module, ms: [] as number[], minor: [] as number[], questions: 0, steps: 0 });
      }
    }
    let expected: string | undefined;
    for (let round = -WARM_UPS; round < runs; round++) {
      onProgress(`starts: ${name}, round ${round + 1}`);
      for (const variant of variants) {
        if (round < 0) {
          runTraced(variant.module, warm, warmBytes);
          continue;
        }
        const run = runTraced(variant.module, args, bytes);
        expected ??= run.stdout;
        if (run.stdout !== expected) throw new Error(`${name}: the outputs differ`);
        variant.ms.push(run.ms);
        variant.minor.push(minorMs(run));
        const last = run.collections.at(-1);
        variant.questions = last?.counts.startQueries ?? 0;
        variant.steps = last?.counts.startSteps ?? 0;
      }
    }
    for (const { reps, starts, ms, minor, questions, steps } of variants) {
      results.push({
        program: name,
        reps,
        starts,
        ms: spreadOf(ms).median,
        minorMs: spreadOf(minor).median,
        questions,
        steps,
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
