/** The places where a pass can insert, each named by an instruction that says what is there. */

import { expect, it } from "vitest";
import { insertInto, variableMaker } from "../../../src/lang/ir/insert.ts";
import type { Instruction } from "../../../src/lang/ir/ir.ts";
import { printFunction } from "../../../src/lang/ir/print.ts";
import { verifyProgram } from "../../../src/lang/ir/verify.ts";
import { type FunctionBuilder, INT, int, ProgramBuilder, unionOf } from "../ir-notation.ts";

const option = unionOf("Option", { None: null, Some: () => [["value", INT]] });

function here(name: string): Instruction[] {
  return [{ op: "lifetime", what: { name }, operands: [], dsts: [] }];
}

/** The lines of a function after each place has got an instruction. */
function marked(fill: (f: FunctionBuilder) => void): string[] {
  const program = new ProgramBuilder();
  const f = program.declare("main", [], []);
  fill(f);
  insertInto(f.fn, {
    inFrontOf: ({ op }) => here(`in front of ${op}`),
    behind: ({ op }) => here(`behind ${op}`),
    beginBlock: (_block, arm) => here(arm === undefined ? "begin" : `begin arm ${arm.caseIndex}`),
    endBlock: () => here("end"),
    beginIteration: () => here("begin iteration"),
  });
  verifyProgram(program.program());
  return printFunction(f.fn)
    .split("\n")
    .slice(1)
    .map((line) => line.trim());
}

it("has places around instructions, and at both ends of a branch that control leaves there", () => {
  const lines = marked((f) =>
    f.if(
      f.binary("lt", int(1), int(2)),
      () => f.return(),
      () => undefined,
    ),
  );
  expect(lines).toEqual([
    "begin",
    "in front of binary",
    "lt: bool = lt 1, 2",
    "behind binary",
    "in front of if",
    "if lt",
    "begin",
    "in front of return",
    "return",
    "else",
    "begin",
    "end",
    "behind if",
    "end",
  ]);
});

it("has a place in each arm, where its binding is, and none behind a match that nothing comes out of", () => {
  const lines = marked((f) =>
    f.match(f.construct(option.record("Some"), int(1)), { 0: () => f.panic("failed"), 1: () => f.return() }),
  );
  expect(lines.filter((line) => /arm|behind match|^end/.test(line))).toEqual(["begin arm 0", "begin arm 1"]);
});

it("has places on the ways out of a loop and back, and behind its exit test", () => {
  const lines = marked((f) => {
    const sum = f.mutable("sum", INT, int(0));
    f.loop((label) => {
      f.if(
        f.binary("lt", sum, int(3)),
        () => undefined,
        () => f.break(label),
      );
      f.set(sum, int(4));
      f.if(f.binary("lt", sum, int(5)), () => f.continue(label));
    });
  });
  const loop = lines.slice(lines.findIndex((line) => line.startsWith("loop")));
  expect(loop.filter((line) => !/binary|^lt|^if|^else/.test(line))).toEqual([
    "loop loop",
    "begin",
    "in front of if",
    "begin",
    "end",
    "begin",
    "in front of break",
    "break loop",
    "behind if",
    "begin iteration",
    "in front of set",
    "sum := 4",
    "behind set",
    "in front of if",
    "begin",
    "in front of continue",
    "continue loop",
    "begin",
    "end",
    "behind if",
    "end",
    "behind loop",
    "end",
  ]);
});

it("makes variables that no other is", () => {
  const program = new ProgramBuilder();
  const f = program.declare("main", [], []);
  const one = f.binary("add", int(1), int(2));
  const make = variableMaker(f.fn);
  const [two, three] = [make(INT, "two"), make(INT, "three")];
  expect(new Set([one.id, two.id, three.id]).size).toBe(3);
});
