/** The options of `Heap.open`, and what they may be. */

import { NURSERY_MAX_BYTES, NURSERY_MIN_BYTES } from "#contract";
import { HeapError, shown } from "../../core/errors.ts";
import {
  GROWTH_MAX_PERCENT,
  GROWTH_MIN_PERCENT,
  MATURE_SPACES,
  type MatureSpace,
  PAUSE_MAX_MS,
  PAUSE_MIN_MS,
  POINTER_REPS,
  type PointerReps,
  START_FINDERS,
  type StartFinder,
} from "../../core/settings.ts";
import { WORD_MAX } from "../../core/words.ts";
import {
  assertFlag,
  assertHome,
  assertNames,
  assertOneOf,
  assertRanges,
  GIB,
  HEAP_BASE_RANGE,
  HEAP_LIMIT_RANGE,
} from "../option-checks.ts";

export interface HeapOptions {
  /**
   * How far the nursery may grow, in bytes: 4 KiB to 256 MiB, rounded up to 4 KiB. Default 16 MiB, or an eighth of the
   * heap limit.
   */
  readonly nurseryBytes?: number;
  /**
   * How large the nursery is at first, likewise; the same as `nurseryBytes` for one that stays as it is. Default 1 MiB.
   */
  readonly nurseryFirstBytes?: number;
  /** The most bytes of 64 KiB chunks in use, tables and nursery included. Default: all of the address space. */
  readonly heapLimitBytes?: number;
  /** The shadow stack's size in bytes. Default 1 MiB. */
  readonly shadowStackBytes?: number;
  /**
   * How much the mature space grows between major collections, in percent of what survived: 1 to 10000. Default 100.
   */
  readonly growthPercent?: number;
  /**
   * How long a pause should last, in milliseconds, 0.1 to 1000: the whole heap is then collected in steps between which
   * the program runs. Default: a collection ends in one pause.
   */
  readonly pauseMs?: number;
  /**
   * Counts what is allocated by shape, for `Heap.allocated()`: a look at every object at each collection. Default
   * false.
   */
  readonly census?: boolean;
  /**
   * How the start of the object around an interior pointer is found in the nursery (assembly/nursery/starts/finder.ts).
   * Default eager.
   */
  readonly starts?: StartFinder;
  /** Which pointers may be interior: "a", every one; "b", only slices. Default b. */
  readonly reps?: PointerReps;
  /**
   * How small objects lie in the mature space: "lines" of blocks, which may be evacuated, or cells of size "classes",
   * where they never move (assembly/mature/kind.ts). Default lines.
   */
  readonly mature?: MatureSpace;
  /** Uses the debug core: checks, verification before and after each collection, poison. Default false. */
  readonly debug?: boolean;
  /** With `debug`: collects at every nth allocation. Default 0, never. */
  readonly zeal?: number;
  /** A memory to live in, instead of one of its own. All of it from `heapBase` on is the heap's. Needs `heapBase`. */
  readonly memory?: WebAssembly.Memory;
  /** Where the heap, its shadow stack first, begins in `memory`, in bytes; what lies below is never written. */
  readonly heapBase?: number;
}

/** Lowest and highest value of each numeric option. */
const RANGES = {
  nurseryBytes: [NURSERY_MIN_BYTES, NURSERY_MAX_BYTES],
  nurseryFirstBytes: [NURSERY_MIN_BYTES, NURSERY_MAX_BYTES],
  heapLimitBytes: HEAP_LIMIT_RANGE,
  shadowStackBytes: [1, GIB],
  growthPercent: [GROWTH_MIN_PERCENT, GROWTH_MAX_PERCENT],
  zeal: [0, WORD_MAX],
  heapBase: HEAP_BASE_RANGE,
} as const;

const NAMES: readonly string[] = [
  ...Object.keys(RANGES),
  "pauseMs",
  "census",
  "starts",
  "reps",
  "mature",
  "debug",
  "memory",
];

/** @throws HeapError bad-option, needs-debug */
export function checkOptions(options: HeapOptions): void {
  assertNames(options, NAMES);
  assertRanges(options, RANGES);
  const { pauseMs } = options;
  if (pauseMs !== undefined && !(typeof pauseMs === "number" && pauseMs >= PAUSE_MIN_MS && pauseMs <= PAUSE_MAX_MS)) {
    throw new HeapError(
      "bad-option",
      `pauseMs is a number of milliseconds from ${PAUSE_MIN_MS} to ${PAUSE_MAX_MS}, not ${shown(pauseMs)}`,
    );
  }
  assertOneOf("starts", options.starts, START_FINDERS);
  assertOneOf("reps", options.reps, POINTER_REPS);
  assertOneOf("mature", options.mature, MATURE_SPACES);
  assertFlag("debug", options.debug);
  assertFlag("census", options.census);
  assertHome(options, "shadowStackBytes", options.shadowStackBytes);
  if (options.zeal && !options.debug) {
    throw new HeapError("needs-debug", "zeal collects at every nth allocation in the debug core only: add debug: true");
  }
}
