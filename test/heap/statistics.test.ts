/** The statistics block, read as memory: without a call, and when the core has stopped. */
import { describe, expect, test } from "vitest";
import { box, Heap, HeapError, type RecordRef, type Ref, slice, uint8 } from "../../src/index.ts";

describe("the statistics block", () => {
  test("is up to date after each collection, without a call", async () => {
    using heap = await Heap.open({ nurseryBytes: 65_536 });
    const Cell = heap.defineRecord("Cell", { text: slice() });
    const Bytes = heap.defineArray("Bytes", uint8());
    using kept = heap.allocArray(heap.defineArray("Cells", box()), 100);
    for (let i = 0; i < 20_000; i++) {
      using _scope = heap.scope();
      const cell = heap.alloc(Cell, { text: heap.allocArray(Bytes, 20).slice(3, 9) });
      if (i % 50 === 0) kept.setAt((i / 50) % 100, cell);
    }
    heap.collect("major");
    const counts = heap.counts();
    const { memoryBytes: _, ...asked } = heap.statistics();
    expect(counts).toEqual(asked);
    expect(counts.minorCollections).toBeGreaterThan(5);
    // A question for each kept text at least, and a word looked at for each.
    expect(counts.startQueries).toBeGreaterThan(100);
    expect(counts.startSteps).toBeGreaterThanOrEqual(counts.startQueries);
    expect(counts.rememberedEntries).toBeGreaterThan(100);
    const { pauses, pausesMs, longestPauseMs, chunkBytes, usedBytes } = counts;
    expect(pauses.reduce((sum, count) => sum + count, 0)).toBe(counts.minorCollections);
    expect(longestPauseMs).toBeLessThanOrEqual(pausesMs);
    expect(pauses.findLastIndex((count) => count > 0)).toBe(
      Math.ceil(Math.log2(Math.floor(longestPauseMs * 1000) + 1)),
    );
    const { fresh: _fresh, warm: _warm, ...used } = chunkBytes;
    expect(Object.values(used).reduce((sum, bytes) => sum + bytes, 0)).toBe(usedBytes);
  });

  test("can be read when the core has stopped", async () => {
    using heap = await Heap.open({ debug: true });
    const Cell = heap.defineRecord("Cell", { next: box() });
    const cell: RecordRef<{ next: ReturnType<typeof box> }> = heap.alloc(Cell);
    heap.collect("minor");
    const before = heap.counts();
    expect(before.minorCollections).toBe(1);
    new DataView(heap.memory.buffer).setUint32((cell as Ref).address, 0xdbdb_dbdb, true);
    expect(() => heap.collect("minor")).toThrow(HeapError);
    expect(() => heap.statistics()).toThrow(HeapError);
    expect(heap.counts()).toEqual(before);
  });
});
