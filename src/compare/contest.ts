/** From a program's file to a finished comparison: builds for each manager, the match, and its one JSON object. */

import {
  BuildOptionError,
  type BuildOptions,
  compile,
  missingEngineFeature,
  type PortFunction,
  requireExterns,
  type SourceFile,
} from "../lang/index.ts";
import { managerNamed, settingsFor } from "../lang/managers/registry.ts";
import { type Builds, type ComparisonResult, compareBuilds, type Figures, type Skipped } from "./comparison.ts";
import type { Difference } from "./difference.ts";
import { engineName } from "./engine.ts";
import { FailureError } from "./errors.ts";
import type { ExternFiles } from "./extern-files.ts";
import { PortFiles, type PortOptions, planPorts } from "./port-files.ts";
import type { Outcome } from "./protocol.ts";

export interface ContestOptions {
  readonly source: SourceFile;
  /** The input's name as the user gave it; null when there is none. */
  readonly input: string | null;
  /** The file that holds the input; null when there is none. */
  readonly inputFile: string | null;
  /** The files of extern modules; absent: the program needs none. */
  readonly externs?: ExternFiles;
  readonly args: readonly string[];
  /** The files of the program's ports; absent: it has none. */
  readonly portOptions?: PortOptions;
  readonly managers: readonly string[];
  readonly runs: number;
  readonly budgetMs: number;
  /** Options of managers: each gets those that it has. */
  readonly settings: Omit<BuildOptions, "manager">;
  readonly onProgress?: (text: string) => void;
}

/** What `compare --json` prints. */
export interface Report {
  readonly program: string;
  readonly input: string | null;
  readonly engine: string;
  /** Timed runs of each manager. */
  readonly runs: number;
  readonly outputsEqual: boolean;
  /** Only when outputs differ; `managers` is then empty but for those skipped. */
  readonly difference?: Difference;
  readonly managers: Readonly<Record<string, Figures | Skipped>>;
}

export interface Contest {
  readonly report: Report;
  /** What the program printed under every manager; under the first one when they differ. */
  readonly outcome: Outcome;
}

/**
 * Compiles a program under each manager and compares the runs.
 * @throws MoteError for a program with mistakes; MissingExternError; UsageError for ports; ProgramFailedError;
 *   FailureError
 */
export async function hold(options: ContestOptions): Promise<Contest> {
  const { source, managers, settings, onProgress } = options;
  const builds: Builds[] = [];
  let used: readonly PortFunction[] = [];
  const skipped = new Map<string, Skipped>();
  for (const name of managers) {
    const manager = managerNamed(name);
    const missing = missingEngineFeature(manager);
    if (missing !== null) {
      skipped.set(name, { skipped: missing });
      continue;
    }
    onProgress?.(`${name}: compiling`);
    try {
      const own = settingsFor(name, settings);
      const timed = await compile(source, own);
      requireExterns(timed.externs, new Set(Object.keys(options.externs ?? {})));
      const measured = await compile(source, { ...own, measure: true, pauses: true });
      const watchesEngine = manager.abilities.heap === "engine";
      used = timed.ports;
      builds.push({ name, timed: timed.wasm, measured: measured.wasm, watchesEngine });
    } catch (error) {
      // A setting that one manager cannot obey leaves the others comparable.
      if (!(error instanceof BuildOptionError)) throw error;
      skipped.set(name, { skipped: error.message });
    }
  }
  if (builds.length === 0) {
    throw new FailureError([...skipped.values()].map(({ skipped }) => skipped).join("; "));
  }
  const ports = planPorts(used, options.portOptions ?? { get: [], put: [] });
  // What is no value is a mistake of the command line, not of each manager's process.
  new PortFiles(ports);
  const result = await compareBuilds(builds, { ...options, ports });
  return { report: reportOf(options, result, skipped), outcome: result.outcome };
}

function reportOf(options: ContestOptions, result: ComparisonResult, skipped: ReadonlyMap<string, Skipped>): Report {
  const { source, input, managers } = options;
  const entries = managers.flatMap((name): [string, Figures | Skipped][] => {
    const entry = result.figures.get(name) ?? skipped.get(name);
    return entry === undefined ? [] : [[name, entry]];
  });
  return {
    program: source.name,
    input,
    engine: engineName(),
    runs: result.runs,
    outputsEqual: result.difference === null,
    ...(result.difference === null ? {} : { difference: result.difference }),
    managers: Object.fromEntries(entries),
  };
}
