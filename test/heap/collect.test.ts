/**
 * What collections keep and what they give back, on heaps made by hand.
 */
import { describe, expect, test } from "vitest";
import {
  type AnyRep,
  box,
  float64,
  Heap,
  int32,
  type Ref,
  type SliceRef,
  slice,
  uint8,
  uint32,
  unpacked,
} from "../../src/index.ts";
import { random } from "../support/random.ts";

const MIB = 1024 * 1024;

/** The counts that must be as before when everything is dropped. */
function baseline(heap: Heap) {
  const { usedBytes, liveBytes, matureBytes, blocks, handles, reservedBytes } = heap.statistics();
  return { usedBytes, liveBytes, matureBytes, blocks, handles, reservedBytes };
}

describe.for([false, true])("debug: %s", (debug) => {
  test("a slice alone keeps an array of 100 MB alive, and nothing does afterwards", async () => {
    using heap = await Heap.open({ debug });
    const Bytes = heap.defineArray("Bytes", uint8());
    heap.alloc(heap.defineRecord("First", {})).dispose();
    heap.collect("major");
    const before = baseline(heap);
    const array = heap.allocArray(Bytes, 100_000_000);
    array.setBytes(new TextEncoder().encode("needle"), 99_999_000);
    const part = array.slice(99_999_000, 99_999_006);
    array.dispose();
    heap.collect("major");
    expect(heap.statistics().liveBytes).toBe(100_000_008);
    expect(part.text()).toBe("needle");
    const owner = part.owner()!;
    expect(part.address - owner.address).toBe(8 + 99_999_000);
    owner.dispose();
    part.dispose();
    heap.collect("major");
    expect(baseline(heap)).toEqual(before);
  });

  test("a nursery filled to its last byte is emptied without touching what lies behind its start bits", async () => {
    // The start bits of 4 MiB are one chunk to the byte; the next chunk is the large array's, header first. The nursery
    // has to grow to its full size before it can be filled: cells that survive make it.
    using heap = await Heap.open({ debug, nurseryBytes: 4 * MIB });
    const Cell = heap.defineRecord("Cell", { numbers: unpacked(int32(), 15) });
    const Cells = heap.defineArray("Cells", box());
    using cells = heap.allocArray(Cells, 50_000);
    const filled: number[] = [];
    for (let index = 0, before = heap.statistics(); filled.at(-1) !== 4 * MIB; index = (index + 1) % 12_500) {
      using cell = heap.alloc(Cell);
      cells.setAt(index, cell);
      const now = heap.statistics();
      if (now.minorCollections === before.minorCollections) continue;
      filled.push(now.nurseryBytes - before.nurseryBytes);
      before = now;
      expect(filled.length).toBeLessThan(20);
    }
    expect(filled[0]).toBe(MIB);
    expect(cells.length).toBe(50_000);
    cells.setAt(49_999, cells);
    expect((cells.at(49_999) as Ref).same(cells)).toBe(true);
    if (debug) heap.verify();
  });

  test("the nursery stays small when nothing survives, and when everything does", async () => {
    using heap = await Heap.open({ debug });
    const Words = heap.defineArray("Words", uint32());
    const Kept = heap.defineRecord("Kept", { before: box(), words: box() });
    const filled = (keep: boolean): number[] => {
      const sizes: number[] = [];
      let before = heap.statistics();
      using list = heap.alloc(Kept);
      while (sizes.length < 16) {
        using _scope = heap.scope();
        const words = heap.allocArray(Words, 1000);
        if (keep) list.set("before", heap.alloc(Kept, { before: list.get("before"), words }));
        const now = heap.statistics();
        if (now.minorCollections > before.minorCollections) {
          sizes.push((now.nurseryBytes - before.nurseryBytes) / MIB);
          before = now;
        }
      }
      return sizes.map((size) => Math.round(size));
    };
    expect(filled(false)).toEqual(Array(16).fill(1));
    // Once it is tried, and found to be of no use.
    expect(Math.max(...filled(true))).toBe(2);
  });

  test("two interior pointers into one object move with it", async () => {
    using heap = await Heap.open({ debug });
    const Ints = heap.defineArray("Ints", int32());
    const Holder = heap.defineRecord("Holder", { front: slice(int32()), back: slice(int32()) });
    const holder = heap.alloc(Holder);
    {
      using _scope = heap.scope();
      const ints = heap.allocArray(Ints, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      holder.set("front", ints.slice(0, 4));
      holder.set("back", ints.slice(9));
    }
    for (const extent of ["minor", "major"] as const) {
      heap.collect(extent);
      using front = holder.get("front");
      using back = holder.get("back");
      expect([front.toArray(), back.toArray()]).toEqual([[0, 1, 2, 3], [9]]);
      expect(back.address - front.address).toBe(36);
      using owner = back.owner()!;
      expect(front.owner()!.same(owner)).toBe(true);
    }
    heap.collect("major");
    expect(heap.statistics().liveBytes).toBe(Holder.bytes + Ints.bytesOf(10));
  });

  test("numbers that look like pointers keep nothing alive and are not changed", async () => {
    using heap = await Heap.open({ debug });
    const Liar = heap.defineRecord("Liar", { words: unpacked(uint32(), 6), number: float64(), kid: box() });
    const Words = heap.defineArray("Words", uint32());
    const Node = heap.defineRecord("Node", { key: int32() });
    const victim = heap.alloc(Node, { key: 1 });
    const kid = heap.alloc(Node, { key: 2 });
    const lies = Array(6).fill(victim.address);
    const liar = heap.alloc(Liar, { words: lies, kid });
    const words = heap.allocArray(Words, lies);
    for (const ref of [victim, kid]) ref.dispose();
    heap.collect("minor");
    heap.collect("major");
    expect(liar.get("words").toArray()).toEqual(lies);
    expect(words.toArray()).toEqual(lies);
    expect(Node.cast(liar.get("kid")).get("key")).toBe(2);
    expect(heap.statistics().liveBytes).toBe(Liar.bytes + Words.bytesOf(6) + Node.bytes);
  });

  test("cycles are freed", async () => {
    using heap = await Heap.open({ debug });
    const Node = heap.defineRecord("Node", { next: box(), name: slice(box()) });
    const Boxes = heap.defineArray("Boxes", box());
    heap.alloc(Node).dispose();
    heap.collect("major");
    const before = baseline(heap);
    {
      using _scope = heap.scope();
      const a = heap.alloc(Node);
      const b = heap.alloc(Node, { next: a });
      a.set("next", b);
      const boxes = heap.allocArray(Boxes, [a, b, null]);
      boxes.setAt(2, boxes);
      a.set("name", boxes.slice(1, 2));
      heap.collect("major");
      expect(heap.statistics().liveBytes).toBe(2 * Node.bytes + Boxes.bytesOf(3));
    }
    heap.collect("major");
    expect(baseline(heap)).toEqual(before);
  });

  test("a large array of boxes, born old, sees its young elements move", async () => {
    using heap = await Heap.open({ debug, nurseryBytes: 64 * 1024 });
    const Boxes = heap.defineArray("Boxes", box());
    const Node = heap.defineRecord("Node", { key: int32() });
    const boxes = heap.allocArray(Boxes, 20_000);
    for (let i = 0; i < 20_000; i += 7) {
      using node = heap.alloc(Node, { key: i });
      boxes.setAt(i, node);
    }
    heap.collect("minor");
    for (let i = 0; i < 20_000; i += 7) {
      using node = Node.cast(boxes.at(i));
      expect(node.get("key")).toBe(i);
    }
  });

  test("the heap is as at the beginning when all objects are dropped", async () => {
    using heap = await Heap.open({ debug, nurseryBytes: 32 * 1024 });
    const Node = heap.defineRecord("Node", { next: box(), name: slice(), spots: unpacked(int32(), 4) });
    const Bytes = heap.defineArray("Bytes", uint8());
    heap.alloc(Node).dispose();
    heap.collect("major");
    const before = baseline(heap);
    for (let round = 0; round < 3; round++) {
      const scope = heap.scope();
      let last: Ref | null = null;
      for (let i = 0; i < 2000; i++) {
        const bytes = heap.allocArray(Bytes, 1 + ((i * 37) % 3000));
        last = heap.alloc(Node, { next: last, name: bytes.slice(0, 1) });
      }
      expect(heap.statistics().usedBytes).toBeGreaterThan(before.usedBytes + 2 * MIB);
      scope.dispose();
      heap.collect("major");
      expect(baseline(heap)).toEqual(before);
    }
  });

  test("holes of all sizes are filled without touching what lies between them", async () => {
    using heap = await Heap.open({ debug, nurseryBytes: 64 * 1024, growthPercent: 10 });
    const Bytes = heap.defineArray("Bytes", uint8());
    const Boxes = heap.defineArray("Boxes", box());
    const next = random(5);
    const count = 600;
    const boxes = heap.allocArray(Boxes, count);
    const expected: (Uint8Array | null)[] = Array(count).fill(null);
    for (let round = 0; round < 12; round++) {
      for (let change = 0; change < count / 2; change++) {
        const at = next(count);
        // Mostly small, some as large as a block holds, a few larger.
        const length = [next(40), next(300), next(3000), next(40_000)][Math.min(3, Math.clz32(next(256)) - 24)]!;
        const content = Uint8Array.from({ length }, (_, i) => at + round + i);
        using array = heap.allocArray(Bytes, content);
        boxes.setAt(at, array);
        expected[at] = content;
        const drop = next(count);
        boxes.setAt(drop, null);
        expected[drop] = null;
      }
      heap.collect(round % 3 === 2 ? "major" : "minor");
      if (debug) heap.verify();
      for (let at = 0; at < count; at++) {
        using _scope = heap.scope();
        const array = boxes.at(at);
        if (expected[at] === null) expect(array).toBe(null);
        else expect(Buffer.compare(Bytes.cast(array).bytes(), expected[at]!)).toBe(0);
      }
    }
    heap.collect("major");
    const live = expected.reduce((sum, content) => sum + (content === null ? 0 : Bytes.bytesOf(content.length)), 0);
    expect(heap.statistics().liveBytes).toBe(live + Boxes.bytesOf(count));
  });

  test("freed memory is reused", async () => {
    using heap = await Heap.open({ debug, nurseryBytes: 64 * 1024 });
    const Bytes = heap.defineArray("Bytes", uint8());
    let most = 0;
    for (let round = 0; round < 20; round++) {
      using _scope = heap.scope();
      for (let i = 0; i < 20; i++) heap.allocArray(Bytes, 100_000);
      if (round === 10) most = heap.memory.buffer.byteLength;
    }
    expect(heap.memory.buffer.byteLength).toBe(most);
  });
});

describe("full tables", () => {
  /** A tree wide and deep enough to need a mark stack, with old objects that point to young ones. */
  function grow(heap: Heap): { root: Ref; check: () => void } {
    const Node = heap.defineRecord("Node", { kids: unpacked(box(), 8), all: slice(box()), key: int32() });
    let key = 0;
    const make = (depth: number): Ref => {
      const scope = heap.scope();
      const node = heap.alloc(Node, { key: key++ });
      if (depth > 0) {
        const kids = Array.from({ length: 8 }, () => make(depth - 1));
        node.set("kids", kids);
        using part = node.get("kids").slice(2, 6);
        node.set("all", part);
      }
      scope.keep(node);
      scope.dispose();
      return node;
    };
    const root = make(4);
    return {
      root,
      check: () => {
        let slices = 0;
        const count = (value: unknown): number => {
          using _scope = heap.scope();
          const node = Node.cast(value);
          const kids = node.get("kids").toArray();
          const all = node.get("all") as SliceRef<AnyRep>;
          if (all.length > 0) {
            slices++;
            expect(all.owner()!.same(node)).toBe(true);
          }
          return 1 + kids.filter((kid) => kid !== null).reduce<number>((sum, kid) => sum + count(kid), 0);
        };
        expect(count(root)).toBe(1 + 8 + 64 + 512 + 4096);
        expect(slices).toBe(1 + 8 + 64 + 512);
      },
    };
  }

  test("a mark stack of two entries overflows, and everything is marked", async () => {
    using heap = await Heap.open({ debug: true, nurseryBytes: 256 * 1024 });
    const { root, check } = grow(heap);
    heap.limitTables(2, 0);
    heap.collect("major");
    const { liveBytes } = heap.statistics();
    check();
    expect(heap.statistics().markOverflows).toBeGreaterThan(0);
    heap.limitTables(0, 0);
    const { markOverflows } = heap.statistics();
    heap.collect("major");
    expect(heap.statistics()).toMatchObject({ liveBytes, markOverflows });
    root.dispose();
    heap.collect("major");
    expect(heap.statistics().liveBytes).toBe(0);
  });

  test("a remembered set that overflows loses nothing", async () => {
    using heap = await Heap.open({ debug: true, nurseryBytes: 1024 * 1024 });
    const Boxes = heap.defineArray("Boxes", box());
    const Node = heap.defineRecord("Node", { key: int32() });
    const scope = heap.scope();
    const boxes = heap.allocArray(Boxes, 50_000);
    heap.collect("minor");
    heap.limitTables(0, 1);
    for (let i = 0; i < boxes.length; i++) {
      using node = heap.alloc(Node, { key: i });
      boxes.setAt(i, node);
    }
    heap.collect("minor");
    expect(heap.statistics().rememberedOverflows).toBeGreaterThan(0);
    const wrong: number[] = [];
    for (let i = 0; i < boxes.length; i++) {
      using node = Node.cast(boxes.at(i));
      if (node.get("key") !== i) wrong.push(i);
    }
    expect(wrong).toEqual([]);
    scope.dispose();
  });
});
