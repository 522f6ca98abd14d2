/**
 * A run with everything counted, for `heapwright explain --run`: under `regions`, since it is they that act on
 * placements.
 */

import { EXIT_FAILURE } from "../compare/errors.ts";
import { loadExterns } from "../compare/extern-files.ts";
import { readInput, readStandardInput, writeWhole } from "../compare/files.ts";
import { PortFiles, type PortOptions, planPorts } from "../compare/port-files.ts";
import { type RegionCounts, readRegionCounts } from "../core/region-statistics.ts";
import { type FunctionCounts, type MakerCounts, type ProgramProfile, readProfile } from "../lang/codegen/profile.ts";
import { buildIr } from "../lang/compile.ts";
import type { IrFunction, IrProgram, Site } from "../lang/ir/ir.ts";
import { forEachInstruction } from "../lang/ir/traverse.ts";
import { computeBounds } from "../lang/lifetimes/placement/bounds.ts";
import type { FunctionBounds } from "../lang/lifetimes/placement/function-bounds.ts";
import type { Maker } from "../lang/lifetimes/placement/lines.ts";
import type { ProgramPlacement } from "../lang/lifetimes/placement/placed.ts";
import { runModule } from "../lang/run/run-module.ts";
import type { ExternSettings } from "./extern-options.ts";
import { writeThrough } from "./streams.ts";

export interface ProfileOptions extends PortOptions, ExternSettings {
  input?: string;
}

/** Where the bytes went that a function's own sites allocated, and what became of what its calls made. */
export interface FunctionProfile extends FunctionCounts {
  /** To regions of its calls. */
  readonly own: number;
  /** To regions of iterations of its loops. */
  readonly iterations: number;
  /** To what its caller has said: regions of the caller's, or the collected heap. */
  readonly caller: number;
  /** To the collected heap, whoever called. */
  readonly heap: number;
  /** To globals, until these are assigned once more. */
  readonly globals: number;
}

/** What a run has counted. */
export class RunProfile {
  readonly total: MakerCounts;
  /** The most bytes of the stack of frames. */
  readonly frameBytes: number;
  readonly regions: RegionCounts;
  readonly #profile: ProgramProfile;
  readonly #bounds: ReadonlyMap<IrFunction, FunctionBounds>;
  readonly #records: ReadonlySet<Maker>;

  constructor(placement: ProgramPlacement, profile: ProgramProfile, regions: RegionCounts) {
    const { objects, bytes, frameBytes } = profile;
    this.total = { objects, bytes };
    this.frameBytes = frameBytes;
    this.regions = regions;
    this.#profile = profile;
    this.#bounds = computeBounds(placement, true);
    this.#records = new Set([...placement.keys()].flatMap(recordSites));
  }

  /** What some sites and calls made together. */
  madeBy(makers: readonly Maker[]): MakerCounts {
    const counts = makers.map((maker) => this.#profile.makers.get(maker)!);
    return {
      objects: counts.reduce((sum, { objects }) => sum + objects, 0),
      bytes: counts.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  /** Whether there are counts of a call. */
  isCounted(call: Maker): boolean {
    return this.#profile.makers.has(call);
  }

  /** Whether all that something makes is sure to be of one size. */
  isOneSize(maker: Maker): boolean {
    return this.#records.has(maker);
  }

  ofFunction(fn: IrFunction): FunctionProfile {
    const bytes = { frame: 0, iteration: 0, caller: 0, heap: 0, global: 0 };
    for (const [site, bound] of this.#bounds.get(fn)!.sites) bytes[bound.of] += this.madeBy([site]).bytes;
    const counts = this.#profile.functions.get(fn)!;
    return {
      own: bytes.frame,
      iterations: bytes.iteration,
      caller: bytes.caller,
      heap: bytes.heap,
      globals: bytes.global,
      ...counts,
    };
  }
}

function recordSites({ body }: IrFunction): Site[] {
  const sites: Site[] = [];
  forEachInstruction(body, (i) => {
    if (i.op === "construct") sites.push(i.site);
  });
  return sites;
}

export interface ProfiledRun {
  readonly profile: RunProfile;
  readonly exitCode: number;
  /** What ended the run other than the program itself; null if nothing did. */
  readonly failure: unknown;
}

/**
 * Runs a program. What it writes goes to standard error, so that standard output is left to the profile.
 * @param args the program's own
 * @throws whatever is wrong before it runs
 */
export async function profileProgram(
  program: IrProgram,
  placement: ProgramPlacement,
  args: readonly string[],
  options: ProfileOptions,
): Promise<ProfiledRun> {
  const input = options.input === undefined ? readStandardInput() : readInput(options.input);
  const externs = await loadExterns(options.extern);
  const built = await buildIr(program, { manager: "regions", profile: true });
  const { ports, files } = new PortFiles(planPorts(built.ports, options)).open((line) => writeThrough(2, line));
  let exports: WebAssembly.Exports | null = null;
  let [exitCode, failure]: [number, unknown] = [EXIT_FAILURE, null];
  try {
    const onInstance = (made: WebAssembly.Exports): void => {
      exports = made;
    };
    const onWrite = (_stream: 1 | 2, bytes: Uint8Array): void => writeThrough(2, bytes);
    exitCode = runModule(built.wasm, { args, input, externs, ports, onInstance, onWrite }).exitCode;
    for (const { file, content } of files()) writeWhole(file, content);
  } catch (error) {
    if (exports === null) throw error;
    failure = error;
  }
  const { memory, statistics } = exports as unknown as { memory: WebAssembly.Memory; statistics: () => number };
  const block = statistics() >>> 0;
  const data = new DataView(memory.buffer);
  const profile = new RunProfile(placement, readProfile(data, built.profile!), readRegionCounts(data, block));
  return { profile, exitCode, failure };
}
