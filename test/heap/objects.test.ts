/**
 * Allocating, reading and writing records, arrays and slices; and each way to do it wrongly.
 */
import { beforeEach, describe, expect, test } from "vitest";
import { type ArrayShape, box, Heap, int32, type Rep, slice, uint8, unpacked } from "../../src/index.ts";
import { refused } from "../support/errors.ts";

let heap: Heap;
let Bytes: ArrayShape<Rep<number>>;

beforeEach(async () => {
  heap = await Heap.open({ debug: true, nurseryBytes: 16384 });
  Bytes = heap.defineArray("Bytes", uint8());
  return () => {
    heap.collect("major");
    heap.verify();
    heap.close();
  };
});

const encode = (text: string) => new TextEncoder().encode(text);

describe("records", () => {
  test("start cleared, except for what is given", () => {
    const Node = heap.defineRecord("Node", { left: box(), key: int32(), name: slice(), spots: unpacked(int32(), 3) });
    // Leave garbage behind, so that memory is not clear by chance.
    for (let i = 0; i < 500; i++) heap.alloc(Node, { left: 7, key: -1, spots: [9, 9, 9] }).dispose();
    heap.collect("minor");
    const node = heap.alloc(Node, { key: 3 });
    expect(node.get("left")).toBe(null);
    expect(node.get("key")).toBe(3);
    expect(node.get("name").length).toBe(0);
    expect(node.get("spots").toArray()).toEqual([0, 0, 0]);
  });

  test("name their fields in errors", () => {
    const Node = heap.defineRecord("Node", { left: box(), key: int32() });
    const node = heap.alloc(Node);
    expect(refused("unknown-field", () => node.get("right" as never))).toBe(
      'Node has no field "right": it has left, key',
    );
    refused("unknown-field", () => node.set("right" as never, null as never));
    refused("unknown-field", () => node.get("toString" as never));
    refused("unknown-field", () => heap.alloc(Node, { right: null } as never));
    refused("wrong-rep", () => heap.alloc(Node, 5 as never));
    refused("wrong-rep", () => heap.alloc(Node, [] as never));
  });

  test("are told apart by shape", () => {
    const A = heap.defineRecord("A", { other: box() });
    const B = heap.defineRecord("B", { other: box() });
    const b = heap.alloc(B);
    const a = heap.alloc(A, { other: b });
    expect(A.is(a.get("other"))).toBe(false);
    expect(B.is(a.get("other"))).toBe(true);
    expect(B.is(null) || B.is(7) || B.is(a) || B.is({})).toBe(false);
    const message = "A reference to A of this heap is needed, not B: check with its shape's is(value)";
    expect(refused("wrong-shape", () => A.cast(a.get("other")))).toBe(message);
    refused("wrong-shape", () => A.cast(null));
    refused("wrong-shape", () => Bytes.cast(a));
  });

  test("check their initial values before anything is allocated", () => {
    const Node = heap.defineRecord("Node", { left: box(), key: int32() });
    const before = heap.statistics();
    const initial = {
      get left() {
        heap.collect("major");
        return heap.alloc(Node, { key: 8 });
      },
      key: 1,
    };
    const node = heap.alloc(Node, initial);
    expect(Node.cast(node.get("left")).get("key")).toBe(8);
    expect(heap.statistics().majorCollections).toBe(before.majorCollections + 1);
  });

  test("alloc takes shapes of records, and allocArray those of arrays", () => {
    const Node = heap.defineRecord("Node", { left: box() });
    refused("wrong-shape", () => heap.alloc(Bytes as never));
    refused("wrong-shape", () => heap.allocArray(Node as never, 3));
    refused("wrong-shape", () => heap.alloc({} as never));
    refused("wrong-shape", () => heap.allocArray(undefined as never, 3));
  });
});

describe("arrays", () => {
  test("are cleared when made by length, and hold the values that are given", () => {
    for (let i = 0; i < 200; i++) heap.allocArray(Bytes, encode("garbage garbage garbage")).dispose();
    heap.collect("minor");
    const clear = heap.allocArray(Bytes, 40);
    expect(clear.length).toBe(40);
    expect(clear.toArray()).toEqual(Array(40).fill(0));
    expect(heap.allocArray(Bytes, [1, 2, 3]).toArray()).toEqual([1, 2, 3]);
    expect(heap.allocArray(Bytes, encode("über")).text()).toBe("über");
    expect(heap.allocArray(Bytes, 0).toArray()).toEqual([]);
    expect(heap.allocArray(Bytes, []).text()).toBe("");
  });

  test("of boxes and of inline records", () => {
    const Boxes = heap.defineArray("Boxes", box());
    const Cities = heap.defineArray("Cities", { name: slice(), population: int32(), twin: box() });
    const text = heap.allocArray(Bytes, encode("Ulm Bonn"));
    const cities = heap.allocArray(Cities, [{ name: text.slice(0, 3), population: 126 }, { name: text.slice(4) }]);
    const boxes = heap.allocArray(Boxes, [cities, null, 11]);
    cities.set(1, "population", 331);
    cities.setAt(1, { twin: boxes });
    heap.collect("minor");
    expect(Cities.cast(boxes.at(0)).same(cities)).toBe(true);
    expect([boxes.at(1), boxes.at(2)]).toEqual([null, 11]);
    expect(cities.get(0, "name").text()).toBe("Ulm");
    expect(cities.at(1).name.text()).toBe("Bonn");
    expect(cities.at(1).population).toBe(331);
    expect(Boxes.cast(cities.get(1, "twin")).same(boxes)).toBe(true);
    expect(refused("unknown-field", () => cities.get(0, "mayor" as never))).toBe(
      'The elements of Cities have no field "mayor": they have name, population, twin',
    );
    refused("unknown-field", () => boxes.get(0, "name" as never));
    refused("unknown-field", () => cities.set(0, "mayor" as never, null as never));
    refused("unknown-field", () => cities.setAt(0, { mayor: 1 } as never));
    refused("wrong-rep", () => cities.setAt(0, 5 as never));
    refused("wrong-rep", () => cities.set(0, "population", 0.5));
  });

  test.for([-1, 3, 0.5, NaN, "0", undefined])("%s is not an index", (index) => {
    const array = heap.allocArray(Bytes, [1, 2, 3]);
    refused("index-out-of-range", () => array.at(index as number));
    refused("index-out-of-range", () => array.setAt(index as number, 0));
    refused("index-out-of-range", () => array.slice().at(index as number));
    refused("index-out-of-range", () => array.slice(0, 0).at(index as number));
  });

  test.for([-1, 0.5, 2 ** 32, NaN, Infinity])("%s is not a length", (length) => {
    refused("index-out-of-range", () => heap.allocArray(Bytes, length));
  });

  test("refuse lengths beyond any memory", () => {
    const Longs = heap.defineArray("Longs", { a: box(), b: box(), c: box() });
    refused("out-of-memory", () => heap.allocArray(Longs, 2 ** 32 - 1));
    refused("wrong-rep", () => heap.allocArray(Bytes, null as never));
    refused("wrong-rep", () => heap.allocArray(Bytes, undefined as never));
  });

  test.for([8180, 8184, 8192, 31 * 1024 - 8, 31 * 1024, 65536 - 24, 65536 - 16, 300_000])(
    "of %s bytes are born where they fit, and keep their contents",
    (length) => {
      const values = Uint8Array.from({ length }, (_, i) => i % 251);
      const array = heap.allocArray(Bytes, values);
      const Boxes = heap.defineArray("Boxes", box());
      const boxes = heap.allocArray(Boxes, Math.floor(length / 4));
      boxes.setAt(boxes.length - 1, array);
      for (const extent of ["minor", "major", "minor"] as const) {
        heap.collect(extent);
        heap.verify();
        expect(Buffer.compare(array.bytes(), values)).toBe(0);
        expect(boxes.at(0)).toBe(null);
        expect(Bytes.cast(boxes.at(boxes.length - 1)).same(array)).toBe(true);
      }
    },
  );
});

describe("slices", () => {
  test("share storage with their array and each other", () => {
    const array = heap.allocArray(Bytes, [0, 1, 2, 3, 4, 5, 6, 7]);
    const middle = heap.slice(array, 2, 6);
    const inner = middle.slice(1, 3);
    expect(middle.toArray()).toEqual([2, 3, 4, 5]);
    expect(inner.toArray()).toEqual([3, 4]);
    inner.setAt(0, 30);
    heap.collect("minor");
    expect(array.at(3)).toBe(30);
    expect(middle.at(1)).toBe(30);
    expect(inner.address).toBe(array.address + 8 + 3);
    expect(inner.owner()?.same(array)).toBe(true);
    array.setBytes(Uint8Array.of(90, 91), 3);
    expect(inner.bytes()).toEqual(Uint8Array.of(90, 91));
    inner.setBytes(Uint8Array.of(7), 1);
    expect(array.toArray()).toEqual([0, 1, 2, 90, 7, 5, 6, 7]);
  });

  test("of unpacked arrays point into their record", () => {
    const Node = heap.defineRecord("Node", { key: int32(), spots: unpacked(int32(), 4) });
    const node = heap.alloc(Node, { spots: [10, 20, 30, 40] });
    const spots = node.get("spots").slice(2);
    heap.collect("minor");
    node.dispose();
    heap.collect("major");
    expect(spots.toArray()).toEqual([30, 40]);
    expect(Node.cast(spots.owner()).get("spots").toArray()).toEqual([10, 20, 30, 40]);
  });

  test("that are empty refer to nothing, wherever they are cut", () => {
    const array = heap.allocArray(Bytes, [1, 2, 3]);
    const after = heap.allocArray(Bytes, [4]);
    for (const at of [0, 1, 3]) {
      const empty = array.slice(at, at);
      expect([empty.address, empty.length, empty.owner(), empty.text()]).toEqual([0, 0, null, ""]);
      expect(empty.slice().length).toBe(0);
      refused("index-out-of-range", () => empty.slice(0, 1));
    }
    const end = array.slice(3);
    array.dispose();
    heap.collect("major");
    expect(heap.statistics().liveBytes).toBe(16);
    expect(end.length).toBe(0);
    expect(after.at(0)).toBe(4);
  });

  test.for([
    [2, 1],
    [-1, 2],
    [0, 4],
    [4, 4],
    [0.5, 2],
    [0, NaN],
    ["0", 2],
  ])("%s to %s is not a range of three elements", ([start, end]) => {
    const array = heap.allocArray(Bytes, [1, 2, 3]);
    refused("index-out-of-range", () => heap.slice(array, start as number, end as number));
    refused("index-out-of-range", () => array.slice().slice(start as number, end as number));
  });

  test("in fields keep what they point into", () => {
    const Named = heap.defineRecord("Named", { name: slice(), of: slice(box()) });
    const Boxes = heap.defineArray("Boxes", box());
    const named = heap.alloc(Named);
    {
      const scope = heap.scope();
      const text = heap.allocArray(Bytes, encode("one two three"));
      named.set("name", text.slice(4, 7));
      named.set("of", heap.allocArray(Boxes, [null, text, named]).slice(1));
      scope.dispose();
    }
    heap.collect("minor");
    heap.collect("major");
    expect(named.get("name").text()).toBe("two");
    expect(Bytes.cast(named.get("of").at(0)).text()).toBe("one two three");
    expect(named.get("of").at(1)).toSatisfy((value) => Named.cast(value).same(named));
  });

  test("copy bytes only where bytes mean something, and only in range", () => {
    const Boxes = heap.defineArray("Boxes", box());
    const boxes = heap.allocArray(Boxes, 2);
    refused("wrong-rep", () => boxes.bytes());
    refused("wrong-rep", () => boxes.slice().setBytes(Uint8Array.of(1)));
    refused("wrong-rep", () => boxes.text());
    const Ints = heap.defineArray("Ints", int32());
    const ints = heap.allocArray(Ints, [1, -1]);
    expect(ints.bytes()).toEqual(Uint8Array.of(1, 0, 0, 0, 255, 255, 255, 255));
    refused("wrong-rep", () => ints.text());
    refused("wrong-rep", () => ints.setBytes([1] as never));
    refused("index-out-of-range", () => ints.setBytes(new Uint8Array(9)));
    refused("index-out-of-range", () => ints.setBytes(new Uint8Array(2), 7));
    refused("index-out-of-range", () => ints.setBytes(new Uint8Array(2), -1));
    refused("index-out-of-range", () => ints.slice(0, 0).setBytes(new Uint8Array(1)));
    ints.slice(0, 0).setBytes(new Uint8Array(0));
    refused("wrong-rep", () => heap.allocArray(Bytes, [0xff]).text());
  });
});
