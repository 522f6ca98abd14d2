/** From a program in the IR to a wasm command, under any memory manager. */

import { copyProgram, type ProgramCopy } from "../ir/copy.ts";
import type { IrProgram, Site } from "../ir/ir.ts";
import { externsOf } from "../ir/outside.ts";
import { usedPorts } from "../ir/ports.ts";
import { hasLoop } from "../ir/traverse.ts";
import { verifyProgram } from "../ir/verify.ts";
import type { ProgramPlacement } from "../lifetimes/placement/placed.ts";
import { placeProgram } from "../lifetimes/placement/placement.ts";
import { type BuildOptions, InternalCompilerError } from "../options.ts";
import type { PortFunction } from "../port-abi.ts";
import type { ExternImport } from "../run/externs.ts";
import { Counters } from "./counters.ts";
import { Externs } from "./externs.ts";
import { linkModule, PROGRAM_FEATURES } from "./link.ts";
import { FunctionNames, lowerFunction } from "./lower.ts";
import type { ManagerContext, ManagerFactory, ManagerMaker } from "./manager.ts";
import { ManualMemory } from "./manual-memory.ts";
import { emitModule } from "./optimise.ts";
import { HostPorts } from "./ports.ts";
import { Profile, type ProfileTable } from "./profile.ts";
import { StartSettings } from "./start-settings.ts";
import { StaticData } from "./static-data.ts";
import { Wasi } from "./wasi/wasi.ts";

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
 * Builds a program in the IR.
 * @param factory of the manager that the options name; they have been checked
 * @param place the lifetime analysis; another one is for tests of what relies on it
 * @throws BuildOptionError; InternalCompilerError when the IR contradicts itself
 */
export function buildModule(
  factory: ManagerFactory,
  program: IrProgram,
  options: BuildOptions,
  place: (program: IrProgram) => ProgramPlacement = placeProgram,
): BuiltModule {
  if (options.debug) verifyProgram(program);
  const copy = typeof factory.create === "function" ? null : copyProgram(program);
  const prepared = copy?.program ?? program;
  let placed: ProgramPlacement | undefined;
  const placement = (): ProgramPlacement => {
    placed ??= place(prepared);
    return placed;
  };
  const create =
    typeof factory.create === "function" ? factory.create : factory.create.prepare(prepared, { options, placement });
  if (options.debug && copy !== null) verifyProgram(prepared);
  return emitProgram(factory, create, prepared, options, placement, copy?.origins ?? new Map());
}

function emitProgram(
  factory: ManagerFactory,
  create: ManagerMaker,
  program: IrProgram,
  options: BuildOptions,
  placement: () => ProgramPlacement,
  origins: ProgramCopy["origins"],
): BuiltModule {
  const module = factory.createModule(options, program);
  try {
    module.setFeatures(PROGRAM_FEATURES | module.getFeatures());
    const data = new StaticData();
    const wasi = new Wasi(module, data, program.file);
    const counters = new Counters(module, options);
    const profile = new Profile(module, data, program, options);
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
    const manager = create(context);
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
      manager: options.manager,
      staticBytes: data.seal(),
      shapes: result.shapes ?? new Map(),
      sites: program.sites,
      profile: profile.tableOf(origins),
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
