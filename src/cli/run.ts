/** `heapwright run`: compiles a program and runs it in this process, as if it were the command itself. */

import { UsageError } from "../compare/errors.ts";
import { loadExterns } from "../compare/extern-files.ts";
import { readInput, readProgram, readStandardInput, writeWhole } from "../compare/files.ts";
import { PortFiles, type PortOptions, planPorts } from "../compare/port-files.ts";
import { compile } from "../lang/compile.ts";
import { managerNamed } from "../lang/managers/registry.ts";
import { requireEngine } from "../lang/run/engine.ts";
import { runModule } from "../lang/run/run-module.ts";
import { buildOptions, type DebugSettings, type Settings } from "./build-settings.ts";
import type { ExternSettings } from "./extern-options.ts";
import { describeShapes } from "./shapes.ts";
import { writeThrough } from "./streams.ts";
import { GcTrace } from "./trace-gc.ts";

/** What the command line gives. */
export interface RunCommandOptions extends Settings, DebugSettings, PortOptions, ExternSettings {
  traceGc?: boolean;
  shapes?: boolean;
  manager: string;
  input?: string;
}

/** @param args the program's own */
export async function run(path: string, args: readonly string[], options: RunCommandOptions): Promise<void> {
  const source = readProgram(path);
  const input = options.input === undefined ? readStandardInput() : readInput(options.input);
  const manager = managerNamed(options.manager);
  requireEngine(manager);
  const { traceGc = false, shapes: census = false } = options;
  const { abilities } = manager;
  if (traceGc && !abilities.trace) {
    throw new UsageError(`--trace-gc shows collections of gc, and ${options.manager} has none of ours`);
  }
  if (census && !abilities.census) {
    throw new UsageError(`--shapes asks the heap of gc, and ${options.manager} has none`);
  }
  const settings = buildOptions([options.manager], options);
  const externs = await loadExterns(options.extern);
  const {
    wasm,
    shapes,
    ports: used,
  } = await compile(source, { ...settings, manager: options.manager, traceGc, census });
  const { ports, files } = new PortFiles(planPorts(used, options)).open((line) => writeThrough(1, line));
  const trace = traceGc ? new GcTrace((line) => writeThrough(2, Buffer.from(`${line}\n`))) : null;
  const { exitCode, exports } = runModule(wasm, {
    args,
    input,
    externs,
    ports,
    onWrite: writeThrough,
    ...(trace === null ? {} : { onCollected: (memory, statistics) => trace.collected(memory, statistics) }),
  });
  for (const { file, content } of files()) writeWhole(file, content);
  trace?.ended();
  if (census) writeThrough(2, Buffer.from(`${describeShapes(exports, shapes).join("\n")}\n`));
  process.exitCode = exitCode;
}
