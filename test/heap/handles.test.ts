/**
 * References as roots: they follow what moves, end with their scope, and are refused once they are stale.
 */
import { beforeEach, describe, expect, test } from "vitest";
import { box, Heap, HeapError, int32, type RecordShape, type Ref, type Rep, slice, uint8 } from "../../src/index.ts";
import { refused } from "../support/errors.ts";

const FIELDS = { next: box(), key: int32(), name: slice() };
let heap: Heap;
let Node: RecordShape<typeof FIELDS>;

beforeEach(async () => {
  heap = await Heap.open({ debug: true, nurseryBytes: 4096 });
  Node = heap.defineRecord("Node", FIELDS);
});

describe("references", () => {
  test("follow the object that moves", () => {
    const node = heap.alloc(Node, { key: 1 });
    const young = node.address;
    heap.collect("minor");
    expect(node.address).not.toBe(young);
    expect(node.get("key")).toBe(1);
  });

  test("are told apart by object, not by reference", () => {
    const a = heap.alloc(Node);
    const b = heap.alloc(Node, { next: a });
    const again = Node.cast(b.get("next"));
    expect(again).not.toBe(a);
    expect(again.same(a)).toBe(true);
    expect(a.same(b)).toBe(false);
    again.dispose();
    expect(a.get("key")).toBe(0);
  });

  test("are roots until they are disposed", () => {
    const node = heap.alloc(Node, { next: heap.alloc(Node) });
    heap.collect("major");
    expect(heap.statistics().liveBytes).toBe(2 * Node.bytes);
    node.dispose();
    node.dispose();
    heap.collect("major");
    expect(heap.statistics().liveBytes).toBe(Node.bytes);
  });

  test("are stale after that, also when another one takes their place", () => {
    const node = heap.alloc(Node, { key: 1 });
    const part = heap.allocArray(heap.defineArray("Bytes", uint8()), [1]).slice();
    node.dispose();
    part.dispose();
    const others = Array.from({ length: 10 }, (_, key) => heap.alloc(Node, { key }));
    expect([node.isOpen, part.isOpen]).toEqual([false, false]);
    const stale: (() => unknown)[] = [
      () => node.get("key"),
      () => node.set("key", 1),
      () => node.address,
      () => node.same(others[0]!),
      () => others[0]!.same(node),
      () => others[0]!.set("next", node),
      () => heap.alloc(Node, { next: node }),
      () => others[0]!.set("name", part),
      () => Node.is(node),
      () => part.at(0),
      () => part.setAt(0, 1),
      () => part.slice(),
      () => part.bytes(),
      () => part.setBytes(new Uint8Array(1)),
      () => part.owner(),
      () => heap.slice(part),
    ];
    for (const use of stale) refused("stale-handle", use);
    expect(others.map((other) => other.get("key"))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    heap.verify();
  });

  test("work with `using`", () => {
    let kept: Ref;
    {
      using node = heap.alloc(Node);
      kept = node;
      expect(heap.statistics().handles).toBe(1);
    }
    expect(kept.isOpen).toBe(false);
    expect(heap.statistics().handles).toBe(0);
  });

  test("may be many thousands", () => {
    const refs = Array.from({ length: 20_000 }, (_, key) => heap.alloc(Node, { key }));
    heap.verify();
    for (let i = 0; i < refs.length; i += 997) expect(refs[i]!.get("key")).toBe(i);
    for (const ref of refs) ref.dispose();
    heap.collect("major");
    expect(heap.statistics()).toMatchObject({ handles: 0, liveBytes: 0 });
  });

  test("of another heap are refused", async () => {
    const other = await Heap.open();
    const OtherNode = other.defineRecord("Node", FIELDS);
    const theirs = other.alloc(OtherNode);
    const theirPart: ReturnType<typeof part> = part(other);
    const ours = heap.alloc(Node);
    refused("foreign-handle", () => ours.set("next", theirs));
    refused("foreign-handle", () => heap.alloc(Node, { next: theirs }));
    refused("foreign-handle", () => ours.set("name", theirPart));
    refused("foreign-handle", () => heap.slice(theirPart));
    refused("wrong-shape", () => heap.alloc(OtherNode));
    refused("wrong-shape", () => heap.allocArray(other.defineArray("Bytes", uint8()), 1));
    expect(Node.is(theirs)).toBe(false);
    expect(ours.same(theirs)).toBe(false);
    refused("wrong-shape", () => Node.cast(theirs));
  });

  function part(owner: Heap) {
    const Bytes = owner.defineArray<Rep<number>>("Bytes", uint8());
    return owner.allocArray(Bytes, [1, 2]).slice();
  }
});

describe("scopes", () => {
  test("release what was made in them, and nothing else", () => {
    const before = heap.alloc(Node, { key: 1 });
    const scope = heap.scope();
    const inside = heap.alloc(Node, { next: before });
    const read = inside.get("next") as Ref;
    scope.dispose();
    expect([before.isOpen, inside.isOpen, read.isOpen, scope.isOpen]).toEqual([true, false, false, false]);
    expect(before.get("key")).toBe(1);
    expect(heap.statistics().handles).toBe(1);
  });

  test("release what was kept, one scope at a time", () => {
    const outer = heap.scope();
    const inner = heap.scope();
    const kept = inner.keep(heap.alloc(Node, { key: 5 }));
    const lost = heap.alloc(Node);
    inner.dispose();
    expect([kept.isOpen, lost.isOpen]).toEqual([true, false]);
    expect(outer.keep(kept)).toBe(kept);
    outer.dispose();
    expect(kept.get("key")).toBe(5);
    kept.dispose();
    expect(heap.statistics().handles).toBe(0);
  });

  test("keep what an inner scope made, also after the end of both", () => {
    const outer = heap.scope();
    const inner = heap.scope();
    const node = outer.keep(heap.alloc(Node));
    inner.dispose();
    expect(node.isOpen).toBe(true);
    outer.dispose();
    expect(node.isOpen).toBe(true);
  });

  test("do not end references that outlive them", () => {
    const outer = heap.scope();
    const node = heap.alloc(Node);
    const inner = heap.scope();
    inner.keep(node);
    inner.dispose();
    expect(node.isOpen).toBe(true);
    outer.dispose();
    expect(node.isOpen).toBe(false);
  });

  test("end the scopes inside them", () => {
    const outer = heap.scope();
    const inner = heap.scope();
    const node = heap.alloc(Node);
    outer.dispose();
    expect([inner.isOpen, node.isOpen]).toEqual([false, false]);
    inner.dispose();
    outer.dispose();
    expect(heap.alloc(Node).scope).toBe(null);
    refused("scope-ended", () => inner.keep(node));
  });

  test("work with `using`, also when something is thrown", () => {
    expect(() => {
      using _scope = heap.scope();
      heap.alloc(Node);
      throw new Error("out of here");
    }).toThrow("out of here");
    expect(heap.statistics().handles).toBe(0);
  });

  test("forget references that are disposed before their end", () => {
    const scope = heap.scope();
    const node = heap.alloc(Node);
    node.dispose();
    const other = heap.alloc(Node);
    expect(scope.members.size).toBe(1);
    scope.dispose();
    expect(other.isOpen).toBe(false);
  });
});

describe("closing", () => {
  test("ends every use", () => {
    const node = heap.alloc(Node);
    const Bytes = heap.defineArray("Bytes", uint8());
    const bytes = heap.allocArray(Bytes, [1]);
    const empty = bytes.slice(0, 0);
    const scope = heap.scope();
    heap.close();
    heap.close();
    expect([heap.isOpen, node.isOpen]).toEqual([false, false]);
    const uses: (() => unknown)[] = [
      () => heap.alloc(Node),
      () => heap.allocArray(Bytes, 1),
      () => heap.defineRecord("A", {}),
      () => heap.defineArray("A", uint8()),
      () => heap.collect(),
      () => heap.statistics(),
      () => heap.verify(),
      () => heap.scope(),
      () => heap.slice(bytes),
      () => heap.setZeal(1),
      () => heap.refuseGrow(1),
      () => heap.limitTables(1, 1),
      () => node.get("key"),
      () => node.set("key", 1),
      () => node.address,
      () => Node.is(node),
      () => bytes.at(0),
      () => bytes.bytes(),
      () => empty.text(),
    ];
    for (const use of uses) refused("closed", use);
    // Letting go of things stays harmless.
    scope.dispose();
    node.dispose();
  });

  test("happens by itself with `using`", async () => {
    let seen: Heap;
    {
      using short = await Heap.open();
      seen = short;
    }
    expect(seen.isOpen).toBe(false);
    expect(() => seen.collect()).toThrow(HeapError);
  });
});
