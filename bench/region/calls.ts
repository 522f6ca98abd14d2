/**
 * What a call costs whose objects end with it: over the depth of calls inside each other, and over how much each holds.
 */

import { formatBytes, formatCount, formatTable } from "../../src/compare/formatting.ts";
import { rounded } from "../../src/compare/samples.ts";
import { settingsFor } from "../../src/lang/managers/registry.ts";
import type { BuildOptions } from "../../src/lang/options.ts";
import { compileProgram } from "../compile-program.ts";
import type { DeepTask, DeepThread } from "./thread.ts";

const DEPTHS = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000] as const;
/** Of a run, however deep they lie. */
const CALLS = 10_000_000;
/** Both stacks in linear memory, that of frames and gc's of roots, have room for a million calls. */
const STACK_BYTES = 256 << 20;
/**
 * The row that the others are compared with: with fewer calls inside each other, the loop around them counts as well.
 */
const BASE_DEPTH = 100;
const BARE = "no cells";
export const MANAGERS = ["regions", "gc", "host"] as const;
const MANY_DEPTH = 10_000;
const MANY_CALLS = 1_000_000;
const CELLS = [1, 2, 4, 8, 16, 32, 64] as const;
/** A header and two fields. */
const CELL_BYTES = 16;

export interface CallsResult {
  /** Nanoseconds for each call with one cell, by manager, and without cells. */
  readonly deep: readonly { readonly depth: number; readonly ns: Readonly<Record<string, number>> }[];
  /** Under `regions`: calls of which each holds so many cells while it calls itself. */
  readonly many: readonly {
    readonly cells: number;
    readonly ns: number;
    /** Linear memory for each call, beyond that of a run without cells. */
    readonly segmentBytes: number;
  }[];
}

/** The calls under one of the managers, with a stack for all of them where it is linear memory. */
export async function compileCalls(
  manager: (typeof MANAGERS)[number],
  options: Omit<BuildOptions, "manager"> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const settings = settingsFor(manager, { ...options, shadowStackBytes: STACK_BYTES });
  return (await compileProgram("region/calls.mote", settings)).wasm;
}

export async function runCalls(
  thread: DeepThread,
  runs: number,
  onProgress: (text: string) => void,
): Promise<CallsResult> {
  const modules = new Map<string, WebAssembly.Module>();
  for (const manager of MANAGERS) {
    modules.set(manager, new WebAssembly.Module(await compileCalls(manager)));
  }
  const task = (manager: string, depth: number, cells: number, calls: number): DeepTask => ({
    name: `calls, ${depth} deep, ${cells} cells, ${manager}`,
    module: modules.get(manager)!,
    args: [depth, cells, calls / depth].map(String),
  });

  const deep: CallsResult["deep"][number][] = [];
  for (const depth of DEPTHS) {
    const tasks = [task("regions", depth, 0, CALLS), ...MANAGERS.map((manager) => task(manager, depth, 1, CALLS))];
    const found = await thread.takeTurns(tasks, runs, onProgress);
    const ns = found.map(({ ms }, index) => [[BARE, ...MANAGERS][index]!, nanoseconds(ms, CALLS)] as const);
    deep.push({ depth, ns: Object.fromEntries(ns) });
  }

  const tasks = [0, ...CELLS].map((cells) => task("regions", MANY_DEPTH, cells, MANY_CALLS));
  const [none, ...some] = await thread.takeTurns(tasks, runs, onProgress);
  const many = some.map(({ ms, memoryBytes }, index) => ({
    cells: CELLS[index]!,
    ns: nanoseconds(ms, MANY_CALLS),
    segmentBytes: (memoryBytes - none!.memoryBytes) / MANY_DEPTH,
  }));
  return { deep, many };
}

function nanoseconds(ms: number, calls: number): number {
  return rounded((ms * 1e6) / calls);
}

export function describeCalls({ deep, many }: CallsResult): string[] {
  const base = deep.find(({ depth }) => depth === BASE_DEPTH)!.ns;
  const cell = (ns: Readonly<Record<string, number>>, name: string): string[] => [
    ns[name]!.toFixed(2),
    `${(ns[name]! / base[name]!).toFixed(2)}x`,
  ];
  const names = [BARE, ...MANAGERS];
  const right = (title: string) => ({ title, align: "right" }) as const;
  return [
    `Nanoseconds for each of ${formatCount(CALLS)} calls, so many of them inside each other; and over those at ${BASE_DEPTH}.`,
    "",
    ...formatTable(
      [right("depth"), ...names.flatMap((name) => [right(name), right("ratio")])],
      deep.map(({ depth, ns }) => [formatCount(depth), ...names.flatMap((name) => cell(ns, name))]),
    ),
    "",
    `Under regions, ${formatCount(MANY_DEPTH)} calls inside each other, each with so many cells.`,
    "",
    ...formatTable(
      [right("cells"), right("bytes of cells"), right("ns"), right("ns for a cell"), right("segments for each call")],
      many.map(({ cells, ns, segmentBytes }) => [
        String(cells),
        String(cells * CELL_BYTES),
        ns.toFixed(1),
        (ns / cells).toFixed(2),
        formatBytes(Math.round(segmentBytes)),
      ]),
    ),
  ];
}
