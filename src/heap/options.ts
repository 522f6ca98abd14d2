/**
 * The options of `Heap.open` and of regions, and what they may be. Ranges follow assembly/config.ts.
 */
import {
  MATURE_SPACES,
  type MatureSpace,
  PAUSE_MAX_MS,
  PAUSE_MIN_MS,
  POINTER_REPS,
  type PointerReps,
  START_FINDERS,
  type StartFinder,
} from "../core/contract.ts";
import { HeapError, shown } from "../core/errors.ts";

export interface HeapOptions {
  /**
   * How far the nursery may grow, in bytes: 4 KiB to 256 MiB, rounded up to 4 KiB. Default 16 MiB, or an eighth of the heap
   * limit.
   */
  readonly nurseryBytes?: number;
  /** How large the nursery is at first, likewise; the same as `nurseryBytes` for one that stays as it is. Default 1 MiB. */
  readonly nurseryFirstBytes?: number;
  /** The most bytes of 64 KiB chunks in use, tables and nursery included. Default: all of the address space. */
  readonly heapLimitBytes?: number;
  /** The shadow stack's size in bytes. Default 1 MiB. */
  readonly shadowStackBytes?: number;
  /** How much the mature space grows between major collections, in percent of what survived: 1 to 10000. Default 100. */
  readonly growthPercent?: number;
  /**
   * How long a pause should last, in milliseconds, 0.1 to 1000: the whole heap is then collected in steps between which the
   * program runs. Default: a collection ends in one pause.
   */
  readonly pauseMs?: number;
  /** Counts what is allocated by shape, for `Heap.allocated()`: a look at every object at each collection. Default false. */
  readonly census?: boolean;
  /** How the start of the object around an interior pointer is found in the nursery (assembly/nursery/starts/finder.ts). Default eager. */
  readonly starts?: StartFinder;
  /** Which pointers may be interior: "a", every one; "b", only slices. Default b. */
  readonly reps?: PointerReps;
  /**
   * How small objects lie in the mature space: "lines" of blocks, which may be evacuated, or cells of size "classes", where they
   * never move (assembly/mature/kind.ts). Default lines.
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

export interface RegionsOptions {
  /** Uses the debug core: checks, and poison in what has ended. Default false. */
  readonly debug?: boolean;
  /** The most bytes of 64 KiB chunks in use, tables included. Default: all of the address space. */
  readonly heapLimitBytes?: number;
  /** The size of the stack of frames in bytes: descriptors of open regions, their first bytes, and marks; from 1 KiB. Default 1 MiB. */
  readonly framesBytes?: number;
}

export interface RegionOptions {
  /**
   * How many bytes the region has on the stack of frames, rounded up to 8: what fits there takes no segment. 0 to 64 KiB.
   * Default 256.
   */
  readonly firstBytes?: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** Lowest and highest value of each numeric option. */
const RANGES = {
  nurseryBytes: [4 * KIB, 256 * MIB],
  nurseryFirstBytes: [4 * KIB, 256 * MIB],
  heapLimitBytes: [64 * KIB, 4 * GIB - 64 * KIB],
  shadowStackBytes: [1, GIB],
  growthPercent: [1, 10_000],
  zeal: [0, 0xffff_ffff],
  heapBase: [0, 4 * GIB - MIB],
} as const;

const REGIONS_RANGES = {
  heapLimitBytes: RANGES.heapLimitBytes,
  framesBytes: [KIB, GIB],
} as const;

const REGION_RANGES = { firstBytes: [0, 64 * KIB] } as const;

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
  if (options.memory !== undefined && !(options.memory instanceof WebAssembly.Memory)) {
    throw new HeapError("bad-option", `memory is a WebAssembly.Memory, not ${shown(options.memory)}`);
  }
  if ((options.memory === undefined) !== (options.heapBase === undefined)) {
    throw new HeapError(
      "bad-option",
      "memory and heapBase go together: heapBase says where in the given memory the heap may begin (0 for all of it)",
    );
  }
  const { heapBase = 0, shadowStackBytes = 0 } = options;
  if (heapBase + shadowStackBytes > RANGES.heapBase[1]) {
    throw new HeapError("bad-option", "heapBase and shadowStackBytes leave no room for the heap: lower one of them");
  }
  if (options.zeal && !options.debug) {
    throw new HeapError("needs-debug", "zeal collects at every nth allocation in the debug core only: add debug: true");
  }
}

/** @throws HeapError bad-option */
export function checkRegionsOptions(options: RegionsOptions): void {
  assertNames(options, [...Object.keys(REGIONS_RANGES), "debug"]);
  assertRanges(options, REGIONS_RANGES);
  assertFlag("debug", options.debug);
}

/** @throws HeapError bad-option */
export function checkRegionOptions(options: RegionOptions): void {
  assertNames(options, Object.keys(REGION_RANGES));
  assertRanges(options, REGION_RANGES);
}

function assertNames(options: object, names: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!names.includes(name))
      throw new HeapError("bad-option", `There is no option ${name}: the options are ${names.join(", ")}`);
  }
}

function assertRanges(options: object, ranges: Readonly<Record<string, readonly [number, number]>>): void {
  for (const [name, [lowest, highest]] of Object.entries(ranges)) {
    const value: unknown = (options as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) continue;
    if (typeof value !== "number" || !Number.isInteger(value) || value < lowest || value > highest) {
      throw new HeapError("bad-option", `${name} is a whole number from ${lowest} to ${highest}, not ${shown(value)}`);
    }
  }
}

function assertFlag(name: string, value: unknown): void {
  if (value === undefined || typeof value === "boolean") return;
  throw new HeapError("bad-option", `${name} is true or false, not ${shown(value)}`);
}

function assertOneOf(name: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return;
  throw new HeapError("bad-option", `${name} is one of ${choices.join(", ")}, not ${shown(value)}`);
}
