/**
 * The linear memory: shared with others, grown by others, limited.
 */
import { describe, expect, test } from "vitest";
import { box, Heap, int32, type RecordRef, slice, uint8 } from "../../src/index.ts";
import { refused } from "../support/errors.ts";

const PAGE = 65536;
const FIELDS = { next: box(), key: int32(), name: slice() };

/** Builds a list with names, and checks it. */
function exercise(heap: Heap, count: number): void {
  const Node = heap.defineRecord("Node", FIELDS);
  const Bytes = heap.defineArray("Bytes", uint8());
  const text = heap.allocArray(Bytes, new TextEncoder().encode("0123456789"));
  let head: RecordRef<typeof FIELDS> | null = null;
  for (let key = 0; key < count; key++) {
    using name = text.slice(key % 10);
    const next: RecordRef<typeof FIELDS> | null = head;
    head = heap.alloc(Node, { next, key, name });
    next?.dispose();
  }
  text.dispose();
  heap.collect("minor");
  let key = count;
  for (let at: unknown = head; at !== null; ) {
    using node: RecordRef<typeof FIELDS> = Node.cast(at);
    using name = node.get("name");
    expect(node.get("key")).toBe(--key);
    expect(name.text()).toBe("0123456789".slice(key % 10));
    at = node.get("next");
  }
  expect(key).toBe(0);
}

describe("memory", () => {
  test("that others grow in between is left to them", async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    using heap = await Heap.open({ memory, heapBase: 0, debug: true, nurseryBytes: PAGE });
    const theirs: number[] = [];
    for (let round = 0; round < 12; round++) {
      // Grown to the brim by the heap, then one page by somebody else.
      const page = memory.grow(1);
      new Uint8Array(memory.buffer, page * PAGE, PAGE).fill(0xa5);
      theirs.push(page);
      exercise(heap, 3000);
      const Bytes = heap.defineArray("Bytes", uint8());
      heap.allocArray(Bytes, 2_000_000 + round * PAGE);
      heap.verify();
    }
    heap.collect("major");
    heap.verify();
    for (const page of theirs) {
      expect(new Uint8Array(memory.buffer, page * PAGE, PAGE).every((byte) => byte === 0xa5)).toBe(true);
    }
  });

  test("views survive growth, whoever grows", async () => {
    using heap = await Heap.open({ nurseryBytes: 4096 });
    const Node = heap.defineRecord("Node", FIELDS);
    const Bytes = heap.defineArray("Bytes", uint8());
    const node = heap.alloc(Node, { key: 1 });
    const before = heap.memory.buffer;
    heap.memory.grow(1);
    expect(before.byteLength).toBe(0);
    expect(node.get("key")).toBe(1);
    const big = heap.allocArray(Bytes, 10_000_000);
    node.set("key", 2);
    big.setAt(9_999_999, 7);
    heap.memory.grow(3);
    node.set("name", big.slice(9_999_999));
    expect(node.get("name").toArray()).toEqual([7]);
    expect(heap.statistics().memoryBytes).toBe(heap.memory.buffer.byteLength);
  });

  test("can be copied from, also when the allocation of the copy moves or grows it", async () => {
    using heap = await Heap.open({ debug: true, zeal: 1 });
    const Bytes = heap.defineArray("Bytes", uint8());
    const first = heap.allocArray(
      Bytes,
      Uint8Array.from({ length: 4000 }, (_, i) => i % 250),
    );
    for (let i = 0; i < 12; i++) {
      const view = new Uint8Array(heap.memory.buffer, first.address + 8, 4000);
      const copy = heap.allocArray(Bytes, i % 2 === 0 ? view : view.subarray(0, 100));
      expect(copy.bytes()).toEqual(first.bytes().subarray(0, copy.length));
      heap.allocArray(Bytes, 1_000_000);
    }
    heap.verify();
  });

  test("below the heap base belongs to somebody else", async () => {
    const memory = new WebAssembly.Memory({ initial: 5 });
    const heapBase = 3 * PAGE + 1234;
    const below = new Uint8Array(memory.buffer, 0, heapBase);
    for (let i = 0; i < below.length; i++) below[i] = i % 253;
    using heap = await Heap.open({ memory, heapBase, debug: true, nurseryBytes: PAGE });
    exercise(heap, 5000);
    heap.collect("major");
    heap.verify();
    const after = new Uint8Array(memory.buffer, 0, heapBase);
    expect(after.every((byte, i) => byte === i % 253)).toBe(true);
    const node = heap.alloc(heap.defineRecord("Node", FIELDS));
    expect(node.address).toBeGreaterThan(heapBase);
  });

  test("is grown when the heap base lies above its end", async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    using heap = await Heap.open({ memory, heapBase: 20 * PAGE, debug: true });
    exercise(heap, 1000);
    heap.verify();
    expect(new Uint8Array(memory.buffer, 0, 20 * PAGE).every((byte) => byte === 0)).toBe(true);
  });

  test("has unsigned addresses above 2 GiB", async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    using heap = await Heap.open({ memory, heapBase: 2 ** 31 + 5 * PAGE, nurseryBytes: 65536 });
    exercise(heap, 5000);
    const Bytes = heap.defineArray("Bytes", uint8());
    const big = heap.allocArray(Bytes, 1_000_000);
    big.setAt(999_999, 5);
    const part = big.slice(999_999);
    big.dispose();
    heap.collect("major");
    expect(part.at(0)).toBe(5);
    expect(part.address).toBeGreaterThan(2 ** 31);
    expect(part.owner()!.address).toBe(part.address - 8 - 999_999);
  });

  test("of two heaps is separate", async () => {
    using a = await Heap.open({ debug: true, nurseryBytes: 8192 });
    using b = await Heap.open({ nurseryBytes: 16384 });
    const NodeA = a.defineRecord("Node", FIELDS);
    const NodeB = b.defineRecord("Node", FIELDS);
    const rootA = a.alloc(NodeA, { key: 1 });
    const rootB = b.alloc(NodeB, { key: 2 });
    exercise(a, 2000);
    exercise(b, 2000);
    a.collect("major");
    expect(b.statistics().majorCollections).toBe(0);
    expect([rootA.get("key"), rootB.get("key")]).toEqual([1, 2]);
    a.verify();
  });

  test("objects of other code are named as such", async () => {
    using heap = await Heap.open({ debug: true });
    const Node = heap.defineRecord("Node", FIELDS);
    const node = heap.alloc(Node);
    // As compiled code might: a pointer to a shape that was not defined here.
    using other = heap.alloc(Node);
    const view = new DataView(heap.memory.buffer);
    view.setUint32(node.address + 4, other.address, true);
    view.setUint32(other.address, view.getUint32(other.address, true) + 16, true);
    refused("unknown-shape", () => node.get("next"));
    view.setUint32(node.address + 4, 0, true);
    // A slice of static data below the heap: readable, without an owner.
    const memory = new WebAssembly.Memory({ initial: 1 });
    new Uint8Array(memory.buffer).set(new TextEncoder().encode("static"), 100);
    using shared = await Heap.open({ memory, heapBase: PAGE, debug: true });
    const Shared = shared.defineRecord("Node", FIELDS);
    const holder = shared.alloc(Shared);
    const words = new DataView(memory.buffer, holder.address);
    words.setUint32(12, 100, true);
    words.setUint32(16, 6, true);
    shared.collect("major");
    const name = holder.get("name");
    expect(name.text()).toBe("static");
    refused("unknown-shape", () => name.owner());
    shared.verify();
  });
});
