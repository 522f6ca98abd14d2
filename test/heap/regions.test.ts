/** Regions from the host, case by case; regions-model.test.ts has them in any order. */

import { describe, expect, test } from "vitest";
import { CHECKPOINT_BYTES, REGION_BYTES } from "#contract";
import {
  box,
  Heap,
  int32,
  type Region,
  Regions,
  type RegionsOptions,
  slice,
  uint8,
  unpacked,
} from "../../src/index.ts";
import { refused } from "../support/errors.ts";

async function open(options: RegionsOptions = {}) {
  const regions = await Regions.open({ debug: true, ...options });
  const Node = regions.defineRecord("Node", { n: int32(), next: box(), text: slice() });
  const Bytes = regions.defineArray("Bytes", uint8());
  const Boxes = regions.defineArray("Boxes", box());
  /** A list of nodes in a region, the last one first. */
  const list = (region: Region, length: number) => {
    let head = region.alloc(Node);
    for (let n = 1; n < length; n++) {
      const next = head;
      head = region.alloc(Node, { n, next });
      next.dispose();
    }
    return head;
  };
  const lengthOf = (head: ReturnType<typeof list>) => {
    using _scope = regions.scope();
    let length = 1;
    for (let next = head.get("next"); next !== null; next = Node.cast(next).get("next")) length++;
    return length;
  };
  return { regions, Node, Bytes, Boxes, list, lengthOf };
}

describe("a region", () => {
  test("holds records, arrays and slices until it is left", async () => {
    const { regions, Node, Bytes, Boxes } = await open();
    const region = regions.enter();
    const text = region.allocArray(Bytes, new TextEncoder().encode("hello, world"));
    const node = region.alloc(Node, { n: 7, text: text.slice(7, 12) });
    const boxes = region.allocArray(Boxes, [node, null, 5]);
    expect(Node.cast(boxes.at(0)).get("text").text()).toBe("world");
    expect(boxes.at(2)).toBe(5);
    expect(node.get("text").owner()?.same(text)).toBe(true);
    expect(node.get("next")).toBe(null);
    region.leave();
    expect([text.isOpen, node.isOpen, region.isOpen]).toEqual([false, false, false]);
    expect(refused("stale-handle", () => node.get("n"))).toContain("region");
    expect(refused("region-ended", () => region.alloc(Node))).toContain("left");
    expect(refused("region-ended", () => region.allocArray(Bytes, 3))).toContain("left");
    expect(refused("region-ended", () => region.checkpoint())).toContain("left");
    expect(refused("region-ended", () => region.reset())).toContain("left");
    expect(refused("region-ended", () => region.leave())).toContain("left");
    expect(refused("region-ended", () => region.takenBytes)).toContain("left");
    node.dispose();
    region[Symbol.dispose]();
  });

  test("takes segments once its first bytes are full, and gives them back", async () => {
    const { regions, Node, Bytes, list, lengthOf } = await open();
    using outer = regions.enter({ firstBytes: 0 });
    const kept = outer.alloc(Node, { n: 1 });
    expect(outer.takenBytes).toBe(1024);
    {
      using inner = regions.enter({ firstBytes: 64 });
      inner.alloc(Node);
      expect(inner.takenBytes).toBe(0);
      expect(lengthOf(list(inner, 20_000))).toBe(20_000);
      const large = inner.allocArray(Bytes, 200_000);
      expect(large.at(199_999)).toBe(0);
      expect(large.slice(100_000).owner()?.same(large)).toBe(true);
      expect(regions.statistics().usedBytes).toBe(outer.takenBytes + inner.takenBytes);
    }
    expect(regions.statistics()).toMatchObject({ usedBytes: 1024, regions: 1, checkpoints: 0 });
    const memoryAfter = (rounds: number): number => {
      for (let round = 0; round < rounds; round++) {
        using inner = regions.enter();
        list(inner, 20_000);
      }
      return regions.statistics().memoryBytes;
    };
    // The debug core uses segments again late.
    expect(memoryAfter(20)).toBe(memoryAfter(10));
    expect(kept.get("n")).toBe(1);
  });

  test("is reset for the next iteration, and keeps its small segment", async () => {
    const { regions, Node, list } = await open();
    using region = regions.enter();
    const before = region.alloc(Node);
    region.reset();
    expect(before.isOpen).toBe(false);
    expect(region.alloc(Node).address).toBeGreaterThan(0);
    list(region, 30);
    region.reset();
    expect(region.takenBytes).toBe(1024);
    list(region, 10_000);
    region.reset();
    expect(region.takenBytes).toBe(1024);
    expect(region.alloc(Node, { n: 3 }).get("n")).toBe(3);
  });

  test("can be allocated in while others are open inside", async () => {
    const { regions, Node } = await open();
    using outer = regions.enter();
    const results = [];
    for (let n = 0; n < 100; n++) {
      using inner = regions.enter();
      const draft = inner.alloc(Node, { n });
      results.push(outer.alloc(Node, { n: draft.get("n") * 2 }));
    }
    expect(results.map((each) => each.get("n"))).toEqual(results.map((_, n) => 2 * n));
  });

  test("ends before those around it, and its references with it", async () => {
    const { regions, Node } = await open();
    using outer = regions.enter();
    const inner = regions.enter();
    const [longer, shorter] = [outer.alloc(Node), inner.alloc(Node)];
    shorter.set("next", longer);
    expect(refused("would-dangle", () => longer.set("next", shorter))).toContain("left before");
    expect(refused("would-dangle", () => outer.alloc(Node, { next: shorter }))).toContain("left before");
    expect(longer.get("next")).toBe(null);
    expect(refused("wrong-order", () => outer.leave())).toContain("end the region opened after it");
    expect(refused("wrong-order", () => outer.reset())).toContain("region is not the innermost");
    const checkpoint = outer.checkpoint();
    expect(refused("wrong-order", () => inner.leave())).toContain("end the checkpoint");
    expect(refused("wrong-order", () => outer.leave())).toContain("the region and the checkpoint");
    checkpoint.drop();
    inner.leave();
    expect(longer.isOpen).toBe(true);
  });

  test("may hold references into its unpacked arrays", async () => {
    const { regions } = await open();
    const Unpacked = regions.defineRecord("Unpacked", { bytes: unpacked(uint8(), 40), part: slice() });
    for (const firstBytes of [0, 4096]) {
      using region = regions.enter({ firstBytes });
      using checkpoint = region.checkpoint();
      region.alloc(Unpacked);
      const record = region.alloc(Unpacked, { bytes: Array.from({ length: 40 }, (_, n) => n) });
      record.set("part", record.get("bytes").slice(30, 35));
      const part = record.get("part");
      checkpoint.keep([part]);
      expect(record.isOpen).toBe(false);
      expect(part.toArray()).toEqual([30, 31, 32, 33, 34]);
      expect(Unpacked.cast(part.owner()).get("part").same(part)).toBe(true);
    }
  });
});

describe("a checkpoint", () => {
  test("adopts what was allocated since", async () => {
    const { regions, Node, list, lengthOf } = await open();
    using region = regions.enter();
    const old = region.alloc(Node);
    const checkpoint = region.checkpoint();
    const head = list(region, 1000);
    head.set("next", Node.cast(head.get("next")));
    expect(refused("would-dangle", () => old.set("next", head))).toContain("adopt");
    checkpoint.adopt();
    old.set("next", head);
    expect(lengthOf(old)).toBe(1001);
    expect(checkpoint.isOpen).toBe(false);
    for (const action of [() => checkpoint.adopt(), () => checkpoint.drop(), () => checkpoint.keep([])]) {
      expect(refused("region-ended", action)).toContain("checkpoint has ended");
    }
  });

  test("tells what was allocated before it, in a region that was reset and resumes in a segment", async () => {
    const { regions, Node } = await open({ debug: false });
    using region = regions.enter();
    const first = region.checkpoint();
    first.keep([region.alloc(Node)]);
    first.adopt();
    region.reset();
    const old = region.alloc(Node);
    using _checkpoint = region.checkpoint();
    expect(refused("would-dangle", () => old.set("next", region.alloc(Node)))).toContain("since a checkpoint");
  });

  test("drops what was allocated since at once", async () => {
    const { regions, Node, list } = await open();
    using region = regions.enter();
    const old = region.alloc(Node, { n: 5 });
    const taken = region.takenBytes;
    const checkpoint = region.checkpoint();
    const head = list(region, 5000);
    head.set("next", old);
    checkpoint.drop();
    expect(head.isOpen).toBe(false);
    expect(old.get("n")).toBe(5);
    expect(region.takenBytes).toBe(taken);
    expect(regions.statistics()).toMatchObject({ collections: 0, checkpoints: 0 });
  });

  test("collects what was allocated since from the references that are kept, iteration after iteration", async () => {
    const { regions, Node, Bytes, list, lengthOf } = await open();
    using region = regions.enter();
    const old = region.alloc(Node, { n: 9 });
    using checkpoint = region.checkpoint();
    let head = list(region, 100);
    let part = region.allocArray(Bytes, new TextEncoder().encode("to be kept")).slice(6);
    const large = region.allocArray(Bytes, 100_000);
    for (let round = 0; round < 20; round++) {
      const dead = list(region, 2000);
      const first = region.alloc(Node, { n: round, next: head, text: part });
      const empty = part.slice(0, 0);
      const kept = checkpoint.keep([first, part, old, empty, large]);
      expect(kept[0]).toBe(first);
      expect([dead.isOpen, head.isOpen]).toEqual([false, false]);
      expect(first.get("text").same(part)).toBe(true);
      [head, part] = kept;
      expect([lengthOf(head), part.text(), old.get("n")]).toEqual([101 + round, "kept", 9]);
    }
    expect(region.takenBytes).toBeLessThan(300_000);
    expect(regions.statistics()).toMatchObject({ collections: 20, checkpoints: 1 });
    checkpoint.keep([]);
    expect([head.isOpen, part.isOpen, large.isOpen, old.isOpen]).toEqual([false, false, false, true]);
  });

  test("may be nested in checkpoints of the same region and of others", async () => {
    const { regions, Node } = await open();
    using outer = regions.enter();
    using first = outer.checkpoint();
    const one = outer.alloc(Node, { n: 1 });
    using inner = regions.enter();
    const two = inner.alloc(Node, { n: 2, next: one });
    const second = outer.checkpoint();
    const three = outer.alloc(Node, { n: 3, next: one });
    // It may be adopted by a region that lives longer.
    expect(refused("would-dangle", () => three.set("next", two))).toContain("left before");
    expect(refused("would-dangle", () => two.set("next", three))).toContain("since a checkpoint");
    expect(refused("wrong-order", () => first.adopt())).toContain("checkpoint is not the innermost");
    expect(refused("wrong-order", () => first.keep([one]))).toContain("the region and the checkpoint");
    second.adopt();
    two.set("next", three);
    expect(Node.cast(Node.cast(two.get("next")).get("next")).same(one)).toBe(true);
    inner.leave();
    first.keep([three]);
    expect([one.isOpen, Node.cast(three.get("next")).get("n")]).toEqual([false, 1]);
  });
});

describe("regions", () => {
  test("keep to the heap limit, and can be used after a refusal", async () => {
    const { regions, Node, Bytes, list, lengthOf } = await open({ heapLimitBytes: 1 << 20 });
    using region = regions.enter();
    const head = list(region, 1000);
    expect(refused("out-of-memory", () => region.allocArray(Bytes, 1 << 20))).toContain("an array of 1048576 elements");
    expect(refused("out-of-memory", () => region.allocArray(Bytes, 0xffff_ffff))).toContain("heapLimitBytes");
    const checkpoint = region.checkpoint();
    let last = region.alloc(Node);
    const fill = () => {
      for (;;) last = region.alloc(Node, { next: last });
    };
    expect(refused("out-of-memory", fill)).toContain("a record of");
    const { address } = last;
    expect(refused("out-of-memory", () => checkpoint.keep([last]))).toContain("collect");
    expect([last.address, last.isOpen]).toEqual([address, true]);
    checkpoint.drop();
    expect(lengthOf(head)).toBe(1000);
    list(region, 1000);
  });

  test("say when the engine refuses memory", async () => {
    const { regions, Bytes } = await open();
    using region = regions.enter();
    regions.refuseGrow(1);
    // The core asks for a step first, and then for what it needs.
    expect(refused("grow-refused", () => region.allocArray(Bytes, 64 << 20))).toContain("refused to grow");
    expect(region.allocArray(Bytes, 8).length).toBe(8);
  });

  test("have a stack of frames of the given size", async () => {
    const { regions, Node } = await open({ framesBytes: 1024 });
    using region = regions.enter({ firstBytes: 512 });
    const before = regions.statistics().framesBytes;
    expect(refused("frames-full", () => regions.enter({ firstBytes: 512 }))).toContain("framesBytes");
    using checkpoint = region.checkpoint();
    expect(regions.statistics().framesBytes).toBe(before + CHECKPOINT_BYTES);
    const many = Array.from({ length: 200 }, (_, n) => region.alloc(Node, { n }));
    expect(refused("frames-full", () => checkpoint.keep(many))).toContain("200 references");
    expect(many[199]!.get("n")).toBe(199);
    checkpoint.keep(many.slice(0, 50));
    expect(many.filter((each) => each.isOpen).map((each) => each.get("n"))).toEqual(many.slice(0, 50).map((_, n) => n));
    checkpoint.adopt();
    regions.enter({ firstBytes: 0 }).leave();
    expect(regions.statistics().framesBytes).toBe(before);
    expect(before % 8).toBe(REGION_BYTES % 8);
  });

  test("refuse impossible arguments", async () => {
    const { regions, Node, Bytes } = await open();
    for (const options of [{ framesBytes: 0 }, { heapLimitBytes: 5 }, { debug: 1 }, { zeal: 1 }]) {
      await expect(Regions.open(options as RegionsOptions)).rejects.toMatchObject({ code: "bad-option" });
    }
    await expect(Regions.open({ heapLimitBytes: 64 * 1024 })).resolves.toBeInstanceOf(Regions);
    expect(refused("bad-option", () => regions.enter({ firstBytes: -1 }))).toContain("firstBytes");
    expect(refused("bad-option", () => regions.enter({ bytes: 8 } as object))).toContain("no option bytes");
    const region = regions.enter();
    const checkpoint = region.checkpoint();
    const node = region.alloc(Node);
    expect(refused("wrong-rep", () => region.alloc(Node, { n: 0.5 }))).toContain("int32");
    expect(refused("unknown-field", () => region.alloc(Node, { m: 1 } as object))).toContain("m");
    expect(refused("wrong-shape", () => region.alloc(Bytes as never))).toContain("allocArray");
    expect(refused("bad-option", () => checkpoint.keep(node as never))).toContain("an array of references");
    expect(refused("bad-option", () => checkpoint.keep([null] as never))).toContain("references");
    using heap = await Heap.open();
    const Other = heap.defineRecord("Other", { n: int32() });
    const other = heap.alloc(Other);
    expect(refused("foreign-handle", () => checkpoint.keep([other]))).toContain("another heap");
    expect(refused("foreign-handle", () => node.set("next", other))).toContain("another heap");
    expect(refused("wrong-shape", () => region.alloc(Other))).toContain("another heap");
    node.dispose();
    expect(refused("stale-handle", () => checkpoint.keep([node]))).toContain("released");
    const release = await Regions.open();
    expect(refused("needs-debug", () => release.refuseGrow(1))).toContain("refuseGrow");
    regions.close();
    for (const action of [
      () => region.alloc(Node),
      () => region.leave(),
      () => checkpoint.drop(),
      () => regions.enter(),
    ]) {
      expect(refused("closed", action)).toContain("closed");
    }
    expect([region.isOpen, checkpoint.isOpen]).toEqual([false, false]);
    checkpoint[Symbol.dispose]();
    region[Symbol.dispose]();
  });
});
