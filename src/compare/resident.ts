/**
 * The most memory that this process had resident during some piece of work.
 *
 * Linux keeps a high-water mark for each process that can be set back to the present (`VmHWM`, and "5" written to
 * `clear_refs`). `getrusage` has a mark too, which cannot be set back and which a process inherits from its parent:
 * elsewhere it is all there is, and what it says is then an upper bound.
 */

import { readFileSync, writeFileSync } from "node:fs";

const KIB = 1024;

export class ResidentPeak {
  readonly #before: number;

  /** Begins to watch. Garbage should have been collected. */
  constructor() {
    if (process.platform === "linux") writeFileSync("/proc/self/clear_refs", "5");
    this.#before = process.memoryUsage.rss();
  }

  /** The most that was resident since, less what was resident at the beginning, in bytes. */
  grownBytes(): number {
    return Math.max(0, highWaterBytes() - this.#before);
  }
}

function highWaterBytes(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * KIB;
  const mark = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "latin1"));
  if (mark === null) throw new Error("/proc/self/status has no VmHWM");
  return Number(mark[1]) * KIB;
}
