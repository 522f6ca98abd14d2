/**
 * The back-end on programs in the IR: every instruction under every manager, and `gc` with a collection at every
 * allocation. What the front-end makes of Mote programs is tested in programs.test.ts.
 */

import { expect } from "vitest";
import type { IrProgram } from "../../../src/lang/ir/ir.ts";
import { managerNames } from "../../../src/lang/managers/registry.ts";
import type { BuildOptions } from "../../../src/lang/options.ts";
import { type RunOptions, runModule } from "../../../src/lang/run/run-module.ts";
import { compileIr } from "../../support/fast.ts";
import { startBuilds } from "../../support/starts.ts";
import { ProgramBuilder } from "../ir-notation.ts";

/** Every manager for use, and `gc` with a tiny nursery, and with a collection at every allocation. */
export const BUILDS: readonly BuildOptions[] = [
  ...managerNames().map((manager) => ({ manager })),
  { manager: "gc", debug: true, nurseryBytes: 4096 },
  { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 1 },
];

export function outputOf(program: IrProgram, options: BuildOptions, run: RunOptions = {}): string {
  const result = runModule(compileIr(program, options).wasm, run);
  const errors = Buffer.from(result.stderr).toString();
  expect(errors).toBe("");
  expect(result.exitCode).toBe(0);
  return Buffer.from(result.stdout).toString();
}

/**
 * Builds the program anew for each build, and expects the same output from all. Half of the start builds are among
 * them: which half depends on the output, so that a test that runs alone has the same.
 */
export function expectOutput(build: (program: ProgramBuilder) => void, expected: string, run: RunOptions = {}): void {
  for (const options of [...BUILDS, ...startBuilds(expected.length)]) {
    const program = new ProgramBuilder();
    build(program);
    expect(outputOf(program.program(), options, run), JSON.stringify(options)).toBe(expected);
  }
}
