/** Generated programs are valid and print what their generator says; nothing here is timed. */

import { describe, expect, it } from "vitest";
import { generateProgram } from "../../bench/compile/generate.ts";
import { checkProgram } from "../../src/lang/frontend.ts";
import { runModule, SourceFile } from "../../src/lang/index.ts";
import { compile } from "../support/fast.ts";

describe("a generated program", () => {
  it.each([1, 2])("of 2,000 lines, seed %i, checks, builds and prints what was predicted", async (seed) => {
    const { text, lines, output } = generateProgram(2_000, seed);
    expect(lines).toBe(text.split("\n").length - 1);
    expect(lines).toBeGreaterThanOrEqual(2_000);
    expect(output).toMatch(/^(group \d+: -?\d+ -?\d+\n){5,}$/);
    const source = new SourceFile("generated.mote", text);
    // All of it is compiled: a function that nobody calls would not be.
    const { functions } = checkProgram(source);
    const called = new Set(Array.from(text.matchAll(/(?<!fn )\b([a-z]\w*)\(/g), (match) => match[1]!));
    expect(functions.size).toBeGreaterThan(20);
    expect([...functions.keys()].filter((name) => name !== "main" && !called.has(name))).toEqual([]);
    for (const manager of ["gc", "leak"]) {
      const { wasm } = await compile(source, { manager });
      const { stdout, stderr, exitCode } = runModule(wasm, { args: [] });
      expect({ stderr: Buffer.from(stderr).toString(), exitCode }, manager).toEqual({ stderr: "", exitCode: 0 });
      expect(Buffer.from(stdout).toString(), manager).toBe(output);
    }
  });

  it("is the same every time", () => {
    expect(generateProgram(1_000)).toEqual(generateProgram(1_000));
    expect(generateProgram(1_000, 2).text).not.toBe(generateProgram(1_000).text);
  });
});
