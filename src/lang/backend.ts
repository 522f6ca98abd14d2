/** From a program in the IR to a wasm command, under any memory manager. */

import { MATURE_SPACES, PAUSE_MAX_MS, PAUSE_MIN_MS, POINTER_REPS, START_FINDERS } from "../core/contract.ts";
import { HeapError } from "../core/errors.ts";
import { sparseLimits } from "../core/sparse-limits.ts";
import { Counters } from "./codegen/counters.ts";
import { Externs } from "./codegen/externs.ts";
import { linkModule, PROGRAM_FEATURES } from "./codegen/link.ts";
import { FunctionNames, lowerFunction } from "./codegen/lower.ts";
import type { ManagerContext } from "./codegen/manager.ts";
import { ManualMemory } from "./codegen/manual-memory.ts";
import { emitModule } from "./codegen/optimise.ts";
import { HostPorts } from "./codegen/ports.ts";
import { Profile, type ProfileTable } from "./codegen/profile.ts";
import { StartSettings } from "./codegen/start-settings.ts";
import { StaticData } from "./codegen/static-data.ts";
import { Wasi } from "./codegen/wasi/wasi.ts";
import type { IrProgram, Site } from "./ir/ir.ts";
import { externsOf } from "./ir/outside.ts";
import { usedPorts } from "./ir/ports.ts";
import { hasLoop } from "./ir/traverse.ts";
import { type ProgramPlacement, placeProgram } from "./lifetimes/placement/placement.ts";
import { managerNamed, managersWithProfile } from "./managers/index.ts";
import { BuildOptionError, type BuildOptions, InternalCompilerError } from "./options.ts";
import type { PortFunction } from "./port-abi.ts";
import type { ExternImport } from "./run/externs.ts";

/** A finished command: WASI preview 1, exporting `memory` and `_start`. */
export interface BuiltModule {
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** The memory manager's name. */
  readonly manager: string;
  /** Addresses below are the program's static data and buffers; the heap, if it is in linear memory, starts here. */
  readonly staticBytes: number;
  /** Names of the shapes, by the addresses of their descriptors; empty where nothing has one. */
  readonly shapes: ReadonlyMap<number, string>;
  /** Where the program allocates. */
  readonly sites: readonly Site[];
  /** Where the module counts for a profile; null where it was not asked for. */
  readonly profile: ProfileTable | null;
  /** What the program does with ports to the host, each once. */
  readonly ports: readonly PortFunction[];
  /** The functions of other modules that it imports. */
  readonly externs: readonly ExternImport[];
}

/**
 * Compiles a program in the IR.
 * @param place the lifetime analysis; another one is for tests of what relies on it
 * @throws BuildOptionError; InternalCompilerError when the IR contradicts itself
 */
export function compileIr(
  program: IrProgram,
  options: BuildOptions,
  place: (program: IrProgram) => ProgramPlacement = placeProgram,
): BuiltModule {
  checkOptions(options);
  const factory = managerNamed(options.manager);
  const module = factory.createModule(options, program);
  try {
    module.setFeatures(PROGRAM_FEATURES | factory.features);
    const data = new StaticData();
    const wasi = new Wasi(module, data, program.file);
    const counters = new Counters(module, options);
    const profile = new Profile(module, data, program, options);
    let placed: ProgramPlacement | undefined;
    const placement = (): ProgramPlacement => {
      placed ??= place(program);
      return placed;
    };
    const manual = new ManualMemory(module, options.debug ?? false);
    const externs = new Externs(module, program, options.debug ?? false);
    const context: ManagerContext = {
      module,
      program,
      options,
      placement,
      data,
      wasi,
      ports: new HostPorts(module, wasi),
      counters,
      settings: new StartSettings(module, options),
      profile,
      manual,
      externs,
    };
    const manager = factory.create(context);
    const names = new FunctionNames();
    for (const fn of program.functions) lowerFunction(context, manager, names, fn);
    const result = manager.finish();
    linkModule(context, result, names.nameOf(program.main));
    // V8 replaces its baseline code only when a function is entered again: a loop that is inlined into a function
    // that runs once stays slow for good.
    const loops = program.functions.filter(hasLoop).map((fn) => names.nameOf(fn));
    const wasm = emitModule(module, {
      neverInline: ["wasi.*", "panic.*", ...result.neverInline, ...loops],
      names: options.names ?? false,
      optimise: options.optimise ?? true,
      closedWorld: factory.closedWorld ?? false,
    });
    return {
      wasm: wasm as Uint8Array<ArrayBuffer>,
      manager: factory.name,
      staticBytes: data.seal(),
      shapes: result.shapes ?? new Map(),
      sites: program.sites,
      profile: profile.table,
      ports: usedPorts(program),
      externs: externsOf(program).map(({ module, name }) => ({ module, name })),
    };
  } catch (error) {
    // Binaryen throws objects of its own, after a line on standard error.
    if (error instanceof Error) throw error;
    throw new InternalCompilerError("Binaryen refuses the module, for a reason on standard error");
  } finally {
    module.dispose();
  }
}

/**
 * Refuses an unknown manager, start finder, rep or mature space, a profile where there is none, and sizes, counts or limits that
 * are not whole numbers below 4 GiB.
 * @throws BuildOptionError
 */
export function checkOptions(options: BuildOptions): void {
  const { name, hasProfile = false } = managerNamed(options.manager);
  if (options.profile && !hasProfile) {
    throw new BuildOptionError(`${name} has no profile; choose ${managersWithProfile().join(" or ")}`);
  }
  const numbers = [
    "nurseryBytes",
    "nurseryFirstBytes",
    "heapLimitBytes",
    "shadowStackBytes",
    "growthPercent",
    "zeal",
  ] as const;
  for (const name of numbers) {
    const value = options[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value < 2 ** 32)) {
      throw new BuildOptionError(`${name} has to be a whole number from 0 to ${2 ** 32 - 1}, not ${value}`);
    }
  }
  try {
    sparseLimits(options.sparseLimits ?? {});
  } catch (error) {
    throw error instanceof HeapError ? new BuildOptionError(error.message) : error;
  }
  const { pauseMs } = options;
  if (pauseMs !== undefined && !(pauseMs >= PAUSE_MIN_MS && pauseMs <= PAUSE_MAX_MS)) {
    throw new BuildOptionError(`pauseMs has to be from ${PAUSE_MIN_MS} to ${PAUSE_MAX_MS}, not ${pauseMs}`);
  }
  const choices = { starts: START_FINDERS, reps: POINTER_REPS, mature: MATURE_SPACES } as const;
  for (const [name, known] of Object.entries(choices)) {
    const value = options[name as keyof typeof choices];
    if (value !== undefined && !(known as readonly string[]).includes(value)) {
      throw new BuildOptionError(`${name} has to be one of ${known.join(", ")}, not ${value}`);
    }
  }
}
