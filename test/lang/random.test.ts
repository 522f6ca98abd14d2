/**
 * Random programs under every manager, with the heap verified around each collection: they end, and allocate as many objects
 * as the interpreter does; under `host` parts are objects, too. test/support/generate.ts says what they are made of.
 */

import { describe, expect, it } from "vitest";
import { type BuildOptions, compileIr, runModule } from "../../src/lang/index.ts";
import { generateProgram } from "../support/generate.ts";
import { interpret } from "../support/interpret.ts";

const SEEDS = Array.from({ length: 25 }, (_, index) => 101 + index);

const BUILDS: readonly BuildOptions[] = [
  { manager: "gc" },
  { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 1 },
  { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 2, pauseMs: 1, reps: "a" },
  { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 3, mature: "classes" },
  { manager: "leak" },
  { manager: "host" },
];

describe.each(BUILDS)("random programs under %o", (options) => {
  it("do what the interpreter does", () => {
    let all = 0;
    for (const seed of SEEDS) {
      const program = generateProgram(seed);
      const { allocations, parts } = interpret(program);
      const made = [...allocations.values()].reduce((sum, count) => sum + count, 0);
      const expected = options.manager === "host" ? made + parts : made;
      const { wasm } = compileIr(program, { ...options, measure: true });
      const { exitCode, stderr, exports } = runModule(wasm);
      expect(Buffer.from(stderr).toString(), `seed ${seed}`).toBe("");
      expect(exitCode, `seed ${seed}`).toBe(0);
      expect(Number((exports.objects as WebAssembly.Global).value), `seed ${seed}`).toBe(expected);
      all += expected;
    }
    expect(all).toBeGreaterThan(1000);
  });
});
