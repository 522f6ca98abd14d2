/**
 * No memory: at every point in turn, by a limit, by a refused memory.grow, by a memory that cannot grow. Each time a
 * typed error, the heap consistent, and usable once something is dropped.
 */
import { describe, expect, test } from "vitest";
import { box, Heap, HeapError, type HeapOptions, int32, type Ref, slice, uint8, unpacked } from "../../src/index.ts";

const PAGE = 65536;
/**
 * Beyond what is just enough to open, a few pages are needed to be of use: the collector's reserve, handles, a block.
 */
const SPARE_PAGES = 6;

/** A bit of everything that asks for memory: young and old objects, large ones, handles, shapes, remembered slots. */
function scenario(heap: Heap): void {
  using _scope = heap.scope();
  const Node = heap.defineRecord("Node", { next: box(), key: int32(), name: slice(), kids: unpacked(box(), 40) });
  const Bytes = heap.defineArray("Bytes", uint8());
  const Boxes = heap.defineArray("Boxes", box());
  const boxes = heap.allocArray(Boxes, 20_000);
  heap.collect("minor");
  let head: Ref | null = null;
  for (let key = 0; key < 1500; key++) {
    const text = heap.allocArray(Bytes, [key & 0xff, 1, 2]);
    head = heap.alloc(Node, { next: head, key, name: text.slice(0, 2) });
    boxes.setAt(key * 13, head);
    // A list of handles that is not short: more than a chunk of them.
    for (let i = 0; i < 3; i++) boxes.at(key * 13);
  }
  heap.allocArray(Bytes, 1_000_000).setAt(999_999, 1);
  heap.collect("major");
  let key = 1500;
  for (let at: unknown = head; at !== null; ) {
    const node = Node.cast(at);
    expect(node.get("key")).toBe(--key);
    expect(node.get("name").at(0)).toBe(key & 0xff);
    expect(Node.cast(boxes.at(key * 13)).same(node)).toBe(true);
    at = node.get("next");
  }
  expect(key).toBe(0);
}

/** Runs the scenario; returns the code of the error that ended it, null when it came to its end. */
function attempt(heap: Heap): string | null {
  try {
    scenario(heap);
    return null;
  } catch (error) {
    if (!(error instanceof HeapError)) throw error;
    return error.code;
  }
}

/** After a failure: nothing is broken, and with everything dropped there is memory again. */
function isUsable(heap: Heap): void {
  heap.verify();
  expect(heap.statistics().handles).toBe(0);
  heap.collect("major");
  heap.verify();
  expect(heap.statistics().liveBytes).toBe(0);
  const Pair = heap.defineRecord("Pair", { left: box(), key: int32() });
  using _scope = heap.scope();
  let last: Ref | null = null;
  for (let key = 0; key < 500; key++) last = heap.alloc(Pair, { left: last, key });
  heap.collect("minor");
  heap.verify();
  expect(Pair.cast(last).get("key")).toBe(499);
}

describe("memory.grow is refused", () => {
  test("once, at each growth in turn", async () => {
    const options = { debug: true, nurseryBytes: 16 * 1024, shadowStackBytes: 4096 };
    using undisturbed = await Heap.open(options);
    expect(attempt(undisturbed)).toBe(null);
    // Every growth is of a page at least, so there cannot be more growths than pages.
    const pages = undisturbed.memory.buffer.byteLength / PAGE;
    for (let nth = 1; nth <= pages; nth++) {
      using heap = await Heap.open(options);
      heap.refuseGrow(nth);
      const code = attempt(heap);
      heap.verify();
      if (code === null) continue;
      expect(code).toBe("grow-refused");
      isUsable(heap);
      // Without further refusals the same heap does it all.
      heap.refuseGrow(0);
      expect(attempt(heap)).toBe(null);
    }
  });

  test("from each size on", async () => {
    const options = { heapBase: 0, debug: true, nurseryBytes: 16 * 1024, shadowStackBytes: 4096 };
    const codes = new Map<string, number>();
    for (let maximum = 1; ; maximum++) {
      const memory = new WebAssembly.Memory({ initial: 1, maximum });
      const heap = await Heap.open({ ...options, memory }).catch((error: unknown) => error);
      if (!(heap instanceof Heap)) {
        expect(heap).toBeInstanceOf(HeapError);
        expect((heap as HeapError).code).toBe("grow-refused");
        codes.set("open", maximum);
        continue;
      }
      const code = attempt(heap);
      if (code === null) {
        codes.set("done", maximum);
        break;
      }
      expect(code).toBe("grow-refused");
      codes.set("scenario", maximum);
      if (maximum > codes.get("open")! + SPARE_PAGES) isUsable(heap);
      else heap.verify();
    }
    expect([...codes.keys()]).toEqual(["open", "scenario", "done"]);
  });
});

describe("the heap limit", () => {
  const options: HeapOptions = { debug: true, nurseryBytes: 16 * 1024, shadowStackBytes: 4096 };

  test("is kept at every size up to one that suffices", async () => {
    const codes = new Map<string, number>();
    for (let chunks = 1; ; chunks++) {
      const heapLimitBytes = chunks * PAGE;
      const heap = await Heap.open({ ...options, heapLimitBytes }).catch((error: unknown) => error);
      if (!(heap instanceof Heap)) {
        expect((heap as HeapError).code).toBe("out-of-memory");
        codes.set("open", chunks);
        continue;
      }
      const code = attempt(heap);
      expect(heap.statistics().peakBytes).toBeLessThanOrEqual(heapLimitBytes);
      expect(heap.statistics().limitBytes).toBe(heapLimitBytes);
      if (code === null) {
        codes.set("done", chunks);
        break;
      }
      expect(code).toBe("out-of-memory");
      codes.set("scenario", chunks);
      if (chunks > codes.get("open")! + SPARE_PAGES) isUsable(heap);
      else heap.verify();
    }
    expect([...codes.keys()]).toEqual(["open", "scenario", "done"]);
  });

  test("says what to do when it is too small to open a heap", async () => {
    await expect(Heap.open({ heapLimitBytes: 2 * PAGE })).rejects.toThrow(
      "The heap limit leaves no memory to open the heap: raise heapLimitBytes or drop references",
    );
  });

  test("gives a large object the room that was reserved for evacuating the nursery", async () => {
    using heap = await Heap.open({
      debug: true,
      nurseryBytes: 4 * PAGE,
      shadowStackBytes: PAGE,
      heapLimitBytes: 31 * PAGE,
    });
    const Bytes = heap.defineArray("Bytes", uint8());
    // Without the reserve of seven chunks; with it, there would not be room.
    const kept = heap.allocArray(Bytes, 19 * PAGE);
    kept.setAt(19 * PAGE - 1, 7);
    expect(() => heap.allocArray(Bytes, 8)).toThrow("The heap limit leaves no memory");
    expect(kept.at(19 * PAGE - 1)).toBe(7);
    kept.dispose();
    expect(heap.allocArray(Bytes, [3]).toArray()).toEqual([3]);
    heap.verify();
  });

  test("leaves live objects untouched however often it is reached", async () => {
    using heap = await Heap.open({ ...options, heapLimitBytes: 24 * PAGE });
    const Node = heap.defineRecord("Node", { next: box(), key: int32() });
    const Bytes = heap.defineArray("Bytes", uint8());
    let head: Ref | null = null;
    for (let key = 0; key < 5000; key++) {
      const next: Ref | null = head;
      head = heap.alloc(Node, { next, key });
      next?.dispose();
    }
    for (let round = 0; round < 10; round++) {
      const scope = heap.scope();
      expect(() => {
        for (;;) heap.allocArray(Bytes, round % 2 === 0 ? 300 : 40_000);
      }).toThrow(HeapError);
      heap.verify();
      scope.dispose();
      let key = 5000;
      for (let at: unknown = head; at !== null; ) {
        using node = Node.cast(at === head ? (heap.alloc(Node, { next: head as Ref }).get("next") as Ref) : at);
        expect(node.get("key")).toBe(--key);
        at = node.get("next");
      }
      expect(key).toBe(0);
    }
  });
});
