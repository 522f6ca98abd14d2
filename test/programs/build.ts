/** Builds and runs the programs of bench/programs for tests; each build is made once. */

import { readFileSync } from "node:fs";
import { type BuildOptions, compile, type RunOptions, runModule, SourceFile } from "../../src/lang/index.ts";

const built = new Map<string, Promise<WebAssembly.Module>>();

/** How each program is built in these tests: every manager, and `gc` collecting at every allocation. */
export const BUILDS: readonly BuildOptions[] = [
  { manager: "gc" },
  { manager: "leak" },
  { manager: "host" },
  { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 1 },
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
