/** Regions in a memory that is not theirs alone, and arrays on sparse stacks. */

import binaryen from "binaryen";
import { describe, expect, test } from "vitest";
import { box, Heap, int32, Regions, type RegionsOptions, uint8 } from "../../src/index.ts";
import { refused } from "../support/errors.ts";

const PAGE = 65536;

/** Compiled code with static data in the first page, which it sums up and changes; it grows the memory when asked. */
function compiledCode(memory: WebAssembly.Memory): { step(by: number): number; grow(pages: number): number } {
  const text = `(module
    (import "env" "memory" (memory 1))
    (data (i32.const 1024) "\\01\\02\\03\\04")
    (func (export "step") (param $by i32) (result i32)
      (i32.store (i32.const 1024) (i32.add (i32.load (i32.const 1024)) (local.get $by)))
      (i32.load (i32.const 1024)))
    (func (export "grow") (param $pages i32) (result i32) (memory.grow (local.get $pages))))`;
  const module = binaryen.parseText(text);
  const wasm = module.emitBinary() as Uint8Array<ArrayBuffer>;
  module.dispose();
  return new WebAssembly.Instance(new WebAssembly.Module(wasm), { env: { memory } }).exports as never;
}

/** Lists in regions that come and go: the sum of one that stays. */
function work(regions: Regions, rounds: number): number {
  const Node = regions.defineRecord("Node", { n: int32(), next: box() });
  const Bytes = regions.defineArray("Bytes", uint8());
  using results = regions.enter();
  let head = results.alloc(Node);
  for (let n = 1; n <= rounds; n++) {
    using region = regions.enter();
    region.allocArray(Bytes, 1000 + 30 * n).setAt(999, n & 0xff);
    using before = head;
    head = results.alloc(Node, { n, next: before });
  }
  regions.verify();
  using _scope = regions.scope();
  let sum = head.get("n");
  for (let next = head.get("next"); next !== null; next = Node.cast(next).get("next")) sum += Node.cast(next).get("n");
  return sum;
}

describe("regions in a memory of compiled code", () => {
  test.for([{}, { sparseArrays: true }] satisfies RegionsOptions[])(
    "leave what lies below to it: %o",
    async (options) => {
      const memory = new WebAssembly.Memory({ initial: 3 });
      // Somebody has used all of it before.
      new Uint8Array(memory.buffer).fill(0xa5);
      const code = compiledCode(memory);
      using regions = await Regions.open({ memory, heapBase: PAGE + 40, debug: true, ...options });
      const first = code.step(0);
      for (let n = 1; n <= 5; n++) {
        expect(code.grow(1)).toBeGreaterThan(0);
        expect(work(regions, 400)).toBe((400 * 401) / 2);
        expect(code.step(1)).toBe(first + n);
      }
      const below = new Uint8Array(memory.buffer, 0, PAGE + 40);
      expect([...new Set(below.subarray(0, 1024)), ...new Set(below.subarray(1028))]).toEqual([0xa5, 0xa5]);
      expect(regions.statistics()).toMatchObject({ regions: 0, usedBytes: 0, memoryBytes: memory.buffer.byteLength });
    },
  );

  test("grow it by turns with a heap", async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    using heap = await Heap.open({ memory, heapBase: 1024, debug: true, nurseryBytes: PAGE });
    using regions = await Regions.open({ memory, heapBase: memory.buffer.byteLength, debug: true });
    const Cell = heap.defineRecord("Cell", { n: int32(), next: box() });
    let cells = heap.alloc(Cell);
    for (let n = 1; n <= 20_000; n++) {
      using before = cells;
      cells = heap.alloc(Cell, { n, next: before });
      if (n % 4000 !== 0) continue;
      expect(work(regions, 300)).toBe((300 * 301) / 2);
      heap.collect("major");
      heap.verify();
    }
    expect(heap.trace().length).toBe(20_001);
  });

  test("above 2 GiB have unsigned addresses", async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    using regions = await Regions.open({ memory, heapBase: 2 ** 31 + 5 * PAGE, debug: true, sparseArrays: true });
    expect(work(regions, 200)).toBe((200 * 201) / 2);
    using region = regions.enter();
    const bytes = regions.growArray(region.allocArray(regions.defineArray("Bytes", uint8()), 5000), 100_000);
    expect(bytes.address).toBeGreaterThan(2 ** 31);
    expect(bytes.slice(99_999).owner()?.same(bytes)).toBe(true);
    regions.verify();
  });

  test("need a place in it with room", async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const opened = (options: object) => Regions.open(options as RegionsOptions);
    await expect(opened({ memory })).rejects.toThrow("memory and heapBase go together");
    await expect(opened({ heapBase: 8 })).rejects.toThrow("memory and heapBase go together");
    await expect(opened({ memory: {}, heapBase: 8 })).rejects.toThrow("memory is a WebAssembly.Memory");
    await expect(opened({ memory, heapBase: 2 ** 32 - 2 ** 20, framesBytes: 2048 })).rejects.toThrow(
      "framesBytes leave no room",
    );
    const small = new WebAssembly.Memory({ initial: 1, maximum: 2 });
    await expect(opened({ memory: small, heapBase: 0 })).rejects.toMatchObject({ code: "grow-refused" });
  });
});

describe("arrays on a sparse stack", () => {
  async function open(options: RegionsOptions = {}) {
    const regions = await Regions.open({ debug: true, sparseArrays: true, ...options });
    const Bytes = regions.defineArray("Bytes", uint8());
    const Boxes = regions.defineArray("Boxes", box());
    return { regions, Bytes, Boxes };
  }

  test("grow where they are, and end with their region", async () => {
    const { regions, Bytes } = await open();
    const region = regions.enter();
    let array = regions.growArray(region.allocArray(Bytes, 3000), 20_000);
    const { address } = array;
    for (let length = 30_000; length <= 300_000; length += 30_000) {
      array.setAt(array.length - 1, 7);
      // What comes in between does not force it to move.
      region.allocArray(Bytes, 2500);
      const before = array;
      array = regions.growArray(array, length);
      expect([array.address, before.isOpen, array.at(before.length - 1), array.at(length - 1)]).toEqual([
        address,
        false,
        7,
        0,
      ]);
    }
    expect(region.takenBytes).toBeGreaterThan(300_000);
    regions.verify();
    region.reset();
    expect([array.isOpen, region.takenBytes, regions.statistics().usedBytes]).toEqual([false, 0, 0]);
    region.leave();
  });

  test("are refused to grow where objects refer to them", async () => {
    const { regions, Bytes, Boxes } = await open();
    using region = regions.enter();
    const array = region.allocArray(Bytes, 4000);
    const holder = region.allocArray(Boxes, 1);
    holder.setAt(0, array);
    expect(refused("would-dangle", () => regions.growArray(array, 5000))).toContain("refer to this array");
    expect(array.length).toBe(4000);
    // A short one is copied, and the object goes on with the shorter one.
    const short = region.allocArray(Bytes, [1, 2, 3]);
    holder.setAt(0, short);
    const longer = regions.growArray(short, 5);
    expect([...longer.bytes()]).toEqual([1, 2, 3, 0, 0]);
    expect([...Bytes.cast(holder.at(0)).bytes()]).toEqual([1, 2, 3]);
    expect(short.isOpen).toBe(false);
  });

  test("end with a checkpoint that is dropped, and are collected by one", async () => {
    const { regions, Bytes, Boxes } = await open();
    using region = regions.enter();
    const older = region.allocArray(Bytes, 10_000);
    const checkpoint = region.checkpoint();
    const kept = region.allocArray(Boxes, 1000);
    for (let n = 0; n < 100; n++) region.allocArray(Bytes, 5000).dispose();
    kept.setAt(9, region.allocArray(Bytes, [5]));
    const used = regions.statistics().usedBytes;
    checkpoint.keep([kept]);
    regions.verify();
    expect(used - regions.statistics().usedBytes).toBeGreaterThan(490_000);
    expect([...Bytes.cast(kept.at(9)).bytes()]).toEqual([5]);
    checkpoint.drop();
    regions.verify();
    expect([older.isOpen, kept.isOpen]).toEqual([true, false]);
    expect(regions.statistics().usedBytes).toBeLessThan(12_000);
  });

  test("refuse impossible arguments", async () => {
    const { regions, Bytes } = await open();
    using region = regions.enter();
    const array = region.allocArray(Bytes, 10);
    for (const length of [9, -1, 1.5, 2 ** 32]) {
      expect(refused("index-out-of-range", () => regions.growArray(array, length))).toContain("10 to 4294967295");
    }
    expect(refused("wrong-shape", () => regions.growArray(array.slice(0, 2) as never, 20))).toContain("takes an array");
    expect(refused("out-of-memory", () => regions.growArray(array, 2 ** 32 - 1))).toContain("4294967295 elements");
    expect(array.length).toBe(10);
    for (const sparseArrays of [1, null, { setPercent: -1 }, { entries: 5 }]) {
      await expect(Regions.open({ sparseArrays } as object)).rejects.toMatchObject({ code: "bad-option" });
    }
  });
});
