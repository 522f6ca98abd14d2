/**
 * Verification: a heap that foreign code has scribbled over is found out, and says what is broken.
 */
import { beforeEach, describe, expect, test } from "vitest";
import {
  type ArrayRef,
  box,
  Heap,
  int32,
  type RecordRef,
  type RecordShape,
  type Rep,
  slice,
  uint8,
} from "../../src/index.ts";
import { refused } from "../support/errors.ts";

const FIELDS = { next: box(), name: slice(), key: int32() };
const NEXT = 4;
const NAME = 8;

let heap: Heap;
let Node: RecordShape<typeof FIELDS>;
let node: RecordRef<typeof FIELDS>;
let bytes: ArrayRef<Rep<number>>;

beforeEach(async () => {
  heap = await Heap.open({ debug: true, nurseryBytes: 64 * 1024 });
  Node = heap.defineRecord("Node", FIELDS);
  bytes = heap.allocArray(heap.defineArray("Bytes", uint8()), [1, 2, 3]);
  using name = bytes.slice();
  node = heap.alloc(Node, { name });
  heap.verify();
});

function scribble(address: number, value: number): void {
  new DataView(heap.memory.buffer).setUint32(address, value, true);
}

function broken(): string {
  return /invariant (\d+)/.exec(refused("broken-invariant", () => heap.verify()))![1]!;
}

describe("verify finds", () => {
  test("a header that is no shape, in the nursery", () => {
    scribble(node.address, 12345);
    expect(broken()).toBe("1");
  });

  test("a length that reaches beyond the nursery's objects", () => {
    scribble(bytes.address + 4, 1_000_000);
    expect(broken()).toBe("1");
  });

  test("a header that is no shape, in a block", () => {
    heap.collect("minor");
    scribble(node.address, 4);
    expect(broken()).toBe("5");
  });

  test("a box that points into an object", () => {
    scribble(node.address + NEXT, bytes.address + 8);
    expect(broken()).toBe("3");
  });

  test("a box beyond the nursery's objects", () => {
    scribble(node.address + NEXT, node.address + 8 * 1024);
    expect(broken()).toBe("3");
  });

  test("a slice one past the end of its object", () => {
    heap.collect("minor");
    scribble(node.address + NAME, bytes.address + 16);
    expect(broken()).toBe("4");
  });

  test("a slice of an object that is not sliceable", () => {
    scribble(node.address + NAME, node.address + 4);
    expect(broken()).toBe("4");
  });

  test("an old object that points into the nursery without the barrier", () => {
    heap.collect("minor");
    using young = heap.alloc(Node);
    scribble(node.address + NEXT, young.address);
    expect(broken()).toBe("7");
    node.set("next", young);
    heap.verify();
  });

  test("and a collection of a broken heap stops the debug core for good", () => {
    scribble(node.address, 12345);
    const message = refused("core-failed", () => heap.collect("major"));
    expect(message).toMatch(
      /^The core stopped: unreachable in assembly\S+\. This heap cannot be used any more; open a new one$/,
    );
    refused("core-failed", () => heap.alloc(Node));
    refused("core-failed", () => node.get("key"));
    refused("core-failed", () => heap.statistics());
    node.dispose();
    heap.close();
    refused("closed", () => heap.statistics());
  });
});
