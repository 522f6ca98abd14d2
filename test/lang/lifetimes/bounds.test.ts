/**
 * Loads that check placement: the debug build of `leak` runs programs to their end, and stops one whose placement has
 * been made worse at the first load from an object that has ended. Those of `regions` and `sparse` do the same until
 * something else lies where the object was: they use memory again late.
 */

import { describe, expect, it } from "vitest";
import { buildProgram, SourceFile } from "../../../src/lang/frontend.ts";
import { BYTE_ELEMENT, type IrProgram, type IrType, type Variable } from "../../../src/lang/ir/ir.ts";
import { usedPorts } from "../../../src/lang/ir/ports.ts";
import { computeBounds } from "../../../src/lang/lifetimes/placement/bounds.ts";
import { NOWHERE, TAIL_CALL } from "../../../src/lang/lifetimes/placement/destinations.ts";
import type { FunctionPlacement, Placed, ProgramPlacement } from "../../../src/lang/lifetimes/placement/placed.ts";
import { placeProgram } from "../../../src/lang/lifetimes/placement/placement.ts";
import { runModule } from "../../../src/lang/run/run-module.ts";
import { compileIr } from "../../support/fast.ts";
import { type InterpreterInput, interpret } from "../../support/interpret.ts";
import { benchPrograms, placementPrograms, samplePrograms } from "../../support/programs.ts";
import {
  type FunctionBuilder,
  INT,
  INT_ELEMENT,
  int,
  ProgramBuilder,
  recordOf,
  TEXT,
  unionOf,
} from "../ir-notation.ts";

function runChecked(program: IrProgram, input: InterpreterInput = {}, place = placeProgram, manager = "leak") {
  const { stdout, stderr, exitCode } = runModule(compileIr(program, { manager, debug: true }, place).wasm, input);
  return { output: Buffer.from(stdout).toString(), error: Buffer.from(stderr).toString(), exit: exitCode };
}

/**
 * The placement with another promise for all that is chosen; without one, that it stays with the function that makes
 * it.
 */
function promising(
  program: IrProgram,
  isChosen: (placed: Placed) => boolean,
  promise: Partial<Placed> = { destinations: NOWHERE },
): ProgramPlacement {
  const changed = <T extends Placed>(placed: T): T => (isChosen(placed) ? { ...placed, ...promise } : placed);
  const change = (placement: FunctionPlacement): FunctionPlacement => ({
    ...placement,
    sites: placement.sites.map(changed),
    calls: placement.calls.map(({ call, groups }) => ({ call, groups: groups.map(changed) })),
  });
  return new Map([...placeProgram(program)].map(([fn, placement]) => [fn, change(placement)]));
}

function programOf(...lines: string[]): IrProgram {
  return buildProgram(new SourceFile("test.mote", lines.join("\n")));
}

describe("the checking build does what the program says:", () => {
  it.each(samplePrograms())("programs/$name", ({ source, expected, openPorts, ...input }) => {
    const program = buildProgram(source);
    const put: string[] = [];
    const ports = openPorts(usedPorts(program), put);
    expect({ ...runChecked(program, { ...input, ports }), put }).toEqual(expected);
  });

  it.each([...placementPrograms(), ...benchPrograms()])("$name", ({ source, ...input }) => {
    const program = buildProgram(source);
    const { stdout, stderr, exitCode } = interpret(program, input);
    const expected = { output: Buffer.from(stdout).toString(), error: stderr, exit: exitCode };
    expect(runChecked(program, input)).toEqual(expected);
  });
});

/** What is said of a use of something that has ended. */
const OUTLIVED = / is used after the end of .*, with which its placement lets it end/;
const ENDED = /^error: an object is used after its end; the compiler, not the program, is wrong here/;

describe("an object that outlives its frame", () => {
  it("is named with its frame, where it is made and where it is used", () => {
    const program = programOf(
      "struct Point { x: Int, y: Int, others: [Int; 9] }",
      "fn make(x: Int) -> Point {",
      "  Point { x: x, y: x, others: [0, 1, 2, 3, 4, 5, 6, 7, 8] }",
      "}",
      "fn main() {",
      "  let point = make(3)",
      '  print("made")',
      '  print("{point.x}")',
      "}",
    );
    const stopped = runChecked(program, {}, (all) => promising(all, () => true));
    const message =
      "the Point that make makes in line 3 is used after the end of make, with which its placement lets it end";
    expect(stopped).toEqual({ output: "made\n", error: `error: ${message}, at test.mote:8\n`, exit: 1 });
    expect(runChecked(program)).toEqual({ output: "made\n3\n", error: "", exit: 0 });
  });

  it("is noticed after another frame has taken the place of its own", () => {
    const program = programOf(
      "class Box { n: Int }",
      "fn make(n: Int) -> Box { Box { n: n } }",
      "fn read(box: Box) -> Int {",
      "  let other = Box { n: box.n }",
      "  other.n",
      "}",
      'fn main() { print("{read(make(1))}") }',
    );
    expect(runChecked(program, {}, (all) => promising(all, () => true)).error).toContain(
      "Box that make makes in line 2",
    );
    expect(runChecked(program).output).toBe("1\n");
  });

  it("is noticed after a tail call of the function to itself", () => {
    const program = programOf(
      "class Box { n: Int }",
      "fn down(n: Int, box: Box) -> Int {",
      "  if n == 0 { return box.n }",
      "  down(n - 1, Box { n: n })",
      "}",
      'fn main() { print("{down(3, Box { n: 0 })}") }',
    );
    const isTailCalled = ({ destinations }: Placed) => (destinations & TAIL_CALL) !== NOWHERE;
    expect(runChecked(program, {}, (all) => promising(all, isTailCalled)).error).toContain(
      "Box that down makes in line 4",
    );
    expect(runChecked(program).output).toBe("1\n");
  });

  describe("or its iteration is noticed", () => {
    const isCarried = ({ loopCarried }: Placed) => loopCarried > 0;
    const stopped = (program: IrProgram) =>
      runChecked(program, {}, (all) => promising(all, isCarried, { loopCarried: 0 }));
    const message = "the Box that main makes in line 5 is used after the end of an iteration in main";

    it("in the next iteration", () => {
      const program = programOf(
        "class Box { n: Int }",
        "fn main() {",
        "  let last = Box { n: 0 }",
        "  for i in 1..4 {",
        "    let box = Box { n: i }",
        '    print("{last.n}")',
        "    last = box",
        "  }",
        "}",
      );
      expect(stopped(program)).toMatchObject({ output: "0\n", error: expect.stringContaining(message), exit: 1 });
      expect(runChecked(program)).toEqual({ output: "0\n1\n2\n", error: "", exit: 0 });
    });

    it("after the loop, and not as an object of the outer loop", () => {
      const program = programOf(
        "class Box { n: Int }",
        "fn main() {",
        "  for j in 0..2 {",
        "    let last = Box { n: 0 }",
        "    for i in 1..4 { last = Box { n: i + j } }",
        '    print("{last.n}")',
        "  }",
        "}",
      );
      expect(stopped(program)).toMatchObject({ output: "", error: expect.stringContaining(message), exit: 1 });
      expect(runChecked(program)).toEqual({ output: "3\n4\n", error: "", exit: 0 });
    });

    it("after a jump out of two loops", () => {
      const program = programOf(
        "class Box { n: Int }",
        "fn main() {",
        "  let last: Box? = None",
        "  while true {",
        "    while true { last = Box { n: 1 }; break }",
        "    break",
        "  }",
        '  if let box = last { print("{box.n}") }',
        "}",
      );
      expect(stopped(program)).toMatchObject({ output: "", error: expect.stringContaining(message), exit: 1 });
      expect(runChecked(program)).toEqual({ output: "1\n", error: "", exit: 0 });
    });
  });

  describe("is noticed by each kind of access:", () => {
    const BOX = recordOf("Box", [
      ["n", INT],
      ["cells", INT, 2],
    ]);
    const BOX_TYPE: IrType = { kind: "record", record: BOX };
    const CHOICE = unionOf("Choice", { None: null, Some: () => [["n", INT]], Other: () => [["m", INT]] });
    const INTS: IrType = { kind: "array", element: INT_ELEMENT };
    const SLICE: IrType = { kind: "slice", element: INT_ELEMENT };

    const makeBox = (f: FunctionBuilder) => f.construct(BOX, int(1), int(2), int(3));
    const makeChoice = (f: FunctionBuilder) => f.construct(CHOICE.record("Some"), int(1));
    const makeArray = (f: FunctionBuilder) => f.define(INTS, { op: "arrayNew", element: INT_ELEMENT, length: int(2) });
    const makeSlice = (f: FunctionBuilder) =>
      f.define(SLICE, { op: "arraySlice", array: makeArray(f), start: int(1), end: int(2) });
    const makeUnpacked = (f: FunctionBuilder) =>
      f.define(SLICE, { op: "unpackedSlice", object: makeBox(f), record: BOX, index: 1, start: int(1), end: int(2) });
    const makeText = (f: FunctionBuilder) => {
      const array = f.define(
        { kind: "array", element: BYTE_ELEMENT },
        { op: "arrayNew", element: BYTE_ELEMENT, length: int(1) },
      );
      return f.define(TEXT, { op: "arraySlice", array, start: int(0), end: int(1) });
    };
    const fill = (f: FunctionBuilder, array: Variable, source: Variable) =>
      f.emit({ op: "arrayFill", array, at: int(0), source, from: int(0), count: int(1) });

    const cases: readonly (readonly [
      access: string,
      type: IrType,
      make: (f: FunctionBuilder) => Variable,
      use: (f: FunctionBuilder, made: Variable) => void,
    ])[] = [
      ["field", BOX_TYPE, makeBox, (f, made) => f.field(made, 0)],
      [
        "setField",
        BOX_TYPE,
        makeBox,
        (f, object) => f.emit({ op: "setField", object, record: BOX, index: 0, value: int(2) }),
      ],
      [
        "unpackedGet",
        BOX_TYPE,
        makeBox,
        (f, object) => f.define(INT, { op: "unpackedGet", object, record: BOX, index: 1, at: int(1) }),
      ],
      ["match", CHOICE.type, makeChoice, (f, made) => f.match(made, { 1: () => f.print("some") }, () => undefined)],
      [
        "arrayGrow",
        INTS,
        makeArray,
        (f, array) => f.define(INTS, { op: "arrayGrow", array, used: int(1), element: INT_ELEMENT, length: int(3) }),
      ],
      ["arrayLength", INTS, makeArray, (f, array) => f.define(INT, { op: "arrayLength", array })],
      [
        "arrayGet",
        INTS,
        makeArray,
        (f, array) => f.emit({ op: "arrayGet", dsts: [f.variable("n", INT)], array, index: int(1) }),
      ],
      ["arraySet", INTS, makeArray, (f, array) => f.emit({ op: "arraySet", array, index: int(1), values: [int(1)] })],
      ["arrayFill, into", INTS, makeArray, (f, array) => fill(f, array, makeSlice(f))],
      ["arrayFill, from", SLICE, makeSlice, (f, source) => fill(f, makeArray(f), source)],
      [
        "sliceGet",
        SLICE,
        makeSlice,
        (f, slice) => f.emit({ op: "sliceGet", dsts: [f.variable("n", INT)], slice, index: int(0) }),
      ],
      ["sliceSet", SLICE, makeSlice, (f, slice) => f.emit({ op: "sliceSet", slice, index: int(0), values: [int(1)] })],
      [
        "sliceGet, unpacked",
        SLICE,
        makeUnpacked,
        (f, slice) => f.emit({ op: "sliceGet", dsts: [f.variable("n", INT)], slice, index: int(0) }),
      ],
      ["write", TEXT, makeText, (f, made) => f.print(made)],
    ];

    it.each(cases)("%s", (_access, type, make, use) => {
      const program = new ProgramBuilder();
      const maker = program.declare("make", [], [type]);
      maker.return(make(maker));
      const main = program.declare("main", [], []);
      const [made] = main.call(maker);
      use(main, made!);
      main.return();
      const all = program.program();
      expect(runChecked(all)).toMatchObject({ error: "", exit: 0 });
      const stopped = runChecked(all, {}, (one) => promising(one, () => true));
      expect(stopped).toMatchObject({ output: "", exit: 1 });
      expect(stopped.error).toMatch(/^error: the \w+ that make makes in line \d+ is used after the end of make/);
      for (const manager of ["regions", "sparse"]) {
        expect(runChecked(all, {}, placeProgram, manager)).toMatchObject({ error: "", exit: 0 });
        const ended = runChecked(all, {}, (one) => promising(one, () => true), manager);
        expect(ended).toMatchObject({ output: "", error: expect.stringMatching(ENDED), exit: 1 });
      }
    });
  });

  describe("is noticed in most programs with one site that is wrongly local,", () => {
    it("and nothing else goes wrong first, under leak", () => {
      // The others are not used any more, or not on the paths that the program takes.
      expect(stoppedPrograms("leak", OUTLIVED)).toEqual({ found: 51, all: 74, errors: [] });
    });

    it.each(["regions", "sparse"])("under %s", (manager) => {
      expect(stoppedPrograms(manager, ENDED)).toMatchObject({ found: 51, all: 74 });
    });
  });

  /**
   * How many programs of which one site is placed wrongly are stopped with a message, of how many, and other messages.
   */
  function stoppedPrograms(manager: string, message: RegExp): { found: number; all: number; errors: string[] } {
    let [found, all] = [0, 0];
    const errors: string[] = [];
    for (const { source } of placementPrograms()) {
      const program = buildProgram(source);
      for (const { fn, sites } of placeProgram(program).values()) {
        for (const { site, destinations } of fn.internal ? [] : sites) {
          if (destinations === NOWHERE) continue;
          all++;
          const isThat = (placed: Placed): boolean => "site" in placed && placed.site === site;
          const error = errorOf(program, (one) => promising(one, isThat), manager);
          if (message.test(error)) found++;
          else if (error !== "") errors.push(error);
        }
      }
    }
    return { found, all, errors };
  }

  /** What a program says that may go wrong in any way. */
  function errorOf(program: IrProgram, place: typeof placeProgram, manager: string): string {
    try {
      return runChecked(program, {}, place, manager).error;
    } catch (error) {
      return String(error);
    }
  }
});

describe("bounds", () => {
  const boundsIn = (...lines: string[]) => {
    const bounds = computeBounds(placeProgram(programOf(...lines)), false);
    return new Map([...bounds].map(([{ name }, found]) => [name, found]));
  };

  it("of a local value is the innermost iteration that it does not outlive", () => {
    const bounds = boundsIn(
      "class Box { n: Int }",
      "fn main() {",
      "  for j in 0..2 {",
      "    let last = Box { n: 0 }",
      "    for i in 1..4 {",
      "      let one = Box { n: i }",
      "      last = Box { n: one.n }",
      "    }",
      '    print("{last.n}")',
      "  }",
      "}",
    );
    const { sites, levels, loops } = bounds.get("main")!;
    const boxes = [...sites].filter(([{ what }]) => what === "Box").map(([{ line }, bound]) => [line, bound]);
    expect(boxes).toEqual([
      [4, { of: "iteration", level: 1 }],
      [6, { of: "iteration", level: 2 }],
      [7, { of: "iteration", level: 1 }],
    ]);
    expect({ levels, loops: [...loops.values()] }).toEqual({ levels: 2, loops: [1, 2] });
  });

  const pairCalledBy = (main: string) => {
    const bounds = boundsIn(
      "class Box { n: Int, next: Box? = None }",
      "fn leaf(n: Int) -> Box { Box { n: n } }",
      "fn pair(into: Box) -> Box {",
      "  into.next = leaf(1)",
      "  leaf(2)",
      "}",
      main,
    );
    return { bounds, passedBy: (name: string) => [...bounds.get(name)!.calls.values()].flat() };
  };

  it("are passed to callees by the frame where the values are local, one for each set of destinations", () => {
    const { bounds, passedBy } = pairCalledBy(
      'fn main() { let into = Box { n: 0 }; for i in 0..2 { print("{pair(into).n}") } }',
    );
    expect(bounds.get("leaf")).toMatchObject({ hasFrame: false, hidden: [expect.any(BigInt)] });
    expect(bounds.get("pair")).toMatchObject({ hasFrame: false });
    expect(bounds.get("pair")!.hidden).toHaveLength(2);
    expect(passedBy("pair")).toEqual([
      { of: "caller", index: 0 },
      { of: "caller", index: 1 },
    ]);
    expect(bounds.get("main")).toMatchObject({ hasFrame: true, hidden: [] });
    expect(passedBy("main")).toContainEqual({ of: "frame" });
    expect(passedBy("main")).toContainEqual({ of: "iteration", level: 1 });
  });

  it("are passed as one where all calls pass the same", () => {
    const { bounds, passedBy } = pairCalledBy('fn main() { print("{pair(Box { n: 0 }).n}") }');
    expect(bounds.get("pair")!.hidden).toHaveLength(1);
    expect(passedBy("pair")).toEqual([
      { of: "caller", index: 0 },
      { of: "caller", index: 0 },
    ]);
    expect(passedBy("main")).toContainEqual({ of: "frame" });
  });

  it("refuse a placement that lacks what a callee makes for its caller", () => {
    const program = programOf(
      "class Box { n: Int }",
      "fn leaf() -> Box { Box { n: 1 } }",
      'fn main() { print("{leaf().n}") }',
    );
    const lacking = [...placeProgram(program)].map(([fn, placement]) => {
      const calls = placement.calls.map(({ call }) => ({ call, groups: [] }));
      return [fn, { ...placement, calls }] as const;
    });
    expect(() => computeBounds(new Map(lacking), false)).toThrow(
      "a call of leaf in main has no place for what it makes",
    );
  });
});
