/** `heapwright run`: compiles a program and runs it in this process, as if it were the command itself. */

import type { Command } from "commander";
import { UsageError } from "../compare/errors.ts";
import { loadExterns } from "../compare/extern-files.ts";
import { readInput, readProgram, readStandardInput, writeWhole } from "../compare/files.ts";
import { PortFiles, type PortOptions, planPorts } from "../compare/port-files.ts";
import { compile, managerNames, requireEngine, runModule } from "../lang/index.ts";
import { addDebugSettings, addSettings, buildOptions, type DebugSettings, type Settings } from "./build-settings.ts";
import { addExterns, type ExternSettings } from "./extern-options.ts";
import { parseName } from "./option-values.ts";
import { addPortOptions } from "./port-options.ts";
import { describeShapes } from "./shapes.ts";
import { writeThrough } from "./streams.ts";
import { GcTrace } from "./trace-gc.ts";

interface RunCommandOptions extends Settings, DebugSettings, PortOptions, ExternSettings {
  traceGc?: boolean;
  shapes?: boolean;
  manager: string;
  input?: string;
}

export function addRun(program: Command): void {
  const command = program
    .command("run")
    .summary("run a program under one memory manager")
    .description(
      "Compiles a Mote program under one memory manager and runs it. Its output, errors and exit code are the " +
        "command's own; its input is the file given, or else standard input.",
    )
    .argument("<program>", "a .mote file")
    .argument("[arguments...]", "the program's own arguments, behind --")
    .requiredOption(
      "-m, --manager <name>",
      `the memory manager: ${managerNames().join(", ")}`,
      parseName("memory manager", managerNames()),
    )
    .option("-i, --input <file>", "the program's input; without it, standard input unless that is a terminal")
    .option("--trace-gc", "a line on standard error for each collection (gc)")
    .option("--shapes", "a table on standard error of what was allocated, by shape (gc)");
  addDebugSettings(addSettings(addExterns(addPortOptions(command))))
    .addHelpText(
      "after",
      `
Examples:
  $ heapwright run bench/programs/binarytrees.mote --manager gc -- 10
  $ heapwright run bench/programs/binarytrees.mote --manager gc --trace-gc --pause 1ms -- 16
  $ heapwright run bench/programs/json.mote --manager leak --input cities.json
  $ heapwright run shapes.mote --manager gc --extern mathematics=mathematics.wasm
  $ heapwright run bench/programs/rbtree.mote --manager gc --debug --zeal 1 -- random 50
  $ heapwright run filter.mote --manager gc --get jobs=jobs.txt --put done=-`,
    )
    .action(async (path: string, args: string[], options: RunCommandOptions) => {
      const source = readProgram(path);
      const input = options.input === undefined ? readStandardInput() : readInput(options.input);
      requireEngine(options.manager);
      const { traceGc = false, shapes: census = false } = options;
      if (options.manager !== "gc") {
        if (traceGc)
          throw new UsageError(`--trace-gc shows collections of gc, and ${options.manager} has none of ours`);
        if (census) throw new UsageError(`--shapes asks the heap of gc, and ${options.manager} has none`);
      }
      const externs = await loadExterns(options.extern);
      const {
        wasm,
        shapes,
        ports: used,
      } = await compile(source, { ...buildOptions(options.manager, options), traceGc, census });
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
    });
}
