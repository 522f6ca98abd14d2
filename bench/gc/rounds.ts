/** Programs of the bench under several settings in turn, in one process. */

import { cities, manyCities } from "../cities.ts";
import { compileTraced, runTraced, type TracedRun } from "./traced.ts";

/**
 * The engine counts how hot a function is anew in each instance: only a run that is long enough makes it optimise the
 * collector, for all instances that follow. So warm-ups have arguments of their own.
 */
const WARM_UPS = 2;

export interface TracedProgram {
  readonly name: string;
  /** Relative to the folder bench. */
  readonly file: string;
  readonly args: readonly string[];
  readonly warm: readonly string[];
  /** Whether it reads the cities. */
  readonly input: boolean;
}

/**
 * Runs the program under each of the settings, `runs` times round.
 * @returns the runs of each setting
 * @throws when an output differs from the first one
 */
export async function interleave(
  { name, file, args, warm, input }: TracedProgram,
  settings: readonly Parameters<typeof compileTraced>[1][],
  runs: number,
  onProgress: (text: string) => void,
): Promise<TracedRun[][]> {
  onProgress(`${name}: compiling`);
  const modules = await Promise.all(settings.map((options) => compileTraced(file, options)));
  for (let round = 0; round < WARM_UPS; round++) {
    onProgress(`${name}: warming up`);
    for (const module of modules) runTraced(module, warm, input ? manyCities() : undefined);
  }
  const results: TracedRun[][] = modules.map(() => []);
  let expected: string | undefined;
  for (let round = 1; round <= runs; round++) {
    onProgress(`${name}: round ${round}`);
    for (const [index, module] of modules.entries()) {
      const run = runTraced(module, args, input ? cities() : undefined);
      if (run.exitCode !== 0) throw new Error(`${name} ends with exit code ${run.exitCode}`);
      expected ??= run.stdout;
      if (run.stdout !== expected) throw new Error(`${name}: the outputs differ`);
      results[index]!.push(run);
    }
  }
  return results;
}
