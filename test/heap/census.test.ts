/** What has been allocated, by shape: against a count of one's own, over collections, for young and old objects. */
import { describe, expect, test } from "vitest";
import { box, Heap, int32, uint8 } from "../../src/index.ts";

describe("the census", () => {
  test.each([{ debug: true }, { debug: false }, { debug: true, pauseMs: 1, zeal: 5 }])(
    "counts all: %o",
    async (how) => {
      using heap = await Heap.open({ census: true, nurseryBytes: 65_536, ...how });
      const Small = heap.defineRecord("Small", { number: int32() });
      const Large = heap.defineRecord("Large", { next: box(), number: int32() });
      const Bytes = heap.defineArray("Bytes", uint8());
      const lengths = [0, 1, 8, 300, 9000, 100_000];
      expect(heap.allocated()).toEqual([]);
      for (let i = 0; i < 3000; i++) {
        using _scope = heap.scope();
        heap.alloc(Small, { number: i });
        if (i % 3 === 0) heap.alloc(Large, { number: i });
        if (i % 100 === 0) for (const length of lengths) heap.allocArray(Bytes, length);
        if (i === 1500) heap.collect("major");
      }
      const arrays = lengths.reduce((sum, length) => sum + 8 + Math.ceil(length / 8) * 8, 0);
      const expected = [
        { shape: "Bytes", objects: 30 * lengths.length, bytes: 30 * arrays },
        { shape: "Small", objects: 3000, bytes: 3000 * 8 },
        { shape: "Large", objects: 1000, bytes: 1000 * 16 },
      ];
      expect(heap.allocated()).toEqual(expected);
      // Asking counts nothing twice.
      expect(heap.allocated()).toEqual(expected);
    },
  );

  test("adds up the shapes that its table has no room for", async () => {
    using heap = await Heap.open({ census: true, debug: true });
    for (let i = 0; i < 3000; i++) heap.alloc(heap.defineRecord(`Shape${i}`, { number: int32() })).dispose();
    const counts = heap.allocated();
    expect(counts).toHaveLength(2049);
    expect(counts[0]).toEqual({ shape: "(other)", objects: 952, bytes: 952 * 8 });
    expect(new Set(counts.map(({ shape }) => shape)).size).toBe(2049);
  });

  test("is refused when the option was not given", async () => {
    using heap = await Heap.open();
    expect(() => heap.allocated()).toThrow("Nothing was counted: open the heap with the option census");
    await expect(Heap.open({ census: 1 as never })).rejects.toThrow("census is true or false, not 1");
  });
});
