/**
 * Whether what is built up costs the same for each part, however much it is, and what loops by tail calls leave behind.
 */

import { type Column, formatBytes, formatCount, formatTable } from "../../src/compare/formatting.ts";
import { rounded } from "../../src/compare/samples.ts";
import { compileProgram } from "../compile-program.ts";
import type { DeepTask, DeepThread } from "./thread.ts";

/** Of builds.mote; `nested` calls itself once for each cell. */
const WAYS = ["dropped", "kept", "returned", "nested", "grown"] as const;
const COUNTS = [10_000, 100_000, 1_000_000, 10_000_000] as const;
const MOST_NESTED = 1_000_000;
/** What is built up, and doubled. */
const DOUBLED = ["kept", "returned", "nested", "grown"] as const;
const DOUBLES = [250_000, 500_000, 1_000_000] as const;
const LOOPS = ["turns", "handed"] as const;
const TURNS = [1_000_000, 10_000_000] as const;
/** The least parts of a run: fewer are built more often. */
const PARTS = 10_000_000;
const STACK_BYTES = 256 << 20;

export interface Built {
  readonly way: string;
  /** Parts that are alive together, or iterations. */
  readonly count: number;
  /** Nanoseconds for each part. */
  readonly ns: number;
  /** Linear memory at the end, without the stack of frames. */
  readonly memoryBytes: number;
}

export interface BuildsResult {
  readonly linear: readonly Built[];
  /** Allocated bytes for each part, where a list that is copied as it grows asks for each of its sizes. */
  readonly doubled: readonly (Built & { readonly allocatedBytes: number })[];
  readonly loops: readonly Built[];
}

export async function runBuilds(
  thread: DeepThread,
  runs: number,
  onProgress: (text: string) => void,
): Promise<BuildsResult> {
  const [timed, counting] = await Promise.all([openBuilds(false), openBuilds(true)]);
  const task = (module: WebAssembly.Module, way: string, count: number, times: number): DeepTask => ({
    name: `builds, ${way}, ${count}`,
    module,
    args: [way, String(count), String(times)],
  });
  /** In turns, since the machine is not the same from one second to the next. */
  const build = async (way: string, counts: readonly number[]): Promise<Built[]> => {
    const tasks = counts.map((count) => task(timed, way, count, PARTS / count));
    const found = await thread.takeTurns(tasks, runs, onProgress);
    return found.map(({ ms, memoryBytes }, index) => ({
      way,
      count: counts[index]!,
      ns: rounded((ms * 1e6) / PARTS),
      memoryBytes: memoryBytes - STACK_BYTES,
    }));
  };

  const linear: Built[] = [];
  for (const way of WAYS) {
    linear.push(...(await build(way, way === "nested" ? COUNTS.filter((count) => count <= MOST_NESTED) : COUNTS)));
  }
  const doubled: BuildsResult["doubled"][number][] = [];
  for (const way of DOUBLED) {
    for (const built of await build(way, DOUBLES)) {
      const { allocatedBytes } = await thread.run(task(counting, way, built.count, 1));
      doubled.push({ ...built, allocatedBytes: allocatedBytes! / built.count });
    }
  }
  const loops: Built[] = [];
  for (const way of LOOPS) loops.push(...(await build(way, TURNS)));
  return { linear, doubled, loops };
}

async function openBuilds(measure: boolean): Promise<WebAssembly.Module> {
  const options = { manager: "regions", shadowStackBytes: STACK_BYTES, measure };
  const { wasm } = await compileProgram("region/builds.mote", options);
  return new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>);
}

export function describeBuilds({ linear, doubled, loops }: BuildsResult): string[] {
  const rowsOf = <T extends Built>(built: readonly T[], extra: (each: T) => string[]): string[][] =>
    built.map((each) => {
      const first = built.find(({ way }) => way === each.way)!;
      const { way, count, ns, memoryBytes } = each;
      const own = [way, formatCount(count), ns.toFixed(2), `${(ns / first.ns).toFixed(2)}x`];
      return [...own, ...extra(each), formatBytes(memoryBytes)];
    });
  const columns = (...extra: string[]): Column[] => [
    { title: "built", align: "left" },
    ...["count", "ns", "ratio", ...extra, "memory"].map((title) => ({ title, align: "right" }) as const),
  ];
  return [
    "Nanoseconds for each cell or element, and over those of the fewest.",
    "",
    ...formatTable(
      columns(),
      rowsOf(linear, () => []),
    ),
    "",
    "N, 2 N and 4 N, with the bytes that were allocated for each.",
    "",
    ...formatTable(
      columns("allocated"),
      rowsOf(doubled, ({ allocatedBytes }) => [allocatedBytes.toFixed(1)]),
    ),
    "",
    "A loop by tail calls: with a cell of its own in each iteration, and with one that is handed to the next.",
    "",
    ...formatTable(
      columns(),
      rowsOf(loops, () => []),
    ),
  ];
}
