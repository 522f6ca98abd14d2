/** Liveness, safepoints and freshness on small functions; a set is shown as the names of its variables. */

import { describe, expect, it } from "vitest";
import { freshStores, staticVariables } from "../../../src/lang/ir/freshness.ts";
import type { Instruction, IrType, Variable } from "../../../src/lang/ir/ir.ts";
import { computeLiveness } from "../../../src/lang/ir/liveness.ts";
import { allocates, functionsThatMayCollect } from "../../../src/lang/ir/safepoints.ts";
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

const cell = recordOf("Cell", [["value", INT]]);
const CELL: IrType = { kind: "record", record: cell };

function functionWith(...params: readonly (readonly [string, IrType])[]): FunctionBuilder {
  return new ProgramBuilder().declare("f", params, []);
}

/** Adds a record allocation, and remembers the instruction in `at`. */
function allocate(f: FunctionBuilder, name: string, at: Instruction[]): Variable {
  const dst = f.variable(name, CELL);
  const site = { id: 0, functionName: "f", line: 1, what: "Cell" };
  at.push(f.emit({ op: "construct", dst, record: cell, args: [int(1)], site }));
  return dst;
}

function use(f: FunctionBuilder, variable: Variable): void {
  f.emit({ op: "field", dst: f.variable("used", INT), object: variable, record: cell, index: 0 });
}

function liveSets(f: FunctionBuilder, at: readonly Instruction[]): string[] {
  const live = computeLiveness(f.fn, allocates);
  return at.map((instruction) =>
    live(instruction)
      .map((variable) => variable.name)
      .join(" "),
  );
}

describe("liveness", () => {
  it("ends with the last use, and knows pointers only", () => {
    const f = functionWith(["a", CELL], ["n", INT], ["t", TEXT]);
    const at: Instruction[] = [];
    const first = allocate(f, "first", at);
    use(f, f.param(0));
    allocate(f, "second", at);
    use(f, first);
    f.print(f.param(2));
    f.return(f.param(1));
    expect(liveSets(f, at)).toEqual(["a t", "t first"]);
  });

  it("joins the branches", () => {
    const f = functionWith(["a", CELL], ["b", CELL], ["n", INT]);
    const at: Instruction[] = [];
    allocate(f, "x", at);
    f.if(
      f.binary("eq", f.param(2), int(0)),
      () => {
        allocate(f, "y", at);
        use(f, f.param(0));
      },
      () => {
        allocate(f, "z", at);
        use(f, f.param(1));
      },
    );
    expect(liveSets(f, at)).toEqual(["a b", "a", "b"]);
  });

  it("keeps alive around a loop what only the next iteration reads", () => {
    const f = functionWith(["a", CELL], ["n", INT]);
    const at: Instruction[] = [];
    const kept = f.mutable("kept", CELL, f.param(0));
    f.range(int(0), f.param(1), () => {
      f.range(int(0), f.param(1), () => {
        use(f, kept);
        const made = allocate(f, "made", at);
        f.set(kept, made);
      });
      allocate(f, "other", at);
    });
    expect(liveSets(f, at)).toEqual(["", "kept"]);
  });

  it("follows break, continue, return and panic", () => {
    const f = functionWith(["a", CELL], ["b", CELL], ["c", CELL], ["n", INT]);
    const at: Instruction[] = [];
    f.loop((loop) => {
      f.block((block) => {
        allocate(f, "w", at);
        f.switch(
          f.param(3),
          [
            [[0], () => f.break(loop)],
            [[1], () => f.break(block)],
            [[2], () => f.panic("divisionByZero")],
          ],
          () => {
            allocate(f, "x", at);
            use(f, f.param(2));
            f.continue(loop);
          },
        );
      });
      use(f, f.param(0));
      f.return();
    });
    allocate(f, "y", at);
    use(f, f.param(1));
    expect(liveSets(f, at)).toEqual(["a b c", "a b c", "b"]);
  });

  it("binds in the arms of a match", () => {
    const union = unionOf("U", { A: null, B: () => [["cell", CELL]] });
    const f = functionWith(["u", union.type], ["a", CELL]);
    const at: Instruction[] = [];
    allocate(f, "x", at);
    f.match(f.param(0), {
      0: () => use(f, f.param(1)),
      1: (binding) => {
        allocate(f, "y", at);
        f.field(binding, 0);
      },
    });
    expect(liveSets(f, at)).toEqual(["u a", "binding"]);
  });

  it("keeps the arguments of a tail call alive until the call, and nothing after it", () => {
    const program = new ProgramBuilder();
    const f = program.declare(
      "f",
      [
        ["a", CELL],
        ["b", CELL],
      ],
      [],
    );
    const at: Instruction[] = [];
    const x = allocate(f, "x", at);
    f.tailCall(f, f.param(1), x);
    expect(liveSets(f, at)).toEqual(["b"]);
  });
});

describe("safepoints", () => {
  it("spread to callers through calls and tail calls", () => {
    const program = new ProgramBuilder();
    const leaf = program.declare("leaf", [], []);
    const pure = program.declare("pure", [["n", INT]], []);
    const tail = program.declare("tail", [], []);
    const caller = program.declare("caller", [], []);
    const main = program.declare("main", [], []);
    allocate(leaf, "x", []);
    pure.tailCall(pure, pure.param(0));
    tail.tailCall(leaf);
    caller.call(tail);
    main.call(pure, int(1));
    const names = [...functionsThatMayCollect(program.program(), allocates)].map((fn) => fn.name);
    expect(names).toEqual(["leaf", "tail", "caller"]);
  });
});

describe("freshness", () => {
  it("lasts from an allocation to the next safepoint", () => {
    const f = functionWith(["a", CELL]);
    const stores: Instruction[] = [];
    const store = (array: Variable): void => {
      stores.push(f.emit({ op: "arraySet", array, index: int(0), values: [int(1)] }));
    };
    const newArray = (): Variable =>
      f.define({ kind: "array", element: INT_ELEMENT }, { op: "arrayNew", element: INT_ELEMENT, length: int(1) });
    const first = newArray();
    store(first);
    const second = newArray();
    store(first);
    store(second);
    f.range(int(0), int(3), () => {
      store(second);
      const third = newArray();
      store(third);
    });
    const fresh = freshStores(f.fn, allocates);
    expect(stores.map((instruction) => fresh.has(instruction))).toEqual([true, false, true, false, true]);
  });

  it("of a part is that of the whole", () => {
    const pair = recordOf("Pair", []);
    pair.fields.push({ name: "cell", type: CELL, mutable: false, inline: cell });
    const f = functionWith(["old", { kind: "record", record: pair }]);
    const stores: Instruction[] = [];
    const storeInPart = (object: Variable): Variable => {
      const part = f.define(CELL, { op: "part", object, record: pair, index: 0 });
      stores.push(f.emit({ op: "setField", object: part, record: cell, index: 0, value: int(1) }));
      return part;
    };
    storeInPart(f.param(0));
    const made = f.construct(pair, int(0));
    const part = storeInPart(made);
    f.construct(cell, int(0));
    stores.push(f.emit({ op: "setField", object: part, record: cell, index: 0, value: int(2) }));
    storeInPart(made);
    const fresh = freshStores(f.fn, allocates);
    expect(stores.map((instruction) => fresh.has(instruction))).toEqual([false, true, false, false]);
  });

  it("knows the variables that never refer to the heap", () => {
    const union = unionOf("U", { A: null, B: () => [["cell", CELL]] });
    const f = functionWith();
    const literal = f.literal("x");
    const immediate = f.define(union.type, { op: "immediate", union: union.union, caseIndex: 0 });
    const mutable = f.mutable("mutable", union.type, immediate);
    const made = allocate(f, "made", []);
    const statics = staticVariables(f.fn);
    expect([literal, immediate, mutable, made].map((variable) => statics.has(variable))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
