/**
 * Every sample program under every manager, fast and optimised, and under `gc` with a tiny nursery, a collection at
 * every allocation, and half of the start builds.
 */

import { describe, expect, it } from "vitest";
import { buildProgram } from "../../src/lang/frontend.ts";
import { managerNames, runModule } from "../../src/lang/index.ts";
import { verifyProgram } from "../../src/lang/ir/verify.ts";
import type { BuildOptions } from "../../src/lang/options.ts";
import { compileIr } from "../support/fast.ts";
import { samplePrograms } from "../support/programs.ts";
import { startBuilds } from "../support/starts.ts";

const MANAGERS = managerNames();
/** @param turn the program's number among the others */
function buildsFor(turn: number): readonly BuildOptions[] {
  return [
    ...MANAGERS.flatMap((manager) => [{ manager }, { manager, optimise: true }]),
    { manager: "gc", debug: true, nurseryBytes: 4096 },
    { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 1 },
    ...startBuilds(turn),
  ];
}

describe("programs", () => {
  const programs = samplePrograms().map((program, turn) => ({ ...program, builds: buildsFor(turn) }));

  it("exist", () => expect(programs).not.toEqual([]));

  it.each(programs)("$name", ({ source, args, input, expected, openPorts, builds }) => {
    const program = buildProgram(source);
    verifyProgram(program);
    for (const options of builds) {
      const built = compileIr(program, options);
      const put: string[] = [];
      const result = runModule(built.wasm, { args, input, ports: openPorts(built.ports, put) });
      const output = Buffer.from(result.stdout).toString();
      const error = Buffer.from(result.stderr).toString();
      expect({ output, error, exit: result.exitCode, put }, JSON.stringify(options)).toEqual(expected);
    }
  });
});
