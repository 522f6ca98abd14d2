/**
 * How much memory programs keep, in exact bytes: each program of test/lang/memory runs at N and at 2 N, with a
 * collection wherever there may be one, and the most that was alive is the same, or grows by what its first comments
 * say.
 *
 *     // memory: constant
 *     // memory: 16 bytes each         for each of the N
 *
 * Under `gc` a collection at every allocation tells what is alive. Under `regions` and `sparse` collections copy what
 * is alive of what they look at, and what ends with a frame is in use as long as the frame is. Of segments in use there
 * is a bound.
 *
 * The programs follow the ideas of Fble's memory tests (seed note 003).
 */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CHUNK_BYTES } from "#contract";
import { type RegionCounts, readRegionCounts } from "../../src/core/region-statistics.ts";
import { readCounts } from "../../src/core/statistics.ts";
import { readProfile } from "../../src/lang/codegen/profile.ts";
import {
  type BuildOptions,
  type BuiltModule,
  type RunOptions,
  type RunResult,
  runModule,
  SourceFile,
} from "../../src/lang/index.ts";
import { compile } from "../support/fast.ts";

const FOLDER = new URL("memory/", import.meta.url);

/** The most bytes of a run. */
interface Most {
  readonly alive: number;
  /** Of the memory that was in use for them; null where nobody counts it. */
  readonly inUse: number | null;
}

/** How it is found out under one manager. */
interface Gauge {
  readonly options: BuildOptions;
  /** What N is. */
  readonly rounds: number;
  measure(built: BuiltModule, rounds: number): Most;
}

function run(built: BuiltModule, rounds: number, options: RunOptions): RunResult {
  const result = runModule(built.wasm, { args: [String(rounds)], ...options });
  expect(Buffer.from(result.stderr).toString()).toBe("");
  expect(result.exitCode).toBe(0);
  return result;
}

const gc: Gauge = {
  options: { manager: "gc", debug: true, zeal: 1, nurseryBytes: 4096, traceGc: true },
  // A multiple of 8: every eighth collection is one of the whole heap.
  rounds: 64,
  measure(built, rounds) {
    let [alive, collections] = [0, 0];
    run(built, rounds, {
      onCollected(memory, statistics) {
        const counts = readCounts(new DataView(memory.buffer), statistics);
        collections++;
        if (counts.lastSteps !== 0) alive = Math.max(alive, counts.liveBytes);
      },
    });
    expect(collections).toBeGreaterThanOrEqual(rounds);
    return { alive, inUse: null };
  },
};

const regions: Gauge = {
  options: { manager: "regions", debug: true, zeal: 1, pauses: true, profile: true },
  // Many chunks of what grows, so that segments show it.
  rounds: 4096,
  measure(built, rounds) {
    let exports: WebAssembly.Exports = {};
    const data = (): DataView => new DataView((exports.memory as WebAssembly.Memory).buffer);
    const counts = (): RegionCounts => readRegionCounts(data(), (exports.statistics as () => number)() >>> 0);
    let [mostCopied, before] = [0, 0];
    run(built, rounds, {
      onInstance: (made) => {
        exports = made;
      },
      hooks: {
        pauseBegin: () => {
          before = counts().copiedBytes;
        },
        pauseEnd: () => {
          mostCopied = Math.max(mostCopied, counts().copiedBytes - before);
        },
      },
    });
    const { frameBytes } = readProfile(data(), built.profile!);
    return { alive: mostCopied + frameBytes, inUse: counts().peakBytes + frameBytes };
  },
};

/**
 * How much more segments may be in use for `bytes` more that are alive: old and new ones at the same time during a
 * collection, of which a 64th is start bits, and up to as much again headers and what is lost at ends; both rounded up
 * to chunks.
 */
function mostSegments(bytes: number): number {
  return 2 * (bytes + bytes / 32 + CHUNK_BYTES);
}

const sparse: Gauge = { ...regions, options: { ...regions.options, manager: "sparse" } };

describe.each([gc, regions, sparse])(
  "the most that is alive under $options.manager",
  ({ options, rounds, measure }) => {
    const names = readdirSync(FOLDER).filter((name) => name.endsWith(".mote"));

    it("is measured for more than ten programs", () => expect(names.length).toBeGreaterThan(10));

    it.each(names)("%s", async (name) => {
      const text = readFileSync(new URL(name, FOLDER), "utf8");
      const promise = /^\/\/ memory: (?:constant|(\d+) bytes each)$/m.exec(text);
      expect(promise).not.toBeNull();
      const bytesEach = Number(promise![1] ?? 0);
      const built = await compile(new SourceFile(name, text), {
        ...options,
        // Code that is not optimised has larger frames on the engine's stack.
        optimise: name === "deeprecursion.mote",
      });
      const [once, twice] = [measure(built, rounds), measure(built, 2 * rounds)];
      expect(twice.alive - once.alive).toBe(bytesEach * rounds);
      if (once.inUse === null || twice.inUse === null) return;
      expect(twice.inUse).toBeGreaterThanOrEqual(2 * bytesEach * rounds);
      const grown = twice.inUse - once.inUse;
      if (bytesEach === 0) expect(grown).toBe(0);
      else expect(grown).toBeLessThanOrEqual(mostSegments(bytesEach * rounds));
    });
  },
);
