/**
 * Every rep: what it holds, what it refuses, where it lies.
 */
import { describe, expect, test } from "vitest";
import {
  type AnyRep,
  box,
  float32,
  float64,
  Heap,
  inline,
  int8,
  int16,
  int32,
  int64,
  slice,
  uint8,
  uint16,
  uint32,
  uint64,
  unpacked,
} from "../../src/index.ts";
import { refused } from "../support/errors.ts";

interface Row {
  readonly rep: AnyRep;
  readonly bytes: number;
  readonly holds: readonly unknown[];
  readonly refuses: readonly unknown[];
}

const NUMBERS: readonly Row[] = [
  { rep: int8(), bytes: 1, holds: [-128, -1, 0, 127], refuses: [-129, 128, 0.5, "1", 1n, null, undefined, NaN] },
  { rep: uint8(), bytes: 1, holds: [0, 128, 255], refuses: [-1, 256, Infinity] },
  { rep: int16(), bytes: 2, holds: [-32768, 0, 32767], refuses: [-32769, 32768] },
  { rep: uint16(), bytes: 2, holds: [0, 65535], refuses: [-1, 65536] },
  { rep: int32(), bytes: 4, holds: [-(2 ** 31), -1, 0, 2 ** 31 - 1], refuses: [-(2 ** 31) - 1, 2 ** 31, true] },
  { rep: uint32(), bytes: 4, holds: [0, 2 ** 31, 2 ** 32 - 1], refuses: [-1, 2 ** 32, {}] },
  { rep: int64(), bytes: 8, holds: [-(2n ** 63n), -1n, 2n ** 63n - 1n], refuses: [2n ** 63n, -(2n ** 63n) - 1n, 1] },
  { rep: uint64(), bytes: 8, holds: [0n, 2n ** 64n - 1n], refuses: [-1n, 2n ** 64n, 0] },
  { rep: float32(), bytes: 4, holds: [0.5, -0, Infinity, NaN, 16777216], refuses: ["0.5", 1n, null] },
  { rep: float64(), bytes: 8, holds: [0.1, -0, Number.MAX_VALUE, NaN, 2 ** 53], refuses: [undefined, [], 2n] },
];

describe("numbers", () => {
  test.for(NUMBERS)("$rep.name holds its whole range and refuses the rest", async ({ rep, bytes, holds, refuses }) => {
    const heap = await Heap.open({ debug: true });
    const Shape = heap.defineRecord("Shape", { before: uint8(), value: rep, after: uint8() });
    const Values = heap.defineArray("Values", rep);
    expect(rep.bytes).toBe(bytes);
    const record = heap.alloc(Shape, { before: 255, after: 255 });
    const array = heap.allocArray(Values, 3);
    for (const value of holds) {
      record.set("value", value);
      array.setAt(1, value);
      heap.collect("minor");
      expect(record.get("value")).toBe(value);
      expect(array.at(1)).toBe(value);
      expect([record.get("before"), record.get("after")]).toEqual([255, 255]);
      expect([Number(array.at(0)), Number(array.at(2))]).toEqual([0, 0]);
    }
    const last = record.get("value");
    for (const value of refuses) {
      const message = refused("wrong-rep", () => record.set("value", value));
      expect(message).toContain(`value of Shape is ${rep.name} and takes`);
      refused("wrong-rep", () => array.setAt(0, value));
      refused("wrong-rep", () => heap.alloc(Shape, { value }));
      refused("wrong-rep", () => heap.allocArray(Values, [value]));
      expect(record.get("value")).toBe(last);
    }
    heap.verify();
  });

  test("float32 rounds", async () => {
    const heap = await Heap.open();
    const Shape = heap.defineRecord("Shape", { value: float32() });
    expect(heap.alloc(Shape, { value: 0.1 }).get("value")).toBe(Math.fround(0.1));
  });
});

describe("boxes", () => {
  test("hold references, null and odd numbers", async () => {
    const heap = await Heap.open({ debug: true });
    const Pair = heap.defineRecord("Pair", { left: box(), right: box() });
    const Bytes = heap.defineArray("Bytes", uint8());
    const leaf = heap.alloc(Pair);
    const bytes = heap.allocArray(Bytes, [1, 2]);
    const pair = heap.alloc(Pair, { left: leaf, right: bytes });
    expect(Pair.cast(pair.get("left")).same(leaf)).toBe(true);
    expect(Bytes.cast(pair.get("right")).toArray()).toEqual([1, 2]);
    for (const immediate of [1, 3, 0xffff]) {
      pair.set("left", immediate);
      heap.collect("minor");
      expect(pair.get("left")).toBe(immediate);
    }
    pair.set("left", null);
    expect(pair.get("left")).toBe(null);
    for (const wrong of [0, 2, -1, 0x1_0001, 2 ** 32 + 1, 1.5, "leaf", undefined, {}, 3n]) {
      refused("wrong-rep", () => pair.set("left", wrong as never));
    }
    const message = refused("wrong-rep", () => pair.set("left", bytes.slice() as never));
    expect(message).toBe(
      "left of Pair is a box and takes a reference, null or an odd number up to 65535, not a slice, which only a slice field takes",
    );
    heap.verify();
  });
});

describe("slices", () => {
  test("are two words: a pointer and a length", async () => {
    const heap = await Heap.open({ debug: true });
    const Named = heap.defineRecord("Named", { name: slice(), key: int32() });
    expect(Named.bytes).toBe(16);
    expect(Named.places.get("key")?.offset).toBe(12);
    const Bytes = heap.defineArray("Bytes", uint8());
    const text = heap.allocArray(Bytes, new TextEncoder().encode("hello"));
    const named = heap.alloc(Named, { name: text.slice(1, 3), key: -1 });
    const view = new DataView(heap.memory.buffer, named.address);
    expect([view.getUint32(4, true), view.getUint32(8, true)]).toEqual([text.address + 8 + 1, 2]);
    named.set("name", text.slice(3, 3));
    expect([view.getUint32(4, true), view.getUint32(8, true)]).toEqual([0, 0]);
    expect(named.get("key")).toBe(-1);
  });

  test("are told apart by their elements", async () => {
    const heap = await Heap.open();
    const Named = heap.defineRecord("Named", { name: slice(), counts: slice(int32()) });
    const Bytes = heap.defineArray("Bytes", uint8());
    const bytes = heap.allocArray(Bytes, 4);
    const named = heap.alloc(Named);
    expect(refused("wrong-rep", () => named.set("counts", bytes.slice() as never))).toBe(
      "counts of Named takes a slice<int32>, not slice<uint8>",
    );
    expect(refused("wrong-rep", () => named.set("name", bytes as never))).toBe(
      "name of Named takes a slice<uint8>, not Bytes; use its slice()",
    );
    for (const wrong of [null, 0, "text", named]) refused("wrong-rep", () => named.set("name", wrong as never));
  });
});

describe("unpacked arrays", () => {
  test("lie in their record and are written as a whole or by element", async () => {
    const heap = await Heap.open({ debug: true });
    const Spots = heap.defineRecord("Spots", { key: uint8(), spots: unpacked(int32(), 4), pairs: unpacked(box(), 2) });
    expect(Spots.bytes).toBe(32);
    const record = heap.alloc(Spots, { key: 9, spots: [1, 2, 3, 4] });
    const other = heap.alloc(Spots, { pairs: [record, 5] });
    record.get("spots").setAt(2, 30);
    heap.collect("minor");
    expect(record.get("spots").toArray()).toEqual([1, 2, 30, 4]);
    record.set("spots", [5, 6, 7, 8]);
    expect(record.get("spots").slice(1, 3).toArray()).toEqual([6, 7]);
    expect(Spots.cast(other.get("pairs").at(0)).same(record)).toBe(true);
    expect(other.get("pairs").at(1)).toBe(5);
    expect(record.get("key")).toBe(9);
    refused("wrong-rep", () => record.set("spots", [1, 2, 3]));
    refused("wrong-rep", () => record.set("spots", 4 as never));
    expect(refused("wrong-rep", () => record.set("spots", [1, 2, 3, 4.5]))).toContain("[3] of spots of Spots is int32");
    expect(record.get("spots").toArray()).toEqual([5, 6, 7, 8]);
    heap.verify();
  });

  test.for([0, -1, 1.5, 65536, "4"])("of %s elements are refused", (length) => {
    refused("bad-option", () => unpacked(int32(), length as number));
  });
});

describe("layout", () => {
  test("follows the order of definition with natural alignment", async () => {
    const heap = await Heap.open();
    const Mixed = heap.defineRecord("Mixed", {
      a: uint8(),
      b: uint16(),
      c: uint8(),
      d: box(),
      e: float64(),
      f: uint8(),
    });
    expect([...Mixed.places.values()].map(({ name, offset }) => `${name}@${offset}`)).toEqual([
      "a@4",
      "b@6",
      "c@8",
      "d@12",
      "e@16",
      "f@24",
    ]);
    expect(Mixed.bytes).toBe(32);
    const Rows = heap.defineArray("Rows", { name: slice(), weight: float64(), flag: uint8() });
    expect(Rows.element.bytes).toBe(24);
    expect(Rows.bytesOf(3)).toBe(80);
    expect(heap.defineArray("Odd", { a: uint8(), b: uint8(), c: uint8() }).bytesOf(3)).toBe(24);
    expect(heap.defineRecord("Empty", {}).bytes).toBe(8);
  });

  test("nests inline records and unpacked arrays", async () => {
    const heap = await Heap.open({ debug: true });
    const point = { x: float64(), y: float64() };
    const Shape = heap.defineRecord("Shape", { tag: uint8(), box: unpacked({ from: inline(point), next: box() }, 2) });
    const inner = heap.alloc(Shape, { tag: 1 });
    const shape = heap.alloc(Shape, { box: [{ from: { x: 1, y: 2 } }, { from: { y: 4 }, next: inner }] });
    heap.collect("minor");
    expect(shape.get("box").get(0, "from")).toEqual({ x: 1, y: 2 });
    expect(shape.get("box").at(1).from).toEqual({ x: 0, y: 4 });
    expect(Shape.cast(shape.get("box").get(1, "next")).get("tag")).toBe(1);
    heap.verify();
  });

  test("describes records of more than 32 words to the collector", async () => {
    const heap = await Heap.open({ debug: true });
    const Wide = heap.defineRecord("Wide", { plain: unpacked(int32(), 30), kids: unpacked(box(), 70), name: slice() });
    const Bytes = heap.defineArray("Bytes", uint8());
    const wide = heap.alloc(Wide, { plain: Array.from({ length: 30 }, (_, i) => i) });
    const kids = Array.from({ length: 70 }, (_, i) => heap.alloc(Wide, { plain: Array(30).fill(i) }));
    wide.set("kids", kids);
    wide.set("name", heap.allocArray(Bytes, [7, 8, 9]).slice(1));
    for (const kid of kids) kid.dispose();
    heap.collect("major");
    heap.verify();
    for (let i = 0; i < 70; i++) expect(Wide.cast(wide.get("kids").at(i)).get("plain").at(29)).toBe(i);
    expect(wide.get("name").toArray()).toEqual([8, 9]);
  });

  test("refuses what is not a rep, a field or a name", async () => {
    const heap = await Heap.open();
    expect(refused("bad-option", () => heap.defineRecord("Bad", { a: 4 as never }))).toBe(
      "Field a needs a rep, such as int32() or box(), not 4",
    );
    refused("bad-option", () => heap.defineRecord("Bad", { a: box as never }));
    refused("bad-option", () => heap.defineArray("Bad", {}));
    refused("bad-option", () => heap.defineRecord("", { a: box() }));
    refused("bad-option", () => heap.defineArray(undefined as never, box()));
    refused("bad-option", () => heap.defineRecord("Bad", null as never));
    refused("bad-option", () => heap.defineArray("Bad", null as never));
  });
});
