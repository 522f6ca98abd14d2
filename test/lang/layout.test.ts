/** Layouts and shape descriptors: placement of fields, and what the collector is told about them. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StaticData } from "../../src/lang/emit/staticdata.ts";
import type { ElementType, IrType } from "../../src/lang/ir/ir.ts";
import { Layouts, sizeOf } from "../../src/lang/managers/linear/layout.ts";
import { BOOL, BYTE, FLOAT, INT, LONG, recordOf, TEXT, unionOf } from "./ir-notation.ts";

const BOX: IrType = { kind: "record", record: recordOf("Cell", [["value", INT]]) };
const TYPES = [INT, LONG, FLOAT, BYTE, BOOL, TEXT, BOX] as const;

/** The 16 bytes of the descriptor at `address`. */
function descriptorAt(data: StaticData, address: number): DataView {
  for (const segment of data.segments()) {
    const at = address - segment.address;
    if (at >= 0 && at + 16 <= segment.bytes.byteLength) {
      return new DataView(segment.bytes.buffer, segment.bytes.byteOffset + at, 16);
    }
  }
  throw new Error(`no descriptor at ${address}`);
}

describe("records", () => {
  it("fill the gaps behind the header, and are multiples of 8", () => {
    const data = new StaticData();
    const layouts = new Layouts(data);
    const layout = (...types: IrType[]) =>
      layouts.record(
        recordOf(
          "R",
          types.map((type, at) => [`f${at}`, type]),
        ),
      );
    expect(layout(INT)).toMatchObject({ bytes: 8, offsets: [4] });
    expect(layout(BOX, BOX)).toMatchObject({ bytes: 16, offsets: [4, 8] });
    expect(layout(INT, FLOAT)).toMatchObject({ bytes: 16, offsets: [4, 8] });
    expect(layout(BYTE, LONG, BYTE, BOOL, BYTE)).toMatchObject({ bytes: 16, offsets: [4, 8, 5, 6, 7] });
    expect(layout(TEXT, BYTE)).toMatchObject({ bytes: 16, offsets: [4, 12] });
    expect(layout()).toMatchObject({ bytes: 8, offsets: [] });
  });

  it("place fields aligned, apart, and mark exactly the pointers, for any fields", () => {
    const field = fc.tuple(fc.constantFrom(...TYPES), fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }));
    fc.assert(
      fc.property(fc.array(field, { maxLength: 24 }), (fields) => {
        const data = new StaticData();
        const layouts = new Layouts(data);
        const record = recordOf(
          "R",
          fields.map(([type, unpacked], at) =>
            unpacked === undefined ? [`f${at}`, type] : [`f${at}`, type, unpacked],
          ),
        );
        const { bytes, offsets, shape, sliceable } = layouts.record(record);
        const used = new Set<number>([0, 1, 2, 3]);
        const boxes = new Set<number>();
        const slices = new Set<number>();
        fields.forEach(([type, unpacked], index) => {
          for (let element = 0; element < (unpacked ?? 1); element++) {
            const at = (offsets[index] as number) + element * sizeOf(type);
            expect(at % Math.min(sizeOf(type), type.kind === "slice" ? 4 : 8)).toBe(0);
            for (let byte = at; byte < at + sizeOf(type); byte++) {
              expect(used.has(byte)).toBe(false);
              used.add(byte);
            }
            if (type.kind === "record") boxes.add(at / 4);
            if (type.kind === "slice") slices.add(at / 4);
          }
        });
        expect(Math.max(...used)).toBeLessThan(bytes);
        expect(bytes % 8).toBe(0);
        expect(sliceable).toBe(fields.some(([, unpacked]) => unpacked !== undefined));
        expect(markedWords(data, shape)).toEqual({ boxes, slices });
        const descriptor = descriptorAt(data, shape);
        expect([descriptor.getUint8(0), descriptor.getUint32(4, true)]).toEqual([0, bytes]);
        const hasPointers = boxes.size + slices.size > 0;
        const isWide = hasPointers && bytes / 4 > 32;
        expect(descriptor.getUint8(1)).toBe(Number(sliceable) + 2 * Number(hasPointers) + 4 * Number(isWide));
      }),
    );
  });
});

/** What a descriptor says about words, read as the core reads it. */
function markedWords(data: StaticData, shape: number): { boxes: Set<number>; slices: Set<number> } {
  const descriptor = descriptorAt(data, shape);
  const boxes = new Set<number>();
  const slices = new Set<number>();
  const mark = (first: number, boxMask: number, sliceMask: number): void => {
    for (let bit = 0; bit < 32; bit++) {
      if ((boxMask >>> bit) & 1) boxes.add(first + bit);
      if ((sliceMask >>> bit) & 1) slices.add(first + bit);
    }
  };
  if ((descriptor.getUint8(1) & 4) === 0) {
    mark(0, descriptor.getUint32(8, true), descriptor.getUint32(12, true));
    return { boxes, slices };
  }
  const address = descriptor.getUint32(8, true);
  const segment = data.segments().find((each) => address >= each.address && address < each.address + each.bytes.length);
  if (segment === undefined) throw new Error("the table of a wide shape is nowhere");
  const table = new DataView(segment.bytes.buffer, segment.bytes.byteOffset + address - segment.address);
  const words = table.getUint32(0, true);
  for (let first = 0; first < words; first += 32) {
    const pair = 4 + (first / 32) * 8;
    mark(first, table.getUint32(pair, true), table.getUint32(pair + 4, true));
  }
  return { boxes, slices };
}

describe("unions", () => {
  it("have their descriptors side by side, and immediates that are no addresses", () => {
    const data = new StaticData();
    const layouts = new Layouts(data);
    const one = (): [string, IrType][] => [["value", INT]];
    const union = unionOf("U", { A: null, B: one, C: null, D: one, E: null, F: one });
    const layout = layouts.union(union.union);
    expect([0, 2, 4].map((index) => layout.immediateOf(index))).toEqual([0, 3, 5]);
    expect([0, 1, 2, 3, 4, 5].map((index) => layout.ordinalOf(index))).toEqual([-1, 0, -1, 1, -1, 2]);
    const shapes = ["B", "D", "F"].map((name) => layouts.record(union.record(name)).shape);
    expect(shapes).toEqual([0, 16, 32].map((offset) => layout.shapeBase + offset));
    expect(layout.shapeBase % 8).toBe(0);
  });
});

describe("elements", () => {
  it("are as small as their alignment allows", () => {
    const layouts = new Layouts(new StaticData());
    const element = (...components: IrType[]): ElementType => ({ name: "E", components });
    expect(layouts.element(element(BYTE))).toEqual({ stride: 1, offsets: [0], hasPointers: false });
    expect(layouts.element(element(TEXT))).toEqual({ stride: 8, offsets: [0], hasPointers: true });
    expect(layouts.element(element(BYTE, TEXT, FLOAT, INT))).toEqual({
      stride: 24,
      offsets: [20, 8, 0, 16],
      hasPointers: true,
    });
    expect(layouts.element(element(BYTE, BYTE, BOX))).toEqual({ stride: 8, offsets: [4, 5, 0], hasPointers: true });
  });
});

describe("static data", () => {
  it("shares equal constants, and stores no buffers", () => {
    const data = new StaticData();
    const bytes = new TextEncoder().encode("abc");
    const address = data.constant(bytes);
    const buffer = data.reserve(10_000);
    expect(data.constant(new TextEncoder().encode("abc"))).toBe(address);
    const far = data.constant(new TextEncoder().encode("def"));
    expect(far).toBeGreaterThanOrEqual(buffer + 10_000);
    expect(data.segments().map((segment) => segment.bytes.byteLength)).toEqual([3, 3]);
    expect(data.seal()).toBeGreaterThanOrEqual(far + 3);
    expect(() => data.reserve(1)).toThrow(/static data/);
  });
});
