/** Runs parts of the bench one after the other. */

import type { Part, Results } from "./parts.ts";

export interface MeasureListener {
  onProgress(text: string): void;
  /** @param results those of all parts until now */
  onMeasured(name: string, results: Results, seconds: number): void;
  onFailed(name: string, error: unknown): void;
}

/**
 * Runs the parts named. One that fails has no results, and the others run all the same.
 * @param runs timed runs of each whole program
 */
export async function measureParts(
  parts: Readonly<Record<string, Pick<Part, "measure">>>,
  names: readonly string[],
  runs: number,
  listener: MeasureListener,
): Promise<Results> {
  const results: Record<string, unknown> = {};
  for (const [index, name] of names.entries()) {
    const begin = performance.now();
    try {
      results[name] = await parts[name]!.measure(runs, (text) =>
        listener.onProgress(`part ${index + 1} of ${names.length}: ${text}`),
      );
    } catch (error) {
      listener.onFailed(name, error);
      continue;
    }
    listener.onMeasured(name, results, (performance.now() - begin) / 1000);
  }
  return results;
}
