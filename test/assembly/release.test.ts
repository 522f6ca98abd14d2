/** What is for finding defects costs a release nothing: not a byte of its code is in there. */

import { readFileSync } from "node:fs";
import binaryen from "binaryen";
import { describe, expect, it } from "vitest";
import { compile, SourceFile } from "../../src/lang/index.ts";

/** Functions and globals by their internal names: of the core, the path of its file and the name in it. */
function namesOf(wasm: Uint8Array): string[] {
  const module = binaryen.readBinary(wasm);
  try {
    const functions = Array.from({ length: module.getNumFunctions() }, (_, index) =>
      binaryen.getFunctionInfo(module.getFunctionByIndex(index)),
    );
    const globals = Array.from({ length: module.getNumGlobals() }, (_, index) =>
      binaryen.getGlobalInfo(module.getGlobalByIndex(index)),
    );
    return [...functions, ...globals].map(({ name }) => name);
  } finally {
    module.dispose();
  }
}

const core = (build: string): Uint8Array => readFileSync(new URL(`../../dist/core/${build}.wasm`, import.meta.url));
const IS_DEBUG = /assembly\/debug\/|poison|zeal|Zeal|hurried|Hurried|refuseGrow|limitMarkStack|limitRemembered|abort/;

describe("verification, bounds, poison, zeal and injected faults", () => {
  it("are in the debug core", () => {
    const names = namesOf(core("debug"));
    for (const part of ["assembly/debug/verify/", "assembly/debug/bounds/", "zeal", "hurried"]) {
      expect(
        names.some((name) => name.includes(part)),
        part,
      ).toBe(true);
    }
  });

  it("are not in the release core, but for exports that do nothing", () => {
    const module = binaryen.readBinary(core("release"));
    const kept = namesOf(core("release")).filter((name) => IS_DEBUG.test(name));
    const bodies = kept.map((name) => {
      const body = binaryen.getExpressionInfo(binaryen.getFunctionInfo(module.getFunction(name)).body);
      const isBlock = body.id === binaryen.BlockId;
      const isEmpty = isBlock ? (body as binaryen.BlockInfo).children.length === 0 : body.id === binaryen.NopId;
      return { name, isEmpty };
    });
    expect(bodies.length).toBeGreaterThan(0);
    expect(bodies.filter(({ isEmpty }) => !isEmpty)).toEqual([]);
    module.dispose();
  });

  it("are not in a module that is built for use", async () => {
    const source = new SourceFile("one.mote", 'struct One { n: Int }\nfn main() { print("{One { n: 1 }.n}") }');
    for (const manager of ["gc", "regions", "sparse", "leak"]) {
      const { wasm } = await compile(source, { manager, names: true });
      const names = namesOf(wasm);
      expect(names.some((name) => name.startsWith("assembly/"))).toBe(true);
      expect(names.filter((name) => IS_DEBUG.test(name))).toEqual([]);
    }
  });
});
