/** The options of `Regions.open` and of each region, and what they may be. */

import { HeapError, shown } from "../../core/errors.ts";
import { SPARSE_LIMIT_NAMES, type SparseLimits, sparseLimits } from "../../core/sparse-limits.ts";
import {
  assertFlag,
  assertHome,
  assertNames,
  assertRanges,
  GIB,
  HEAP_BASE_RANGE,
  HEAP_LIMIT_RANGE,
  KIB,
} from "../option-checks.ts";

export interface RegionsOptions {
  /** Uses the debug core: checks, and poison in what has ended. Default false. */
  readonly debug?: boolean;
  /** The most bytes of 64 KiB chunks in use, tables included. Default: all of the address space. */
  readonly heapLimitBytes?: number;
  /**
   * The size of the stack of frames in bytes: descriptors of open regions, their first bytes, and checkpoints; from 1
   * KiB. Default 1 MiB.
   */
  readonly framesBytes?: number;
  /**
   * Arrays of 2 KiB and more lie on a sparse stack, where they grow without a copy (`Region.growArray`). An object says
   * when memory of arrays that have ended is used again. Default false.
   */
  readonly sparseArrays?: boolean | SparseLimits;
  /** A memory to live in, instead of one of its own. All of it from `heapBase` on is the regions'. Needs `heapBase`. */
  readonly memory?: WebAssembly.Memory;
  /** Where the regions, their stack of frames first, begin in `memory`, in bytes; what lies below is never written. */
  readonly heapBase?: number;
}

export interface RegionOptions {
  /**
   * How many bytes the region has on the stack of frames, rounded up to 8: what fits there takes no segment. 0 to 64
   * KiB. Default 256.
   */
  readonly firstBytes?: number;
}

/** Lowest and highest value of each numeric option. */
const REGIONS_RANGES = {
  heapLimitBytes: HEAP_LIMIT_RANGE,
  framesBytes: [KIB, GIB],
  heapBase: HEAP_BASE_RANGE,
} as const;

const REGION_RANGES = { firstBytes: [0, 64 * KIB] } as const;

/** @throws HeapError bad-option */
export function checkRegionsOptions(options: RegionsOptions): void {
  assertNames(options, [...Object.keys(REGIONS_RANGES), "debug", "memory", "sparseArrays"]);
  assertRanges(options, REGIONS_RANGES);
  assertFlag("debug", options.debug);
  assertHome(options, "framesBytes", options.framesBytes);
  const { sparseArrays } = options;
  if (typeof sparseArrays === "object" && sparseArrays !== null) {
    assertNames(sparseArrays, SPARSE_LIMIT_NAMES);
    sparseLimits(sparseArrays);
  } else if (sparseArrays !== undefined && typeof sparseArrays !== "boolean") {
    throw new HeapError("bad-option", `sparseArrays is true, false or an object of limits, not ${shown(sparseArrays)}`);
  }
}

/** @throws HeapError bad-option */
export function checkRegionOptions(options: RegionOptions): void {
  assertNames(options, Object.keys(REGION_RANGES));
  assertRanges(options, REGION_RANGES);
}
