/**
 * What a manager for reference counting needs of the IR: a pass that counts references can put a count wherever there
 * is a reference. Under the model nothing is used that has been freed, and counts balance when the program has ended.
 */

import { describe, expect, it } from "vitest";
import { buildProgram } from "../../../src/lang/frontend.ts";
import { SourceFile } from "../../../src/lang/index.ts";
import { copyProgram } from "../../../src/lang/ir/copy.ts";
import { type Instruction, type IrProgram, isLifetime } from "../../../src/lang/ir/ir.ts";
import { usedPorts } from "../../../src/lang/ir/ports.ts";
import { printFunction } from "../../../src/lang/ir/print.ts";
import { verifyProgram } from "../../../src/lang/ir/verify.ts";
import { CountModel, insertCounts } from "../../support/counts.ts";
import { generateDescent } from "../../support/descents.ts";
import { generateProgram } from "../../support/generate.ts";
import { type InterpreterInput, interpret } from "../../support/interpret.ts";
import { placesOf } from "../../support/lifetimes.ts";
import { generateSource } from "../../support/mote.ts";
import { MISPLACED, mutate, type Noticed } from "../../support/mutations.ts";
import { often } from "../../support/often.ts";
import { samplePrograms } from "../../support/programs.ts";
import { randomFor } from "../../support/random.ts";
import { generateServer } from "../../support/servers.ts";

const GENERATORS: readonly (readonly [name: string, make: (seed: number) => IrProgram])[] = [
  ["functions", (seed) => generateProgram(randomFor(seed))],
  ["programs", (seed) => buildProgram(generateSource(randomFor(seed)))],
  ["servers", (seed) => buildProgram(generateServer(randomFor(seed), 20))],
  ["descents", (seed) => buildProgram(generateDescent(randomFor(seed), 6, 8))],
];

function counted(program: IrProgram): IrProgram {
  const copy = copyProgram(program).program;
  insertCounts(copy);
  return copy;
}

/** Verifies and runs a program with counts. */
function run(
  program: IrProgram,
  input: InterpreterInput = {},
  model = new CountModel(),
): { output: string; error: string; exit: number } {
  verifyProgram(program);
  const { stdout, stderr, exitCode } = interpret(program, { ...input, observer: model });
  // A program that stops gives nothing back.
  if (exitCode === 0) model.requireBalance();
  return { output: Buffer.from(stdout).toString(), error: stderr, exit: exitCode };
}

function build(text: string): IrProgram {
  return counted(buildProgram(new SourceFile("test.mote", `class Item { id: Int, next: Item? = None }\n${text}`)));
}

function linesOf(text: string, name: string): string[] {
  const fn = build(text).functions.find((each) => each.name === name)!;
  return printFunction(fn)
    .split("\n")
    .map((line) => line.trim());
}

describe("the pass counts", () => {
  it("what is passed and needed again, and ends a variable behind its last use", () => {
    const lines = linesOf(
      "fn use(a: Item) -> Int { a.id } fn f(a: Item) -> Int { use(a) + a.id } fn main() { f(Item { id: 1 }) }",
      "f",
    );
    expect(lines.slice(1)).toEqual([
      "retain a",
      "t: int = call use(a)",
      "id: int = a.id",
      "release a",
      "t.2: int = add t, id",
      "return t.2",
    ]);
  });

  it("the binding of an arm, and the value in the others", () => {
    const lines = linesOf(
      "fn f(a: Item?) -> Int { match a { Some(item) => item.id, None => 0 } } fn main() { f(None) }",
      "f",
    );
    expect(lines.filter((line) => /retain|release/.test(line))).toEqual([
      "retain item",
      "release a",
      "release item",
      "release a",
    ]);
  });
});

it.each([
  ["pop", "l.push(Item { id: 1 }); l.pop()"],
  ["remove", "l.push(Item { id: 1 }); l.push(Item { id: 2 }); l.remove(0); l.remove(0)"],
  ["clear", "l.push(Item { id: 1 }); l.push(Item { id: 2 }); l.clear()"],
  ["resize", "l.resize(3, Item { id: 1 }); l.resize(0, Item { id: 2 })"],
  ["an assignment", "l.push(Item { id: 1 }); l[0] = kept"],
])("what leaves a list by %s is freed then", (_name, statements) => {
  const text = `global kept: Item = Item { id: 0 }
    fn f(l: List[Item]) { ${statements} }
    fn main() { let l: List[Item] = []; f(l); print("{l.length}") }`;
  const program = build(text);
  const model = new CountModel();
  const running: string[] = [];
  let live = 0;
  model.entered = (_call, fn) => running.push(fn.name);
  model.returned = () => {
    if (running.pop() === "f") live = model.live;
  };
  interpret(program, { observer: model });
  // The list, its storage, and what the global holds.
  expect(live).toBe(3);
});

/** Whether an instruction is one of those that the pass inserts: reads and copies for it are not among them. */
function isCount(i: Instruction): boolean {
  return isLifetime(i) || i.op === "arrayClear";
}

/**
 * Of those that change a count. What is not noticed is moved past something that has nothing to do with it, or frees
 * later, or takes out what is not there any more.
 */
it("of mistakes in counts, the IR verifier and the model notice as many as ever", () => {
  const counts: Noticed = {};
  const nameOf = (i: Instruction): string => (i.op === "lifetime" ? i.what.name.split(" ")[0]! : i.op);
  for (const [, make] of GENERATORS) {
    for (let seed = 1; seed <= 2; seed++) {
      const program = counted(make(seed));
      const model = new CountModel();
      const expected = run(program, {}, model);
      const isNoticed = (): boolean => {
        try {
          return JSON.stringify(run(program)) !== JSON.stringify(expected);
        } catch {
          return true;
        }
      };
      const places = placesOf(program, (i) => isCount(i) && model.effective.has(i));
      mutate(places, MISPLACED, nameOf, isNoticed, counts);
    }
  }
  expect(counts).toEqual({
    dropped: {
      release: [477, 477],
      retain: [520, 520],
      arrayClear: [11, 11],
      overwritten: [5, 5],
    },
    doubled: {
      release: [477, 477],
      retain: [520, 520],
      arrayClear: [0, 11],
      overwritten: [5, 5],
    },
    "moved later": {
      release: [70, 450],
      retain: [266, 520],
      arrayClear: [7, 11],
      overwritten: [5, 5],
    },
    "moved earlier": {
      release: [227, 413],
      retain: [264, 504],
      arrayClear: [4, 11],
      overwritten: [0, 5],
    },
  });
});

describe("under the model, nothing is used that has been freed, and counts balance", () => {
  it.each(samplePrograms())("in $name", ({ source, args, input, expected, openPorts }) => {
    const program = buildProgram(source);
    const put: string[] = [];
    const { output, error, exit } = run(counted(program), { args, input, ports: openPorts(usedPorts(program), put) });
    expect({ output, error, exit, put }).toEqual(expected);
  });

  const seeds = Array.from({ length: often(20) }, (_, index) => index + 1);
  describe.each(GENERATORS)("random %s", (_name, make) => {
    it.each(seeds)("%d", (seed) => {
      const program = make(seed);
      const { stdout, stderr, exitCode } = interpret(program);
      const expected = { output: Buffer.from(stdout).toString(), error: stderr, exit: exitCode };
      expect(run(counted(program))).toEqual(expected);
    });
  });
});
