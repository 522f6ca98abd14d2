/**
 * What a build can be asked for. One place, so that the command line, the tests and the managers agree on
 * names, units and defaults.
 */

import type { MatureSpace, PointerReps, StartFinder } from "../core/settings.ts";
import type { SparseLimits } from "../core/sparse-limits.ts";
import { isWord, WORD_MAX } from "../core/words.ts";

/** The sizes that an adjustable module takes from its host, with the meanings that they have in `BuildOptions`. */
export const START_SETTINGS = ["heapLimitBytes", "nurseryBytes", "nurseryFirstBytes", "growthPercent"] as const;
export type StartSetting = (typeof START_SETTINGS)[number];

export interface BuildOptions {
  /** The memory manager's name; `managerNames()` lists them. */
  readonly manager: string;
  /**
   * Runs Binaryen's optimiser. Default true; false builds several times as fast a module that runs slower and is
   * larger.
   */
  readonly optimise?: boolean;
  /**
   * Exports the sizes of `START_SETTINGS` that the manager has as globals, so that `runModule` can set them before the
   * program starts. Default false: they are constants.
   */
  readonly adjustable?: boolean;
  /** How far the nursery may grow, in bytes; 0 or absent: the core's default. Only `gc`. */
  readonly nurseryBytes?: number;
  /** How large the nursery is at first, in bytes; 0 or absent: the core's default. Only `gc`. */
  readonly nurseryFirstBytes?: number;
  /** The most linear memory the core may hold, in bytes; 0 or absent: what the engine grants. */
  readonly heapLimitBytes?: number;
  /**
   * Size in bytes of the shadow stack (`gc`), or of the stack of frames (`regions`, `sparse`); 0 or absent: the
   * default.
   */
  readonly shadowStackBytes?: number;
  /** How much the mature space may grow, in percent of what survived, before a major collection. Only `gc`. */
  readonly growthPercent?: number;
  /** How long a pause should last, in milliseconds; absent: as long as a collection takes. Only `gc`. */
  readonly pauseMs?: number;
  /** Times collections, and calls the import `host.collected` after each; the clock is `host.now`. Only `gc`. */
  readonly traceGc?: boolean;
  /** Counts what is allocated by shape, and exports `allocated`, which returns the table's address. Only `gc`. */
  readonly census?: boolean;
  /** How starts of objects are found in the nursery (assembly/nursery/starts/finder.ts); absent: eager. Only `gc`. */
  readonly starts?: StartFinder;
  /** Which pointers may be interior: "a", every one; "b" or absent, only slices. Only `gc`. */
  readonly reps?: PointerReps;
  /**
   * How small objects lie in the mature space: on "lines" of blocks, or in cells of size "classes"; absent: lines. Only
   * `gc`.
   */
  readonly mature?: MatureSpace;
  /** When arrays lie in the place of others that were freed below the top of their sparse stack. Only `sparse`. */
  readonly sparseLimits?: SparseLimits;
  /** Links the core's debug build: assertions, and verification of the heap around each collection. */
  readonly debug?: boolean;
  /**
   * `gc`: collects at every Nth allocation, and needs `debug`. `regions`, `sparse`: collects wherever it may, every Nth
   * time all.
   */
  readonly zeal?: number;
  /** Counts objects and bytes in the exported globals `objects` and `bytes` (i64). Slows allocation a little. */
  readonly measure?: boolean;
  /**
   * Brackets what may collect, each slow allocation, with calls of the imports `heapwright.pauseBegin` and
   * `heapwright.pauseEnd`.
   */
  readonly pauses?: boolean;
  /**
   * Counts objects and bytes by site, and what became of them by function, in a table (codegen/profile.ts). Only
   * `regions`.
   */
  readonly profile?: boolean;
  /** Keeps function and local names in the module. */
  readonly names?: boolean;
}

/** The caller asked for something that does not exist or does not fit together. The message says what to do. */
export class BuildOptionError extends Error {
  override readonly name = "BuildOptionError";
}

/** @throws BuildOptionError unless the value of an option is a whole number of 32 bits, unsigned */
export function requireWord(name: string, value: number): void {
  if (isWord(value)) return;
  throw new BuildOptionError(`${name} has to be a whole number from 0 to ${WORD_MAX}, not ${value}`);
}

/** The compiler contradicted itself: a defect of heapwright, not of the program. */
export class InternalCompilerError extends Error {
  override readonly name = "InternalCompilerError";
}
