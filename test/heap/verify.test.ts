/**
 * Verification: a heap that foreign code has scribbled over is found out, and says what is broken.
 */

import { beforeEach, describe, expect, test } from "vitest";
import {
  BLOCK_MARKS_OFFSET,
  CHUNK_BYTES,
  HANDLE_BOX,
  HANDLE_SLICE,
  OWNER_CONTROL,
  OWNER_FOREIGN,
  SLICE_MARK,
} from "#contract";
import { SHADOW_DEFAULT_BYTES } from "../../src/core/settings.ts";
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
import { openCore } from "../support/core.ts";
import { refused } from "../support/errors.ts";

const FIELDS = { next: box(), name: slice(), key: int32() };
const CHUNK_MASK = CHUNK_BYTES - 1;
/** assembly/mature/large.ts */
const LARGE_MARK_OFFSET = 4;
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
    scribble(node.address + NEXT, bytes.address + 4);
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

  test("a start bit that is missing, and one too many", () => {
    // A nursery of one chunk; its start bits are at the beginning of the chunk behind it.
    const bits = (bytes.address & ~CHUNK_MASK) + CHUNK_BYTES;
    const at = bits + ((bytes.address & CHUNK_MASK) >> 6);
    const bit = 1 << ((bytes.address >> 3) & 7);
    const view = new Uint8Array(heap.memory.buffer);
    view[at]! ^= bit;
    expect(broken()).toBe("2");
    view[at]! ^= bit | (bit << 1);
    expect(broken()).toBe("2");
    view[at]! ^= bit << 1;
    heap.verify();
  });

  test("a start bit at an object that is not sliceable", () => {
    const bits = (node.address & ~CHUNK_MASK) + CHUNK_BYTES;
    const view = new Uint8Array(heap.memory.buffer);
    view[bits + ((node.address & CHUNK_MASK) >> 6)]! |= 1 << ((node.address >> 3) & 7);
    expect(broken()).toBe("2");
  });

  test("a chunk that the page map gives to somebody else", () => {
    // The page map is the heap's first chunk, behind the shadow stack: a byte for each chunk. Verifying may grow the
    // memory.
    const map = () => new Uint8Array(heap.memory.buffer, SHADOW_DEFAULT_BYTES);
    const first = SHADOW_DEFAULT_BYTES / CHUNK_BYTES;
    const last = heap.memory.buffer.byteLength / CHUNK_BYTES - 1;
    const before = map()[last]!;
    map()[last] = OWNER_CONTROL;
    expect(broken()).toBe("6");
    // As many are in use as should be, but one that was free is nobody's.
    map()[last] = OWNER_FOREIGN;
    expect(broken()).toBe("6");
    map()[last] = before;
    heap.verify();
    // As many are free as should be, but one that was in use is nobody's.
    map()[first] = OWNER_FOREIGN;
    expect(broken()).toBe("6");
    map()[first] = OWNER_CONTROL;
    heap.verify();
  });

  test("a mark that no collection has made, in a block", () => {
    heap.collect("minor");
    const granule = (node.address & CHUNK_MASK) >> 3;
    const at = (node.address & ~CHUNK_MASK) + BLOCK_MARKS_OFFSET + (granule >> 3);
    const view = new Uint8Array(heap.memory.buffer);
    view[at]! ^= 1 << (granule & 7);
    expect(broken()).toBe("8");
    view[at]! ^= 1 << (granule & 7);
    heap.verify();
  });

  test("a mark that no collection has made, in a large object", () => {
    const { address } = heap.allocArray(heap.defineArray("Large", uint8()), 2 * CHUNK_BYTES);
    heap.verify();
    scribble((address & ~CHUNK_MASK) + LARGE_MARK_OFFSET, 1);
    expect(broken()).toBe("8");
    scribble((address & ~CHUNK_MASK) + LARGE_MARK_OFFSET, 0);
    heap.verify();
  });

  test("a root of the shadow stack that is no object, and a shadow stack beyond its end", async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const core = await openCore("debug", memory, { nurseryBytes: CHUNK_BYTES });
    const ref = core.allocRecord(core.shapeNew(0, 0, 0, 16, 0, 0), 16);
    const base = core.shadowTop;
    const view = new DataView(memory.buffer);
    view.setUint32(base, ref, true);
    core.shadowTop = base + 4;
    expect(core.verify()).toBe(0);
    view.setUint32(base, ref + 8, true);
    expect(core.verify()).toBe(9);
    view.setUint32(base, SLICE_MARK, true);
    view.setUint32(base + 4, ref + 8, true);
    core.shadowTop = base + 8;
    expect(core.verify()).toBe(9);
    view.setUint32(base, ref, true);
    view.setUint32(base + 4, 0, true);
    core.shadowTop = core.shadowLimit + 4;
    expect(core.verify()).toBe(9);
  });

  test.each([
    ["a box that is no object", HANDLE_BOX, () => node],
    ["a slice of nothing", HANDLE_SLICE, () => bytes.slice(1)],
  ])("a handle with %s", (_, state, ref) => {
    // Asking for the address reads the handle.
    const { address } = ref();
    const view = new DataView(heap.memory.buffer);
    const slots: number[] = [];
    for (let at = 0; at < view.byteLength; at += 8) {
      if (view.getUint32(at, true) === address && view.getUint32(at + 4, true) === state) slots.push(at);
    }
    expect(slots.length).toBe(1);
    scribble(slots[0]!, node.address + 8);
    expect(broken()).toBe("10");
    scribble(slots[0]!, address);
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
