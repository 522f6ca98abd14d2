/**
 * Arrays that grow on sparse stacks, against the other ways to grow them. The loops are compiled together with the
 * core.
 */

import { readFile } from "node:fs/promises";
import asc from "assemblyscript/asc";
import { CHUNK_BYTES, SPARSE_COPIED_BYTES, WORD_BYTES } from "#contract";
import { formatTable } from "../../src/compare/formatting.ts";
import { spreadOf } from "../../src/compare/samples.ts";

const ROOT = new URL("../../", import.meta.url);
const ENTRY = "bench/sparse/loops/arrays.ts";
/** As the core is built (asconfig.json). */
const FLAGS = ["-O3", "--converge", "--noAssert", "--enable", "simd", "--use", "abort=", "--use", "HEAP_DEBUG=0"];

export const MANAGERS = ["sparse", "malloc", "regions", "gc"] as const;
type Manager = (typeof MANAGERS)[number];
const NAMES = { sparse: "Sparse", malloc: "Malloc", regions: "Regions", gc: "Gc" } as const;

export interface Workload {
  readonly name: string;
  /** The loop, without the manager's name. */
  readonly loop: "fill" | "replace" | "calls";
  /** The first says how often. */
  readonly args: readonly number[];
  /** What is divided by: pushes, objects. */
  readonly steps: number;
  /** Limits for the set of freed entries other than the usual ones. */
  readonly limits?: readonly number[];
}

const NEVER = 0xffffffff;
const PUSHES = 1 << 24;
const REPLACED = 4_000_000;
const CALLS = 4_000_000;

/** `PUSHES` pushes in all. */
function fill(name: string, arrays: number, count: number): Workload {
  return { name, loop: "fill", args: [PUSHES / (arrays * count), arrays, count], steps: PUSHES };
}

export const WORKLOADS: readonly Workload[] = [
  fill("one array of 16 elements", 1, 16),
  fill("one array of 1,024", 1, 1 << 10),
  fill("one array of 1 Mi", 1, 1 << 20),
  fill("one array of 16 Mi", 1, 1 << 24),
  fill("two by turns, of 16", 2, 16),
  fill("two by turns, of 1,024", 2, 1 << 10),
  fill("two by turns, of 1 Mi", 2, 1 << 20),
  fill("eight by turns, of 64 Ki", 8, 1 << 16),
  { name: "three objects a call", loop: "calls", args: [CALLS], steps: CALLS * 3 },
  ...["the oldest", "the youngest", "any"].map(
    (which, order): Workload => ({
      name: `${which} of 512 replaced`,
      loop: "replace",
      args: [REPLACED, order],
      steps: REPLACED,
    }),
  ),
  {
    name: "any of 512 replaced, 40,000 times, never from the set",
    loop: "replace",
    args: [40_000, 2],
    steps: 40_000,
    limits: [NEVER, NEVER, NEVER, NEVER],
  },
];

type LoopExports = Record<string, (...args: number[]) => number> & {
  sparseChooseLimits(...limits: number[]): void;
  copiedBytes(): number;
  chunksPeak(): number;
  readonly shadowTop: WebAssembly.Global;
  readonly ARRAYS: WebAssembly.Global;
  readonly STACK: WebAssembly.Global;
};

export interface SparseResult {
  readonly workload: string;
  readonly manager: Manager;
  /** Nanoseconds for each push or object: median of the rounds. */
  readonly nanoseconds: number;
  /** Over malloc. */
  readonly ratio: number;
  /** The most bytes of chunks in use, the core's tables included. */
  readonly peakBytes: number;
  /** Bytes copied for each byte pushed; null where nothing is pushed. */
  readonly copied: number | null;
}

export async function compileLoops(): Promise<WebAssembly.Module> {
  let wasm: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(
    [ENTRY, "--config", "none.json", "--outFile", "loops.wasm", "--runtime", "stub", "--importMemory", ...FLAGS],
    {
      readFile: (file) => readFile(new URL(file, ROOT), "utf8").catch(() => null),
      writeFile: (file, contents) => {
        if (file === "loops.wasm") wasm = (contents as Uint8Array).slice();
      },
      listFiles: () => [],
    },
  );
  if (error !== null || wasm === undefined) throw new Error(`asc failed: ${stderr}`);
  return new WebAssembly.Module(wasm);
}

/** Opens the heap of a manager in a memory of its own. */
function openLoops(module: WebAssembly.Module, manager: Manager): { loops: LoopExports; memory: WebAssembly.Memory } {
  const memory = new WebAssembly.Memory({ initial: 8, maximum: 65536 });
  const host = { now: () => performance.now(), collected() {} };
  const loops = new WebAssembly.Instance(module, { env: { memory }, host }).exports as unknown as LoopExports;
  if (loops[`open${NAMES[manager]}`]!() !== 0) throw new Error(`the heap of ${manager} does not open`);
  if (manager === "gc") loops.shadowTop.value = loops.ARRAYS.value + 8 * WORD_BYTES;
  return { loops, memory };
}

/** A heap with the limits of a workload, and its loop; nothing where the manager has no such loop. */
function openWorkload(module: WebAssembly.Module, { loop: name, limits }: Workload, manager: Manager) {
  const { loops, memory } = openLoops(module, manager);
  const loop: ((...args: number[]) => number) | undefined = loops[`${name}${NAMES[manager]}`];
  if (loop === undefined) return undefined;
  if (limits !== undefined) loops.sparseChooseLimits(...limits);
  return { loops, memory, loop };
}

/** What one call of a loop in a new instance returns and needs; nothing where the manager has no such loop. */
export function runOnce(module: WebAssembly.Module, workload: Workload, manager: Manager) {
  const opened = openWorkload(module, workload, manager);
  if (opened === undefined) return undefined;
  const { loops, memory, loop } = opened;
  const sum = loop(...workload.args);
  const copiedOnStack = new DataView(memory.buffer).getBigUint64(loops.STACK.value + SPARSE_COPIED_BYTES, true);
  const copied = Number(copiedOnStack) + Number(loops.copiedBytes());
  const isPushing = workload.loop === "fill";
  return {
    sum,
    peakBytes: loops.chunksPeak() * CHUNK_BYTES,
    copied: isPushing ? copied / (workload.steps * WORD_BYTES) : null,
  };
}

/** Measures each workload under each manager that can do it, by turns, in instances whose memory was touched before. */
export async function runSparse(runs: number, onProgress: (text: string) => void): Promise<SparseResult[]> {
  onProgress("sparse: compiling");
  const module = await compileLoops();
  const results: SparseResult[] = [];
  for (const workload of WORKLOADS) {
    const contestants = MANAGERS.flatMap((manager) => {
      const opened = openWorkload(module, workload, manager);
      return opened === undefined ? [] : [{ manager, loop: opened.loop, times: [] as number[] }];
    });
    let expected: number | undefined;
    // The first two rounds make the engine optimise.
    for (let round = -1; round <= runs; round++) {
      onProgress(`sparse: ${workload.name}, round ${Math.max(round, 0)} of ${runs}`);
      for (const { manager, loop, times } of contestants) {
        const start = performance.now();
        const sum = loop(...workload.args);
        const ms = performance.now() - start;
        expected ??= sum;
        if (sum !== expected) throw new Error(`${workload.name}: ${manager} has another result`);
        if (round > 0) times.push((ms * 1e6) / workload.steps);
      }
    }
    const medians = contestants.map(({ manager, times }) => ({ manager, nanoseconds: spreadOf(times).median }));
    const base = medians.find(({ manager }) => manager === "malloc")!.nanoseconds;
    for (const { manager, nanoseconds } of medians) {
      const { peakBytes, copied } = runOnce(module, workload, manager)!;
      results.push({ workload: workload.name, manager, nanoseconds, ratio: nanoseconds / base, peakBytes, copied });
    }
  }
  return results;
}

export function describeSparse(results: readonly SparseResult[]): string[] {
  return formatTable(
    [
      { title: "", align: "left" },
      { title: "manager", align: "left" },
      { title: "ns", align: "right" },
      { title: "/ malloc", align: "right" },
      { title: "copied", align: "right" },
      { title: "peak MiB", align: "right" },
    ],
    results.map(({ workload, manager, nanoseconds, ratio, copied, peakBytes }, index) => [
      results[index - 1]?.workload === workload ? "" : workload,
      manager,
      nanoseconds.toFixed(2),
      `${ratio.toFixed(2)}x`,
      copied === null ? "" : copied.toFixed(2),
      (peakBytes / (1 << 20)).toFixed(1),
    ]),
  );
}
