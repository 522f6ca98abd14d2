/** The manager `regions` (seed note 003): against a region by hand, over depth and length, and on arrays that grow. */

import { type ArraysResult, describeArrays, runArrays } from "./arrays.ts";
import { type BuildsResult, describeBuilds, runBuilds } from "./builds.ts";
import { type CallsResult, describeCalls, runCalls } from "./calls.ts";
import { DeepThread } from "./thread.ts";
import { describeTrees, runTrees, type TreesResult } from "./trees.ts";

export interface RegionsResult {
  readonly trees: readonly TreesResult[];
  readonly calls: CallsResult;
  readonly builds: BuildsResult;
  readonly arrays: readonly ArraysResult[];
}

/** @param runs timed runs of each */
export async function runRegions(runs: number, onProgress: (text: string) => void): Promise<RegionsResult> {
  const trees = await runTrees(runs, onProgress);
  const thread = new DeepThread();
  try {
    const calls = await runCalls(thread, runs, onProgress);
    const builds = await runBuilds(thread, runs, onProgress);
    return { trees, calls, builds, arrays: await runArrays(runs, onProgress) };
  } finally {
    await thread.stop();
  }
}

export function describeRegions({ trees, calls, builds, arrays }: RegionsResult): string[] {
  return [describeTrees(trees), describeCalls(calls), describeBuilds(builds), describeArrays(arrays)].flatMap(
    (lines, index) => (index === 0 ? lines : ["", ...lines]),
  );
}
