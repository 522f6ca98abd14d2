/**
 * The back-end on programs in the IR: every instruction under every manager, and `gc` with a collection at every
 * allocation. What the front-end makes of Mote programs is tested in programs.test.ts.
 */

import { describe, expect, it } from "vitest";
import type { ElementType, IrProgram, IrType, RecordType, Variable } from "../../src/lang/ir/ir.ts";
import { BYTE_ELEMENT, TEXT_ELEMENT } from "../../src/lang/ir/ir.ts";
import { managerNames } from "../../src/lang/managers/registry.ts";
import type { BuildOptions } from "../../src/lang/options.ts";
import { type RunOptions, runModule } from "../../src/lang/run/run-module.ts";
import { compileIr } from "../support/fast.ts";
import { START_BUILDS, startBuilds } from "../support/starts.ts";
import {
  addPrintInt,
  BOOL,
  BYTE,
  bool,
  byte,
  FLOAT,
  type FunctionBuilder,
  float,
  INT,
  INT_ELEMENT,
  int,
  LONG,
  long,
  ProgramBuilder,
  recordOf,
  TEXT,
  unionOf,
} from "./ir-notation.ts";

const BUILDS: readonly BuildOptions[] = [
  ...managerNames().map((manager) => ({ manager })),
  { manager: "gc", debug: true, nurseryBytes: 4096 },
  { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 1 },
];
let turn = 0;

function outputOf(program: IrProgram, options: BuildOptions, run: RunOptions = {}): string {
  const result = runModule(compileIr(program, options).wasm, run);
  const errors = Buffer.from(result.stderr).toString();
  expect(errors).toBe("");
  expect(result.exitCode).toBe(0);
  return Buffer.from(result.stdout).toString();
}

/** Builds the program anew for each build, and expects the same output from all. */
function expectOutput(build: (program: ProgramBuilder) => void, expected: string, run: RunOptions = {}): void {
  for (const options of [...BUILDS, ...startBuilds(turn++)]) {
    const program = new ProgramBuilder();
    build(program);
    expect(outputOf(program.program(), options, run), JSON.stringify(options)).toBe(expected);
  }
}

function arrayOf(element: ElementType): IrType {
  return { kind: "array", element };
}

function sliceOf(element: ElementType): IrType {
  return { kind: "slice", element };
}

function newArray(f: FunctionBuilder, element: ElementType, length: number | Variable): Variable {
  const count = typeof length === "number" ? int(length) : length;
  return f.define(arrayOf(element), { op: "arrayNew", element, length: count });
}

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

describe("records and unions", () => {
  it("builds and walks a tree", () => {
    expectOutput((p) => {
      const printInt = addPrintInt(p);
      const tree = unionOf("Tree", {
        Leaf: null,
        Node: (self) => [
          ["left", self],
          ["right", self],
        ],
      });
      const make = p.declare("make", [["depth", INT]], [tree.type]);
      make.if(make.binary("eq", make.param(0), int(0)), () => {
        make.return(make.define(tree.type, { op: "immediate", union: tree.union, caseIndex: 0 }));
      });
      const below = make.binary("sub", make.param(0), int(1));
      const [left] = make.call(make, below) as [Variable];
      const [right] = make.call(make, below) as [Variable];
      make.return(make.construct(tree.record("Node"), left, right));
      const check = p.declare("check", [["tree", tree.type]], [INT]);
      check.match(check.param(0), {
        0: () => check.return(int(1)),
        1: (node) => {
          const [a] = check.call(check, check.field(node, 0)) as [Variable];
          const [b] = check.call(check, check.field(node, 1)) as [Variable];
          check.return(check.binary("add", check.binary("add", a, b), int(1)));
        },
      });
      const main = p.declare("main", [], []);
      const [kept] = main.call(make, int(7)) as [Variable];
      main.range(int(0), int(4), (depth) => {
        const [made] = main.call(make, depth) as [Variable];
        main.call(printInt, ...main.call(check, made));
      });
      main.call(printInt, ...main.call(check, kept));
    }, "1\n3\n7\n15\n255\n");
  });

  it("tells the cases of a union apart, with and without otherwise", () => {
    const number = (name: string): [string, IrType] => [name, INT];
    expectOutput((p) => {
      const printInt = addPrintInt(p);
      const shape = unionOf("Shape", {
        None: null,
        Some: () => [number("a")],
        Pair: () => [number("a"), number("b")],
        Empty: null,
        Text: () => [["text", TEXT]],
        Big: () => [
          ["float", FLOAT],
          ["byte", BYTE],
          ["long", LONG],
          ["flag", BOOL],
        ],
        Last: null,
      });
      const show = p.declare("show", [["shape", shape.type]], []);
      show.match(show.param(0), {
        0: () => show.print("none\n"),
        1: (some) => void show.call(printInt, show.field(some, 0)),
        2: (pair) => void show.call(printInt, show.binary("sub", show.field(pair, 0), show.field(pair, 1))),
        3: () => show.print("empty\n"),
        4: (text) => show.print(show.field(text, 0)),
        5: (big) => {
          const sum = show.binary("add", show.field(big, 2), show.unary("floatToLong", LONG, show.field(big, 0)));
          show.call(printInt, show.unary("longToInt", INT, sum));
          show.call(printInt, show.unary("byteToInt", INT, show.field(big, 1)));
          show.if(show.field(big, 3), () => show.print("true\n"));
        },
        6: () => show.print("last\n"),
      });
      show.return();
      const brief = p.declare("brief", [["shape", shape.type]], []);
      brief.match(
        brief.param(0),
        { 3: () => brief.print("e"), 2: () => brief.print("p"), 5: () => brief.print("b") },
        () => brief.print("."),
      );
      brief.match(brief.param(0), { 1: () => brief.print("s") }, () => brief.print("-"));
      brief.match(brief.param(0), { 6: () => brief.print("l") }, () => brief.print("_"));
      brief.return();
      const main = p.declare("main", [], []);
      const immediate = (caseIndex: number): Variable =>
        main.define(shape.type, { op: "immediate", union: shape.union, caseIndex });
      const all = [
        immediate(0),
        main.construct(shape.record("Some"), int(-5)),
        main.construct(shape.record("Pair"), int(10), int(3)),
        immediate(3),
        main.construct(shape.record("Text"), main.literal("text\n")),
        main.construct(shape.record("Big"), float(2.75), byte(200), long(40n), bool(true)),
        immediate(6),
      ];
      for (const each of all) main.call(show, each);
      for (const each of all) main.call(brief, each);
      main.print("\n");
    }, "none\n-5\n7\nempty\ntext\n42\n200\ntrue\nlast\n.-_.s_p-_e-_.-_b-_.-l\n");
  });

  it("keeps fields of more than 32 words", () => {
    expectOutput((p) => {
      const printInt = addPrintInt(p);
      const cell = recordOf("Cell", [["value", INT]]);
      const fields = Array.from({ length: 45 }, (_, index): [string, IrType] => [
        `f${index}`,
        index % 3 === 0 ? { kind: "record", record: cell } : index % 3 === 1 ? TEXT : INT,
      ]);
      const wide = recordOf("Wide", fields);
      const main = p.declare("main", [], []);
      const text = main.literal("abc");
      const args = fields.map(([, type], index) =>
        type.kind === "record" ? main.construct(cell, int(index)) : type.kind === "slice" ? text : int(index),
      );
      const record = main.define({ kind: "record", record: wide }, { op: "construct", record: wide, args });
      main.range(int(0), int(100), (index) => void main.construct(cell, index));
      for (const index of [0, 42]) main.call(printInt, main.field(main.field(record, index), 0));
      main.call(printInt, main.field(record, 44));
      main.print(main.field(record, 43));
    }, "0\n42\n44\nabc");
  });

  it("writes pointers into old objects", () => {
    expectOutput((p) => {
      const printInt = addPrintInt(p);
      const cell = recordOf("Cell", [["value", INT]]);
      const cellType: IrType = { kind: "record", record: cell };
      const holder = recordOf("Holder", [
        ["cell", cellType],
        ["text", TEXT],
      ]);
      const main = p.declare("main", [], []);
      const old = main.construct(holder, main.construct(cell, int(1)), main.literal("?"));
      const bytes = newArray(main, BYTE_ELEMENT, 3);
      main.range(int(0), int(600), (index) => {
        main.emit({ op: "setField", object: old, record: holder, index: 0, value: main.construct(cell, index) });
        const letters = newArray(main, BYTE_ELEMENT, 8);
        main.emit({ op: "arraySet", array: letters, index: int(2), values: [byte(65)] });
        main.emit({ op: "arraySet", array: letters, index: int(3), values: [byte(66)] });
        const text = main.define(TEXT, { op: "arraySlice", array: letters, start: int(2), end: int(4) });
        main.emit({ op: "setField", object: old, record: holder, index: 1, value: text });
      });
      main.call(printInt, main.field(main.field(old, 0), 0));
      main.print(main.field(old, 1));
      main.call(printInt, main.define(INT, { op: "arrayLength", array: bytes }));
    }, "599\nAB3\n");
  });
});

describe("parts of records", () => {
  const cell: RecordType = { ...recordOf("Cell", [["value", INT]]), isPart: true };
  const CELL: IrType = { kind: "record", record: cell };
  const link: RecordType = { ...recordOf("Link", []), isPart: true };
  const LINK: IrType = { kind: "record", record: link };
  link.fields = [
    ...recordOf("Link", [["text", TEXT]]).fields,
    { name: "cell", type: CELL, mutable: false, inline: cell },
    ...recordOf("Link", [["others", CELL, 2]]).fields,
  ];
  /** More than 32 words, with pointers behind them. */
  const wide = recordOf(
    "Wide",
    Array.from({ length: 20 }, (_, index): [string, IrType] => [`long${index}`, LONG]),
  );
  wide.fields.push({ name: "link", type: LINK, mutable: false, inline: link });
  wide.fields.push({ name: "end", type: CELL, mutable: true });
  const longs = Array.from({ length: 20 }, (_, index) => long(BigInt(index)));

  it("outlive all other references to the whole, which they keep", () => {
    expectOutput((p) => {
      const printInt = addPrintInt(p);
      const make = p.declare("make", [["value", INT]], [LINK, CELL]);
      const other = make.construct(cell, int(7));
      const letters = newArray(make, BYTE_ELEMENT, 4);
      for (const index of [0, 1, 2, 3]) {
        make.emit({ op: "arraySet", array: letters, index: int(index), values: [byte(97 + index)] });
      }
      const text = make.define(TEXT, { op: "arraySlice", array: letters, start: int(1), end: int(4) });
      const whole = make.construct(wide, ...longs, text, make.param(0), other, other, other);
      const inner = make.define(LINK, { op: "part", object: whole, record: wide, index: 20 });
      make.return(inner, make.define(CELL, { op: "part", object: inner, record: link, index: 1 }));

      const main = p.declare("main", [], []);
      const kept = newArray(main, { name: "Link", components: [LINK] }, 40);
      const cells = newArray(main, { name: "Cell", components: [CELL] }, 40);
      main.range(int(0), int(40), (index) => {
        const [inner, value] = main.call(make, index);
        main.emit({ op: "arraySet", array: kept, index, values: [inner!] });
        main.emit({ op: "arraySet", array: cells, index, values: [value!] });
      });
      // Into parts of objects that are old by now: young ones, and parts of young ones.
      main.range(int(0), int(40), (index) => {
        const [found, value] = [main.variable("found", LINK), main.variable("value", CELL)];
        main.emit({ op: "arrayGet", dsts: [found], array: kept, index });
        main.emit({ op: "arrayGet", dsts: [value], array: cells, index });
        const own = main.define(CELL, { op: "part", object: found, record: link, index: 1 });
        main.if(main.define(BOOL, { op: "same", a: own, b: value }), () => {
          const twice = main.binary("add", main.field(value, 0), main.field(value, 0));
          main.emit({ op: "setField", object: own, record: cell, index: 0, value: twice });
          const [, young] = main.call(make, index);
          main.emit({ op: "arraySet", array: cells, index, values: [young!] });
        });
        const copy = newArray(main, BYTE_ELEMENT, 2);
        main.emit({ op: "arraySet", array: copy, index: int(0), values: [byte(65)] });
        const text = main.define(TEXT, { op: "arraySlice", array: copy, start: int(0), end: int(1) });
        main.emit({ op: "setField", object: found, record: link, index: 0, value: text });
      });
      main.range(int(0), int(200), (index) => void main.construct(cell, index));
      for (const at of [0, 39]) {
        const [found, value, other] = [main.variable("f", LINK), main.variable("v", CELL), main.variable("o", CELL)];
        main.emit({ op: "arrayGet", dsts: [found], array: kept, index: int(at) });
        main.emit({ op: "arrayGet", dsts: [value], array: cells, index: int(at) });
        const own = main.define(CELL, { op: "part", object: found, record: link, index: 1 });
        main.emit({ op: "unpackedGet", dst: other, object: found, record: link, index: 2, at: int(1) });
        main.print(main.field(found, 0));
        for (const each of [own, value, other]) main.call(printInt, main.field(each, 0));
      }
    }, "A0\n0\n7\nA78\n39\n7\n");
  });

  it("are no objects of their own, but under host", () => {
    for (const [manager, objects, bytes] of [
      ["gc", 2n, 8n + 192n],
      ["leak", 2n, 8n + 192n],
      ["host", 5n, undefined],
    ] as const) {
      const program = new ProgramBuilder();
      const main = program.declare("main", [], []);
      const other = main.construct(cell, int(1));
      main.construct(wide, ...longs, main.literal("x"), int(2), other, other, other);
      const { exports } = runModule(compileIr(program.program(), { manager, measure: true }).wasm);
      expect((exports.objects as WebAssembly.Global).value).toBe(objects);
      if (bytes !== undefined) expect((exports.bytes as WebAssembly.Global).value).toBe(bytes);
    }
  });
});

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

describe("control and numbers", () => {
  it("computes with every operator", () => {
    expectOutput((p) => {
      const printInt = addPrintInt(p);
      const f = p.declare(
        "compute",
        [
          ["a", INT],
          ["b", INT],
          ["x", LONG],
          ["y", FLOAT],
        ],
        [],
      );
      const [a, b, x, y] = f.fn.params as [Variable, Variable, Variable, Variable];
      const show = (value: Variable): void => {
        const { kind } = value.type;
        f.call(
          printInt,
          kind === "long"
            ? f.unary("longToInt", INT, value)
            : kind === "float"
              ? f.unary("floatToInt", INT, value)
              : kind === "bool"
                ? f.unary("boolToInt", INT, value)
                : value,
        );
      };
      for (const operator of ["add", "sub", "mul", "div", "rem", "and", "or", "xor", "shl", "shr", "ushr"] as const) {
        show(f.binary(operator, a, b));
        show(f.binary(operator, x, long(3n)));
      }
      for (const operator of ["eq", "ne", "lt", "le", "gt", "ge"] as const) {
        show(f.binary(operator, a, b));
        show(f.binary(operator, y, float(2.5)));
      }
      show(f.binary("ltUnsigned", a, b));
      show(f.unary("neg", INT, a));
      show(f.unary("abs", INT, a));
      show(f.unary("abs", LONG, x));
      show(f.unary("not", BOOL, f.binary("eq", a, b)));
      show(f.unary("clz", INT, b));
      show(f.unary("ctz", LONG, long(8n)));
      show(f.unary("popcount", INT, a));
      for (const operator of ["floor", "ceil", "sqrt", "abs", "neg"] as const) {
        show(f.binary("mul", f.unary(operator, FLOAT, y), float(10)));
      }
      show(f.unary("floatFromBits", FLOAT, f.unary("floatBits", LONG, y)));
      show(f.unary("floatToInt", INT, float(Number.NaN)));
      show(f.unary("floatToInt", INT, float(1e300)));
      show(f.unary("longToFloat", FLOAT, f.unary("intToLong", LONG, a)));
      f.return();
      const main = p.declare("main", [], []);
      main.call(f, int(-17), int(5), long(-100n), float(6.25));
    }, EXPECTED_NUMBERS);
  });

  it("leaves loops and blocks, and selects by number", () => {
    expectOutput((p) => {
      const main = p.declare("main", [], []);
      main.range(int(-2), int(12), (index) => {
        main.block((done) => {
          main.switch(
            index,
            [
              [[0, 1], () => main.print("a")],
              [[2], () => main.break(done)],
              [[3, 4, 5], () => main.print("b")],
              [[7], () => main.print("c")],
              [[8], () => main.print("d")],
              [[9], () => main.print("e")],
            ],
            () => main.print("."),
          );
          main.switch(index, [[[1000, -1], () => main.print("!")]], () => main.print(","));
        });
      });
      const count = main.mutable("count", INT, int(0));
      main.loop((outer) => {
        main.loop((inner) => {
          main.set(count, main.binary("add", count, int(1)));
          main.if(main.binary("lt", count, int(5)), () => main.continue(outer));
          main.if(main.binary("gt", count, int(8)), () => main.break(outer));
          main.if(main.binary("eq", count, int(7)), () => main.break(inner));
        });
        main.print("x");
      });
      main.print("\n");
    }, ".,.!a,a,b,b,b,.,c,d,e,.,.,x\n");
  });

  it("makes ten million tail calls, to itself and to others, with swapped pointers", () => {
    const build = (rounds: number) => (p: ProgramBuilder) => {
      const printInt = addPrintInt(p);
      const cell = recordOf("Cell", [["value", INT]]);
      const type: IrType = { kind: "record", record: cell };
      const swap = p.declare(
        "swap",
        [
          ["n", INT],
          ["a", type],
          ["b", type],
        ],
        [type],
      );
      swap.if(swap.binary("eq", swap.param(0), int(0)), () => swap.return(swap.param(1)));
      swap.tailCall(swap, swap.binary("sub", swap.param(0), int(1)), swap.param(2), swap.param(1));
      const even = p.declare(
        "even",
        [
          ["n", INT],
          ["cell", type],
        ],
        [type, INT],
      );
      const odd = p.declare(
        "odd",
        [
          ["n", INT],
          ["cell", type],
        ],
        [type, INT],
      );
      for (const [f, other] of [
        [even, odd],
        [odd, even],
      ] as const) {
        f.if(f.binary("eq", f.param(0), int(0)), () => f.return(f.param(1), int(f === even ? 0 : 1)));
        const made = f.construct(cell, f.binary("add", f.field(f.param(1), 0), int(1)));
        f.tailCall(other, f.binary("sub", f.param(0), int(1)), made);
      }
      const main = p.declare("main", [], []);
      const [one, two] = [main.construct(cell, int(1)), main.construct(cell, int(2))];
      const [swapped] = main.call(swap, int(rounds + 1), one, two) as [Variable];
      main.call(printInt, main.field(swapped, 0));
      const [last, isOdd] = main.call(even, int(rounds), swapped) as [Variable, Variable];
      main.call(printInt, main.field(last, 0));
      main.call(printInt, isOdd);
    };
    for (const manager of managerNames()) {
      const program = new ProgramBuilder();
      build(10_000_000)(program);
      expect(outputOf(program.program(), { manager })).toBe("2\n10000002\n0\n");
    }
    expectOutput(build(100), "2\n102\n0\n");
  });
});

describe("the outside world", () => {
  const echo = (p: ProgramBuilder): void => {
    const main = p.declare("main", [], []);
    const args = main.define(sliceOf(TEXT_ELEMENT), { op: "arguments" });
    const input = main.define(TEXT, { op: "readInput" });
    main.range(int(0), main.define(INT, { op: "sliceLength", slice: args }), (index) => {
      const arg = main.variable("arg", TEXT);
      main.emit({ op: "sliceGet", dsts: [arg], slice: args, index });
      main.print("<");
      main.print(arg);
      main.print(">");
    });
    main.print(input);
  };

  it("hands over arguments and input", () => {
    expectOutput(echo, "<one><><zwei drei>input", { args: ["one", "", "zwei drei"], input: Buffer.from("input") });
    expectOutput(echo, "");
  });

  it("reads input of any size, from files and from pipes", () => {
    for (const size of [1, 8191, 8192, 8193, 65535, 65536, 65537, 300_000]) {
      const input = Buffer.from(Uint8Array.from({ length: size }, (_, index) => 32 + (index % 89)));
      for (const manager of managerNames()) {
        for (const pipedBytes of [undefined, 1000, 65536]) {
          const program = new ProgramBuilder();
          echo(program);
          const run = { input, ...(pipedBytes === undefined ? {} : { pipedBytes }) };
          expect(outputOf(program.program(), { manager }, run)).toBe(input.toString());
        }
      }
    }
  });

  it("stops with a message and the place", () => {
    const messages: [Parameters<FunctionBuilder["panic"]>, string][] = [
      [["indexOutOfRange", int(7), int(3)], "error: index 7 is out of range for length 3, at test.mote:7\n"],
      [
        ["sliceOutOfRange", int(-1), int(2_000_000_000)],
        "error: slice -1..2000000000 is out of range, at test.mote:7\n",
      ],
      [["divisionByZero"], "error: division by zero, at test.mote:7\n"],
      [["emptyList"], "error: pop of an empty list, at test.mote:7\n"],
      [["negativeLength", int(-2147483648)], "error: length -2147483648 is negative, at test.mote:7\n"],
      [["failed"], ""],
    ];
    for (const manager of managerNames()) {
      for (const [panic, message] of messages) {
        const program = new ProgramBuilder();
        const main = program.declare("main", [], []);
        main.print("before\n");
        main.panic(...panic);
        const result = runModule(compileIr(program.program(), { manager }).wasm);
        expect(Buffer.from(result.stderr).toString()).toBe(message);
        expect(Buffer.from(result.stdout).toString()).toBe("before\n");
        expect(result.exitCode).toBe(1);
      }
    }
  });
});

/** Keeps everything alive: a list that only grows. */
function hoard(p: ProgramBuilder): void {
  const list = unionOf("List", {
    Nil: null,
    Cons: (self) => [
      ["head", INT],
      ["tail", self],
    ],
  });
  const main = p.declare("main", [], []);
  const all = main.mutable(
    "all",
    list.type,
    main.define(list.type, { op: "immediate", union: list.union, caseIndex: 0 }),
  );
  main.loop(() => main.set(all, main.construct(list.record("Cons"), int(1), all)));
}

describe("limits", () => {
  it("ends with out of memory at the heap limit", () => {
    for (const manager of ["gc", "leak"]) {
      for (const debug of [false, true]) {
        const program = new ProgramBuilder();
        hoard(program);
        const built = compileIr(program.program(), { manager, debug, heapLimitBytes: 8 << 20 });
        const result = runModule(built.wasm);
        expect(Buffer.from(result.stderr).toString()).toMatch(/^error: out of memory, at test.mote:\d+\n$/);
        expect(result.exitCode).toBe(1);
      }
    }
  });

  it("refuses arrays beyond the address space", () => {
    for (const manager of ["gc", "leak"]) {
      const program = new ProgramBuilder();
      const main = program.declare("main", [], []);
      const array = newArray(main, TEXT_ELEMENT, 0x7fffffff);
      main.emit({ op: "arraySet", array, index: int(0), values: [main.literal("x")] });
      const result = runModule(compileIr(program.program(), { manager }).wasm);
      expect(Buffer.from(result.stderr).toString()).toMatch(/^error: out of memory/);
    }
  });

  it("reports an overflow of the shadow stack and of the engine's stack", () => {
    const build = (p: ProgramBuilder): void => {
      const cell = recordOf("Cell", [["value", INT]]);
      const type: IrType = { kind: "record", record: cell };
      const deep = p.declare("deep", [["cell", type]], [INT]);
      const [below] = deep.call(deep, deep.construct(cell, int(1))) as [Variable];
      deep.return(deep.binary("add", below, deep.field(deep.param(0), 0)));
      const main = p.declare("main", [], []);
      main.call(deep, main.construct(cell, int(0)));
    };
    for (const options of [{ manager: "gc", shadowStackBytes: 65536 }, ...BUILDS.slice(0, managerNames().length)]) {
      const program = new ProgramBuilder();
      build(program);
      const result = runModule(compileIr(program.program(), options).wasm);
      expect(Buffer.from(result.stderr).toString()).toMatch(/^error: stack overflow/);
      expect(result.exitCode).toBe(1);
    }
  });
});

describe("builds", () => {
  it("export memory and _start only, and import nothing but WASI", () => {
    for (const options of [...BUILDS, ...START_BUILDS]) {
      const program = new ProgramBuilder();
      program.declare("main", [], []).print("x");
      const module = new WebAssembly.Module(compileIr(program.program(), options).wasm);
      expect(WebAssembly.Module.exports(module).map((each) => each.name)).toEqual(["memory", "_start"]);
      expect(new Set(WebAssembly.Module.imports(module).map((each) => each.module))).toEqual(
        new Set(["wasi_snapshot_preview1"]),
      );
    }
  });

  it("are the same for the same program", () => {
    const build = (): Uint8Array => {
      const program = new ProgramBuilder();
      addPrintInt(program);
      program.declare("main", [], []).print("x");
      return compileIr(program.program(), { manager: "gc" }).wasm;
    };
    expect(build()).toEqual(build());
  });

  it("keep names only when asked", () => {
    for (const manager of managerNames()) {
      const sections = [false, true].map((names) => {
        const program = new ProgramBuilder();
        addPrintInt(program);
        program.declare("main", [], []).print("x");
        const module = new WebAssembly.Module(compileIr(program.program(), { manager, names }).wasm);
        return WebAssembly.Module.customSections(module, "name").length;
      });
      expect(sections).toEqual([0, 1]);
    }
  });

  it("count objects and bytes when measuring", () => {
    for (const manager of ["gc", "leak"]) {
      const program = new ProgramBuilder();
      const cell = recordOf("Cell", [["value", INT]]);
      const main = program.declare("main", [], []);
      const kept = newArray(main, { name: "Cell", components: [{ kind: "record", record: cell }] }, 10);
      main.range(int(0), int(10), (index) => {
        main.emit({ op: "arraySet", array: kept, index, values: [main.construct(cell, index)] });
      });
      const { exports } = runModule(compileIr(program.program(), { manager, measure: true }).wasm);
      expect((exports.objects as WebAssembly.Global).value).toBe(11n);
      expect((exports.bytes as WebAssembly.Global).value).toBe(48n + 10n * 8n);
    }
  });

  it("mark slow allocations, and keep the core's statistics, when timing pauses", () => {
    const program = new ProgramBuilder();
    const cell = recordOf("Cell", [["value", INT]]);
    const main = program.declare("main", [], []);
    main.range(int(0), int(10_000), (index) => void main.construct(cell, index));
    const built = compileIr(program.program(), { manager: "gc", pauses: true, nurseryBytes: 4096 });
    let [begun, ended] = [0, 0];
    const hooks = { pauseBegin: () => void begun++, pauseEnd: () => void ended++ };
    const { exports } = runModule(built.wasm, { hooks });
    const address = (exports.statistics as () => number)();
    const minor = new DataView((exports.memory as WebAssembly.Memory).buffer).getUint32(address, true);
    expect(minor).toBeGreaterThan(0);
    expect(begun).toBeGreaterThanOrEqual(minor);
    expect(ended).toBe(begun);
  });

  it("refuse what does not exist or does not fit", () => {
    const program = new ProgramBuilder();
    program.declare("main", [], []);
    const build = (options: BuildOptions) => () => compileIr(program.program(), options);
    expect(build({ manager: "magic" })).toThrow(
      /unknown memory manager "magic"; the known ones are gc, regions, sparse, leak, host/,
    );
    expect(build({ manager: "gc", zeal: 1 })).toThrow(/zeal needs the core's debug build/);
    expect(build({ manager: "leak", zeal: 1, debug: true })).toThrow(/leak has none/);
    expect(build({ manager: "gc", starts: "magic" as never })).toThrow(
      "starts has to be one of eager, deferred, compressed, search, crossing, walk, not magic",
    );
    expect(build({ manager: "gc", reps: "c" as never })).toThrow("reps has to be one of b, a, not c");
    expect(build({ manager: "gc", mature: "cells" as never })).toThrow(
      "mature has to be one of lines, classes, not cells",
    );
    expect(build({ manager: "gc", shadowStackBytes: 2 ** 32 - 1 })).toThrow(/shadowStackBytes leaves no room/);
    expect(build({ manager: "gc", nurseryBytes: -1 })).toThrow(/nurseryBytes has to be a whole number/);
    expect(build({ manager: "sparse", sparseLimits: { wasteBytes: -1 } })).toThrow(/wasteBytes is a whole number/);
  });
});

const EXPECTED_NUMBERS = [
  [-12, -97, -22, -103, -85, -300, -3, -33, -2, -1],
  [5 & -17, -100 & 3, -17 | 5, -100 | 3, -17 ^ 5, -100 ^ 3],
  [-17 << 5, -800, -17 >> 5, -13, -17 >>> 5, Number(BigInt.asIntN(32, BigInt.asUintN(64, -100n) >> 3n))],
  [0, 0, 1, 1, 1, 0, 1, 0, 0, 1, 0, 1],
  [0, 17, 17, 100, 1, 29, 3, 31],
  [60, 70, 25, 62, -62],
  [6, 0, 2147483647, -17],
]
  .flat()
  .map((value) => `${value}\n`)
  .join("");
