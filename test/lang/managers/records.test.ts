/** Records, unions and parts of records under every manager. */

import { describe, expect, it } from "vitest";
import type { IrType, RecordType, Variable } from "../../../src/lang/ir/ir.ts";
import { BYTE_ELEMENT } from "../../../src/lang/ir/ir.ts";
import { runModule } from "../../../src/lang/run/run-module.ts";
import { compileIr } from "../../support/fast.ts";
import {
  addPrintInt,
  BOOL,
  BYTE,
  bool,
  byte,
  FLOAT,
  float,
  INT,
  int,
  LONG,
  long,
  ProgramBuilder,
  recordOf,
  TEXT,
  unionOf,
} from "../ir-notation.ts";
import { expectOutput } from "./expect-output.ts";
import { newArray } from "./notation.ts";
import { addMakeTree, treeUnion } from "./trees.ts";

describe("records and unions", () => {
  it("builds and walks a tree", () => {
    expectOutput((p) => {
      const printInt = addPrintInt(p);
      const tree = treeUnion();
      const make = addMakeTree(p, tree);
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
