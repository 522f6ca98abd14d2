/**
 * `--trace-gc`: a line for each collection, from the core's statistics block alone, and a summary.
 *
 *     gc 7 @0.031s: nursery 1.0 MiB -> 84.1 KiB (8.2%), old 5.3 MiB, 0.31 ms
 *     gc 8 @0.036s: nursery 1.0 MiB -> 1.0 MiB (100.0%), old 16.0 MiB -> 9.8 MiB, next at 19.6 MiB, 4.20 ms
 *     gc 9 @0.040s: nursery 1.0 MiB -> 80.0 KiB (7.8%), old 17.2 MiB, marking, 0.98 ms
 *
 * Number and time since the start, what was in the nursery and what was promoted of it, objects outside of it (before
 * and after, where a major collection has found out), what goes on in steps, the pause.
 */

import { STEP_MARKED } from "#contract";
import { formatBytes, formatMs } from "../compare/formatting.ts";
import { type HeapCounts, readCounts } from "../core/statistics.ts";

export class GcTrace {
  readonly #print: (line: string) => void;
  readonly #start = performance.now();
  #collections = 0;
  #oldBefore = 0;
  #last: HeapCounts | null = null;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /** A collection has ended. @param statistics address of the core's block */
  collected(memory: WebAssembly.Memory, statistics: number): void {
    const counts = readCounts(new DataView(memory.buffer), statistics);
    const { lastNurseryBytes: used, lastPromotedBytes: promoted, matureBytes, lastSteps, phase } = counts;
    const share = used === 0 ? "" : ` (${((100 * promoted) / used).toFixed(1)}%)`;
    const found = (lastSteps & STEP_MARKED) !== 0;
    const old = found
      ? `old ${formatBytes(this.#oldBefore + promoted)} -> ${formatBytes(matureBytes)}, next at ${formatBytes(counts.majorAtBytes)}`
      : `old ${formatBytes(matureBytes)}`;
    const seconds = ((performance.now() - this.#start) / 1000).toFixed(3);
    this.#print(
      [
        `gc ${++this.#collections} @${seconds}s: nursery ${formatBytes(used)} -> ${formatBytes(promoted)}${share}`,
        old,
        ...(phase === "idle" ? [] : [phase]),
        `${formatMs(counts.lastPauseMs)} ms`,
      ].join(", "),
    );
    this.#oldBefore = matureBytes;
    this.#last = counts;
  }

  /** The program has ended. */
  ended(): void {
    const counts = this.#last;
    if (counts === null) {
      this.#print("gc: no collection");
      return;
    }
    const { minorCollections, majorCollections, pausesMs, longestPauseMs, promotedBytes, nurseryBytes } = counts;
    const queries = counts.startQueries === 0 ? "" : `, ${counts.startQueries} questions to the start finder`;
    this.#print(
      `gc: ${minorCollections - majorCollections} minor and ${majorCollections} major collections, ` +
        `${formatMs(pausesMs)} ms in all, ${formatMs(longestPauseMs)} ms at most; ` +
        `${formatBytes(promotedBytes)} of ${formatBytes(nurseryBytes)} promoted${queries}`,
    );
  }
}
