/**
 * The mature space in size classes: nothing moves, interior pointers find their objects, what is freed is used again.
 */
import { describe, expect, test } from "vitest";
import { box, Heap, type HeapOptions, int32, slice, uint8 } from "../../src/index.ts";

/** Arrays of all lengths up to some thousand bytes, each behind a record's Box and a Slice to its last byte. */
async function openMixed(options: HeapOptions = {}) {
  const heap = await Heap.open({ debug: true, nurseryBytes: 65_536, mature: "classes", ...options });
  const Bytes = heap.defineArray("Bytes", uint8());
  const Entry = heap.defineRecord("Entry", { bytes: box(), last: slice(), number: int32() });
  const entries = heap.allocArray(heap.defineArray("Entries", box()), 1500);
  const fill = (number: number) => {
    using _scope = heap.scope();
    const bytes = heap.allocArray(Bytes, 1 + number * 3);
    bytes.setAt(bytes.length - 1, number & 0xff);
    const last = bytes.slice(bytes.length - 1, bytes.length);
    entries.setAt(number, heap.alloc(Entry, { bytes, last, number }));
  };
  for (let number = 0; number < entries.length; number++) fill(number);
  const check = (every: number) => {
    for (let number = 0; number < entries.length; number += every) {
      using _scope = heap.scope();
      const entry = Entry.cast(entries.at(number));
      expect(entry.get("number")).toBe(number);
      expect(entry.get("last").toArray()).toEqual([number & 0xff]);
      expect(Bytes.cast(entry.get("bytes")).length).toBe(1 + number * 3);
    }
    heap.verify();
  };
  return { heap, entries, fill, check };
}

describe("in size classes", () => {
  test("objects stay where they are, however little else is left", async () => {
    const { heap, entries, check } = await openMixed();
    heap.collect("major");
    const before = heap.trace("major");
    for (let number = 0; number < entries.length; number++) if (number % 10 !== 0) entries.setAt(number, null);
    for (let i = 0; i < 3; i++) heap.collect("major");
    const after = heap.trace("major");
    // The array of all, and of every tenth the record and its bytes.
    expect(after.length).toBe(1 + 2 * (entries.length / 10));
    expect(after.length).toBeLessThan(before.length / 5);
    const addresses = new Set(before.map(({ address }) => address));
    expect(after.filter(({ address }) => !addresses.has(address))).toEqual([]);
    expect(heap.statistics().evacuatedBytes).toBe(0);
    check(10);
  });

  test.each([{}, { pauseMs: 1 }, { reps: "a" as const }])("freed cells are filled again: %o", async (options) => {
    const { heap, entries, fill, check } = await openMixed(options);
    heap.collect("major");
    const { blocks } = heap.statistics();
    for (let round = 0; round < 5; round++) {
      for (let number = 0; number < entries.length; number++) if (number % 2) entries.setAt(number, null);
      heap.collect("major");
      for (let number = 1; number < entries.length; number += 2) fill(number);
      check(1);
    }
    heap.collect("major");
    heap.trace("major");
    // A block more for a class whose cells were not enough, here and there.
    expect(heap.statistics().blocks).toBeLessThan(blocks * 1.2);
  });

  test("a block that nothing lives in is given back", async () => {
    const { heap, entries } = await openMixed();
    heap.collect("major");
    for (let number = 0; number < entries.length; number++) entries.setAt(number, null);
    heap.collect("major");
    // The array of entries alone.
    expect(heap.statistics().blocks).toBe(1);
  });
});
