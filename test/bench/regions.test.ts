/** What the bench of `regions` compares does the same, in small; the bench compares the outputs in full size. */

import { describe, expect, it } from "vitest";
import { compileProgram } from "../../bench/compile-program.ts";
import { openPeer } from "../../bench/peers/peer.ts";
import { compileCalls, MANAGERS } from "../../bench/region/calls.ts";
import { assembleTrees, WRITTEN } from "../../bench/region/trees.ts";
import { runModule } from "../../src/lang/index.ts";

const modules = new Map<string, WebAssembly.Module>();

async function outputOf(file: string, args: readonly string[]): Promise<string> {
  let module = modules.get(file);
  if (module === undefined) {
    module = new WebAssembly.Module((await compileProgram(file, { manager: "regions", optimise: false })).wasm);
    modules.set(file, module);
  }
  return Buffer.from(runModule(module, { args }).stdout).toString();
}

describe("the bench of regions", () => {
  it.each(Object.values(WRITTEN))("has trees by hand, %s, that are the program's", async (start) => {
    const byHand = openPeer({ kind: "module", program: "binarytrees", wasm: assembleTrees(start) });
    expect(byHand.run(["8"]).stdout).toBe(await outputOf("programs/binarytrees.mote", ["8"]));
  });

  it.each([
    ["sieve", "2"],
    ["sieve", "3"],
    ["sieve", "1000"],
    ["fft", "1"],
    ["fft", "100"],
  ])("has a %s on arrays that prints the same for %s", async (name, size) => {
    expect(await outputOf(`region/${name}.mote`, [size])).toBe(await outputOf(`programs/${name}.mote`, [size]));
  });

  it.each(["dropped", "kept", "returned", "nested", "grown", "turns", "handed"])(
    "builds cells that are %s",
    async (way) => {
      // 0, 1 and 2 by turns, from 0 to 8 or from 9 to 1.
      expect(await outputOf("region/builds.mote", [way, "9", "2"])).toBe("total 18\n");
    },
  );

  it.each(MANAGERS)("makes calls under %s", async (manager) => {
    const wasm = await compileCalls(manager, { optimise: false });
    expect(Buffer.from(runModule(wasm, { args: ["9", "1", "2"] }).stdout).toString()).toBe("total 18\n");
  });

  it.each(["0", "1", "5"])("makes calls with %s cells", async (cells) => {
    // 1, 2 and 0 by turns.
    expect(await outputOf("region/calls.mote", ["9", cells, "2"])).toBe("total 18\n");
  });
});
