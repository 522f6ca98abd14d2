/**
 * What is particular to the manager `host`: the shape of the WasmGC it emits, its ways of telling cases apart, its
 * sizes and limits, and the engine it needs. That it computes the same as the others is tested in test/lang/managers.
 */

import binaryen from "binaryen";
import { describe, expect, it } from "vitest";
import { compileIr } from "../../../../src/lang/backend.ts";
import { BYTE_ELEMENT, type IrType, TEXT_ELEMENT, type Variable } from "../../../../src/lang/ir/ir.ts";
import { longestArray, structBytes } from "../../../../src/lang/managers/host/sizes.ts";
import { managerNamed, managerNames } from "../../../../src/lang/managers/registry.ts";
import type { BuildOptions } from "../../../../src/lang/options.ts";
import { missingEngineFeature, requireEngine, UnsupportedEngineError } from "../../../../src/lang/run/engine.ts";
import { type RunOptions, runModule } from "../../../../src/lang/run/run-module.ts";
import {
  addPrintInt,
  byte,
  FLOAT,
  type FunctionBuilder,
  float,
  INT,
  INT_ELEMENT,
  int,
  ProgramBuilder,
  recordOf,
  TEXT,
  unionOf,
} from "../../ir-notation.ts";
import { addMakeTree, treeUnion } from "../trees.ts";

type Fill = (program: ProgramBuilder) => void;

function build(fill: Fill, options: Partial<BuildOptions> = {}): Uint8Array<ArrayBuffer> {
  const program = new ProgramBuilder();
  fill(program);
  return compileIr(program.program(), { manager: "host", ...options }).wasm;
}

function run(fill: Fill, options: RunOptions = {}): { stdout: string; stderr: string } {
  const { stdout, stderr } = runModule(build(fill), options);
  return { stdout: Buffer.from(stdout).toString(), stderr: Buffer.from(stderr).toString() };
}

/** The text of the emitted module: the whole, or one of the program's functions. */
function textOf(fill: Fill, functionName?: string): string {
  const module = binaryen.readBinary(build(fill, { names: true }));
  try {
    const text = module.emitText();
    if (functionName === undefined) return text;
    const start = text.indexOf(`(func $mote.${functionName} `);
    expect(start).toBeGreaterThan(0);
    return text.slice(start, text.indexOf("\n (", start));
  } finally {
    module.dispose();
  }
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

/** A union with so many cases with a record and so many without; `show` prints a letter and a number for each. */
function unionProgram(records: number, immediates: number): Fill {
  return (p) => {
    const printInt = addPrintInt(p);
    const cases: Parameters<typeof unionOf>[1] = {};
    for (let index = 0; index < immediates; index++) cases[`Plain${index}`] = null;
    for (let index = 0; index < records; index++) {
      cases[`Record${index}`] = (self) => [
        ["value", INT],
        ...(index === 0 && immediates > 0 ? [["next", self] as const] : []),
        ...(index === 1 ? [["text", TEXT] as const] : []),
      ];
    }
    const { union, type, record } = unionOf("Many", cases);
    const all = union.cases.map((each) => each.name);

    const showWith = (name: string, listed: readonly number[]): FunctionBuilder => {
      const show = p.declare(name, [["value", type]], []);
      const arms: Record<number, (binding: Variable) => void> = {};
      for (const index of listed) {
        arms[index] = (binding) => {
          show.print(`${index}:`);
          if (union.cases[index]?.record) show.call(printInt, show.field(binding, 0));
        };
      }
      if (listed.length === all.length) show.match(show.param(0), arms);
      else show.match(show.param(0), arms, () => show.print("other "));
      show.return();
      return show;
    };
    const indexes = all.map((_, index) => index);
    const shows = [
      showWith("showAll", indexes),
      showWith(
        "showEven",
        indexes.filter((index) => index % 2 === 0),
      ),
      showWith(
        "showOdd",
        indexes.filter((index) => index % 2 === 1),
      ),
      showWith("showLast", indexes.slice(-1)),
    ];
    // Only whether it is the case counts, not what it holds.
    const isFirstRecord = p.declare("isFirstRecord", [["value", type]], [INT]);
    const answer = isFirstRecord.mutable("answer", INT, int(0));
    isFirstRecord.emit({
      op: "match",
      value: isFirstRecord.param(0),
      union,
      arms: [
        {
          caseIndex: immediates,
          body: { instructions: [{ op: "set", dst: answer, src: int(1) }] },
        },
      ],
      otherwise: { instructions: [] },
    });
    isFirstRecord.return(answer);

    const main = p.declare("main", [], []);
    const values = union.cases.map((each, caseIndex) => {
      if (each.record === null) return main.define(type, { op: "immediate", union, caseIndex });
      const place = caseIndex - immediates;
      return main.construct(
        record(each.name),
        int(100 + caseIndex),
        ...(place === 0 && immediates > 0 ? [main.define(type, { op: "immediate", union, caseIndex: 0 })] : []),
        ...(place === 1 ? [main.literal("text")] : []),
      );
    });
    for (const show of shows) {
      for (const value of values) main.call(show, value);
      main.print("\n");
    }
    for (const value of values) main.call(printInt, ...main.call(isFirstRecord, value));
  };
}

/** What `unionProgram` prints. */
function unionOutput(records: number, immediates: number): string {
  const indexes = Array.from({ length: records + immediates }, (_, index) => index);
  const show = (listed: (index: number) => boolean): string =>
    indexes
      .map((index) => (!listed(index) ? "other " : index < immediates ? `${index}:` : `${index}:${100 + index}\n`))
      .join("");
  return [
    show(() => true),
    show((index) => index % 2 === 0),
    show((index) => index % 2 === 1),
    show((index) => index === indexes.length - 1),
    indexes.map((index) => `${Number(index === immediates)}\n`).join(""),
  ].join("\n");
}

/** make(depth) and check(tree), printed for depth 5. */
function treeProgram(p: ProgramBuilder): void {
  const printInt = addPrintInt(p);
  const tree = treeUnion();
  const make = addMakeTree(p, tree);
  const check = p.declare("check", [["tree", tree.type]], [INT]);
  const nodes = check.mutable("nodes", INT);
  check.match(check.param(0), {
    0: () => check.set(nodes, int(0)),
    1: (node) => {
      const [a] = check.call(check, check.field(node, 0)) as [Variable];
      const [b] = check.call(check, check.field(node, 1)) as [Variable];
      check.set(nodes, check.binary("add", check.binary("add", a, b), int(1)));
    },
  });
  check.return(nodes);
  const main = p.declare("main", [], []);
  const [made] = main.call(make, int(5)) as [Variable];
  main.call(printInt, ...main.call(check, made));
}

describe("types and checks", () => {
  it("walks a tree without a cast and with one null check for each node", () => {
    expect(run(treeProgram).stdout).toBe("31\n");
    for (const name of ["make", "check"]) {
      const text = textOf(treeProgram, name);
      expect(text).not.toMatch(/ref\.cast|ref\.test|br_on|as_non_null/);
    }
    expect(textOf(treeProgram)).not.toMatch(/\(sub \(|exact/);
  });

  it("tells cases apart with one test for each but the last, or by tag and one cast", () => {
    const three = textOf(unionProgram(3, 1), "showAll");
    expect(count(three, "ref.is_null")).toBe(1);
    expect(count(three, "br_on_cast")).toBe(2);
    expect(count(three, "ref.cast")).toBe(1);
    const six = textOf(unionProgram(6, 0), "showAll");
    expect(count(six, "ref.cast")).toBe(6);
    expect(six).not.toMatch(/br_on_cast|ref\.test|is_null/);
    expect(count(six, "struct.get_u $Many 0")).toBe(1);
  });

  for (const [records, immediates] of [
    [1, 1],
    [1, 2],
    [1, 4],
    [2, 1],
    [3, 1],
    [3, 2],
    [4, 1],
    [6, 1],
    [6, 5],
    [2, 0],
    [5, 0],
    [5, 1],
    [6, 0],
  ] as const) {
    it(`matches ${records} cases with and ${immediates} without a record`, () => {
      expect(run(unionProgram(records, immediates)).stdout).toBe(unionOutput(records, immediates));
    });
  }

  it("leaves fields immutable that nothing changes", () => {
    expect(textOf(treeProgram)).toMatch(/type \$Tree\.Node \(struct \(field (\$\S+ )?\(ref null \$Tree\.Node\)\)/);
  });
});

describe("slices", () => {
  const array = (element: typeof INT_ELEMENT): IrType => ({ kind: "array", element });

  it("keep nothing alive when they are empty, wherever they come from", () => {
    const program: Fill = (p) => {
      const main = p.declare("main", [], []);
      const storage = main.define(array(BYTE_ELEMENT), { op: "arrayNew", element: BYTE_ELEMENT, length: int(4) });
      const empty = main.define(TEXT, { op: "arraySlice", array: storage, start: int(4), end: int(4) });
      const again = main.define(TEXT, { op: "subslice", slice: empty, start: int(0), end: int(0) });
      // A copy of nothing to the very end, from an offset that lies outside of the empty array.
      main.emit({ op: "arrayFill", array: storage, at: int(4), source: again, from: int(0), count: int(0) });
      const none = main.define(TEXT, { op: "sliceEmpty" });
      for (const text of [empty, again, none, main.literal("")]) main.print(text);
      main.print("done");
    };
    expect(run(program).stdout).toBe("done");
  });

  it("share the storage of unpacked arrays, of numbers and of texts", () => {
    const program: Fill = (p) => {
      const spots = { kind: "slice", element: INT_ELEMENT } as const;
      const names = { kind: "slice", element: TEXT_ELEMENT } as const;
      const city = recordOf("City", [
        ["spots", INT, 3],
        ["ratio", FLOAT],
        ["names", TEXT, 2],
      ]);
      const type: IrType = { kind: "record", record: city };
      const printInt = addPrintInt(p);
      const show = p.declare(
        "show",
        [
          ["city", type],
          ["at", INT],
        ],
        [spots, names],
      );
      const [self, at] = [show.param(0), show.param(1)];
      show.call(printInt, show.define(INT, { op: "unpackedGet", object: self, record: city, index: 0, at }));
      const slice = { op: "unpackedSlice", object: self, record: city, end: int(2) } as const;
      show.return(
        show.define(spots, { ...slice, index: 0, start: int(1) }),
        show.define(names, { ...slice, index: 2, start: int(0) }),
      );
      const main = p.declare("main", [], []);
      const made = main.construct(city, int(7), int(8), int(9), float(0.5), main.literal("a"), main.literal("bc"));
      const [some, words] = main.call(show, made, int(2)) as [Variable, Variable];
      main.emit({ op: "sliceSet", slice: some, index: int(0), values: [int(80)] });
      main.call(printInt, main.define(INT, { op: "unpackedGet", object: made, record: city, index: 0, at: int(1) }));
      main.call(printInt, main.define(INT, { op: "sliceLength", slice: some }));
      const word = main.variable("word", TEXT);
      main.emit({ op: "sliceGet", dsts: [word], slice: words, index: int(1) });
      main.print(word);
    };
    expect(run(program).stdout).toBe("9\n80\n1\nbc");
  });

  it("of elements without components only have a length", () => {
    const unit = { name: "Unit", components: [] };
    const program: Fill = (p) => {
      const printInt = addPrintInt(p);
      const main = p.declare("main", [], []);
      const storage = main.define(array(unit), { op: "arrayNew", element: unit, length: int(3) });
      main.emit({ op: "arraySet", array: storage, index: int(1), values: [] });
      main.emit({ op: "arrayGet", dsts: [], array: storage, index: int(1) });
      main.call(printInt, main.define(INT, { op: "arrayLength", array: storage }));
    };
    expect(run(program).stdout).toBe("3\n");
  });
});

describe("input and output", () => {
  it("write more than a buffer at once, to both streams", () => {
    const program = (stream: 1 | 2): Fill => {
      return (p) => {
        const main = p.declare("main", [], []);
        main.print("before ");
        const input = main.define(TEXT, { op: "readInput" });
        const some = main.define(TEXT, { op: "subslice", slice: input, start: int(3), end: int(20_000) });
        main.emit({ op: "write", stream, bytes: some });
        main.print(" after");
      };
    };
    const input = Buffer.from(Array.from({ length: 20_001 }, (_, index) => 33 + (index % 90)));
    const middle = input.subarray(3, 20_000).toString();
    expect(run(program(1), { input })).toEqual({ stdout: `before ${middle} after`, stderr: "" });
    expect(run(program(2), { input })).toEqual({ stdout: "before  after", stderr: middle });
  });

  it("takes arguments that do not fit into the buffer", () => {
    const program: Fill = (p) => {
      const main = p.declare("main", [], []);
      const args = main.define({ kind: "slice", element: TEXT_ELEMENT }, { op: "arguments" });
      main.range(int(0), main.define(INT, { op: "sliceLength", slice: args }), (index) => {
        const text = main.variable("text", TEXT);
        main.emit({ op: "sliceGet", dsts: [text], slice: args, index });
        main.print(text);
        main.print("|");
      });
    };
    const args = ["x".repeat(100_000), "", "é"];
    expect(run(program, { args }).stdout).toBe(`${args.join("|")}|`);
    expect(run(program).stdout).toBe("");
  });
});

describe("sizes", () => {
  it("of structs are those that V8 was measured to use", () => {
    const cases: readonly (readonly [readonly number[], number])[] = [
      [[], 16],
      [[1], 24],
      [[4, 4], 24],
      [[4, 4, 4], 32],
      [[8, 8], 32],
      [[8, 4, 4], 32],
      [[8, 4], 32],
      [[1, 4, 1], 24],
      [[1, 8, 1, 8, 1], 40],
      [[4, 8, 4, 8], 40],
    ];
    for (const [fields, bytes] of cases) expect(structBytes(fields), fields.join()).toBe(bytes);
  });

  it("are counted with every object of a measuring build", () => {
    const wasm = build(
      (p) => {
        const tree = treeUnion();
        const main = p.declare("main", [], []);
        const leaf = main.define(tree.type, { op: "immediate", union: tree.union, caseIndex: 0 });
        const trees = { name: "Tree", components: [tree.type] };
        const kept = main.define({ kind: "array", element: trees }, { op: "arrayNew", element: trees, length: int(5) });
        main.range(int(0), int(5), (index) => {
          const node = main.construct(tree.record("Node"), leaf, leaf);
          main.emit({ op: "arraySet", array: kept, index, values: [node] });
        });
        const storage = { kind: "array", element: BYTE_ELEMENT } as const;
        const bytes = main.define(storage, { op: "arrayNew", element: BYTE_ELEMENT, length: int(9) });
        main.emit({ op: "arraySet", array: bytes, index: int(0), values: [byte(65)] });
        const words = { kind: "array", element: TEXT_ELEMENT } as const;
        const texts = main.define(words, { op: "arrayNew", element: TEXT_ELEMENT, length: int(1) });
        main.emit({ op: "arraySet", array: texts, index: int(0), values: [main.literal("x")] });
      },
      { measure: true },
    );
    const { exports } = runModule(wasm);
    // Array of 5 references, 5 nodes, 9 bytes, array of one reference to a text of array, offset and length.
    expect((exports.objects as WebAssembly.Global).value).toBe(1n + 5n + 1n + 1n + 1n);
    expect((exports.bytes as WebAssembly.Global).value).toBe(64n + 5n * 32n + 40n + 32n + 32n);
  });

  it("that are too large for the engine stop the program: out of memory", () => {
    for (const element of [BYTE_ELEMENT, INT_ELEMENT, TEXT_ELEMENT]) {
      const program: Fill = (p) => {
        const main = p.declare("main", [], []);
        const length = main.mutable("length", INT, int(0x7fffffff));
        const array = main.define({ kind: "array", element }, { op: "arrayNew", element, length });
        main.emit({ op: "write", stream: 1, bytes: main.literal("not reached") });
        main.define(INT, { op: "arrayLength", array });
      };
      expect(run(program).stderr).toMatch(/^error: out of memory, at test.mote:\d+\n$/);
    }
    expect(longestArray(1)).toBeGreaterThan(2 ** 30 - 64);
    expect(longestArray(8)).toBe(Math.floor(longestArray(1) / 8));
  });
});

describe("options and engines", () => {
  it("refuse what the engine's collector cannot do", () => {
    expect(() => build(treeProgram, { zeal: 1 })).toThrow(/host has no option zeal .*the engine collects/);
    expect(() => build(treeProgram, { heapLimitBytes: 1 << 20 })).toThrow(/--max-old-space-size/);
  });

  it("run host only where there is WasmGC, and say which Node has it", () => {
    expect(missingEngineFeature(managerNamed("host"))).toBeNull();
    const withoutGc = (): boolean => false;
    expect(missingEngineFeature(managerNamed("host"), withoutGc)).toMatch(/host needs .*WasmGC.*Node 22 or newer/);
    expect(() => requireEngine(managerNamed("host"), withoutGc)).toThrow(UnsupportedEngineError);
    for (const manager of managerNames().map(managerNamed)) {
      if (manager.abilities.heap === "engine") continue;
      expect(missingEngineFeature(manager, withoutGc)).toBeNull();
      expect(() => requireEngine(manager, withoutGc)).not.toThrow();
    }
  });
});
