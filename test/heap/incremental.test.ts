/**
 * Marking and sweeping in steps: what the program does in between must not lose anything, and what it drops must go in
 * the end. Zeal makes every allocation a collection and every step as small as can be; the debug core checks after each
 * marking that whatever is reachable is marked, and poisons what is freed.
 */
import { describe, expect, test } from "vitest";
import { box, Heap, int32, type Ref, slice, uint8 } from "../../src/index.ts";

const MIB = 1 << 20;
const LENGTH = 200;

/** A list in the mature space: node i has its number, a payload, and a slice of some bytes. */
async function openList(zeal = 1) {
  const heap = await Heap.open({ debug: true, pauseMs: 1, zeal });
  const Payload = heap.defineRecord("Payload", { number: int32() });
  const Bytes = heap.defineArray("Bytes", uint8());
  const Node = heap.defineRecord("Node", { next: box(), payload: box(), text: slice() });
  const Garbage = heap.defineRecord("Garbage", {});
  let list = heap.alloc(Node);
  for (let number = LENGTH - 1; number >= 0; number--) {
    using bytes = heap.allocArray(Bytes, [number & 0xff, (number + 1) & 0xff, (number + 2) & 0xff]);
    using text = bytes.slice(1, 3);
    using payload = heap.alloc(Payload, { number });
    const node = heap.alloc(Node, { next: list, payload, text });
    list.dispose();
    list = node;
  }
  heap.collect("major");
  const step = () => heap.alloc(Garbage).dispose();
  const until = (phase: string) => {
    for (let steps = 0; heap.statistics().phase !== phase; steps++) {
      if (steps > 50 * LENGTH) expect.fail(`never ${phase}`);
      step();
    }
  };
  const nodeAt = (index: number) => {
    let node = Node.cast(list);
    for (let i = 0; i < index; i++) node = Node.cast(node.get("next"));
    return node;
  };
  return { heap, Payload, Bytes, Node, list, step, until, nodeAt };
}

describe("between two steps of marking", () => {
  // The marker goes down the list from its head, one node at a time: far down, nothing is marked yet.
  test("a handle keeps an object alive that was read and then overwritten", async () => {
    const { heap, Payload, until, nodeAt } = await openList();
    until("marking");
    const node = nodeAt(150);
    using payload = Payload.cast(node.get("payload"));
    const text = node.get("text");
    node.set("payload", null);
    node.set("text", heap.allocArray(heap.defineArray("Other", uint8()), 1).slice(0, 0));
    until("sweeping");
    until("idle");
    expect(payload.get("number")).toBe(150);
    expect(text.toArray()).toEqual([151, 152]);
    heap.verify();
  });

  test("an object survives that was stored into one which is already marked", async () => {
    const { heap, Payload, until, nodeAt } = await openList();
    until("marking");
    const [first, far] = [nodeAt(0), nodeAt(150)];
    {
      using payload = far.get("payload") as Ref;
      first.set("payload", payload);
      far.set("payload", null);
      first.set("text", far.get("text"));
      far.set("text", nodeAt(10).get("text"));
    }
    until("sweeping");
    until("idle");
    expect(Payload.cast(first.get("payload")).get("number")).toBe(150);
    expect(first.get("text").toArray()).toEqual([151, 152]);
    heap.verify();
    heap.trace("any");
  });

  test("a new object survives, and a dropped one ends with the next cycle", async () => {
    const { heap, Payload, until, nodeAt } = await openList();
    const { liveBytes } = heap.statistics();
    until("marking");
    for (let index = 0; index < 20; index++) {
      using payload = heap.alloc(Payload, { number: 1000 + index });
      nodeAt(index).set("payload", payload);
    }
    nodeAt(100).set("next", null);
    until("idle");
    for (let index = 0; index < 20; index++) {
      expect(Payload.cast(nodeAt(index).get("payload")).get("number")).toBe(1000 + index);
    }
    // The rest of the list was there when marking began.
    expect(heap.statistics().liveBytes).toBeGreaterThan(liveBytes);
    until("marking");
    until("sweeping");
    until("idle");
    expect(heap.statistics().liveBytes).toBeLessThan(0.7 * liveBytes);
    heap.verify();
  });

  test("large objects are kept and freed alike", async () => {
    const { heap, Bytes, until, nodeAt } = await openList();
    until("marking");
    {
      using _scope = heap.scope();
      const large = heap.allocArray(Bytes, MIB);
      large.setAt(MIB - 1, 77);
      nodeAt(3).set("text", large.slice(MIB - 2, MIB));
    }
    until("sweeping");
    until("idle");
    const { usedBytes } = heap.statistics();
    {
      using _scope = heap.scope();
      expect(nodeAt(3).get("text").toArray()).toEqual([0, 77]);
      nodeAt(3).set("text", nodeAt(4).get("text"));
    }
    for (let cycles = 0; cycles < 2; cycles++) {
      until("marking");
      until("sweeping");
      until("idle");
    }
    expect(heap.statistics().usedBytes).toBeLessThanOrEqual(usedBytes - MIB);
  });
});

describe("a whole collection that is asked for", () => {
  test.each(["marking", "sweeping"])("ends the one that is %s, and begins anew", async (phase) => {
    const { heap, until, nodeAt } = await openList();
    const { liveBytes, majorCollections } = heap.statistics();
    until(phase);
    nodeAt(100).set("next", null);
    heap.collect("major");
    const now = heap.statistics();
    expect(now.phase).toBe("idle");
    expect(now.majorCollections).toBeGreaterThan(majorCollections);
    expect(now.liveBytes).toBeLessThan(0.7 * liveBytes);
    heap.verify();
    heap.trace("major");
  });
});

describe("without zeal", () => {
  test("a cycle takes several pauses, and memory stays bounded", async () => {
    using heap = await Heap.open({ pauseMs: 0.1, debug: false });
    const Node = heap.defineRecord("Node", { left: box(), right: box(), number: int32() });
    const Nodes = heap.defineArray("Nodes", box());
    using nodes = heap.allocArray(Nodes, 100_000);
    const phases = new Set<string>();
    let collections = 0;
    for (let i = 0; i < 1_500_000; i++) {
      using node = heap.alloc(Node, { number: i });
      nodes.setAt((i * 7919) % nodes.length, node);
      // A nursery holds thousands.
      if (i % 100 !== 0) continue;
      const { minorCollections, phase } = heap.statistics();
      if (minorCollections !== collections) phases.add(phase);
      collections = minorCollections;
    }
    expect([...phases]).toEqual(expect.arrayContaining(["idle", "marking"]));
    const { majorCollections, peakBytes, pauses } = heap.statistics();
    expect(majorCollections).toBeGreaterThan(0);
    expect(peakBytes).toBeLessThan(80 * MIB);
    expect(pauses.reduce((sum, count) => sum + count, 0)).toBe(heap.statistics().minorCollections);
    for (let i = 0; i < nodes.length; i += 997) expect(Node.cast(nodes.at(i)).get("number") % 1).toBe(0);
  });

  test.each([0, 0.05, 1001, Number.NaN, "1ms"])("pauseMs is not %s", async (pauseMs) => {
    await expect(Heap.open({ pauseMs: pauseMs as number })).rejects.toThrow("pauseMs is a number of milliseconds");
  });
});
