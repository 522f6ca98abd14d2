/** Arrays, slices and unpacked arrays under every manager. */

import { describe, it } from "vitest";
import type { ElementType, IrType, Variable } from "../../../src/lang/ir/ir.ts";
import { BYTE_ELEMENT, TEXT_ELEMENT } from "../../../src/lang/ir/ir.ts";
import {
  addPrintInt,
  BYTE,
  byte,
  FLOAT,
  type FunctionBuilder,
  float,
  INT,
  INT_ELEMENT,
  int,
  type ProgramBuilder,
  recordOf,
  TEXT,
} from "../ir-notation.ts";
import { expectOutput } from "./expect-output.ts";
import { arrayOf, newArray, sliceOf } from "./notation.ts";

/** A growable array of `element` as the front-end spells it: a record of storage and length. */
function addList(
  program: ProgramBuilder,
  element: ElementType,
): { record: ReturnType<typeof recordOf>; push: FunctionBuilder } {
  const record = recordOf(`List[${element.name}]`, [
    ["storage", arrayOf(element)],
    ["length", INT],
  ]);
  const list: IrType = { kind: "record", record };
  const components = element.components.map((type, index) => [`value${index}`, type] as const);
  const push = program.declare(`push${element.name}`, [["list", list], ...components], []);
  const self = push.param(0);
  const storage = push.field(self, 0);
  const length = push.field(self, 1);
  const capacity = push.define(INT, { op: "arrayLength", array: storage });
  push.if(push.binary("eq", length, capacity), () => {
    const larger = push.binary("add", push.binary("mul", capacity, int(2)), int(1));
    const value = push.define(arrayOf(element), {
      op: "arrayGrow",
      array: storage,
      used: length,
      element,
      length: larger,
    });
    push.emit({ op: "setField", object: self, record, index: 0, value });
  });
  const target = push.field(self, 0);
  push.emit({ op: "arraySet", array: target, index: length, values: push.fn.params.slice(1) });
  push.emit({ op: "setField", object: self, record, index: 1, value: push.binary("add", length, int(1)) });
  return { record, push };
}

describe("unpacked arrays", () => {
  it("are read, and sliced beyond the life of their record", () => {
    expectOutput((p) => {
      const printInt = addPrintInt(p);
      const city = recordOf("City", [
        ["tag", BYTE],
        ["spots", INT, 3],
        ["names", TEXT, 2],
        ["bytes", BYTE, 5],
      ]);
      const spotsOf = p.declare("spotsOf", [["base", INT]], [sliceOf(INT_ELEMENT), sliceOf(TEXT_ELEMENT), TEXT]);
      const base = spotsOf.param(0);
      const record = spotsOf.define(
        { kind: "record", record: city },
        {
          op: "construct",
          record: city,
          args: [
            byte(9),
            ...[0, 1, 2].map((add) => spotsOf.binary("add", base, int(add))),
            spotsOf.literal("left "),
            spotsOf.literal("right "),
            ...[..."abcde"].map((letter) => byte(letter.charCodeAt(0))),
          ],
        },
      );
      const part = (index: number, type: IrType, start: number, end: number): Variable =>
        spotsOf.define(type, {
          op: "unpackedSlice",
          object: record,
          record: city,
          index,
          start: int(start),
          end: int(end),
        });
      spotsOf.return(part(1, sliceOf(INT_ELEMENT), 1, 3), part(2, sliceOf(TEXT_ELEMENT), 1, 2), part(3, TEXT, 2, 5));
      const main = p.declare("main", [], []);
      const [spots, names, letters] = main.call(spotsOf, int(40)) as [Variable, Variable, Variable];
      main.range(int(0), int(300), (index) => void main.call(spotsOf, index));
      const spot = main.variable("spot", INT);
      main.emit({ op: "sliceGet", dsts: [spot], slice: spots, index: int(1) });
      main.call(printInt, spot);
      const name = main.variable("name", TEXT);
      main.emit({ op: "sliceGet", dsts: [name], slice: names, index: int(0) });
      main.print(name);
      main.print(letters);
      const none = main.define(TEXT, { op: "subslice", slice: letters, start: int(3), end: int(3) });
      main.call(printInt, main.define(INT, { op: "sliceLength", slice: none }));
      const direct = main.define(
        { kind: "record", record: city },
        {
          op: "construct",
          record: city,
          args: [byte(1), int(7), int(8), int(9), name, name, ...[1, 2, 3, 4, 5].map((value) => byte(value))],
        },
      );
      main.range(int(0), int(3), (at) => {
        const got = main.define(INT, { op: "unpackedGet", object: direct, record: city, index: 1, at });
        main.call(printInt, got);
      });
    }, "42\nright cde0\n7\n8\n9\n");
  });
});

describe("arrays and slices", () => {
  it("start as zero and hold inline elements", () => {
    const element: ElementType = { name: "City", components: [BYTE, TEXT, FLOAT, INT] };
    expectOutput((p) => {
      const printInt = addPrintInt(p);
      const main = p.declare("main", [], []);
      main.range(int(0), int(50), () => {
        const dirty = newArray(main, INT_ELEMENT, 100);
        main.range(int(0), int(100), (index) => {
          const value = main.variable("value", INT);
          main.emit({ op: "arrayGet", dsts: [value], array: dirty, index });
          main.if(main.binary("ne", value, int(0)), () => main.print("not zero"));
          main.emit({ op: "arraySet", array: dirty, index, values: [int(-1)] });
        });
      });
      const cities = newArray(main, element, 20);
      main.range(int(0), int(20), (index) => {
        const digits = newArray(main, BYTE_ELEMENT, 2);
        const digit = main.unary("intToByte", BYTE, main.binary("add", index, int(65)));
        main.emit({ op: "arraySet", array: digits, index: int(1), values: [digit] });
        const text = main.define(TEXT, { op: "arraySlice", array: digits, start: int(1), end: int(2) });
        const half = main.binary("mul", main.unary("intToFloat", FLOAT, index), float(0.5));
        main.emit({ op: "arraySet", array: cities, index, values: [digit, text, half, index] });
      });
      const all = main.define(sliceOf(element), { op: "arraySlice", array: cities, start: int(5), end: int(20) });
      const some = main.define(sliceOf(element), { op: "subslice", slice: all, start: int(1), end: int(10) });
      main.emit({
        op: "sliceSet",
        slice: some,
        index: int(0),
        values: [byte(1), main.literal("changed "), float(9), int(99)],
      });
      for (const index of [0, 1, 8]) {
        const [b, t, f, i] = element.components.map((type, at) => main.variable(`c${at}`, type)) as [
          Variable,
          Variable,
          Variable,
          Variable,
        ];
        main.emit({ op: "sliceGet", dsts: [b, t, f, i], slice: some, index: int(index) });
        main.print(t);
        main.call(printInt, main.unary("byteToInt", INT, b));
        main.call(printInt, main.unary("floatToInt", INT, main.binary("mul", f, float(2))));
        main.call(printInt, i);
      }
    }, "changed 1\n18\n99\nH72\n7\n7\nO79\n14\n14\n");
  });

  it("grow as lists of texts and of boxes", () => {
    expectOutput(
      (p) => {
        const printInt = addPrintInt(p);
        const texts = addList(p, TEXT_ELEMENT);
        const cell = recordOf("Cell", [["value", INT]]);
        const CELL: ElementType = { name: "Cell", components: [{ kind: "record", record: cell }] };
        const cells = addList(p, CELL);
        const main = p.declare("main", [], []);
        const input = main.define(TEXT, { op: "readInput" });
        const words = main.construct(texts.record, newArray(main, TEXT_ELEMENT, 0), int(0));
        const boxes = main.construct(cells.record, newArray(main, CELL, 0), int(0));
        main.range(int(0), int(200), (index) => {
          const start = main.binary("rem", index, int(5));
          const word = main.define(TEXT, {
            op: "subslice",
            slice: input,
            start,
            end: main.binary("add", start, int(1)),
          });
          main.call(texts.push, words, word);
          main.call(cells.push, boxes, main.construct(cell, index));
        });
        const storage = main.field(words, 0);
        main.range(int(0), int(7), (index) => {
          const word = main.variable("word", TEXT);
          main.emit({ op: "arrayGet", dsts: [word], array: storage, index });
          main.print(word);
        });
        const sum = main.mutable("sum", INT, int(0));
        const boxStorage = main.field(boxes, 0);
        main.range(int(0), main.field(boxes, 1), (index) => {
          const box = main.variable("box", CELL.components[0] as IrType);
          main.emit({ op: "arrayGet", dsts: [box], array: boxStorage, index });
          main.set(sum, main.binary("add", sum, main.field(box, 0)));
        });
        main.call(printInt, sum);
      },
      "helloheabc".slice(0, 7).concat("19900\n"),
      { input: Buffer.from("hello world") },
    );
  });

  it("copies overlapping ranges and pointers into old arrays", () => {
    expectOutput((p) => {
      const main = p.declare("main", [], []);
      const old = newArray(main, TEXT_ELEMENT, 6);
      main.range(int(0), int(6), (index) => {
        main.emit({ op: "arraySet", array: old, index, values: [main.literal("-")] });
      });
      main.range(int(0), int(100), (round) => {
        const young = newArray(main, TEXT_ELEMENT, 4);
        main.range(int(0), int(4), (index) => {
          const letters = newArray(main, BYTE_ELEMENT, 1);
          const letter = main.binary("add", main.binary("rem", main.binary("add", round, index), int(26)), int(97));
          main.emit({ op: "arraySet", array: letters, index: int(0), values: [main.unary("intToByte", BYTE, letter)] });
          const text = main.define(TEXT, { op: "arraySlice", array: letters, start: int(0), end: int(1) });
          main.emit({ op: "arraySet", array: young, index, values: [text] });
        });
        const source = main.define(sliceOf(TEXT_ELEMENT), {
          op: "arraySlice",
          array: young,
          start: int(0),
          end: int(4),
        });
        main.emit({ op: "arrayFill", array: old, at: int(1), source, from: int(1), count: int(3) });
      });
      const self = main.define(sliceOf(TEXT_ELEMENT), { op: "arraySlice", array: old, start: int(0), end: int(6) });
      main.emit({ op: "arrayFill", array: old, at: int(2), source: self, from: int(1), count: int(4) });
      main.range(int(0), int(6), (index) => {
        const text = main.variable("text", TEXT);
        main.emit({ op: "arrayGet", dsts: [text], array: old, index });
        main.print(text);
      });
    }, "-wwxy-");
  });
});
