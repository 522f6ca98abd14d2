/**
 * One program in all builds: what the interpreter does, with the oracle for placement looking on, each of them has to
 * do.
 */

import type { BuildOptions } from "../../src/lang/index.ts";
import { runModule } from "../../src/lang/index.ts";
import type { IrProgram } from "../../src/lang/ir/ir.ts";
import { placeProgram } from "../../src/lang/lifetimes/placement/placement.ts";
import { managerNamed } from "../../src/lang/managers/registry.ts";
import { EscapeOracle } from "./escapes.ts";
import { compileIr } from "./fast.ts";
import { interpret } from "./interpret.ts";

/** Every manager for use and for finding defects: a tiny nursery, collections all the time, loads that are checked. */
export const EVERYWHERE: readonly BuildOptions[] = [
  { manager: "gc" },
  { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 1 },
  { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 2, pauseMs: 1, reps: "a" },
  { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 3, mature: "classes" },
  { manager: "regions" },
  { manager: "regions", zeal: 3 },
  { manager: "regions", debug: true, zeal: 4 },
  { manager: "sparse" },
  { manager: "sparse", debug: true, zeal: 4 },
  { manager: "leak" },
  { manager: "leak", debug: true },
  { manager: "host" },
];

/** What a program did. */
export interface Doing {
  readonly output: string;
  readonly error: string;
  readonly exit: number;
  /** How many objects it made; undefined where a manager makes others than the IR says. */
  readonly objects: number | undefined;
}

/** @throws Error where the program breaks a promise of placement */
export function doInInterpreter(program: IrProgram): Doing {
  const { stdout, stderr, exitCode, allocations } = interpret(program, {
    observer: new EscapeOracle(placeProgram(program)),
  });
  const objects = [...allocations.values()].reduce((sum, count) => sum + count, 0);
  return { output: Buffer.from(stdout).toString(), error: stderr, exit: exitCode, objects };
}

export function doIn(program: IrProgram, options: BuildOptions): Doing {
  const { stdout, stderr, exitCode, exports } = runModule(compileIr(program, { ...options, measure: true }).wasm);
  const [output, error] = [Buffer.from(stdout).toString(), Buffer.from(stderr).toString()];
  // Elements of several components are boxed in the engine's heap.
  const objects =
    managerNamed(options.manager).abilities.heap === "engine"
      ? undefined
      : Number((exports.objects as WebAssembly.Global).value);
  return { output, error, exit: exitCode, objects };
}

/** What tells two doings apart, in lines; null if nothing does. */
export function difference(expected: Doing, found: Doing): string | null {
  for (const part of ["error", "exit", "output", "objects"] as const) {
    if (found[part] === undefined || expected[part] === found[part]) continue;
    const [wanted, got] = [`${expected[part]}`.split("\n"), `${found[part]}`.split("\n")];
    const line = wanted.findIndex((each, index) => each !== got[index]);
    const at = line < 0 ? wanted.length : line;
    return `${part}${wanted.length > 1 ? ` line ${at + 1}` : ""}: expected ${wanted[at] ?? "its end"}, found ${got[at] ?? "its end"}`;
  }
  return null;
}
