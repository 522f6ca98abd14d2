/**
 * Opening a heap: its options, and what only the debug core does.
 */
import { describe, expect, test } from "vitest";
import { box, Heap, HeapError, type HeapErrorCode, type HeapOptions, int32 } from "../../src/index.ts";
import { refused } from "../support/errors.ts";

async function openingFails(options: unknown, code: HeapErrorCode): Promise<string> {
  const error = await Heap.open(options as HeapOptions).then(
    () => expect.fail("the heap was opened"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HeapError);
  expect((error as HeapError).code).toBe(code);
  return (error as HeapError).message;
}

describe("options", () => {
  test("have defaults", async () => {
    using heap = await Heap.open();
    expect(heap.isOpen).toBe(true);
    expect(heap.statistics()).toMatchObject({ minorCollections: 0, liveBytes: 0, handles: 0, blocks: 0 });
  });

  test.for<[string, unknown]>([
    ["nurseryBytes", 4095],
    ["nurseryBytes", 257 * 1024 * 1024],
    ["nurseryBytes", "1 MiB"],
    ["nurseryBytes", null],
    ["heapLimitBytes", 1000],
    ["heapLimitBytes", 2 ** 32],
    ["shadowStackBytes", 0],
    ["shadowStackBytes", 0.5],
    ["growthPercent", 0],
    ["growthPercent", NaN],
    ["debug", 1],
    ["memory", {}],
    ["zeal", -1],
    ["nursery", 65536],
  ])("%s: %s is refused", async ([name, value]) => {
    expect(await openingFails({ [name]: value }, "bad-option")).toContain(name);
  });

  test("a heap base and a shadow stack leave room for the heap", async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const options = { memory, heapBase: 2 ** 32 - 2 ** 21, shadowStackBytes: 2 ** 21 };
    expect(await openingFails(options, "bad-option")).toContain("leave no room for the heap");
  });

  test("a memory and a heap base go together", async () => {
    await openingFails({ memory: new WebAssembly.Memory({ initial: 1 }) }, "bad-option");
    await openingFails({ heapBase: 65536 }, "bad-option");
  });

  test("starts, reps and mature are names", async () => {
    await expect(Heap.open({ starts: "bitset" as never })).rejects.toThrow(
      "starts is one of eager, deferred, compressed, search, crossing, walk, not",
    );
    await expect(Heap.open({ reps: "B" as never })).rejects.toThrow("reps is one of b, a, not");
    await expect(Heap.open({ mature: "cells" as never })).rejects.toThrow("mature is one of lines, classes, not");
  });

  test("nurseryFirstBytes is how much is used before the first collection", async () => {
    for (const [first, filled] of [
      [65_536, 65_536],
      [undefined, 1 << 20],
      [4 << 20, 2 << 20],
    ] as const) {
      using heap = await Heap.open({
        nurseryBytes: 2 << 20,
        ...(first === undefined ? {} : { nurseryFirstBytes: first }),
      });
      const Cell = heap.defineRecord("Cell", { number: int32() });
      while (heap.statistics().minorCollections === 0) heap.alloc(Cell).dispose();
      expect(heap.statistics().nurseryBytes).toBe(filled);
    }
  });

  test("growthPercent sets the threshold of the next major collection", async () => {
    for (const growthPercent of [50, 300]) {
      using heap = await Heap.open({ growthPercent });
      using keep = heap.allocArray(heap.defineArray("Boxes", box()), 5_000_000);
      heap.collect("major");
      const { liveBytes, majorAtBytes } = heap.statistics();
      expect(keep.length * 4 + 8).toBe(liveBytes);
      expect(majorAtBytes).toBe(Math.floor((liveBytes * (100 + growthPercent)) / 100));
    }
  });

  test("zeal collects at every nth allocation", async () => {
    using heap = await Heap.open({ debug: true, zeal: 3 });
    const Pair = heap.defineRecord("Pair", { left: box() });
    for (let i = 0; i < 30; i++) heap.alloc(Pair);
    expect(heap.statistics().minorCollections).toBe(10);
    heap.setZeal(0);
    for (let i = 0; i < 30; i++) heap.alloc(Pair);
    expect(heap.statistics().minorCollections).toBe(10);
    refused("bad-option", () => heap.setZeal(-1));
  });

  test("an option that needs the debug core says so", async () => {
    using heap = await Heap.open();
    await openingFails({ zeal: 1 }, "needs-debug");
    expect(refused("needs-debug", () => heap.verify())).toBe(
      "verify needs the debug core: open the heap with debug: true",
    );
    refused("needs-debug", () => heap.setZeal(1));
    refused("needs-debug", () => heap.refuseGrow(1));
    refused("needs-debug", () => heap.limitTables(1, 1));
  });

  test("collect takes minor or major", async () => {
    using heap = await Heap.open();
    refused("bad-option", () => heap.collect("full" as never));
    heap.collect();
    heap.collect("minor");
    expect(heap.statistics()).toMatchObject({ minorCollections: 2, majorCollections: 1 });
  });
});
