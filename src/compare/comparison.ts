/**
 * Compares one program under several memory managers: outputs first, then what each run cost.
 *
 *     for each manager in turn:   a first run in a fresh process       -> peak memory
 *                                 a run of the build that counts       -> objects, bytes, collections, pauses
 *                                 one more run, so that the engine has optimised what is timed
 *     then, round after round:    one timed run of each manager        -> milliseconds
 *
 * Invariants: every run's output, errors, exit code and what it put into ports are compared with those of the first
 * manager's first run before any figure is given away. Only one process runs at a time. Times are of `_start` alone:
 * compiling the module, instantiating it, reading the input, and collecting what the previous run left are outside.
 */

import { Contestant, type RanAnswer } from "./contestant.ts";
import { type Difference, findDifference } from "./difference.ts";
import { FailureError } from "./errors.ts";
import type { ExternFiles } from "./extern-files.ts";
import type { PortPlan } from "./port-files.ts";
import type { Measurements, Outcome } from "./protocol.ts";
import { type Percentiles, percentilesOf, rounded, type Spread, spreadOf } from "./samples.ts";

/** One manager's modules of a program. */
export interface Builds {
  readonly name: string;
  readonly timed: Uint8Array;
  /** The same program built with `measure` and `pauses`. */
  readonly measured: Uint8Array;
  /** The program's objects are the engine's (WasmGC): so are its collections. */
  readonly watchesEngine: boolean;
}

/** A manager that cannot run here, with the reason. */
export interface Skipped {
  readonly skipped: string;
}

export interface Figures {
  readonly ms: Spread;
  /** Median time over `host`'s; null when `host` did not run. */
  readonly ratio: number | null;
  readonly objects: number;
  readonly bytes: number;
  readonly peakBytes: number;
  readonly memoryBytes: number;
  readonly minor: number;
  readonly major: number;
  readonly pauseMs: Percentiles;
  readonly moduleBytes: number;
}

export interface ComparisonSettings {
  readonly args: readonly string[];
  readonly inputFile: string | null;
  /** The files of extern modules; absent: the program needs none. */
  readonly externs?: ExternFiles;
  /** The program's ports; each run begins with all that can be got. */
  readonly ports: PortPlan;
  /** Timed rounds. */
  readonly runs: number;
  /** No round is begun when the timed rounds have taken so long; at least one is made. In milliseconds. */
  readonly budgetMs: number;
  /** Told what is going on. */
  readonly onProgress?: (text: string) => void;
}

export interface ComparisonResult {
  /** Timed rounds made; 0 when outputs differed. */
  readonly runs: number;
  /** Null when every run of every manager did the same. */
  readonly difference: Difference | null;
  /** What the first manager's first run did. */
  readonly outcome: Outcome;
  /** By name, in the order given; empty when outputs differed. */
  readonly figures: ReadonlyMap<string, Figures>;
}

interface Lane {
  readonly builds: Builds;
  readonly contestant: Contestant;
  readonly times: number[];
  peakBytes: number;
  memoryBytes: number;
  measurements: Measurements | null;
}

/** The program failed, under every manager that was asked so far in the same way. */
export class ProgramFailedError extends FailureError {
  readonly outcome: Outcome;

  constructor(manager: string, outcome: Outcome) {
    super(`the program failed under ${manager} with exit code ${outcome.exitCode}`);
    this.outcome = outcome;
  }
}

/**
 * Runs the builds against each other.
 * @throws ProgramFailedError when the program ends with an exit code other than 0; FailureError when a process breaks
 *   down
 */
export async function compareBuilds(
  builds: readonly Builds[],
  settings: ComparisonSettings,
): Promise<ComparisonResult> {
  if (builds.length === 0) throw new FailureError("there is no manager to compare");
  const lanes = builds.map(
    (each): Lane => ({
      builds: each,
      contestant: new Contestant(each.name),
      times: [],
      peakBytes: 0,
      memoryBytes: 0,
      measurements: null,
    }),
  );
  try {
    return await new Match(lanes, settings).play();
  } finally {
    for (const { contestant } of lanes) contestant.stop();
  }
}

/** Thrown inside a match to end it at the first difference. */
class Differs {
  readonly difference: Difference;

  constructor(difference: Difference) {
    this.difference = difference;
  }
}

class Match {
  readonly #lanes: readonly Lane[];
  readonly #settings: ComparisonSettings;
  #reference: { readonly name: string; readonly outcome: Outcome } | null = null;

  constructor(lanes: readonly Lane[], settings: ComparisonSettings) {
    this.#lanes = lanes;
    this.#settings = settings;
  }

  async play(): Promise<ComparisonResult> {
    try {
      await this.#prepare();
      const runs = await this.#time();
      const outcome = this.#reference!.outcome;
      return { runs, difference: null, outcome, figures: this.#figures() };
    } catch (error) {
      if (!(error instanceof Differs)) throw error;
      return { runs: 0, difference: error.difference, outcome: this.#reference!.outcome, figures: new Map() };
    }
  }

  async #prepare(): Promise<void> {
    const { args, inputFile, externs = {}, ports } = this.#settings;
    for (const lane of this.#lanes) {
      const { timed, measured, watchesEngine } = lane.builds;
      await lane.contestant.load({ kind: "load", timed, measured, watchesEngine, args, inputFile, externs, ports });
      this.#progress(`${lane.builds.name}: first run`);
      const first = await this.#run(lane, "first");
      lane.peakBytes = first.peakBytes!;
      lane.memoryBytes = first.memoryBytes;
    }
    for (const lane of this.#lanes) {
      this.#progress(`${lane.builds.name}: counting`);
      lane.measurements = (await this.#run(lane, "measure")).measurements;
    }
    for (const lane of this.#lanes) {
      this.#progress(`${lane.builds.name}: warming up`);
      await this.#run(lane, "time");
    }
  }

  /** @returns the number of rounds made */
  async #time(): Promise<number> {
    const { runs, budgetMs } = this.#settings;
    const begin = performance.now();
    let round = 0;
    while (round < runs && (round === 0 || performance.now() - begin < budgetMs)) {
      round++;
      for (const lane of this.#lanes) {
        this.#progress(`round ${round} of ${runs}: ${lane.builds.name}`);
        lane.times.push((await this.#run(lane, "time")).ms);
      }
    }
    return round;
  }

  /** One run, its outcome compared with the reference, which the very first run becomes. */
  async #run(lane: Lane, kind: "first" | "measure" | "time"): Promise<RanAnswer> {
    const { name } = lane.builds;
    const answer = await lane.contestant.run(kind);
    if (this.#reference === null) this.#reference = { name, outcome: answer.outcome };
    const difference = findDifference(this.#reference, { name, outcome: answer.outcome });
    // A program that fails everywhere alike has failed; one that fails somewhere only has failed there.
    if (answer.outcome.exitCode !== 0) throw new ProgramFailedError(name, answer.outcome);
    if (difference !== null) throw new Differs(difference);
    return answer;
  }

  #figures(): Map<string, Figures> {
    const spreads = this.#lanes.map(({ times }) => spreadOf(times));
    // Times are compared with those of the engine's own collector.
    const host = spreads[this.#lanes.findIndex(({ builds }) => builds.watchesEngine)];
    return new Map(
      this.#lanes.map((lane, index): [string, Figures] => {
        const { objects, bytes, minor, major, pauses } = lane.measurements!;
        const ms = spreads[index]!;
        return [
          lane.builds.name,
          {
            ms,
            ratio: host === undefined ? null : rounded(ms.median / host.median),
            objects,
            bytes,
            peakBytes: lane.peakBytes,
            memoryBytes: lane.memoryBytes,
            minor,
            major,
            pauseMs: percentilesOf(pauses),
            moduleBytes: lane.builds.timed.byteLength,
          },
        ];
      }),
    );
  }

  #progress(text: string): void {
    this.#settings.onProgress?.(text);
  }
}
