/**
 * Deep structures: marked, moved and dropped without any recursion. They are built on the core itself, as compiled code
 * would build them, with their roots on the shadow stack.
 */
import { describe, expect, test } from "vitest";
import { MemoryViews } from "../../src/core/memory.ts";
import type { Core } from "../../src/heap/collector/core.ts";
import { openCore } from "../support/core.ts";

const NEXT = 4;
const KEY = 8;
const NODE_BYTES = 16;
const LIVE_BYTES_OFFSET = 40;

interface Machine {
  readonly core: Core;
  readonly views: MemoryViews;
  readonly nodeShape: number;
}

async function open(build: "release" | "debug", nurseryBytes: number): Promise<Machine> {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const core = await openCore(build, memory, { nurseryBytes });
  const hasPointers = 2;
  return { core, views: new MemoryViews(memory), nodeShape: core.shapeNew(0, hasPointers, 0, NODE_BYTES, 1 << 1, 0) };
}

function liveBytes({ core, views }: Machine): number {
  return Number(views.data.getBigUint64(core.statistics() + LIVE_BYTES_OFFSET, true));
}

/** A list built at its head: each node points to an older one. Its root is the word at the shadow stack's base. */
function buildAtHead({ core, views, nodeShape }: Machine, count: number): number {
  const slot = core.shadowTop;
  views.data.setUint32(slot, 0, true);
  core.shadowTop = slot + 4;
  for (let key = 0; key < count; key++) {
    const node = core.allocRecord(nodeShape, NODE_BYTES);
    const { data } = views;
    data.setUint32(node + NEXT, data.getUint32(slot, true), true);
    data.setUint32(node + KEY, key, true);
    data.setUint32(slot, node, true);
  }
  return slot;
}

/** A list built at its tail: each node is pointed to by an older one, so that every store needs the barrier. */
function buildAtTail({ core, views, nodeShape }: Machine, count: number): number {
  const slot = core.shadowTop;
  const tail = slot + 4;
  views.data.setUint32(slot, 0, true);
  views.data.setUint32(tail, 0, true);
  core.shadowTop = slot + 8;
  for (let key = 0; key < count; key++) {
    const node = core.allocRecord(nodeShape, NODE_BYTES);
    const { data } = views;
    data.setUint32(node + NEXT, 0, true);
    data.setUint32(node + KEY, count - 1 - key, true);
    const last = data.getUint32(tail, true);
    if (last === 0) data.setUint32(slot, node, true);
    else {
      // May grow the memory.
      core.beforeBox(last + NEXT, node);
      views.data.setUint32(last + NEXT, node, true);
    }
    views.data.setUint32(tail, node, true);
  }
  core.shadowTop = slot + 4;
  return slot;
}

function countNodes({ views }: Machine, slot: number): number {
  const { data } = views;
  let count = 0;
  let at = data.getUint32(slot, true);
  let expected = at === 0 ? 0 : data.getUint32(at + KEY, true);
  for (; at !== 0; at = data.getUint32(at + NEXT, true)) {
    if (data.getUint32(at + KEY, true) !== expected--) throw new Error(`node ${count} has the wrong key`);
    count++;
  }
  return count;
}

describe.for([
  { build: "release" as const, count: 10_000_000, nurseryBytes: 1 << 20 },
  { build: "debug" as const, count: 200_000, nurseryBytes: 1 << 20 },
])("$build: a list of $count nodes", ({ build, count, nurseryBytes }) => {
  test.for([
    ["head", buildAtHead],
    ["tail", buildAtTail],
  ] as const)("built at its %s is marked, moved and dropped", async ([, buildList]) => {
    const machine = await open(build, nurseryBytes);
    const { core } = machine;
    const slot = buildList(machine, count);
    core.collectMajor();
    expect(liveBytes(machine)).toBe(count * NODE_BYTES);
    expect(countNodes(machine, slot)).toBe(count);
    core.shadowTop = slot;
    core.collectMajor();
    expect(liveBytes(machine)).toBe(0);
  });
});

test("a list of 200000 nodes is moved out of one large nursery", async () => {
  const machine = await open("debug", 16 << 20);
  const slot = buildAtTail(machine, 200_000);
  machine.core.collectMinor();
  expect(countNodes(machine, slot)).toBe(200_000);
  machine.core.shadowTop = slot;
  machine.core.collectMajor();
  expect(liveBytes(machine)).toBe(0);
});

test("slices on the shadow stack take two words, and keep their object alive", async () => {
  const { core, views } = await open("debug", 4096);
  const sliceable = 1;
  const bytesShape = core.shapeNew(1, sliceable, 0, 1, 0, 0);
  const array = core.allocArray(bytesShape, 100);
  views.bytes.set([1, 2, 3], array + 8 + 50);
  const slot = core.shadowTop;
  const mark = 2;
  views.data.setUint32(slot, mark, true);
  views.data.setUint32(slot + 4, array + 8 + 50, true);
  core.shadowTop = slot + 8;
  core.collectMinor();
  const moved = views.word(slot + 4);
  expect(moved).not.toBe(array + 58);
  core.collectMajor();
  expect([...views.bytes.slice(moved, moved + 3)]).toEqual([1, 2, 3]);
  expect(core.startOf(moved)).toBe(moved - 58);
  expect(core.verify()).toBe(0);
});

test("the shadow stack has the size that was asked for", async () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const core = await openCore("debug", memory, { shadowBase: 1000, heapBase: 101_000 });
  expect([core.shadowTop, core.shadowLimit]).toEqual([1000, 101_000]);
});
