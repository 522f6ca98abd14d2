/**
 * The trace: a second, independent opinion on what is reachable. First that it sees what is there and finds what is
 * wrong, then that it agrees with the collector, and with the model, under random operations.
 *
 * Not covered: a pointer that was overwritten with another valid one, which no walk can know (model.test.ts does).
 */

import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  BLOCK_LINES_OFFSET,
  BLOCK_STARTS_OFFSET,
  CHUNK_BYTES,
  LENGTH_OFFSET,
  LINE_BYTES,
  STATISTICS_LIVE_BYTES,
} from "#contract";
import { SHADOW_DEFAULT_BYTES } from "../../src/core/settings.ts";
import { Core } from "../../src/heap/collector/core.ts";
import { Session } from "../../src/heap/objects/ref.ts";
import { type TracedObject, traceHeap } from "../../src/heap/trace/trace.ts";
import {
  type ArrayRef,
  type ArrayShape,
  box,
  Heap,
  HeapError,
  type HeapOptions,
  int32,
  type RecordRef,
  type RecordShape,
  type Ref,
  type Rep,
  slice,
  uint8,
  unpacked,
} from "../../src/index.ts";
import { openCore } from "../support/core.ts";
import { refused } from "../support/errors.ts";
import { elementOfPlace, Twin } from "../support/model.ts";
import { often } from "../support/often.ts";

const FIELDS = { next: box(), name: slice(), key: int32() };
const NEXT = 4;
const NAME = 8;

/** Collects, and traces what that has left. */
function collectAndTrace(heap: Heap, extent: "minor" | "major"): TracedObject[] {
  const before = heap.statistics().majorCollections;
  heap.collect(extent);
  return heap.trace(heap.statistics().majorCollections > before ? "major" : "minor");
}

function sumOf(objects: readonly TracedObject[]): number {
  return objects.reduce((sum, { bytes }) => sum + bytes, 0);
}

let heap: Heap;
let Node: RecordShape<typeof FIELDS>;
let Bytes: ArrayShape<Rep<number>>;
let node: RecordRef<typeof FIELDS>;
let bytes: ArrayRef<Rep<number>>;
let large: ArrayRef<Rep<number>>;

beforeEach(async () => {
  heap = await Heap.open({ debug: true, nurseryBytes: 64 * 1024 });
  Node = heap.defineRecord("Node", FIELDS);
  Bytes = heap.defineArray("Bytes", uint8());
  large = heap.allocArray(Bytes, 100_000);
  bytes = heap.allocArray(Bytes, [1, 2, 3]);
  using name = bytes.slice(1);
  node = heap.alloc(Node, { name });
});

afterEach(() => heap.close());

describe("a trace", () => {
  const seen = () => heap.trace().map(({ shape, bytes, space }) => `${shape} ${bytes} ${space}`);

  test("finds the objects with their sizes, shapes and spaces, before and after they move", () => {
    heap.alloc(Node).dispose();
    expect(seen()).toEqual(["Bytes 16 nursery", "Node 24 nursery", "Bytes 100008 large"]);
    expect(heap.trace().map(({ address }) => address)).toEqual([bytes, node, large].map((ref) => ref.address));
    const inOrder = (a: { address: number }, b: { address: number }) => a.address - b.address;
    const expected = (space: string) =>
      [
        { address: bytes.address, bytes: 16, shape: "Bytes", space },
        { address: node.address, bytes: 24, shape: "Node", space },
        { address: large.address, bytes: 100_008, shape: "Bytes", space: "large" },
      ].sort(inOrder);
    expect(collectAndTrace(heap, "minor")).toEqual(expected("block"));
    expect(collectAndTrace(heap, "major")).toEqual(expected("block"));
  });

  test("follows slices to the object around them, in every space", () => {
    bytes.dispose();
    using inside = large.slice(90_000);
    node.set("name", inside);
    large.dispose();
    inside.dispose();
    expect(seen()).toEqual(["Node 24 nursery", "Bytes 100008 large"]);
    using name = heap.allocArray(Bytes, 40).slice(39);
    heap.collect("minor");
    node.set("name", name);
    name.dispose();
    node.get("name");
    expect(sumOf(collectAndTrace(heap, "major"))).toBe(heap.statistics().liveBytes);
  });

  test("follows boxes in wide records and in arrays of records, once, also in circles", () => {
    const Wide = heap.defineRecord("Wide", { kids: unpacked(box(), 70), last: box() });
    const Rows = heap.defineArray("Rows", { key: int32(), who: box() });
    const rows = heap.allocArray(Rows, 3);
    const wide = heap.alloc(Wide, { last: rows });
    rows.set(2, "who", wide);
    rows.dispose();
    (wide.get("kids") as { setAt(i: number, value: unknown): void }).setAt(69, wide);
    for (const after of ["minor", "major"] as const) {
      expect(collectAndTrace(heap, after).map(({ shape }) => shape)).toContain("Rows");
    }
    expect(heap.trace().length).toBe(5);
  });

  test("ignores immediates, and addresses that are not the heap's", () => {
    node.set("next", 4711);
    expect(heap.trace().length).toBe(3);
    scribble(node.address + NEXT, 0xf000_0000);
    scribble(node.address + NAME, 0xf000_0001);
    expect(heap.trace().length).toBe(3);
  });

  test("works in a memory that begins with somebody else's, with foreign growth in between", async () => {
    const memory = new WebAssembly.Memory({ initial: 2 });
    new Uint8Array(memory.buffer).fill(6);
    using other = await Heap.open({ debug: true, memory, heapBase: 70_000, nurseryBytes: 4096 });
    const Boxes = other.defineArray("Boxes", box());
    const boxes = other.allocArray(Boxes, 100);
    const Text = other.defineArray("Text", uint8());
    for (let i = 0; i < 100; i++) {
      if (i % 20 === 0) memory.grow(1);
      using text = other.allocArray(Text, i * 997);
      if (i % 3 === 0) boxes.setAt(i, text);
    }
    expect(other.trace().length).toBe(35);
    collectAndTrace(other, "minor");
    expect(collectAndTrace(other, "major").length).toBe(35);
  });

  test("sees more handles than fit a chunk, some of them free", () => {
    const refs: Ref[] = [];
    for (let i = 0; i < 20_000; i++) refs.push(heap.alloc(Node, { key: i }));
    for (let i = 0; i < refs.length; i += 3) refs[i]!.dispose();
    expect(heap.trace().length).toBe(3 + 13_333);
    expect(collectAndTrace(heap, "major").length).toBe(3 + 13_333);
    for (const ref of refs) ref.dispose();
    expect(collectAndTrace(heap, "major").length).toBe(3);
  });

  // The second array is a large object.
  test.for([3000, 9000])("agrees on %i boxes, marked part by part, and when the mark stack overflows", (length) => {
    const first = [heap.alloc(Node), heap.alloc(Node), heap.alloc(Node)];
    const boxes = heap.allocArray(heap.defineArray("Boxes", box()), length);
    for (let i = 0; i < length; i++) {
      using _scope = heap.scope();
      boxes.setAt(i, heap.alloc(Node, { next: heap.alloc(Node) }));
    }
    const count = 3 + first.length + 1 + 2 * length;
    expect(collectAndTrace(heap, "major").length).toBe(count);
    heap.limitTables(2, 1);
    expect(collectAndTrace(heap, "major").length).toBe(count);
    expect(heap.statistics().markOverflows).toBeGreaterThan(0);
  });

  test("reads the shadow stack, with boxes and slices", async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const core = await openCore("debug", memory, { nurseryBytes: CHUNK_BYTES });
    const session = new Session(core);
    const origin = { heapBase: core.shadowLimit, shadowBase: core.shadowTop, mature: "lines" } as const;
    const record = core.allocRecord(core.shapeNew(0, 0, 0, 16, 0, 0), 16);
    const array = core.allocArray(core.shapeNew(1, 1, 0, 1, 0, 0), 30);
    const view = new DataView(memory.buffer);
    for (const [i, word] of [record, 2, array + 37, 0].entries()) view.setUint32(origin.shadowBase + 4 * i, word, true);
    core.shadowTop = origin.shadowBase + 16;
    expect(traceHeap(session, origin, "any").map(({ bytes }) => bytes)).toEqual([16, 40]);
    view.setUint32(origin.shadowBase + 8, array + 40, true);
    const message = refused("broken-invariant", () => traceHeap(session, origin, "any"));
    expect(message).toContain("in the shadow stack, is");
    core.shadowTop = origin.shadowBase + 8;
    expect(refused("broken-invariant", () => traceHeap(session, origin, "any"))).toContain("without the slice");
    core.shadowTop = origin.shadowBase + 4;
    core.collectMajor();
    expect(traceHeap(session, origin, "major").map(({ shape }) => shape)).toEqual([
      expect.stringMatching(/^an object of the shape at \d+$/),
    ]);
  });

  test("needs the debug core, and knows what it can follow", async () => {
    using release = await Heap.open();
    refused("needs-debug", () => release.trace());
    expect(refused("bad-option", () => heap.trace("full" as never))).toContain('"full"');
  });
});

function scribble(address: number, value: number): void {
  new DataView(heap.memory.buffer).setUint32(address, value, true);
}

/** The heap's first chunk, behind the shadow stack. */
const PAGE_MAP = SHADOW_DEFAULT_BYTES;

function blockOf(ref: Ref): number {
  return ref.address - (ref.address % CHUNK_BYTES);
}

/** The place of the mark of the line that `address` lies on. */
function lineMarkOf(address: number): number {
  const offset = address % CHUNK_BYTES;
  return address - offset + BLOCK_LINES_OFFSET + Math.floor(offset / LINE_BYTES);
}

/** Flips a bit, or a line's mark. */
function flip(address: number, mask = 1): void {
  new Uint8Array(heap.memory.buffer)[address]! ^= mask;
}

function flipStart(address: number): void {
  const granule = (address % CHUNK_BYTES) >> 3;
  flip(address - (address % CHUNK_BYTES) + BLOCK_STARTS_OFFSET + (granule >> 3), 1 << (granule & 7));
}

function wrong(after: "any" | "minor" | "major" = "major"): string {
  return refused("broken-invariant", () => heap.trace(after));
}

describe("after a major collection a trace finds", () => {
  beforeEach(() => {
    expect(collectAndTrace(heap, "major").length).toBe(3);
  });

  test("a box and a slice that point into a free line", () => {
    const free = blockOf(node) + 100 * LINE_BYTES;
    scribble(node.address + NEXT, free);
    expect(wrong()).toBe(
      `The heap is broken, a trace finds that the Box at ${node.address + NEXT}, in Node at ${node.address} (24 bytes), ` +
        `is ${free}: a free line: line 100 of the block at ${blockOf(node)}. ` +
        "Look for code that writes to the heap's memory by itself",
    );
    scribble(node.address + NEXT, 0);
    scribble(node.address + NAME, free + 3);
    expect(wrong()).toContain(`is ${free + 3}: a free line: line 100`);
  });

  test("a box to an object whose line was lost", () => {
    flip(lineMarkOf(node.address));
    expect(wrong()).toMatch(/ lies on line 10 of the block at \d+, whose mark is 0\./);
  });

  test("a line in the middle of a longer object that was lost", () => {
    using long = heap.allocArray(Bytes, 1000);
    collectAndTrace(heap, "major");
    flip(lineMarkOf(long.address + 500));
    expect(wrong()).toContain(`Bytes at ${long.address} (1008 bytes) lies on line`);
  });

  test("a line that is marked for nothing, also among the metadata", () => {
    flip(blockOf(node) + BLOCK_LINES_OFFSET + 200);
    expect(wrong()).toContain(`line 200 of the block at ${blockOf(node)}, on which nothing lies, is marked`);
    flip(blockOf(node) + BLOCK_LINES_OFFSET + 200);
    flip(blockOf(node) + BLOCK_LINES_OFFSET + 9);
    expect(wrong()).toContain("line 9");
  });

  test("a length that is too long: over the next object, over free lines, over the end of the block", () => {
    const length = (value: number) => scribble(bytes.address + LENGTH_OFFSET, value);
    using later = heap.allocArray(Bytes, 8);
    collectAndTrace(heap, "major");
    expect(bytes.address).toBeLessThan(node.address);
    length(20);
    expect(wrong("any")).toMatch(/ overlaps the end of Bytes at \d+ \(32 bytes\), up to \d+\./);
    length(70_000);
    expect(wrong("any")).toContain(`Bytes at ${bytes.address} (70008 bytes) ends at`);
    length(3);
    scribble(later.address + LENGTH_OFFSET, 600);
    expect(wrong()).toContain(`Bytes at ${later.address} (608 bytes) lies on line 12`);
  });

  test("a length that is too short, by the sum of what is live", () => {
    scribble(bytes.address + LENGTH_OFFSET, 0);
    scribble(node.address + NAME, 0);
    expect(wrong()).toContain("100040 bytes are reached, but 100048 are counted as live");
  });

  test("a length that is too short for a slice of it", () => {
    scribble(bytes.address + LENGTH_OFFSET, 0);
    expect(wrong("any")).toContain(": a gap between the objects: line 10");
  });

  test("a large object's length that does not fit its run, and a run that the page map does not have", () => {
    scribble(large.address + LENGTH_OFFSET, 10);
    expect(wrong("any")).toContain("(24 bytes) needs 1 chunks, but its run has 2");
    scribble(large.address + LENGTH_OFFSET, 100_000);
    flip(PAGE_MAP + Math.floor(large.address / CHUNK_BYTES) + 1);
    expect(wrong("any")).toContain("the page map has 48, not 49, for chunk 1 of Bytes");
  });

  test("a start bit that was lost, and one too many", () => {
    flipStart(node.address);
    expect(wrong("any")).toContain("in a handle, is");
    flipStart(node.address);
    flipStart(node.address + 8);
    expect(wrong("any")).toContain("is no shape");
  });

  test("a header that is no shape, and a shape that has been overwritten", () => {
    const header = new DataView(heap.memory.buffer).getUint32(node.address, true);
    scribble(node.address, 12344);
    expect(wrong("any")).toContain(`the header of the object at ${node.address}, 12344, is no shape`);
    scribble(node.address, header);
    // A record of 20 bytes.
    scribble(header + 4, 20);
    expect(wrong("any")).toContain(`${header}, is no shape`);
    // A pointer behind the end.
    scribble(header + 4, 24);
    scribble(header + 8, 1 << 6);
    expect(wrong("any")).toContain(`${header}, is no shape`);
  });

  test("a box to the inside of an object, a slice of what is not sliceable", () => {
    scribble(node.address + NEXT, bytes.address + 8);
    expect(wrong("any")).toContain(`: the inside of Bytes at ${bytes.address} (16 bytes)`);
    scribble(node.address + NEXT, bytes.address + 1);
    expect(wrong("any")).toContain(`: the inside of Bytes at ${bytes.address} (16 bytes)`);
    scribble(node.address + NEXT, 0);
    scribble(node.address + NAME, node.address + 4);
    expect(wrong("any")).toContain(`: the inside of Node at ${node.address}`);
  });

  test("a pointer to where no object is", () => {
    scribble(node.address + NEXT, blockOf(node) + 64);
    expect(wrong("any")).toContain("the metadata of the block");
    scribble(node.address + NEXT, large.address + 110_000 - (110_000 % 8));
    expect(wrong("any")).toContain("the rest of the last chunk of a large object");
    scribble(node.address + NEXT, PAGE_MAP + 8);
    expect(wrong("any")).toContain("the core's own tables");
    const { address } = large;
    large.dispose();
    scribble(node.address + NEXT, 0);
    collectAndTrace(heap, "major");
    scribble(node.address + NEXT, address);
    expect(wrong("any")).toContain(": a free chunk");
  });

  test("a dead object that is still there, in a block or large", () => {
    node.dispose();
    expect(wrong()).toMatch(/Node at \d+ \(24 bytes\) is not reached, but its start bit is still set/);
    expect(collectAndTrace(heap, "major").length).toBe(2);
    large.dispose();
    expect(wrong()).toMatch(/Bytes at \d+ \(100008 bytes\) is not reached, but its chunks were not released/);
    expect(collectAndTrace(heap, "major").length).toBe(1);
  });

  test("bytes that are counted wrongly", () => {
    const view = new DataView(heap.memory.buffer);
    let block = 0;
    const { liveBytes, promotedBytes } = heap.statistics();
    for (let at = 0; block === 0; at += 8) {
      const isLive = view.getBigUint64(at + STATISTICS_LIVE_BYTES, true) === BigInt(liveBytes);
      if (isLive && view.getBigUint64(at + 32, true) === BigInt(promotedBytes)) block = at;
    }
    scribble(block + STATISTICS_LIVE_BYTES, liveBytes + 8);
    expect(wrong()).toContain(`${liveBytes} bytes are reached, but ${liveBytes + 8} are counted as live`);
    scribble(block + STATISTICS_LIVE_BYTES, liveBytes);
    scribble(block + STATISTICS_LIVE_BYTES + 8, 0);
    expect(wrong()).toContain(`${liveBytes} bytes are reached, but 0 are counted as mature`);
  });

  test("a handle that points nowhere, and a table of handles that is none", () => {
    const { address } = node;
    const view = new DataView(heap.memory.buffer);
    let slot = 0;
    while (view.getUint32(slot, true) !== address || view.getUint32(slot + 4, true) !== 1) slot += 8;
    scribble(slot, address + 8);
    expect(wrong("any")).toContain(`the Box at ${slot}, in a handle, is ${address + 8}: the inside of Node`);
    scribble(slot, address);
    scribble(slot + 4, 0);
    expect(wrong("any")).toContain("no control chunk holds a table of 3 handles");
    scribble(slot + 4, 1);
    expect(heap.trace("major").length).toBe(3);
  });

  test("what was allocated since, in the nursery", () => {
    using young = heap.alloc(Node);
    expect(heap.trace("any").length).toBe(4);
    expect(wrong("minor")).toContain(`Node at ${young.address} (24 bytes) is still in the nursery after a collection`);
  });

  test("a pointer beyond the nursery's objects", () => {
    using young = heap.alloc(Node);
    scribble(young.address + NEXT, young.address + 24);
    expect(wrong("any")).toContain(": the free part of the nursery");
  });
});

/** Three numbers choose what a step works on; each step takes them modulo what there is. */
type Choice = readonly [number, number, number];

const ROOTS_MAX = 20;

/** The roots that are whole objects and have spots of a kind, with their spots. */
function spotsOf(twin: Twin, kind: "box" | "slice") {
  return twin.roots.flatMap(({ model }, root) => {
    if (model === null || typeof model === "number" || model.kind !== "whole") return [];
    return twin.spots(model.target, kind).map((spot) => ({ root, spot }));
  });
}

const STEPS: Readonly<Record<string, (twin: Twin, choice: Choice) => void>> = {
  record: (twin, [a, b]) => twin.newRecord((["Pair", "Named", "Wide"] as const)[a % 3]!, b, ...wholeOf(twin, b)),
  array: (twin, [a, b]) => twin.newArray((["Bytes", "Ints", "Boxes", "Entries"] as const)[a % 4]!, lengthOf(b), b),
  box: (twin, [a, b]) => {
    const spots = spotsOf(twin, "box");
    if (spots.length === 0) return;
    const { root, spot } = spots[a % spots.length]!;
    const [model, value] = wholeOf(twin, b);
    twin.write(root, spot, model, value);
  },
  slice: (twin, [a, b, c]) => {
    const roots = twin.roots.flatMap((_, root) => (twin.sequences(root).length > 0 ? [root] : []));
    if (roots.length === 0) return;
    const root = roots[a % roots.length]!;
    const which = c % twin.sequences(root).length;
    const { length } = twin.sequences(root)[which]!;
    const from = b % (length + 1);
    twin.slice(root, which, from, from + ((b >> 3) % (length - from + 1)));
  },
  storeSlice: (twin, [a, b]) => {
    const spots = spotsOf(twin, "slice");
    if (spots.length === 0) return;
    const { root, spot } = spots[a % spots.length]!;
    const slices = twin.roots.filter(({ element }) => element === elementOfPlace(spot.place));
    const parts = slices.filter(({ model }) => typeof model === "object" && model?.kind === "part");
    if (parts.length > 0) twin.write(root, spot, parts[b % parts.length]!.model, parts[b % parts.length]!.ref);
  },
  read: (twin, [a, b]) => {
    const spots = spotsOf(twin, b % 2 === 0 ? "box" : "slice");
    if (spots.length === 0) return;
    const { root, spot } = spots[a % spots.length]!;
    twin.read(root, spot);
  },
  unroot: (twin, [a]) => {
    if (twin.roots.length > 0) twin.unroot(a % twin.roots.length);
  },
  churn: (twin, [a]) => twin.churn(a % 100),
  foreignGrow: (twin) => {
    twin.heap.memory.grow(1);
  },
  minor: (twin) => {
    expect(sumOf(collectAndTrace(twin.heap, "minor"))).toBe(twin.reachableBytes());
  },
  major: (twin) => {
    expect(sumOf(collectAndTrace(twin.heap, "major"))).toBe(twin.reachableBytes());
  },
};

/** Nil, or some root that is a whole object. */
function wholeOf(twin: Twin, choice: number): [never, Ref | null] {
  const wholes = twin.roots.filter(({ model }) => typeof model === "object" && model?.kind === "whole");
  const root = wholes[choice % (wholes.length + 1)];
  return [(root?.model ?? null) as never, root?.ref ?? null];
}

/** Mostly short; now and then longer than a block's lines, or than a block. */
function lengthOf(choice: number): number {
  if (choice % 11 === 0) return choice % 20_000;
  return choice % 7 === 0 ? choice % 700 : choice % 40;
}

interface Setting {
  readonly name: string;
  readonly options: HeapOptions;
  readonly runs: number;
  readonly prepare?: (heap: Heap) => void;
  /** Collects in front of every so many allocations, from here, so that a trace follows each at once. */
  readonly collectEvery?: number;
}

const SETTINGS: readonly Setting[] = [
  { name: "a nursery of 4 KiB", options: { nurseryBytes: 4096 }, runs: 12 },
  { name: "a nursery of 16 KiB", options: { nurseryBytes: 16384 }, runs: 12 },
  { name: "zeal 1", options: { nurseryBytes: 4096, zeal: 1 }, runs: 8 },
  { name: "zeal 7", options: { nurseryBytes: 16384, zeal: 7 }, runs: 8 },
  { name: "a traced collection at every allocation", options: { nurseryBytes: 4096 }, runs: 8, collectEvery: 1 },
  { name: "a traced collection at every 13th allocation", options: {}, runs: 8, collectEvery: 13 },
  {
    name: "tiny tables",
    options: { nurseryBytes: 4096 },
    runs: 8,
    prepare: (heap) => heap.limitTables(2, 1),
    collectEvery: 5,
  },
  {
    name: "a heap limit of 1 MiB",
    options: { nurseryBytes: 16384, heapLimitBytes: 1 << 20, shadowStackBytes: 4096 },
    runs: 12,
    collectEvery: 9,
  },
  { name: "size classes", options: { nurseryBytes: 4096, mature: "classes" }, runs: 8, collectEvery: 7 },
];

/** Makes every allocation of the present heap a place where a collection, and then a trace, may happen. */
function tracedAllocations(heapNow: () => Heap | null, every: number): void {
  let left = every;
  let majors = 0;
  const visit = () => {
    const heap = heapNow();
    if (heap === null || --left > 0) return;
    left = every;
    collectAndTrace(heap, ++majors % 3 === 0 ? "major" : "minor");
  };
  const { allocRecord, allocArray } = Core.prototype;
  vi.spyOn(Core.prototype, "allocRecord").mockImplementation(function (this: Core, shape, bytes) {
    visit();
    return allocRecord.call(this, shape, bytes);
  });
  vi.spyOn(Core.prototype, "allocArray").mockImplementation(function (this: Core, shape, length) {
    visit();
    return allocArray.call(this, shape, length);
  });
}

const number = fc.nat(0xffff);
const step = fc.record({ kind: fc.constantFrom(...Object.keys(STEPS)), choice: fc.tuple(number, number, number) });

describe("the trace agrees with the collector and the model under random operations, with", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test.for(SETTINGS)("$name", async ({ options, runs, prepare, collectEvery }) => {
    let heapNow: Heap | null = null;
    if (collectEvery !== undefined) tracedAllocations(() => heapNow, collectEvery);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 100, size: "max" }), async (steps) => {
        using heap = await Heap.open({ ...options, debug: true });
        prepare?.(heap);
        const twin = new Twin(heap);
        heapNow = heap;
        for (const { kind, choice } of steps) {
          try {
            STEPS[kind]!(twin, choice);
          } catch (error) {
            // Under a heap limit a step may be refused; then nothing has changed.
            if (!(error instanceof HeapError && error.code === "out-of-memory")) throw error;
          }
          while (twin.roots.length > ROOTS_MAX) twin.unroot(0);
          expect(sumOf(heap.trace())).toBe(twin.reachableBytes());
        }
        expect(twin.actual()).toBe(twin.expected());
        while (twin.roots.length > 0) twin.unroot(0);
        expect(collectAndTrace(heap, "major")).toEqual([]);
        heapNow = null;
      }),
      { numRuns: often(runs) },
    );
  });
});
