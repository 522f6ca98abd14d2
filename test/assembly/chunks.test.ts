import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { often } from "../support/often.ts";
import { type CorePart, compileCorePart } from "./compile.ts";

const CHUNK = 65536;
const OWNER = 3;

const entry = `
export { chunksOpen, chunksAside, acquireWithRoom, extendRun, widenRoom, dropRoom, acquireRun, acquireReserved, releaseRun, ensureFree, setReserve, chunksFree, chunksUsed, chunksError, lastRunIsFresh, chunksFirst } from "./assembly/memory/chunks";
export { ownerOfChunk, setLargeOwners, largeFirstChunk, extentFirstChunk, setExtentOwners, setExtentRest } from "./assembly/memory/page-map";
export { refuseGrowAfter } from "./assembly/memory/grow";`;

const address = (value: number) => value >>> 0;

describe("the chunk provider", () => {
  let core: CorePart;
  let call: CorePart["exports"];
  beforeEach(async () => {
    core = await compileCorePart(entry, 2, 4096);
    call = core.exports;
    expect(call.chunksOpen!(100, 0)).toBe(0);
  });

  it("hands out runs that never overlap and joins what is given back", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ free: fc.boolean(), pick: fc.nat(1000), count: fc.integer({ min: 1, max: 9 }) }), {
          maxLength: 120,
        }),
        (steps) => {
          const live: { at: number; count: number }[] = [];
          const usedBefore = call.chunksUsed!();
          for (const step of steps) {
            if (step.free && live.length) {
              const [run] = live.splice(step.pick % live.length, 1);
              call.releaseRun!(run!.at, run!.count);
            } else {
              const at = address(call.acquireRun!(step.count, OWNER));
              expect(at % CHUNK).toBe(0);
              expect(at + step.count * CHUNK).toBeLessThanOrEqual(core.memory.buffer.byteLength);
              for (const other of live) {
                expect(at >= other.at + other.count * CHUNK || other.at >= at + step.count * CHUNK).toBe(true);
              }
              live.push({ at, count: step.count });
            }
          }
          for (const run of live) call.releaseRun!(run.at, run.count);
          expect(call.chunksUsed!()).toBe(usedBefore);
          // All free chunks that border each other are one run again, so this needs no growth.
          const free = call.chunksFree!();
          if (free) {
            const size = core.memory.buffer.byteLength;
            const run = call.acquireRun!(free, OWNER);
            expect(core.memory.buffer.byteLength).toBe(size);
            call.releaseRun!(run, free);
          }
        },
      ),
      { numRuns: often(60) },
    );
  });

  it("reuses touched chunks before the memory grows", () => {
    const first = call.acquireRun!(4, OWNER);
    call.releaseRun!(first, 4);
    expect(call.acquireRun!(2, OWNER)).toBe(first);
    expect(call.lastRunIsFresh!()).toBe(0);
  });

  it("leaves what others grow in between alone", () => {
    call.acquireRun!(call.chunksFree!() || 1, OWNER);
    const foreign = core.memory.grow(3);
    const run = address(call.acquireRun!(40, OWNER));
    expect(run).toBeGreaterThanOrEqual((foreign + 3) * CHUNK);
    for (let i = 0; i < 3; i++) expect(call.ownerOfChunk!(foreign + i)).toBe(0);
  });

  it("keeps the reserve for the collector", () => {
    expect(call.chunksOpen!(100, 20 * CHUNK)).toBe(0);
    expect(call.ensureFree!(10)).toBe(1);
    call.setReserve!(10);
    expect(call.acquireRun!(10, OWNER)).toBe(0);
    expect(call.chunksError!()).toBe(1);
    expect(call.acquireRun!(9, OWNER)).not.toBe(0);
    for (let i = 0; i < 10; i++) expect(call.acquireReserved!(OWNER)).not.toBe(0);
    expect(call.acquireReserved!(OWNER)).toBe(0);
  });

  it("says why it has nothing: the limit, or a refused growth", () => {
    expect(call.chunksOpen!(100, 8 * CHUNK)).toBe(0);
    expect(call.acquireRun!(100, OWNER)).toBe(0);
    expect(call.chunksError!()).toBe(1);
    expect(call.chunksOpen!(100, 0)).toBe(0);
    expect(call.acquireRun!(5000, OWNER)).toBe(0);
    expect(call.chunksError!()).toBe(2);
    expect(call.acquireRun!(10, OWNER)).not.toBe(0);
  });

  describe("with room behind runs", () => {
    /** A run of two chunks, with room for eight more. */
    const roomy = () => address(call.acquireWithRoom!(2, 8, OWNER)) / CHUNK;

    it("keeps others out of it, and extends the run", () => {
      const run = roomy();
      const used = call.chunksUsed!();
      expect(call.chunksAside!()).toBe(8);
      const other = address(call.acquireRun!(1, OWNER)) / CHUNK;
      expect(other < run || other >= run + 10).toBe(true);
      expect(call.extendRun!(run + 2, 5, OWNER)).toBe(1);
      expect(call.chunksAside!()).toBe(3);
      expect(call.chunksUsed!()).toBe(used + 6);
      call.dropRoom!(run + 7);
      expect(call.chunksAside!()).toBe(0);
      expect(address(call.acquireRun!(3, OWNER)) / CHUNK).toBe(run + 7);
      expect(call.extendRun!(run + 7, 1, OWNER)).toBe(0);
    });

    it("extends beyond it, over what is free and over the end of the memory", () => {
      const run = roomy();
      expect(call.widenRoom!(run + 2, 30)).toBe(1);
      expect(call.chunksAside!()).toBe(30);
      expect(call.extendRun!(run + 2, 100, OWNER)).toBe(1);
      expect(call.chunksAside!()).toBe(0);
      expect(core.memory.buffer.byteLength).toBeGreaterThanOrEqual((run + 102) * CHUNK);
      // What others have grown is not ours.
      core.memory.grow(1);
      expect(call.extendRun!(run + 102, call.chunksFree!() + 1, OWNER)).toBe(0);
      expect(call.widenRoom!(run + 102, call.chunksFree!() + 1)).toBe(0);
    });

    it("gives it to whoever finds no other memory", async () => {
      core = await compileCorePart(entry, 2, 20);
      call = core.exports;
      expect(call.chunksOpen!(100, 0)).toBe(0);
      const run = roomy();
      const runs = new Set<number>();
      for (let at = call.acquireRun!(1, OWNER); at !== 0; at = call.acquireRun!(1, OWNER))
        runs.add(address(at) / CHUNK);
      expect(call.chunksAside!()).toBe(0);
      for (let chunk = run + 2; chunk < run + 10; chunk++) expect(runs.has(chunk)).toBe(true);
      expect(runs.size).toBe(20 - 3 - call.chunksFirst!());
    });

    it("gives it to the collector, too", async () => {
      core = await compileCorePart(entry, 2, 20);
      call = core.exports;
      for (const take of ["acquireReserved", "ensureFree"]) {
        expect(call.chunksOpen!(100, 0)).toBe(0);
        roomy();
        while (call.chunksFree!() > 0) call.acquireRun!(1, OWNER);
        core.memory.grow(20 - core.memory.buffer.byteLength / CHUNK);
        expect(call[take]!(OWNER)).not.toBe(0);
        expect(call.chunksAside!()).toBe(0);
      }
    });

    it("takes as much room as there is, and no more than the limit", async () => {
      expect(call.chunksOpen!(100, 6 * CHUNK)).toBe(0);
      expect(roomy()).not.toBe(0);
      expect(call.chunksAside!()).toBe(3);
      expect(call.acquireRun!(3, OWNER)).not.toBe(0);
      expect(call.chunksAside!()).toBe(3);
      expect(call.acquireWithRoom!(1, 1, OWNER)).toBe(0);
      expect(call.chunksError!()).toBe(1);
      core = await compileCorePart(entry, 2, 20);
      call = core.exports;
      expect(call.chunksOpen!(100, 0)).toBe(0);
      expect(call.acquireWithRoom!(2, 32, OWNER)).not.toBe(0);
      expect(call.chunksAside!()).toBe(8);
    });
  });

  it("finds the first chunk of a large object from any of its chunks", () => {
    const count = 300;
    const run = address(call.acquireRun!(count, OWNER));
    call.setLargeOwners!(run / CHUNK, count);
    for (let i = 0; i < count; i++) expect(call.largeFirstChunk!(run + i * CHUNK + 5)).toBe(run / CHUNK);
    call.setExtentOwners!(run / CHUNK, 7);
    call.setExtentRest!(run / CHUNK, 7, count);
    for (let i = 0; i < count; i++) expect(call.extentFirstChunk!(run + i * CHUNK + 5)).toBe(run / CHUNK);
  });
});
