/** Layouts and shape descriptors: placement of fields, and what the collector is told about them. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StaticData } from "../../../../src/lang/codegen/static-data.ts";
import type { ElementType, FieldType, IrType, RecordType, UnionType } from "../../../../src/lang/ir/ir.ts";
import { Layouts, sizeOf } from "../../../../src/lang/managers/linear/layout.ts";
import { BOOL, BYTE, FLOAT, INT, LONG, recordOf, TEXT, unionOf } from "../../ir-notation.ts";

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

  it("align all fields, keep them apart, and list exactly the pointers in the shape", () => {
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

describe("records with parts", () => {
  const partOf = (name: string, record: RecordType): FieldType => {
    return { name, type: { kind: "record", record }, mutable: false, inline: record };
  };
  const mixed = (name: string, ...fields: (IrType | RecordType | readonly [IrType, number])[]): RecordType => {
    const record = recordOf(name, []);
    record.fields = fields.map((field, at): FieldType => {
      if ("fields" in field) return partOf(`f${at}`, field);
      if (!("kind" in field)) return { name: `f${at}`, type: field[0], mutable: false, unpackedLength: field[1] };
      return { name: `f${at}`, type: field, mutable: true };
    });
    return record;
  };

  it("have the fields of a part at the same offsets from its reference as in every such record", () => {
    const data = new StaticData();
    const layouts = new Layouts(data);
    const point: RecordType = { ...mixed("Point", INT, INT), isPart: true };
    const pair: RecordType = { ...mixed("Pair", BYTE, FLOAT, TEXT), isPart: true };
    const empty: RecordType = { ...mixed("Empty"), isPart: true };
    expect(layouts.record(point)).toMatchObject({ bytes: 16, offsets: [4, 8], sliceable: true });
    // The part's reference may be that of the whole: its fields follow the header.
    expect(layouts.record(mixed("A", point))).toMatchObject({ bytes: 16, offsets: [0], sliceable: true });
    expect(layouts.record(mixed("A", point, point, INT))).toMatchObject({ bytes: 24, offsets: [0, 8, 20] });
    // Aligned as where it stands for itself; the gap is for others.
    expect(layouts.record(pair)).toMatchObject({ bytes: 24, offsets: [4, 8, 16] });
    expect(layouts.record(mixed("A", pair, INT))).toMatchObject({ bytes: 32, offsets: [0, 24] });
    expect(layouts.record(mixed("A", mixed("F", FLOAT), INT))).toMatchObject({ bytes: 16, offsets: [0, 4] });
    // Parts of nothing are apart from each other, and inside the whole.
    expect(layouts.record(mixed("A", empty, empty))).toMatchObject({ bytes: 16, offsets: [0, 4] });
  });

  it("keep their parts inside and apart, with all pointers in the shape, for any nesting", () => {
    interface Tree {
      readonly fields: readonly (IrType | readonly [IrType, number] | Tree)[];
    }
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.record({
        fields: fc.array(
          fc.oneof(
            { depthSize: "small", withCrossShrink: true },
            fc.constantFrom(...TYPES),
            fc.tuple(fc.constantFrom(...TYPES), fc.integer({ min: 1, max: 5 })),
            tie("tree"),
          ),
          { maxLength: 6 },
        ),
      }),
    }));
    const toRecord = ({ fields }: Tree): RecordType => {
      return mixed("R", ...fields.map((field) => ("fields" in field ? toRecord(field) : field)));
    };
    fc.assert(
      fc.property(tree, (tree) => {
        const data = new StaticData();
        const layouts = new Layouts(data);
        const whole = toRecord(tree);
        const { bytes, shape } = layouts.record(whole);
        const used = new Set([0, 1, 2, 3]);
        const boxes = new Set<number>();
        const slices = new Set<number>();
        const place = (record: RecordType, reference: number): void => {
          const { offsets } = layouts.record(record);
          record.fields.forEach(({ type, unpackedLength = 1, inline }, index) => {
            const at = reference + (offsets[index] as number);
            if (inline !== undefined) {
              expect(at).toBeGreaterThanOrEqual(0);
              expect(at).toBeLessThan(bytes);
              place(inline, at);
              return;
            }
            for (let byte = at; byte < at + unpackedLength * sizeOf(type); byte++) {
              expect(used.has(byte)).toBe(false);
              used.add(byte);
            }
            expect(at % Math.min(sizeOf(type), type.kind === "slice" ? 4 : 8)).toBe(0);
            for (let element = 0; element < unpackedLength; element++) {
              if (type.kind === "record") boxes.add(at / 4 + element);
              if (type.kind === "slice") slices.add(at / 4 + element * 2);
            }
          });
        };
        place(whole, 0);
        expect(Math.max(...used)).toBeLessThan(bytes);
        expect(markedWords(data, shape)).toEqual({ boxes, slices });
      }),
    );
  });

  it("make a reference to a possible part a slice of one word", () => {
    const data = new StaticData();
    const layouts = new Layouts(data);
    const point: RecordType = { ...mixed("Point", INT, INT), isPart: true };
    const optional: UnionType = {
      name: "Point?",
      cases: [
        { name: "None", record: null },
        { name: "Some", record: point },
      ],
    };
    const holder = mixed("Holder", { kind: "record", record: point }, { kind: "union", union: optional }, BOX);
    const { bytes, shape } = layouts.record(holder);
    expect(bytes).toBe(16);
    expect(markedWords(data, shape)).toEqual({ boxes: new Set([3]), slices: new Set([1, 2]) });
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
  it("of an array are as small as their alignment allows", () => {
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
