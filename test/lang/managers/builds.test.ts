/** What modules import and export, and what builds refuse, under every manager. */

import { describe, expect, it } from "vitest";
import { managerNames } from "../../../src/lang/managers/registry.ts";
import type { BuildOptions } from "../../../src/lang/options.ts";
import { runModule } from "../../../src/lang/run/run-module.ts";
import { compileIr } from "../../support/fast.ts";
import { START_BUILDS } from "../../support/starts.ts";
import { addPrintInt, INT, int, ProgramBuilder, recordOf } from "../ir-notation.ts";
import { BUILDS } from "./expect-output.ts";
import { newArray } from "./notation.ts";

describe("builds", () => {
  it("export memory and _start only, and import nothing but WASI", () => {
    for (const options of [...BUILDS, ...START_BUILDS]) {
      const program = new ProgramBuilder();
      program.declare("main", [], []).print("x");
      const module = new WebAssembly.Module(compileIr(program.program(), options).wasm);
      expect(WebAssembly.Module.exports(module).map((each) => each.name)).toEqual(["memory", "_start"]);
      expect(new Set(WebAssembly.Module.imports(module).map((each) => each.module))).toEqual(
        new Set(["wasi_snapshot_preview1"]),
      );
    }
  });

  it("are the same for the same program", () => {
    const build = (): Uint8Array => {
      const program = new ProgramBuilder();
      addPrintInt(program);
      program.declare("main", [], []).print("x");
      return compileIr(program.program(), { manager: "gc" }).wasm;
    };
    expect(build()).toEqual(build());
  });

  it("keep names only when asked", () => {
    for (const manager of managerNames()) {
      const sections = [false, true].map((names) => {
        const program = new ProgramBuilder();
        addPrintInt(program);
        program.declare("main", [], []).print("x");
        const module = new WebAssembly.Module(compileIr(program.program(), { manager, names }).wasm);
        return WebAssembly.Module.customSections(module, "name").length;
      });
      expect(sections).toEqual([0, 1]);
    }
  });

  it("count objects and bytes when measuring", () => {
    for (const manager of ["gc", "leak"]) {
      const program = new ProgramBuilder();
      const cell = recordOf("Cell", [["value", INT]]);
      const main = program.declare("main", [], []);
      const kept = newArray(main, { name: "Cell", components: [{ kind: "record", record: cell }] }, 10);
      main.range(int(0), int(10), (index) => {
        main.emit({ op: "arraySet", array: kept, index, values: [main.construct(cell, index)] });
      });
      const { exports } = runModule(compileIr(program.program(), { manager, measure: true }).wasm);
      expect((exports.objects as WebAssembly.Global).value).toBe(11n);
      expect((exports.bytes as WebAssembly.Global).value).toBe(48n + 10n * 8n);
    }
  });

  it("mark slow allocations, and keep the core's statistics, when timing pauses", () => {
    const program = new ProgramBuilder();
    const cell = recordOf("Cell", [["value", INT]]);
    const main = program.declare("main", [], []);
    main.range(int(0), int(10_000), (index) => void main.construct(cell, index));
    const built = compileIr(program.program(), { manager: "gc", pauses: true, nurseryBytes: 4096 });
    let [begun, ended] = [0, 0];
    const hooks = { pauseBegin: () => void begun++, pauseEnd: () => void ended++ };
    const { exports } = runModule(built.wasm, { hooks });
    const address = (exports.statistics as () => number)();
    const minor = new DataView((exports.memory as WebAssembly.Memory).buffer).getUint32(address, true);
    expect(minor).toBeGreaterThan(0);
    expect(begun).toBeGreaterThanOrEqual(minor);
    expect(ended).toBe(begun);
  });

  it("refuse what does not exist or does not fit", () => {
    const program = new ProgramBuilder();
    program.declare("main", [], []);
    const build = (options: BuildOptions) => () => compileIr(program.program(), options);
    expect(build({ manager: "magic" })).toThrow(
      /unknown memory manager "magic"; the known ones are gc, regions, sparse, leak, host/,
    );
    expect(build({ manager: "gc", zeal: 1 })).toThrow(/zeal needs the core's debug build/);
    expect(build({ manager: "leak", zeal: 1, debug: true })).toThrow(
      "leak has no option zeal (--zeal): it never collects; gc, regions, sparse have it",
    );
    expect(build({ manager: "host", heapLimitBytes: 65_536 })).toThrow(
      /^host has no option heapLimitBytes .*--max-old/,
    );
    expect(build({ manager: "regions", nurseryBytes: 65_536 })).toThrow(
      "regions has no option nurseryBytes (--nursery); gc has it",
    );
    expect(build({ manager: "gc", growthPercent: 20_000 })).toThrow(
      "growthPercent has to be from 1 to 10000, not 20000",
    );
    expect(build({ manager: "gc", starts: "magic" as never })).toThrow(
      "starts has to be one of eager, deferred, compressed, search, crossing, walk, not magic",
    );
    expect(build({ manager: "gc", reps: "c" as never })).toThrow("reps has to be one of b, a, not c");
    expect(build({ manager: "gc", mature: "cells" as never })).toThrow(
      "mature has to be one of lines, classes, not cells",
    );
    expect(build({ manager: "gc", shadowStackBytes: 2 ** 32 - 1 })).toThrow(/shadowStackBytes leaves no room/);
    expect(build({ manager: "gc", nurseryBytes: -1 })).toThrow(/nurseryBytes has to be a whole number/);
    expect(build({ manager: "sparse", sparseLimits: { wasteBytes: -1 } })).toThrow(/wasteBytes is a whole number/);
  });
});
