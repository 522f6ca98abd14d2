/**
 * The contrast of seed note 001: a mature space in size classes, where a division finds an object's start and nothing
 * moves, against lines of blocks, where start bits do.
 */

import { spreadOf } from "../../src/cli/samples.ts";
import { formatBytes, formatTable } from "../../src/cli/text.ts";
import { MATURE_SPACES, type MatureSpace } from "../../src/lang/index.ts";
import { cities, manyCities } from "../cities.ts";
import { compileTraced, majorMs, minorMs, runTraced } from "./traced.ts";

/** Warm-ups are longer: see starts.ts. */
const WARM_UPS = 2;

const PROGRAMS = [
  { name: "views", file: "gc/views.mote", args: [], warm: [], input: null },
  { name: "json, cities", file: "programs/json.mote", args: [], warm: [], input: "cities" },
  { name: "fields", file: "programs/fields.mote", args: [], warm: ["1500000"], input: null },
  { name: "binarytrees 18", file: "programs/binarytrees.mote", args: ["18"], warm: ["18"], input: null },
  {
    name: "rbtree random",
    file: "programs/rbtree.mote",
    args: ["random", "500000"],
    warm: ["random", "500000"],
    input: null,
  },
  { name: "queue", file: "programs/queue.mote", args: [], warm: [], input: null },
] as const;

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
  for (const { name, file, args, warm, input } of PROGRAMS) {
    onProgress(`mature: ${name}, compiling`);
    const variants = await Promise.all(
      MATURE_SPACES.map(async (mature) => {
        const module = await compileTraced(file, { mature });
        return { mature, module, ms: [] as number[], minor: [] as number[], major: [] as number[], memoryBytes: 0 };
      }),
    );
    let expected: string | undefined;
    for (let round = -WARM_UPS; round < runs; round++) {
      onProgress(`mature: ${name}, round ${round + 1}`);
      for (const variant of variants) {
        if (round < 0) {
          runTraced(variant.module, warm, input === null ? undefined : manyCities());
          continue;
        }
        const run = runTraced(variant.module, args, input === null ? undefined : cities());
        expected ??= run.stdout;
        if (run.stdout !== expected) throw new Error(`${name}: the outputs differ`);
        variant.ms.push(run.ms);
        variant.minor.push(minorMs(run));
        variant.major.push(majorMs(run));
        variant.memoryBytes = run.memoryBytes;
      }
    }
    for (const { mature, ms, minor, major, memoryBytes } of variants) {
      const [time, minorTime, majorTime] = [ms, minor, major].map((values) => spreadOf(values).median);
      results.push({ program: name, mature, ms: time!, minorMs: minorTime!, majorMs: majorTime!, memoryBytes });
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
