/** Sparse stacks from the host. What the core does with them is in test/assembly/sparse.test.ts. */

import { describe, expect, test } from "vitest";
import { SPARSE_ENTRY_BYTES } from "#contract";
import { Heap, int32, type SparseLimits } from "../../src/index.ts";
import { refused } from "../support/errors.ts";

const NONE = {
  entries: 0,
  bytes: 0,
  grown: 0,
  moved: 0,
  copiedBytes: 0,
  nonLinear: 0,
  served: 0,
  lost: 0,
  freedEntries: 0,
  freedBytes: 0,
};

describe("a sparse stack", () => {
  test("grows the object on top in place, and moves the others", async () => {
    using heap = await Heap.open({ debug: true });
    using stack = heap.openSparseStack();
    expect(stack.counts()).toEqual({ ...NONE, highBytes: 0, extents: 0 });
    const below = stack.alloc(30);
    const top = stack.alloc(1);
    new Uint8Array(heap.memory.buffer).fill(7, below, below + 30);
    expect(stack.grow(top, 1000)).toBe(top);
    const moved = stack.grow(below, 2000);
    expect(moved).toBeGreaterThan(top);
    expect([...new Uint8Array(heap.memory.buffer, moved, 30)]).toEqual(Array(30).fill(7));
    expect(stack.counts()).toMatchObject({ grown: 1, moved: 1, copiedBytes: 32, freedEntries: 1, extents: 1 });
    expect(stack.startOf(moved + 1999)).toBe(moved);
    expect(stack.startOf(below)).toBe(0);
    stack.verify();
    heap.verify();
  });

  test("ends objects with their owners, and keeps its memory for the next", async () => {
    using heap = await Heap.open({ debug: true });
    using stack = heap.openSparseStack();
    const outer = stack.alloc(16, 1);
    const inner = stack.alloc(16, 2);
    stack.leave(2);
    expect(stack.alloc(16, 2)).toBe(inner);
    stack.leave(1);
    expect(stack.alloc(16, 5)).toBe(outer);
    stack.leave();
    expect(stack.counts()).toEqual({ ...NONE, highBytes: 2 * (16 + SPARSE_ENTRY_BYTES), extents: 1 });
    stack.verify();
  });

  test("lives beside the collected heap", async () => {
    using heap = await Heap.open({ debug: true, nurseryBytes: 4096, nurseryFirstBytes: 4096 });
    const One = heap.defineRecord("One", { n: int32() });
    using stack = heap.openSparseStack();
    let address = stack.alloc(8);
    const kept = heap.alloc(One, { n: 42 });
    for (let n = 1; n < 2000; n++) {
      heap.alloc(One, { n }).dispose();
      address = stack.grow(address, n * 64);
    }
    heap.collect("major");
    expect(kept.get("n")).toBe(42);
    const used = heap.statistics().usedBytes;
    stack.close();
    expect(heap.statistics().usedBytes).toBeLessThan(used);
    heap.verify();
    heap.trace();
  });

  test("reuses what was freed above the limits", async () => {
    using heap = await Heap.open();
    for (const [limits, served] of [
      [{ setPercent: 0 }, 1],
      [{ setPercent: Infinity, setEntries: Infinity, wastePercent: Infinity, wasteBytes: Infinity }, 0],
    ] satisfies [SparseLimits, number][]) {
      using stack = heap.openSparseStack();
      heap.limitSparseStacks(limits);
      const first = stack.alloc(80);
      stack.alloc(80);
      stack.free(first);
      stack.alloc(80);
      expect(stack.counts().served).toBe(served);
    }
    expect(refused("bad-option", () => heap.limitSparseStacks({ wasteBytes: -1 }))).toContain("wasteBytes");
    expect(refused("bad-option", () => heap.limitSparseStacks({ setEntries: 0.5 }))).toContain("setEntries");
  });

  test("refuses impossible arguments", async () => {
    using heap = await Heap.open({ heapLimitBytes: 8 << 20, nurseryBytes: 65536, nurseryFirstBytes: 65536 });
    const stack = heap.openSparseStack();
    for (const bytes of [0, -8, 0.5, NaN, 2 ** 32])
      expect(refused("bad-option", () => stack.alloc(bytes))).toContain("Bytes");
    for (const owner of [-1, 0.5, 2 ** 32])
      expect(refused("bad-option", () => stack.alloc(8, owner))).toContain("owner");
    expect(refused("bad-option", () => stack.leave(-1))).toContain("owner");
    const address = stack.alloc(8);
    expect(refused("out-of-memory", () => stack.alloc(16 << 20))).toContain("on a sparse stack");
    expect(refused("out-of-memory", () => stack.grow(address, 16 << 20))).toContain("on a sparse stack");
    expect(refused("needs-debug", () => stack.verify())).toContain("verify");
    stack.close();
    stack.close();
    expect(refused("closed", () => stack.alloc(8))).toContain("sparse stack");
    expect(refused("closed", () => stack.counts())).toContain("sparse stack");
    const other = heap.openSparseStack();
    heap.close();
    expect(refused("closed", () => other.alloc(8))).toContain("heap");
    other.close();
  });

  test("stops the debug core when something is freed that is not allocated", async () => {
    using heap = await Heap.open({ debug: true });
    using stack = heap.openSparseStack();
    const address = stack.alloc(8);
    stack.free(address);
    expect(refused("core-failed", () => stack.free(address))).toContain("cannot be used any more");
  });
});
