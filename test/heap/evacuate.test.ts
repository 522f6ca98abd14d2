/** Opportunistic evacuation: sparse blocks are emptied, every reference follows, and dense ones stay where they are. */
import { describe, expect, test } from "vitest";
import { box, Heap, type HeapOptions, int32, type Ref, slice, uint8, unpacked } from "../../src/index.ts";

/** Blocks hold 246 lines of 256 bytes. */
const BLOCK_PAYLOAD = 246 * 256;

/**
 * Fills the mature space with arrays of a line and more, and keeps every nth; each is referred to by a record's Box and
 * by a Slice into its middle.
 */
async function openSparse(keepEvery: number, options: HeapOptions = {}) {
  const heap = await Heap.open({ debug: true, ...options });
  const Bytes = heap.defineArray("Bytes", uint8());
  const Entry = heap.defineRecord("Entry", { bytes: box(), middle: slice(), number: int32() });
  const Entries = heap.defineArray("Entries", box());
  const entries = heap.allocArray(Entries, 4000);
  for (let number = 0; number < entries.length; number++) {
    using _scope = heap.scope();
    const bytes = heap.allocArray(Bytes, 300);
    bytes.setAt(150, number & 0xff);
    bytes.setAt(151, number >> 8);
    entries.setAt(number, heap.alloc(Entry, { bytes, middle: bytes.slice(150, 152), number }));
  }
  heap.collect("major");
  for (let number = 0; number < entries.length; number++) {
    if (number % keepEvery !== 0) entries.setAt(number, null);
  }
  const check = () => {
    for (let number = 0; number < entries.length; number += keepEvery) {
      using _scope = heap.scope();
      const entry = Entry.cast(entries.at(number));
      expect(entry.get("number")).toBe(number);
      expect(entry.get("middle").toArray()).toEqual([number & 0xff, number >> 8]);
      expect(Bytes.cast(entry.get("bytes")).at(150)).toBe(number & 0xff);
    }
    heap.verify();
  };
  return { heap, Bytes, Entry, Entries, entries, check };
}

describe("sparse blocks", () => {
  test("are evacuated by the major collection after the one that found them", async () => {
    const { heap, check } = await openSparse(8);
    heap.collect("major");
    const sparse = heap.statistics();
    expect(sparse.evacuatedBytes).toBe(0);
    heap.collect("major");
    const dense = heap.statistics();
    expect(dense.evacuatedBytes).toBeGreaterThan(0.5 * dense.liveBytes);
    expect(dense.liveBytes).toBe(sparse.liveBytes);
    expect(dense.blocks).toBeLessThan(sparse.blocks / 3);
    expect(dense.blocks).toBeLessThanOrEqual(Math.ceil(dense.liveBytes / BLOCK_PAYLOAD) + 2);
    check();
    heap.trace("major");
  });

  test("are not evacuated when little of them is free", async () => {
    const { heap, check } = await openSparse(1);
    heap.collect("major");
    heap.collect("major");
    expect(heap.statistics().evacuatedBytes).toBe(0);
    check();
  });

  test("keep the objects for which there is no room elsewhere", async () => {
    const { heap, check, Bytes } = await openSparse(8, {
      nurseryBytes: 65_536,
      heapLimitBytes: 64 * 65_536,
      shadowStackBytes: 65_536,
    });
    heap.collect("major");
    // All that is left, but for what a collection itself needs.
    expect(() => {
      for (;;) heap.allocArray(Bytes, 65_000);
    }).toThrow("The heap limit leaves no memory");
    heap.collect("major");
    check();
    heap.trace("major");
  });

  test("are not evacuated by an incremental collection", async () => {
    const { heap, check } = await openSparse(8, { pauseMs: 1 });
    const Cell = heap.defineRecord("Cell", { next: box(), numbers: unpacked(int32(), 62) });
    heap.collect("major");
    const { majorCollections } = heap.statistics();
    let list: Ref | null = null;
    while (heap.statistics().majorCollections === majorCollections) {
      const cell: Ref = heap.alloc(Cell, { next: list });
      list?.dispose();
      list = cell;
    }
    expect(heap.statistics().evacuatedBytes).toBe(0);
    list?.dispose();
    heap.collect("major");
    heap.collect("major");
    expect(heap.statistics().evacuatedBytes).toBeGreaterThan(0);
    check();
  });
});
