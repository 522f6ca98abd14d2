/**
 * How much memory programs keep, in exact bytes: each program of test/lang/memory runs at N and at 2 N, with a collection at
 * every allocation, and the most that was alive is the same, or grows by what its first comments say.
 *
 *     // memory: constant
 *     // memory: 16 bytes each         for each of the N
 *
 * The programs follow the ideas of Fble's memory tests (seed note 003).
 */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readCounts } from "../../src/heap/statistics.ts";
import { compile, runModule, SourceFile } from "../../src/lang/index.ts";

const FOLDER = new URL("memory/", import.meta.url);
/** A multiple of 8: every eighth collection is one of the whole heap. */
const ROUNDS = 64;

/** The most bytes that were alive after a collection of the whole heap. */
function mostAlive(module: WebAssembly.Module, rounds: number): number {
  let [most, collections] = [0, 0];
  const { exitCode, stderr } = runModule(module, {
    args: [String(rounds)],
    onCollected(memory, statistics) {
      const counts = readCounts(new DataView(memory.buffer), statistics);
      collections++;
      if (counts.lastSteps !== 0) most = Math.max(most, counts.liveBytes);
    },
  });
  expect(Buffer.from(stderr).toString()).toBe("");
  expect(exitCode).toBe(0);
  expect(collections).toBeGreaterThanOrEqual(rounds);
  return most;
}

describe("the most that is alive", () => {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".mote"));

  it("is asked of some programs", () => expect(names.length).toBeGreaterThan(10));

  it.each(names)("%s", async (name) => {
    const text = readFileSync(new URL(name, FOLDER), "utf8");
    const promise = /^\/\/ memory: (?:constant|(\d+) bytes each)$/m.exec(text);
    expect(promise).not.toBeNull();
    const { wasm } = await compile(new SourceFile(name, text), {
      ...{ manager: "gc", debug: true, zeal: 1, nurseryBytes: 4096, traceGc: true },
    });
    const module = new WebAssembly.Module(wasm);
    const [once, twice] = [mostAlive(module, ROUNDS), mostAlive(module, 2 * ROUNDS)];
    expect(twice - once).toBe(Number(promise![1] ?? 0) * ROUNDS);
  });
});
