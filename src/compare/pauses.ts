/**
 * Collections and pauses of one run of a measured module.
 *
 * A collector of the core is seen through the module's own marks and its block of statistics, which begins with two
 * counts whatever the manager (assembly/gc/statistics.ts, assembly/region/statistics.ts): where one moved, there was a
 * collection. The engine's collector is seen through the performance entries of Node.js: scavenges are minor,
 * mark-compacts major, and the steps of incremental marking on the main thread are pauses that belong to a major one.
 */

import { constants, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { STATISTICS_MAJOR_COLLECTIONS, STATISTICS_MINOR_COLLECTIONS } from "#contract";
import type { PauseHooks } from "../lang/run/run-module.ts";

export interface Collections {
  readonly minor: number;
  readonly major: number;
  /** In milliseconds. */
  readonly pauses: readonly number[];
}

/** Watches the collector inside a module that exports `statistics`. */
export class CorePauses implements PauseHooks {
  readonly pauses: number[] = [];
  readonly #memory: WebAssembly.Memory;
  readonly #statistics: () => number;
  #block = 0;
  #collectionsBefore = 0;
  #begin = 0;

  constructor(memory: WebAssembly.Memory, statistics: () => number) {
    this.#memory = memory;
    this.#statistics = statistics;
  }

  pauseBegin(): void {
    // Asked for once the program runs: the block has no place before the core is initialised.
    if (this.#block === 0) this.#block = this.#statistics() >>> 0;
    this.#collectionsBefore = this.#collections();
    this.#begin = performance.now();
  }

  pauseEnd(): void {
    const end = performance.now();
    if (this.#collections() !== this.#collectionsBefore) this.pauses.push(end - this.#begin);
  }

  /** What happened up to now. */
  result(): Collections {
    const block = this.#statistics() >>> 0;
    const counts = new DataView(this.#memory.buffer, block);
    const major = counts.getUint32(STATISTICS_MAJOR_COLLECTIONS, true);
    // The core counts a major collection among the minor ones as well.
    return { minor: counts.getUint32(STATISTICS_MINOR_COLLECTIONS, true) - major, major, pauses: this.pauses };
  }

  #collections(): number {
    const counts = new DataView(this.#memory.buffer, this.#block);
    return counts.getUint32(STATISTICS_MINOR_COLLECTIONS, true) + counts.getUint32(STATISTICS_MAJOR_COLLECTIONS, true);
  }
}

/** Watches the engine's own collector. */
export class EnginePauses {
  readonly #entries: PerformanceEntry[] = [];
  readonly #observer = new PerformanceObserver((list) => this.#entries.push(...list.getEntries()));

  start(): void {
    this.#observer.observe({ entryTypes: ["gc"] });
  }

  /** Stops watching. @param begin, end the time of the run: what the engine did outside is not the program's */
  async stop(begin: number, end: number): Promise<Collections> {
    // Entries are handed over in later turns of the event loop.
    for (let turn = 0; turn < 3; turn++) await setImmediate();
    this.#entries.push(...this.#observer.takeRecords());
    this.#observer.disconnect();
    const during = this.#entries.filter(({ startTime }) => startTime >= begin && startTime <= end);
    const count = (kinds: readonly number[]): number => during.filter((entry) => kinds.includes(kindOf(entry))).length;
    return {
      minor: count([constants.NODE_PERFORMANCE_GC_MINOR, MINOR_MARK_SWEEP]),
      major: count([constants.NODE_PERFORMANCE_GC_MAJOR]),
      pauses: during.map(({ duration }) => duration),
    };
  }
}

/** V8's non-moving minor collector, off by default; older Node.js versions have no name for it. */
const MINOR_MARK_SWEEP = 2;

function kindOf(entry: PerformanceEntry): number {
  return (entry as PerformanceEntry & { detail: { kind: number } }).detail.kind;
}
