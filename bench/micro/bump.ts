/**
 * The price of one allocation: the code emitted for `gc` against loops that only bump.
 *
 * tinybench runs one task after the other; several short benches in a row interleave them, and the median of the rounds
 * is what counts.
 */

import { readFileSync } from "node:fs";
import binaryen from "binaryen";
import { Bench } from "tinybench";
import { formatTable } from "../../src/compare/formatting.ts";
import { spreadOf } from "../../src/compare/samples.ts";
import { compile, runModule, SourceFile, START_FINDERS, type StartFinder } from "../../src/lang/index.ts";

/** So many that touching the nursery's pages for the first time, in every run of the emitted code, does not count. */
const OBJECTS = 40_000_000;
const ROUNDS = 7;
const TASK_MS = 250;
/** As bump.wat has it. */
const NURSERY_BASE = 65_536;
const NURSERY_BYTES = 1 << 20;

export interface MicroResult {
  readonly name: string;
  /** Nanoseconds for each object: median of the rounds' medians, and the range of those. */
  readonly nanoseconds: { readonly median: number; readonly min: number; readonly max: number };
  /** Over the loop it is compared with; null for those loops themselves. */
  readonly ratio: number | null;
}

interface Task {
  readonly name: string;
  /** The task this one is compared with. */
  readonly base: string | null;
  /** Allocates OBJECTS objects. @returns milliseconds, or nothing when the whole call is what counts */
  run(): { overriddenDuration: number } | undefined;
}

interface BumpExports {
  readonly memory: WebAssembly.Memory;
  readonly top: WebAssembly.Global;
  bare(count: number): number;
  bits(count: number): number;
}

/** The hand-written loops. A full nursery is begun again by a function outside wasm, as a collector might do it. */
function openLoops(): BumpExports {
  const module = binaryen.parseText(readFileSync(new URL("bump.wat", import.meta.url), "utf8"));
  module.setFeatures(binaryen.Features.MutableGlobals);
  const wasm = module.emitBinary() as Uint8Array<ArrayBuffer>;
  module.dispose();
  const beginAgain = (bytes: number): number => {
    exports.top.value = NURSERY_BASE + bytes;
    return NURSERY_BASE;
  };
  const clearAndBeginAgain = (bytes: number): number => {
    new Uint8Array(exports.memory.buffer, NURSERY_BASE >> 6, NURSERY_BYTES >> 6).fill(0);
    return beginAgain(bytes);
  };
  const host = { full: beginAgain, fullWithBits: clearAndBeginAgain };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), { host });
  const exports = instance.exports as unknown as BumpExports;
  return exports;
}

async function makeTasks(): Promise<Task[]> {
  const loops = openLoops();
  const path = new URL("bump.mote", import.meta.url);
  const source = new SourceFile("bump.mote", readFileSync(path, "utf8"));
  const modules = new Map<StartFinder, WebAssembly.Module>();
  for (const starts of START_FINDERS) {
    const { wasm } = await compile(source, { manager: "gc", nurseryBytes: NURSERY_BYTES, starts });
    modules.set(starts, new WebAssembly.Module(wasm));
  }
  const emitted = (kind: string, starts: StartFinder) => () => {
    const { ms, exitCode } = runModule(modules.get(starts)!, { args: [kind, String(OBJECTS)] });
    if (exitCode !== 0) throw new Error(`bump.mote ended with exit code ${exitCode}`);
    return { overriddenDuration: ms };
  };
  return [
    {
      name: "bare bump, wat",
      base: null,
      run: () => {
        loops.bare(OBJECTS);
        return undefined;
      },
    },
    { name: "emitted, gc", base: "bare bump, wat", run: emitted("plain", "eager") },
    { name: "emitted, gc, three behind one check", base: "bare bump, wat", run: emitted("three", "eager") },
    {
      name: "bump and start bit, wat",
      base: null,
      run: () => {
        loops.bits(OBJECTS);
        return undefined;
      },
    },
    { name: "emitted, gc, sliceable", base: "bump and start bit, wat", run: emitted("sliceable", "eager") },
    // Compressed and search push as deferred does.
    ...(["eager", "deferred", "crossing", "walk"] as const).map((starts) => ({
      name: `emitted, gc, sliceable, ${starts}`,
      base: "bare bump, wat",
      run: emitted("sliceable", starts),
    })),
  ];
}

/** Measures every task in several rounds. */
export async function runMicro(onProgress: (text: string) => void): Promise<MicroResult[]> {
  const tasks = await makeTasks();
  const rounds = new Map(tasks.map(({ name }): [string, number[]] => [name, []]));
  for (let round = 1; round <= ROUNDS; round++) {
    onProgress(`micro: round ${round} of ${ROUNDS}`);
    const bench = new Bench({ time: TASK_MS, iterations: 5, warmupTime: TASK_MS / 2, warmupIterations: 2 });
    for (const task of tasks) bench.add(task.name, task.run);
    await bench.run();
    for (const { name, result } of bench.tasks) {
      if (result.state !== "completed") throw new Error(`${name} was not measured: ${result.state}`);
      rounds.get(name)!.push((result.latency.p50 * 1e6) / OBJECTS);
    }
  }
  const spreads = new Map([...rounds].map(([name, values]) => [name, spreadOf(values)]));
  return tasks.map(({ name, base }) => {
    const nanoseconds = spreads.get(name)!;
    const ratio = base === null ? null : nanoseconds.median / spreads.get(base)!.median;
    return { name, nanoseconds, ratio };
  });
}

export function describeMicro(results: readonly MicroResult[]): string[] {
  return formatTable(
    [
      { title: "16-byte object: header, two fields", align: "left" },
      { title: "ns", align: "right" },
      { title: "min-max", align: "right" },
      { title: "ratio", align: "right" },
    ],
    results.map(({ name, nanoseconds, ratio }) => [
      name,
      nanoseconds.median.toFixed(2),
      `${nanoseconds.min.toFixed(2)}-${nanoseconds.max.toFixed(2)}`,
      ratio === null ? "" : `${ratio.toFixed(2)}x`,
    ]),
  );
}
