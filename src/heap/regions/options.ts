/** The options of `Regions.open` and of each region, and what they may be. */

import { assertFlag, assertNames, assertRanges, GIB, HEAP_LIMIT_RANGE, KIB } from "../option-checks.ts";

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
} as const;

const REGION_RANGES = { firstBytes: [0, 64 * KIB] } as const;

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
