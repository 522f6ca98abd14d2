/** Programs that need more memory or stack than there is, under every manager. */

import { describe, expect, it } from "vitest";
import type { IrType, Variable } from "../../../src/lang/ir/ir.ts";
import { TEXT_ELEMENT } from "../../../src/lang/ir/ir.ts";
import { managerNames } from "../../../src/lang/managers/registry.ts";
import { runModule } from "../../../src/lang/run/run-module.ts";
import { compileIr } from "../../support/fast.ts";
import { INT, int, ProgramBuilder, recordOf, unionOf } from "../ir-notation.ts";
import { newArray } from "./notation.ts";

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
    for (const options of [
      { manager: "gc", shadowStackBytes: 65536 },
      ...managerNames().map((manager) => ({ manager })),
    ]) {
      const program = new ProgramBuilder();
      build(program);
      const result = runModule(compileIr(program.program(), options).wasm);
      expect(Buffer.from(result.stderr).toString()).toMatch(/^error: stack overflow/);
      expect(result.exitCode).toBe(1);
    }
  });
});
