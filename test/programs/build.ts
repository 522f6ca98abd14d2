/** Builds and runs the programs of bench/programs for tests; each build is made once. */

import { readFileSync } from "node:fs";
import { type BuildOptions, managerNames, type RunOptions, runModule, SourceFile } from "../../src/lang/index.ts";
import { compile } from "../support/fast.ts";

const built = new Map<string, Promise<WebAssembly.Module>>();

/** Every manager, for use. */
export const RELEASES: readonly BuildOptions[] = managerNames().map((manager) => ({ manager }));

/** How each program is built in these tests: for use, and with collections wherever they can be. */
export const BUILDS: readonly BuildOptions[] = [
  ...RELEASES,
  { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 1 },
  { manager: "regions", debug: true, zeal: 4 },
  { manager: "sparse", debug: true, zeal: 4 },
];

export function nameOf(options: BuildOptions): string {
  return options.zeal === undefined ? options.manager : `${options.manager} with zeal ${options.zeal}`;
}

export interface TextResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param program the file's name in bench/programs, without .mote */
export async function run(program: string, options: BuildOptions, how: RunOptions = {}): Promise<TextResult> {
  const key = JSON.stringify([program, options]);
  let module = built.get(key);
  if (module === undefined) {
    const file = `${program}.mote`;
    const text = readFileSync(new URL(`../../bench/programs/${file}`, import.meta.url), "utf8");
    module = compile(new SourceFile(file, text), options).then(({ wasm }) => new WebAssembly.Module(wasm));
    built.set(key, module);
  }
  const { exitCode, stdout, stderr } = runModule(await module, how);
  return { exitCode, stdout: Buffer.from(stdout).toString(), stderr: Buffer.from(stderr).toString() };
}
