/** Every sample program under every manager, optimised and not, and under `gc` with a tiny nursery and a collection at every allocation. */

import { describe, expect, it } from "vitest";
import { managerNames, runModule } from "../../src/lang/index.ts";
import type { BuildOptions } from "../../src/lang/options.ts";
import { compile } from "../support/fast.ts";
import { samplePrograms } from "../support/programs.ts";
import { START_BUILDS } from "../support/starts.ts";

const BUILDS: readonly BuildOptions[] = [
  ...managerNames().flatMap((manager) => [
    { manager, optimise: true },
    { manager, optimise: false },
  ]),
  { manager: "gc", debug: true, nurseryBytes: 4096 },
  { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 1 },
  ...START_BUILDS,
];

describe("programs", () => {
  const programs = samplePrograms();

  it("exist", () => expect(programs).not.toEqual([]));

  it.each(programs)("$name", async ({ source, args, input, expected, openPorts }) => {
    for (const options of BUILDS) {
      const built = await compile(source, options);
      const put: string[] = [];
      const result = runModule(built.wasm, { args, input, ports: openPorts(built.ports, put) });
      const output = Buffer.from(result.stdout).toString();
      const error = Buffer.from(result.stderr).toString();
      expect({ output, error, exit: result.exitCode, put }, JSON.stringify(options)).toEqual(expected);
    }
  });
});
