/** Programs in the IR that are not well formed: each breaks one rule, and the error names it. */

import { describe, expect, it } from "vitest";
import type { Block, Instruction, IrProgram } from "../../../src/lang/ir/ir.ts";
import { verifyProgram } from "../../../src/lang/ir/verify.ts";
import { compileIr } from "../../support/fast.ts";
import {
  BOOL,
  bool,
  FLOAT,
  type FunctionBuilder,
  float,
  INT,
  INT_ELEMENT,
  int,
  LONG,
  ProgramBuilder,
  recordOf,
  TEXT,
  unionOf,
} from "../ir-notation.ts";

const ARRAY = { kind: "array", element: INT_ELEMENT } as const;
const cell = recordOf("Cell", [["value", INT]]);
const fixed = { ...recordOf("Fixed", [["value", INT]]), fields: [{ name: "value", type: INT, mutable: false }] };
const tree = unionOf("Tree", { Leaf: () => [["value", INT]], None: null, Node: (self) => [["left", self]] });

/** A program whose main does this. */
function programOf(fill: (main: FunctionBuilder, program: ProgramBuilder) => void): IrProgram {
  const program = new ProgramBuilder();
  fill(program.declare("main", [], []), program);
  return program.program();
}

const BROKEN: Readonly<Record<string, readonly [number, (f: FunctionBuilder, program: ProgramBuilder) => void]>> = {
  "a variable that is defined in one branch only": [
    1,
    (f) => {
      const sum = f.variable("sum", INT, true);
      f.if(bool(true), () => f.set(sum, int(1)));
      f.binary("add", sum, int(1));
    },
  ],
  "a variable that a loop defines behind its way out": [
    1,
    (f) => {
      const sum = f.variable("sum", INT, true);
      f.loop((label) => {
        f.if(bool(true), () => f.break(label));
        f.set(sum, int(1));
      });
      f.binary("add", sum, int(1));
    },
  ],
  "a variable that is defined twice": [
    1,
    (f) => {
      const one = f.variable("one", INT);
      f.set(one, int(1));
      f.set(one, int(2));
    },
  ],
  "a variable of another function": [
    1,
    (f, program) => {
      const other = program.declare("other", [["n", INT]], []);
      other.return();
      f.emit({ op: "set", dst: other.param(0), src: int(1) });
    },
  ],
  "two variables with one id": [
    1,
    (f) => {
      const one = f.variable("one", INT);
      f.set(one, int(1));
      f.set({ ...one }, int(2));
    },
  ],
  "a sum of an int and a long": [2, (f) => void f.binary("add", f.unary("intToLong", LONG, int(1)), int(1))],
  "a comparison that gives an int": [
    2,
    (f) => void f.define(INT, { op: "binary", operator: "lt", a: int(1), b: int(2) }),
  ],
  "a square root of an int": [2, (f) => void f.unary("sqrt", INT, int(4))],
  "a condition that is a number": [2, (f) => f.if(int(1), () => undefined)],
  "a record with an argument too few": [2, (f) => void f.construct(cell)],
  "a field of another record": [
    2,
    (f) => void f.define(INT, { op: "field", object: f.construct(cell, int(1)), record: fixed, index: 0 }),
  ],
  "a field that never changes, and is set": [
    2,
    (f) => void f.emit({ op: "setField", object: f.construct(fixed, int(1)), record: fixed, index: 0, value: int(2) }),
  ],
  "an immediate of a case with a record": [
    2,
    (f) => void f.define(tree.type, { op: "immediate", union: tree.union, caseIndex: 0 }),
  ],
  "an element of another type": [
    2,
    (f) => {
      const array = f.define(ARRAY, { op: "arrayNew", element: INT_ELEMENT, length: int(3) });
      f.emit({ op: "arraySet", array, index: int(0), values: [float(1)] });
    },
  ],
  "an index that is a truth value": [
    2,
    (f) => {
      const array = f.define(ARRAY, { op: "arrayNew", element: INT_ELEMENT, length: int(3) });
      f.emit({ op: "arrayGet", array, index: bool(true), dsts: [f.variable("got", INT)] });
    },
  ],
  "a slice of an array that is a text": [
    2,
    (f) => {
      const array = f.define(ARRAY, { op: "arrayNew", element: INT_ELEMENT, length: int(3) });
      f.define(TEXT, { op: "arraySlice", array, start: int(0), end: int(1) });
    },
  ],
  "a number that is written": [2, (f) => void f.emit({ op: "write", stream: 1, bytes: f.unary("neg", INT, int(1)) })],
  "a binding that is no record of its case": [
    2,
    (f) => {
      const leaf = f.construct(tree.record("Leaf"), int(1));
      const binding = f.variable("binding", { kind: "record", record: tree.record("Node") });
      const body: Block = { instructions: [] };
      const otherwise: Block = { instructions: [] };
      f.emit({ op: "match", value: leaf, union: tree.union, arms: [{ caseIndex: 0, binding, body }], otherwise });
    },
  ],
  "a break out of nothing": [3, (f) => f.break({ name: "nothing" })],
  "a continue of a block": [3, (f) => f.block((label) => f.continue(label))],
  "a function that may not return its result": [
    4,
    (f, program) => {
      const other = program.declare("other", [], [INT]);
      other.if(bool(true), () => other.return(int(1)));
      f.call(other);
    },
  ],
  "a call of a function of another program": [5, (f) => f.tailCall(new ProgramBuilder().declare("stranger", [], []))],
  "a call with an argument too few": [5, (f, program) => void f.call(program.declare("other", [["n", INT]], []))],
  "a call with an argument of another type": [
    5,
    (f, program) => void f.call(program.declare("other", [["n", FLOAT]], []), int(1)),
  ],
  "a tail call whose results are not the function's": [
    5,
    (f, program) => {
      const other = program.declare("other", [], [INT]);
      other.return(int(1));
      f.tailCall(other);
    },
  ],
  "a match without an arm for a case": [
    6,
    (f) => f.match(f.construct(tree.record("Leaf"), int(1)), { 0: () => undefined, 1: () => undefined }),
  ],
  "two allocations at one site": [
    7,
    (f) => {
      f.construct(cell, int(1));
      const made = f.fn.body.instructions[0] as Instruction & { readonly op: "construct" };
      f.emit({ ...made, dst: f.variable("again", { kind: "record", record: cell }) });
    },
  ],
  "a main that takes something": [
    8,
    (f) => {
      f.fn.params = [f.variable("n", INT)];
    },
  ],
};

describe("the verifier of the IR", () => {
  it.each(Object.entries(BROKEN))("finds %s", (_name, [rule, fill]) => {
    expect(() => verifyProgram(programOf(fill))).toThrow(`breaks rule ${rule}: `);
  });

  it("lets a variable be defined by every path that is left", () => {
    const program = programOf((f) => {
      const sum = f.variable("sum", INT, true);
      f.if(
        bool(true),
        () => f.set(sum, int(1)),
        () => f.panic("failed"),
      );
      f.loop((label) => {
        f.if(f.binary("lt", sum, int(3)), () => f.continue(label));
        f.break(label);
      });
      const other = f.variable("other", BOOL, true);
      f.block((label) => {
        f.if(bool(true), () => {
          f.set(other, bool(true));
          f.break(label);
        });
        f.set(other, bool(false));
      });
      f.if(other, () => f.print("other"));
    });
    expect(() => verifyProgram(program)).not.toThrow();
  });

  it("runs in debug builds", () => {
    const program = programOf((f) => f.if(int(1), () => undefined));
    expect(() => compileIr(program, { manager: "leak", debug: true })).toThrow(
      "the IR of main breaks rule 2: if: the condition is int, not bool",
    );
  });
});
