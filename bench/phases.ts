/**
 * `node bench/phases.ts [RUNS]`: what a build is spent on, phase by phase. Each build has a process of its own, as on
 * the command line, so that every phase runs code that the engine has not optimised yet. README.md says what the table
 * shows.
 */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as module from "node:module";
import { fileURLToPath } from "node:url";
import type Binaryen from "binaryen";
import { formatTable } from "../src/compare/formatting.ts";
import { spreadOf } from "../src/compare/samples.ts";

const PROGRAMS = { hello: null, json: "programs/json.mote", deltablue: "programs/deltablue.mote" } as const;
type Program = keyof typeof PROGRAMS;
const HELLO = 'fn main() { print("hello") }\n';
const MANAGERS = ["gc", "regions"] as const;
const PHASES = [
  "load Binaryen",
  "load the rest",
  "parse",
  "check",
  "irgen",
  "lifetimes",
  "codegen",
  "read core",
  "validate",
  "optimise",
  "encode",
  "V8",
] as const;
const MODES = ["--fast", "optimised"] as const;

interface Build {
  readonly program: string;
  readonly manager: string;
  readonly mode: (typeof MODES)[number];
}

type Times = Record<(typeof PHASES)[number], number>;
const DEFAULT_RUNS = 7;

/** The module that a command loads: the compiled one, since types in sources cost time. */
function loadBuilt<T>(path: string): Promise<T> {
  return import(new URL(`../dist/lang/${path}`, import.meta.url).href) as Promise<T>;
}

/** Of this process, all its threads, in milliseconds. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Builds one program, and notes the processor time of each phase in milliseconds. */
async function measure(program: Program, manager: string, optimise: boolean): Promise<Times> {
  const times = Object.fromEntries(PHASES.map((phase) => [phase, 0])) as Times;
  let last = processorTime();
  const note = (phase: keyof Times): void => {
    const now = processorTime();
    times[phase] += now - last;
    last = now;
  };
  /** Makes calls of a method a phase of their own; what was done before belongs to code generation. */
  const watch = (
    module: Binaryen.Module,
    name: "validate" | "runPasses" | "optimize" | "emitBinary",
    phase: keyof Times,
  ) => {
    const original = module[name].bind(module) as (...args: unknown[]) => unknown;
    const watched = (...args: unknown[]): unknown => {
      note("codegen");
      const result = original(...args);
      note(phase);
      return result;
    };
    Object.assign(module, { [name]: watched });
  };
  module.enableCompileCache();
  const { default: binaryen } = await import("binaryen");
  note("load Binaryen");
  const { SourceFile, parse } = await loadBuilt<typeof import("../src/lang/frontend.ts")>("frontend.js");
  const { loadPrelude } = await loadBuilt<typeof import("../src/lang/check-program.ts")>("check-program.js");
  const { check } = await loadBuilt<typeof import("../src/lang/check/program.ts")>("check/program.js");
  const { build } = await loadBuilt<typeof import("../src/lang/irgen/program.ts")>("irgen/program.js");
  const { placeProgram } = await loadBuilt<typeof import("../src/lang/lifetimes/placement/placement.ts")>(
    "lifetimes/placement/placement.js",
  );
  const { buildModule } = await loadBuilt<typeof import("../src/lang/codegen/build.ts")>("codegen/build.js");
  const { managerNamed } = await loadBuilt<typeof import("../src/lang/managers/registry.ts")>("managers/registry.js");
  const factory = await managerNamed(manager).load();
  note("load the rest");

  const file = PROGRAMS[program];
  const text = file === null ? HELLO : readFileSync(new URL(file, import.meta.url), "utf8");
  const source = new SourceFile(`${program}.mote`, text);
  const parsed = parse(source);
  note("parse");
  const typed = check(source, parsed, loadPrelude());
  note("check");
  const ir = build(typed, loadPrelude());
  note("irgen");
  const read = binaryen.readBinary;
  binaryen.readBinary = (bytes) => {
    note("codegen");
    const module = read(bytes);
    note("read core");
    watch(module, "validate", "validate");
    watch(module, "runPasses", "optimise");
    watch(module, "optimize", "optimise");
    watch(module, "emitBinary", "encode");
    return module;
  };
  const { wasm } = buildModule(factory, ir, { manager, optimise }, (program) => {
    note("codegen");
    const placement = placeProgram(program);
    note("lifetimes");
    return placement;
  });
  note("codegen");
  new WebAssembly.Module(wasm);
  note("V8");
  return times;
}

/** The medians over fresh processes, which take turns: a table for each mode. */
function table(runs: number): string[] {
  const builds = MODES.flatMap((mode) =>
    Object.keys(PROGRAMS).flatMap((program) => MANAGERS.map((manager) => ({ program, manager, mode }))),
  );
  const samples = new Map(builds.map((each): [Build, Times[]] => [each, []]));
  for (let run = 0; run < runs; run++) {
    for (const [{ program, manager, mode }, times] of samples) {
      const args = [fileURLToPath(import.meta.url), "one", program, manager, mode];
      times.push(JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as Times);
    }
  }
  return MODES.flatMap((mode, index) => {
    const ofMode = [...samples].filter(([each]) => each.mode === mode);
    const medians = (figure: (times: Times) => number): string[] =>
      ofMode.map(([, times]) => spreadOf(times.map(figure)).median.toFixed(0));
    return [
      ...(index === 0 ? [] : [""]),
      ...formatTable(
        [
          { title: mode, align: "left" },
          ...ofMode.map(([{ program, manager }]) => ({ title: `${program} ${manager}`, align: "right" }) as const),
        ],
        [...PHASES.map((phase) => [phase, ...medians((times) => times[phase])]), ["all", ...medians(total)]],
      ),
    ];
  });
}

function total(times: Times): number {
  return Object.values(times).reduce((sum, ms) => sum + ms, 0);
}

const [first, program, manager, mode] = process.argv.slice(2);
if (first === "one") {
  console.log(JSON.stringify(await measure(program as Program, manager!, mode === "optimised")));
} else {
  const runs = Number(first ?? DEFAULT_RUNS);
  if (Number.isInteger(runs) && runs > 0) {
    console.log(table(runs).join("\n"));
  } else {
    console.error(`RUNS is a whole number from 1 on, not ${first}`);
    process.exitCode = 2;
  }
}
