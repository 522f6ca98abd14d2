/** The placement analysis on small functions by hand, and on long programs. */

import { describe, expect, it } from "vitest";
import { buildProgram, SourceFile } from "../../../src/lang/frontend.ts";
import {
  type ElementType,
  type IrGlobal,
  type IrType,
  type RecordType,
  TEXT_ELEMENT,
  type Variable,
} from "../../../src/lang/ir/ir.ts";
import { allocates } from "../../../src/lang/ir/safepoints.ts";
import { forEachInstruction } from "../../../src/lang/ir/traverse.ts";
import { callComponents } from "../../../src/lang/lifetimes/placement/components.ts";
import { placeProgram } from "../../../src/lang/lifetimes/placement/placement.ts";
import { describeFunction, describePlaced } from "../../../src/lang/lifetimes/placement/words.ts";
import { BOOL, type FunctionBuilder, INT, int, ProgramBuilder, recordOf, TEXT, unionOf } from "../ir-notation.ts";

/** A record with a reference to its own kind. */
const cell = unionOf("Cell", { Nil: null, Link: (self) => [["next", self]] });
const CELL = cell.type;
const pair = recordOf("Pair", [
  ["left", CELL],
  ["right", CELL],
]);
const PAIR: IrType = { kind: "record", record: pair };
const CELL_ELEMENT: ElementType = { name: "Cell", components: [CELL] };
const CELL_ARRAY: IrType = { kind: "array", element: CELL_ELEMENT };
const CELL_SLICE: IrType = { kind: "slice", element: CELL_ELEMENT };
const TEXT_SLICE: IrType = { kind: "slice", element: TEXT_ELEMENT };

/** A function of a program, with everything that tests of one function need. */
function functionWith(
  params: readonly (readonly [string, IrType])[],
  results: readonly IrType[],
): [ProgramBuilder, FunctionBuilder] {
  const program = new ProgramBuilder();
  const f = program.declare("f", params, results);
  return [program, f];
}

function nil(f: FunctionBuilder): Variable {
  return f.define(CELL, { op: "immediate", union: cell.union, caseIndex: 0 });
}

/** A new link, with a name for what is told of it. */
function link(f: FunctionBuilder, next: Variable): Variable {
  return f.construct(cell.record("Link"), next);
}

function setField(f: FunctionBuilder, object: Variable, index: number, value: Variable): void {
  f.emit({ op: "setField", object, record: pair, index, value });
}

function newCells(f: FunctionBuilder): Variable {
  return f.define(CELL_ARRAY, { op: "arrayNew", element: CELL_ELEMENT, length: int(3) });
}

/** The placements of a function's sites in the order of its text. */
function sitesOf(program: ProgramBuilder, name = "f"): string[] {
  const placement = placementOf(program, name);
  return placement.sites.map((placed) => describePlaced(placement.fn, placed));
}

function callsOf(program: ProgramBuilder, name = "f"): string[] {
  const placement = placementOf(program, name);
  return placement.calls.flatMap(({ groups }) => groups.map((group) => describePlaced(placement.fn, group)));
}

function summaryOf(program: ProgramBuilder, name = "f"): string[] {
  return describeFunction(placementOf(program, name)).filter((sentence) => !sentence.startsWith("allocates"));
}

function placementOf(program: ProgramBuilder, name: string) {
  program.declare("main", [], []);
  const found = [...placeProgram(program.program()).values()].find(({ fn }) => fn.name === name);
  if (found === undefined) throw new Error(`no function ${name}`);
  return found;
}

describe("one function", () => {
  it("tells a local value from one that is returned, as a whole or inside the result", () => {
    const [program, f] = functionWith([], [PAIR]);
    const unused = link(f, nil(f));
    const inner = link(f, nil(f));
    f.construct(pair, unused, unused);
    f.return(f.construct(pair, inner, nil(f)));
    // Pairs are mutable here: what is in one may be replaced.
    expect(sitesOf(program)).toEqual(["local", "maybe in result", "local", "result"]);
  });

  it("lets immutable fields share the certainty of what they are in", () => {
    const box = recordOf("Box", [["cell", CELL]]);
    box.fields = box.fields.map((field) => ({ ...field, mutable: false }));
    const [program, f] = functionWith([["given", CELL]], [{ kind: "record", record: box }]);
    f.return(f.construct(box, link(f, f.param(0))));
    expect(sitesOf(program)).toEqual(["in result", "result"]);
    expect(summaryOf(program)).toEqual(["may return `given` inside its result"]);
  });

  it("knows a choice made at run time", () => {
    const [program, f] = functionWith([["choice", BOOL]], [CELL]);
    const [x1, x2] = [link(f, nil(f)), link(f, nil(f))];
    f.if(
      f.param(0),
      () => f.return(x1),
      () => f.return(x2),
    );
    expect(sitesOf(program)).toEqual(["maybe result", "maybe result"]);
  });

  it("does not take a panic for a path that returns something else", () => {
    const [program, f] = functionWith([["choice", BOOL]], [CELL]);
    const made = link(f, nil(f));
    f.if(f.param(0), () => f.panic("divisionByZero"));
    f.return(made);
    expect(sitesOf(program)).toEqual(["result"]);
  });

  it("follows a value that is stored into a local object which is returned", () => {
    const [program, f] = functionWith([], [PAIR]);
    const holder = f.construct(pair, nil(f), nil(f));
    const alias = f.mutable("alias", PAIR, holder);
    setField(f, alias, 0, link(f, nil(f)));
    f.return(holder);
    expect(sitesOf(program)).toEqual(["result", "maybe in result"]);
  });

  it("sees what is read back from a local object", () => {
    const [program, f] = functionWith([["given", CELL]], [CELL]);
    const holder = f.construct(pair, f.param(0), link(f, nil(f)));
    f.return(f.field(holder, 0));
    expect(sitesOf(program)).toEqual(["local", "local"]);
    expect(summaryOf(program)).toEqual(["may return `given`"]);
  });

  it("names the parameter that is stored into", () => {
    const [program, f] = functionWith(
      [
        ["a", PAIR],
        ["b", PAIR],
        ["item", CELL],
      ],
      [],
    );
    setField(f, f.param(0), 0, f.param(2));
    setField(f, f.param(1), 1, link(f, nil(f)));
    f.return();
    expect(sitesOf(program)).toEqual(["into b"]);
    expect(summaryOf(program)).toEqual(["may store `item` into `a`"]);
  });

  it("expects that two parameters may be the same object", () => {
    const [program, f] = functionWith(
      [
        ["a", PAIR],
        ["b", PAIR],
      ],
      [CELL],
    );
    setField(f, f.param(0), 0, link(f, nil(f)));
    f.return(f.field(f.param(1), 0));
    expect(sitesOf(program)).toEqual(["maybe result + into a"]);
  });

  it("expects that the returned parameter may be the one that was stored into", () => {
    const [program, f] = functionWith(
      [
        ["a", PAIR],
        ["b", PAIR],
        ["other", CELL],
      ],
      [PAIR],
    );
    setField(f, f.param(0), 0, link(f, nil(f)));
    f.return(f.param(1));
    expect(sitesOf(program)).toEqual(["maybe in result + into a"]);
    expect(summaryOf(program)).toEqual(["returns `b`"]);
  });

  it("expects that a parameter may be the array of another one, into which elements are copied", () => {
    const [program, f] = functionWith(
      [
        ["array", CELL_ARRAY],
        ["slice", CELL_SLICE],
      ],
      [CELL],
    );
    const own = newCells(f);
    f.emit({ op: "arraySet", array: own, index: int(0), values: [link(f, nil(f))] });
    const source = f.define(CELL_SLICE, { op: "arraySlice", array: own, start: int(0), end: int(1) });
    f.emit({ op: "arrayFill", array: f.param(0), at: int(0), source, from: int(0), count: int(1) });
    const element = f.variable("element", CELL);
    f.emit({ op: "sliceGet", dsts: [element], slice: f.param(1), index: int(0) });
    f.return(element);
    expect(sitesOf(program)).toEqual(["local", "maybe result + into array"]);
  });

  it("lets the elements of an array that grows escape, and not the old array", () => {
    const [program, f] = functionWith([], [CELL_ARRAY]);
    const array = newCells(f);
    f.emit({ op: "arraySet", array, index: int(0), values: [link(f, nil(f))] });
    f.return(f.define(CELL_ARRAY, { op: "arrayGrow", array, used: int(1), element: CELL_ELEMENT, length: int(6) }));
    expect(sitesOf(program)).toEqual(["local", "maybe in result", "result"]);
  });

  it("does not take two objects of different types for one", () => {
    const [program, f] = functionWith(
      [
        ["a", PAIR],
        ["other", CELL],
      ],
      [CELL],
    );
    setField(f, f.param(0), 0, link(f, nil(f)));
    f.return(f.param(1));
    expect(sitesOf(program)).toEqual(["into a"]);
  });

  it("tells that a part may be returned as well as the whole", () => {
    const [program, f] = functionWith([["cell", CELL]], [CELL]);
    f.match(f.param(0), { 0: () => undefined, 1: (binding) => f.return(f.field(binding, 0)) });
    f.return(f.param(0));
    expect(summaryOf(program)).toEqual(["may return `cell`", "may return `cell.next`"]);
  });

  it("tells which parts of a parameter are used", () => {
    const [program, f] = functionWith([["pair", PAIR]], [CELL]);
    f.return(f.field(f.param(0), 1));
    expect(summaryOf(program)).toEqual(["may return `pair.right`"]);
  });

  it("takes a slice for its whole array, and elements for parts", () => {
    const [program, f] = functionWith([["cells", CELL_SLICE]], [CELL_SLICE]);
    const array = newCells(f);
    f.emit({ op: "arrayFill", array, at: int(0), source: f.param(0), from: int(0), count: int(2) });
    f.emit({ op: "arraySet", array, index: int(2), values: [link(f, nil(f))] });
    const slice = f.define(CELL_SLICE, { op: "arraySlice", array, start: int(0), end: int(2) });
    f.return(f.define(CELL_SLICE, { op: "subslice", slice, start: int(0), end: int(1) }));
    expect(sitesOf(program)).toEqual(["result", "maybe in result"]);
    expect(summaryOf(program)).toEqual(["may return `cells[]` inside its result"]);
  });

  it("takes a slice of an array unpacked in a record for the record", () => {
    const spots = recordOf("Spots", [
      ["cell", CELL],
      ["names", TEXT, 2],
    ]);
    const [program, f] = functionWith([["name", TEXT]], [TEXT_SLICE]);
    const made = f.construct(spots, link(f, nil(f)), f.param(0), f.param(0));
    f.return(
      f.define(TEXT_SLICE, {
        op: "unpackedSlice",
        object: made,
        record: spots,
        index: 1,
        start: int(0),
        end: int(1),
      } as Parameters<FunctionBuilder["define"]>[1]),
    );
    expect(sitesOf(program)).toEqual(["maybe in result", "result"]);
    expect(summaryOf(program)).toEqual(["may return `name` inside its result"]);
  });
});

describe("parts", () => {
  const part: RecordType = { ...recordOf("Part", [["next", CELL]]), isPart: true };
  const PART: IrType = { kind: "record", record: part };
  const whole = recordOf("Whole", [["own", CELL]]);
  whole.fields.push({ name: "part", type: PART, mutable: false, inline: part });
  const WHOLE: IrType = { kind: "record", record: whole };
  const partIn = (f: FunctionBuilder, object: Variable): Variable => {
    return f.define(PART, { op: "part", object, record: whole, index: 1 });
  };

  it("keep the whole, with all that it holds", () => {
    const [program, f] = functionWith([["cell", CELL]], [PART]);
    const made = f.construct(whole, link(f, nil(f)), f.param(0));
    f.return(partIn(f, made));
    expect(sitesOf(program)).toEqual(["maybe in result", "result"]);
    expect(summaryOf(program)).toEqual(["may return `cell` inside its result"]);
  });

  it("may belong to any object that can have such a part", () => {
    const [program, f] = functionWith(
      [
        ["a", WHOLE],
        ["b", PART],
      ],
      [PART],
    );
    f.emit({ op: "setField", object: f.param(0), record: whole, index: 0, value: link(f, nil(f)) });
    f.return(f.param(1));
    const g = program.declare("g", [], []);
    g.construct(whole, nil(g), nil(g));
    expect(sitesOf(program)).toEqual(["maybe in result + into a"]);
  });

  it("hold what is stored into them, through whatever reference", () => {
    const [program, f] = functionWith(
      [
        ["a", WHOLE],
        ["b", PART],
      ],
      [CELL],
    );
    f.emit({ op: "setField", object: f.param(1), record: part, index: 0, value: link(f, nil(f)) });
    f.return(f.define(CELL, { op: "field", object: partIn(f, f.param(0)), record: part, index: 0 }));
    expect(sitesOf(program)).toEqual(["maybe result + into b"]);
  });
});

describe("globals", () => {
  const kept: IrGlobal = { name: "kept", type: PAIR };

  it("are a place of their own", () => {
    const [program, f] = functionWith([["given", PAIR]], []);
    const made = f.construct(pair, link(f, nil(f)), nil(f));
    f.emit({ op: "globalSet", global: kept, value: made });
    f.emit({ op: "globalSet", global: kept, value: f.param(0) });
    f.return();
    expect(sitesOf(program)).toEqual(["global", "global"]);
    expect(summaryOf(program)).toEqual(["may store `given` into a global"]);
  });

  it("may hold what a parameter refers to", () => {
    const [program, f] = functionWith([["a", PAIR]], [CELL]);
    setField(f, f.param(0), 0, link(f, nil(f)));
    f.return(f.field(f.define(PAIR, { op: "globalGet", global: kept }), 0));
    expect(sitesOf(program)).toEqual(["maybe result + into a"]);
    expect(summaryOf(program)).toEqual(["may return the global `kept`"]);
  });

  it("join the functions that set one to those that read it", () => {
    const [program, f] = functionWith([], [CELL]);
    const set = program.declare("set", [["x", PAIR]], []);
    set.emit({ op: "globalSet", global: kept, value: set.param(0) });
    set.return();
    const get = program.declare("get", [], [CELL]);
    get.return(get.field(get.define(PAIR, { op: "globalGet", global: kept }), 1));
    f.call(set, f.construct(pair, link(f, nil(f)), link(f, nil(f))));
    const [got] = f.call(get);
    f.return(got!);
    expect(sitesOf(program)).toEqual(["global", "maybe result + global", "global"]);
  });
});

describe("loops", () => {
  it("tell what ends with its iteration from what is loop-carried", () => {
    const [program, f] = functionWith([["n", INT]], []);
    const kept = f.mutable("kept", CELL, nil(f));
    f.range(int(0), f.param(0), () => {
      link(f, nil(f));
      f.set(kept, link(f, kept));
    });
    f.return();
    expect(sitesOf(program)).toEqual(["local", "local, loop-carried"]);
  });

  it("count the loops that a loop-carried value leaves", () => {
    const [program, f] = functionWith([["n", INT]], []);
    f.range(int(0), f.param(0), () => {
      const inner = f.mutable("inner", CELL, nil(f));
      f.range(int(0), f.param(0), () => f.set(inner, link(f, inner)));
    });
    f.return();
    expect(placementOf(program, "f").sites.map(({ loopCarried, loops }) => [loopCarried, loops])).toEqual([[1, 2]]);
  });

  it("let a value leave by a break", () => {
    const [program, f] = functionWith([["n", INT]], []);
    const found = f.mutable("found", CELL, nil(f));
    f.loop((label) => {
      const made = link(f, nil(f));
      f.if(f.binary("eq", f.param(0), int(1)), () => {
        f.set(found, made);
        f.break(label);
      });
    });
    f.match(found, { 0: () => undefined, 1: (binding) => f.field(binding, 0) });
    f.return();
    expect(sitesOf(program)).toEqual(["local, loop-carried"]);
  });

  it("make loop-carried what is stored into an object from outside", () => {
    const [program, f] = functionWith([["pair", PAIR]], []);
    const own = f.construct(pair, nil(f), nil(f));
    f.range(int(0), int(3), () => {
      setField(f, own, 0, link(f, nil(f)));
      setField(f, f.param(0), 0, link(f, nil(f)));
    });
    f.return();
    const { sites } = placementOf(program, "f");
    expect(sites.map(({ loopCarried, loops }) => [loopCarried, loops])).toEqual([
      [0, 0],
      [1, 1],
      [1, 1],
    ]);
  });
});

describe("calls", () => {
  /** Wraps its argument. */
  function declareWrap(program: ProgramBuilder): FunctionBuilder {
    const wrap = program.declare("wrap", [["x", CELL]], [CELL]);
    wrap.return(link(wrap, wrap.param(0)));
    return wrap;
  }

  it("hoist what a callee returns inside its result, and what it makes", () => {
    const [program, f] = functionWith([], [CELL]);
    const wrap = declareWrap(program);
    const [kept] = f.call(wrap, link(f, nil(f)));
    f.call(wrap, link(f, nil(f)));
    f.return(kept!);
    expect(sitesOf(program)).toEqual(["maybe in result", "local"]);
    expect(callsOf(program)).toEqual(["result", "local"]);
  });

  it("apply what a callee stores", () => {
    const [program, f] = functionWith([["mine", PAIR]], []);
    const put = program.declare(
      "put",
      [
        ["into", PAIR],
        ["item", CELL],
      ],
      [],
    );
    setField(put, put.param(0), 0, put.param(1));
    setField(put, put.param(0), 1, link(put, nil(put)));
    put.return();
    const own = f.construct(pair, nil(f), nil(f));
    f.call(put, own, link(f, nil(f)));
    f.call(put, f.param(0), link(f, nil(f)));
    f.return();
    expect(sitesOf(program)).toEqual(["local", "local", "into mine"]);
    expect(callsOf(program)).toEqual(["local", "into mine"]);
  });

  it("let a caller keep a part of a result and free the rest", () => {
    const [program, f] = functionWith([], [CELL]);
    const make = program.declare("make", [], [PAIR]);
    make.return(make.construct(pair, link(make, nil(make)), nil(make)));
    const [made] = f.call(make);
    f.return(f.field(made!, 0));
    expect(callsOf(program).sort()).toEqual(["local", "maybe result"]);
  });

  it("let the arguments of a tail call leave the frame", () => {
    const [program, f] = functionWith([], [INT]);
    const use = program.declare("use", [["x", CELL]], [INT]);
    use.return(int(1));
    f.tailCall(use, link(f, link(f, nil(f))));
    expect(sitesOf(program)).toEqual(["tail call", "tail call"]);
  });

  it("reach a fixed point in recursion", () => {
    const [program, f] = functionWith(
      [
        ["n", INT],
        ["given", CELL],
      ],
      [CELL],
    );
    f.if(f.binary("eq", f.param(0), int(0)), () => f.return(f.param(1)));
    const [rest] = f.call(f, f.binary("sub", f.param(0), int(1)), link(f, f.param(1)));
    f.return(link(f, rest!));
    expect(sitesOf(program)).toEqual(["maybe in result", "result"]);
    expect(summaryOf(program)).toEqual(["may return `given` or something that holds it"]);
  });

  it("reach a fixed point in functions that call each other", () => {
    const program = new ProgramBuilder();
    const params = [
      ["n", INT],
      ["a", PAIR],
      ["b", PAIR],
    ] as const;
    const f = program.declare("f", params, []);
    const g = program.declare("g", params, []);
    // Parameters change places at each call, so that either is stored into.
    f.if(f.binary("eq", f.param(0), int(0)), () => f.return());
    setField(f, f.param(1), 0, link(f, nil(f)));
    f.call(g, f.param(0), f.param(2), f.param(1));
    f.return();
    g.call(f, g.param(0), g.param(1), g.param(2));
    g.return();
    expect(sitesOf(program, "f")).toEqual(["into a, collected"]);
    expect(callsOf(program, "f").sort()).toEqual(["into a, collected", "into b, collected"]);
    expect(callsOf(program, "g").sort()).toEqual(["into a, collected", "into b, collected"]);
  });

  it("put callees before callers, and those that call each other together", () => {
    const program = new ProgramBuilder();
    const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => program.declare(name, [], []));
    a!.call(b!);
    b!.call(c!);
    c!.tailCall(b!);
    b!.call(d!);
    d!.call(d!);
    program.declare("main", [], []).call(a!);
    const components = callComponents(program.program().functions);
    const names = components.map(({ functions, isRecursive }) => [
      functions.map(({ name }) => name).join(),
      isRecursive,
    ]);
    expect(names).toEqual([
      ["d", true],
      ["b,c", true],
      ["a", false],
      ["main", false],
    ]);
  });
});

it("shares a placement between very many similar sites of one function", () => {
  const [program, f] = functionWith([], [CELL]);
  const made = Array.from({ length: 40 }, () => link(f, nil(f)));
  f.return(made[35]!);
  const sites = sitesOf(program);
  expect(sites.slice(0, 20)).toEqual(new Array(20).fill("local"));
  expect(sites[35]).toBe("result");
  expect(sites[36]).toBe("maybe result");
});

describe("long programs", () => {
  /** Functions of twelve lines that build, store and call the ones before them. */
  function longProgram(functions: number): SourceFile {
    const parts = [
      "struct Row { name: Text, cells: [Text], next: Tree }",
      "union Tree { Leaf, Node(left: Tree, row: Row) }",
    ];
    for (let index = 0; index < functions; index++) {
      const callee = `work${Math.max(0, index - 1)}`;
      const other = `work${index >> 1}`;
      parts.push(`
fn work${index}(list: List[Tree], tree: Tree, depth: Int) -> Tree {
  let found = tree
  for i in 0..depth {
    let row = Row { name: "row {i}", cells: ["a", "b"], next: found }
    found = Node(Leaf, row)
    list.push(found)
  }
  if depth == 0 { return found }
  let inner = ${callee}(list, found, depth - 1)
  ${other}(list, Node(inner, Row { name: "", cells: [], next: tree }), depth - 2)
}`);
    }
    parts.push(`fn main() { let list: List[Tree] = []; work0(list, Leaf, 0); work${functions - 1}(list, Leaf, 2) }`);
    return new SourceFile("long.mote", parts.join("\n"));
  }

  /** One function of many lines that push to and read from the same list. */
  function longFunction(lines: number): SourceFile {
    const parts = [
      "union Tree { Leaf, Node(left: Tree, right: Tree) }",
      "fn wrap(tree: Tree) -> Tree { Node(tree, Leaf) }",
    ];
    parts.push("fn main() { let list: List[Tree] = []; let tree = Leaf");
    for (let line = 0; line < lines; line++) {
      parts.push(
        ["list.push(Node(tree, Leaf))", `let wrapped${line} = wrap(list[0])`, `tree = wrapped${line - 1}`][line % 3]!,
      );
    }
    return new SourceFile("long.mote", [...parts, "}"].join("\n"));
  }

  it.each([
    ["in many functions", longProgram(420)],
    ["in one function", longFunction(5001)],
  ])("places every allocation of 5 000 lines %s", (_where, source) => {
    expect(source.text.split("\n").length).toBeGreaterThan(5000);
    const program = buildProgram(source);
    const placement = placeProgram(program);
    for (const fn of program.functions) {
      let allocations = 0;
      forEachInstruction(fn.body, (i) => (allocations += allocates(i) ? 1 : 0));
      expect(placement.get(fn)!.sites).toHaveLength(allocations);
    }
  });
});
