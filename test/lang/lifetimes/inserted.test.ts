/**
 * What the pass of `regions` and `sparse` inserts: as text; for random programs under the model of regions; and how
 * many mistakes the IR verifier and the model notice.
 */

import { describe, expect, it } from "vitest";
import { buildProgram } from "../../../src/lang/frontend.ts";
import { SourceFile } from "../../../src/lang/index.ts";
import type { Instruction, InstructionOf, IrProgram, LifetimeInstruction } from "../../../src/lang/ir/ir.ts";
import { printFunction } from "../../../src/lang/ir/print.ts";
import { verifyProgram } from "../../../src/lang/ir/verify.ts";
import { generateDescent } from "../../support/descents.ts";
import { generateProgram } from "../../support/generate.ts";
import { generateGlobals } from "../../support/globals.ts";
import { interpret } from "../../support/interpret.ts";
import { placesOf, prepared, runPrepared } from "../../support/lifetimes.ts";
import { generateSource } from "../../support/mote.ts";
import { MISPLACED, type Mutation, mutate, type Noticed } from "../../support/mutations.ts";
import { often } from "../../support/often.ts";
import { randomFor } from "../../support/random.ts";
import { generateServer } from "../../support/servers.ts";

const GENERATORS: readonly (readonly [name: string, make: (seed: number) => IrProgram])[] = [
  ["functions", (seed) => generateProgram(randomFor(seed))],
  ["programs", (seed) => buildProgram(generateSource(randomFor(seed)))],
  ["globals", (seed) => buildProgram(generateGlobals(randomFor(seed), 12))],
  ["servers", (seed) => buildProgram(generateServer(randomFor(seed), 20))],
  ["descents", (seed) => buildProgram(generateDescent(randomFor(seed), 6, 8))],
];

const ITEM = "class Item { id: Int, next: Item? = None }\n";

function linesOf(text: string, name: string): string[] {
  const program = prepared(buildProgram(new SourceFile("test.mote", ITEM + text)), true);
  return printFunction(program.functions.find((fn) => fn.name === name)!)
    .split("\n")
    .map((line) => line.trim());
}

describe("the pass inserts", () => {
  it("bounds at allocations and calls, and a close in front of a return", () => {
    const lines = linesOf(
      'fn make(i: Int) -> Item { Item { id: i } } fn f() -> Int { let a = make(1); a.id } fn main() { print("{f()}") }',
      "f",
    );
    expect(lines).toContain("a: Item = call make(1) in frame");
    expect(lines.slice(-2)).toEqual(["close", expect.stringMatching(/^return /)]);
    expect(
      linesOf('fn make(i: Int) -> Item { Item { id: i } } fn main() { print("{make(1).id}") }', "make"),
    ).toContainEqual(expect.stringMatching(/= new Item\(i, .*\) in caller 0$/));
  });

  it("a reset behind the exit test of a loop and behind the loop", () => {
    const lines = linesOf(
      'fn f(n: Int) -> Int { let sum = 0; for i in 0..n { let a = Item { id: i }; sum += a.id }; sum } fn main() { print("{f(3)}") }',
      "f",
    );
    expect(lines.filter((line) => line === "reset iteration 1")).toHaveLength(2);
    expect(lines).toContainEqual(expect.stringMatching(/ in iteration 1$/));
  });

  it("a collection where a loop builds something up, with what is live", () => {
    const lines = linesOf(
      'fn f(n: Int) -> Int { let last = Item { id: 0 }; for i in 1..n { last = Item { id: i } }; last.id } fn main() { print("{f(3)}") }',
      "f",
    );
    expect(lines.filter((line) => line.startsWith("collect"))).toEqual(["collect frame keeping last.2"]);
  });

  it("no collection where a loop only lets lists grow, unless their region holds more", () => {
    const grows = (body: string): string[] => {
      const all = `fn f(n: Int) -> [Int] { let l: List[Int] = []; ${body}; l.finish() } fn main() { print("{f(3).length}") }`;
      return linesOf(all, "f").filter((line) => line.startsWith("collect"));
    };
    expect(grows("for i in 0..n { l.push(i) }")).toEqual([]);
    expect(grows("let own: List[Int] = []; for i in 0..n { own.push(i) }; l.push(own.length)")).toEqual([]);
    const rebuilt =
      "let own: List[Int] = []; for i in 0..n { if i % 9 == 0 { own = [] }; own.push(i) }; l.push(own.length)";
    expect(grows(rebuilt)).toEqual([expect.stringMatching(/^collect frame /)]);
  });

  it("a drop where not all is returned, and checkpoints between candidates", () => {
    const lines = linesOf(
      'fn f(n: Int) -> Item { let a = Item { id: n }; let b = Item { id: n + 1 }; if n > 3 { a } else { b } } fn main() { print("{f(3).id}") }',
      "f",
    );
    expect(lines[1]).toBe("checkpoint caller 0");
    expect(lines).toContain("candidate 0");
    expect(lines).toContain("drop keeping a");
    expect(lines).toContain("drop keeping b");
  });

  it("an emptied region in front of a recursive call that needs nothing of it", () => {
    const lines = linesOf(
      'fn f(n: Int) -> Int { let l: List[Int] = []; for i in 0..n { l.push(i) }; let s = l.length; if n == 0 { s } else { let r = f(n - 1); r + s } } fn main() { print("{f(3)}") }',
      "f",
    );
    expect(lines[lines.findIndex((line) => line.includes("call f(")) - 1]).toBe("empty frame");
  });

  it("a collection in front of a recursive call that needs a part of what there is", () => {
    const lines = linesOf(
      'fn load(n: Int) -> List[Text] { let l: List[Text] = []; for i in 0..n { l.push("{i}") }; l } fn f(n: Int) -> Int { let first = load(n)[0]; if n == 1 { 0 } else { let r = f(n - 1); r + first.length } } fn main() { print("{f(3)}") }',
      "f",
    );
    expect(lines[lines.findIndex((line) => line.includes("call f(")) - 1]).toBe(
      "collect frame before call keeping first",
    );
  });

  it("a collection in front of a long call, once two structures are dead and another one is needed", () => {
    const lines = linesOf(
      'fn next(l: List[Text]) -> List[Text] { let made: List[Text] = []; for t in l { made.push("{t.length}") }; made } fn f(n: Int) -> Int { let a = next(["x"]); let b = next(a); let c = next(b); let d = next(c); d.length } fn main() { print("{f(3)}") }',
      "f",
    );
    const before = (variable: string): string => lines[lines.findIndex((line) => line.startsWith(`${variable}:`)) - 1]!;
    expect(before("c")).not.toContain("collect");
    expect(before("d")).toBe("collect frame before call keeping c");
  });
});

it("does not empty a region around one that the call needs", () => {
  const lines = linesOf(
    `fn sum(l: List[Int]) -> Int { let all = 0; for v in l { all += v }; all }
fn f(n: Int, given: List[Int]) -> Int {
  let all = 0
  let mine: List[Int] = []
  for i in 0..n { mine.push(i) }
  all += sum(mine)
  for i in 0..n { let inner: List[Int] = []; inner.push(i); all += f(n - 1, inner) }
  all + sum(given)
}
fn main() { print("{f(3, [1])}") }`,
    "f",
  );
  expect(lines.filter((line) => line.startsWith("empty"))).toEqual([]);
});

describe("under the model of regions, nothing is used that has ended", () => {
  const seeds = Array.from({ length: often(20) }, (_, index) => index + 1);
  describe.each(GENERATORS)("random %s", (_name, make) => {
    it.each(seeds)("%d", (seed) => {
      const program = make(seed);
      const { stdout, stderr } = interpret(program);
      const expected = Buffer.from(stdout).toString() + stderr;
      for (const isSparse of [false, true]) {
        expect(runPrepared(prepared(program, isSparse), 1 + (seed % 3))).toBe(expected);
      }
    });
  });
});

it.each([
  ["a path that leaves a region open", "regionClose", (): Instruction[] => []],
  ["a region that is closed twice", "regionClose", (i: Instruction): Instruction[] => [i, i]],
  [
    "a region that is not there",
    "regionReset",
    (): Instruction[] => [{ op: "regionReset", levels: [2] } satisfies LifetimeInstruction],
  ],
  ["a region that is not opened", "regionOpen", (): Instruction[] => []],
  ["a region that is opened twice", "regionOpen", (i: Instruction): Instruction[] => [i, i]],
] as const)("the IR verifier finds %s", (_name, op, changed) => {
  const text = 'fn main() { for i in 0..3 { let a = Item { id: i }; print("{a.id}") } }';
  const program = prepared(buildProgram(new SourceFile("test.mote", ITEM + text)));
  verifyProgram(program);
  const { block, index } = placesOf(program, (i) => i.op === op)[0]!;
  block.instructions.splice(index, 1, ...changed(block.instructions[index]!));
  expect(() => verifyProgram(program)).toThrow("breaks rule 9");
});

it.each([
  ["a drop without a part of a caller's region", 10, "regionCheckpoint", (): Instruction[] => []],
  [
    "a tail call that resumes nothing",
    10,
    "tailCall",
    (i: Instruction): Instruction[] => [{ ...i, resumes: true } as Instruction],
  ],
  [
    "a call without the callee's region",
    5,
    "call",
    (i: Instruction): Instruction[] => [{ ...i, bounds: [] } as Instruction],
  ],
  [
    "the heap where there is none",
    5,
    "call",
    (i: Instruction): Instruction[] => [{ ...i, bounds: [{ of: "heap" }] } as Instruction],
  ],
  [
    "a region that the function is not handed",
    5,
    "call",
    (i: Instruction): Instruction[] => [{ ...i, bounds: [{ of: "caller", index: 1 }] } as Instruction],
  ],
] as const)("the IR verifier finds %s", (_name, rule, op, changed) => {
  const text = `fn f(n: Int) -> Item { let a = Item { id: n }; let b = Item { id: n + 1 }; if n > 3 { a } else { b } }
    fn g() -> Item { let made = f(1); if made.id == 1 { made } else { f(2) } }
    fn main() { print("{g().id}") }`;
  const program = prepared(buildProgram(new SourceFile("test.mote", ITEM + text)));
  verifyProgram(program);
  const isOfF = (i: Instruction): boolean => (i.op === "call" || i.op === "tailCall") && i.callee.name === "f";
  const { block, index } = placesOf(program, (i) => i.op === op && (op === "regionCheckpoint" || isOfF(i)))[0]!;
  block.instructions.splice(index, 1, ...changed(block.instructions[index]!));
  expect(() => verifyProgram(program)).toThrow(`breaks rule ${rule}`);
});

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  ...MISPLACED,
  "without its first root": (instructions, index) => {
    const i = instructions[index]!;
    if (i.op !== "regionCollect" || i.roots.length === 0) return false;
    instructions[index] = { ...i, roots: i.roots.slice(1) };
    return true;
  },
  "of one level more": (instructions, index) => {
    const i = instructions[index]!;
    if (i.op !== "regionReset" || i.levels[0] === 0) return false;
    instructions[index] = { ...i, levels: [i.levels[0]! - 1, ...i.levels] };
    return true;
  },
};

function isNoticed(program: IrProgram, expected: string): boolean {
  try {
    return runPrepared(program) !== expected;
  } catch {
    return true;
  }
}

it("the model notices a candidate that another one needs, and that ends", () => {
  const text = `fn make(n: Int, next: Item?) -> Item { Item { id: n, next: next } }
    fn f(n: Int) -> Item { let a = make(n, None); let b = make(n + 1, a); if n > 3 { a } else { b } }
    fn main() { print("{f(1).next.get().id}") }`;
  const program = prepared(buildProgram(new SourceFile("test.mote", ITEM + text)));
  const printed = printFunction(program.functions.find(({ name }) => name === "f")!).split("\n");
  expect(runPrepared(program)).toBe("1\n");
  for (const { block, index } of placesOf(program, ({ op }) => op === "regionDrop")) {
    const drop = block.instructions[index] as InstructionOf<"regionDrop">;
    expect(drop.needs).toEqual([0b01, 0b11]);
    expect(printed).toContainEqual(expect.stringMatching(/^ *drop keeping [ab] \(1 needs 0\)$/));
    block.instructions[index] = { ...drop, needs: [0b01, 0b10] };
  }
  expect(() => runPrepared(program)).toThrow("uses a Item that ended by regionDrop in f");
});

/**
 * Of the instructions that are executed in some programs. What only costs memory is not noticed: dropped collections
 * and drops, doubled resets, and what is moved past an instruction that it has nothing to do with.
 */
it("of mistakes in lifetimes, the IR verifier and the model notice as many as ever", () => {
  const counts: Noticed = {};
  for (const [, make] of GENERATORS) {
    for (let seed = 1; seed <= 6; seed++) {
      const program = prepared(make(seed), true);
      const executed = new Set<LifetimeInstruction>();
      const expected = runPrepared(program, 1, executed);
      const places = placesOf(program, (i) => executed.has(i as LifetimeInstruction));
      mutate(
        places,
        MUTATIONS,
        ({ op }) => op,
        () => isNoticed(program, expected),
        counts,
      );
    }
  }
  expect(counts).toEqual({
    dropped: {
      regionOpen: [97, 97],
      regionClose: [124, 124],
      regionCheckpoint: [77, 81],
      regionReset: [26, 106],
      regionCollect: [0, 46],
      regionDrop: [0, 75],
      globalReset: [0, 42],
      regionCandidate: [0, 4],
    },
    doubled: {
      regionOpen: [97, 97],
      regionClose: [124, 124],
      regionCheckpoint: [81, 81],
      regionReset: [0, 106],
      regionCollect: [0, 46],
      regionDrop: [0, 75],
      globalReset: [24, 42],
      regionCandidate: [0, 4],
    },
    "moved later": {
      regionOpen: [97, 97],
      regionClose: [77, 124],
      regionCheckpoint: [81, 81],
      regionReset: [12, 103],
      regionCollect: [16, 46],
      regionDrop: [0, 75],
      globalReset: [0, 42],
      regionCandidate: [0, 4],
    },
    "moved earlier": {
      regionClose: [21, 111],
      regionOpen: [53, 53],
      regionReset: [3, 99],
      regionCollect: [5, 46],
      regionDrop: [21, 67],
      globalReset: [6, 42],
      regionCandidate: [0, 4],
    },
    "of one level more": {
      regionReset: [29, 83],
    },
    "without its first root": {
      regionCollect: [11, 40],
    },
  });
});
