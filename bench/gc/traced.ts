/** Runs of modules built with `traceGc`: how long they took, and each of their collections. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type HeapCounts, readCounts } from "../../src/core/statistics.ts";
import { type BuildOptions, runModule } from "../../src/lang/index.ts";
import { compileProgram } from "../compile-program.ts";

export interface Collection {
  readonly ms: number;
  /** Whether it was a minor collection and nothing else. */
  readonly isMinor: boolean;
  readonly counts: HeapCounts;
}

export interface TracedRun {
  readonly ms: number;
  /** Processor time of the process, in milliseconds: in the program, and in the kernel. */
  readonly userMs: number;
  readonly systemMs: number;
  readonly stdout: string;
  readonly exitCode: number;
  readonly collections: readonly Collection[];
  readonly memoryBytes: number;
}

/** Compiles a program of the bench. @param file relative to the folder bench */
export async function compileTraced(file: string, options: Omit<BuildOptions, "manager">): Promise<WebAssembly.Module> {
  const { wasm } = await compileProgram(file, { ...options, manager: "gc", traceGc: true });
  return new WebAssembly.Module(wasm);
}

/**
 * The engine gives the memory of a finished instance back when it collects its own garbage. Without that, each run
 * would touch pages that the machine has not seen for long, at many times the price.
 */
export const collectInstances = ((): (() => void) => {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
})();

export function runTraced(module: WebAssembly.Module, args: readonly string[], input?: Uint8Array): TracedRun {
  collectInstances();
  const collections: Collection[] = [];
  const before = process.cpuUsage();
  const result = runModule(module, {
    args,
    ...(input === undefined ? {} : { input }),
    onCollected(memory, statistics) {
      const counts = readCounts(new DataView(memory.buffer), statistics);
      collections.push({
        ms: counts.lastPauseMs,
        isMinor: counts.lastSteps === 0,
        counts,
      });
    },
  });
  const { user, system } = process.cpuUsage(before);
  const memory = result.exports.memory as WebAssembly.Memory;
  return {
    ms: result.ms,
    userMs: user / 1000,
    systemMs: system / 1000,
    stdout: Buffer.from(result.stdout).toString(),
    exitCode: result.exitCode,
    collections,
    memoryBytes: memory.buffer.byteLength,
  };
}

/** Milliseconds of all collections that were minor and nothing else. */
export function minorMs(run: TracedRun): number {
  return sumMs(run, true);
}

/** Milliseconds of all collections that did some of a major one as well. */
export function majorMs(run: TracedRun): number {
  return sumMs(run, false);
}

function sumMs({ collections }: TracedRun, minor: boolean): number {
  return collections.filter(({ isMinor }) => isMinor === minor).reduce((sum, { ms }) => sum + ms, 0);
}
