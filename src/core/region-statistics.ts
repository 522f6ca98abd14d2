/** What the core has counted of regions. The block's layout is drawn in assembly/region/statistics.ts. */

import {
  REGION_STATISTICS_COLLECTIONS,
  REGION_STATISTICS_COPIED_BYTES,
  REGION_STATISTICS_DROPPED_BYTES,
  REGION_STATISTICS_FREED_BYTES,
  REGION_STATISTICS_FULL_COLLECTIONS,
  REGION_STATISTICS_PEAK_BYTES,
  REGION_STATISTICS_USED_BYTES,
} from "#contract";

export interface RegionCounts {
  /** Collections of what had come to regions, `fullCollections` included. */
  readonly collections: number;
  /** Those that took in what earlier ones had left. */
  readonly fullCollections: number;
  /** Bytes of segments in use now, and under `sparse` of arrays on sparse stacks. */
  readonly usedBytes: number;
  /** The most of these bytes that were in use at the same time. */
  readonly peakBytes: number;
  /** Bytes of objects that collections copied. */
  readonly copiedBytes: number;
  /** Bytes of objects that they ended. */
  readonly freedBytes: number;
  /**
   * Bytes that were made for results, and ended at once where a call returned something else. Where that had taken
   * segments, headers and losses at their ends are part of it.
   */
  readonly droppedBytes: number;
}

/**
 * Reads the block, which is always up to date: without a call, and also when the program has trapped.
 * @param data all of the memory
 * @param block the address of the block
 */
export function readRegionCounts(data: DataView, block: number): RegionCounts {
  const count = (offset: number) => data.getUint32(block + offset, true);
  const bytes = (offset: number) => Number(data.getBigUint64(block + offset, true));
  return {
    collections: count(REGION_STATISTICS_COLLECTIONS),
    fullCollections: count(REGION_STATISTICS_FULL_COLLECTIONS),
    usedBytes: count(REGION_STATISTICS_USED_BYTES),
    peakBytes: count(REGION_STATISTICS_PEAK_BYTES),
    copiedBytes: bytes(REGION_STATISTICS_COPIED_BYTES),
    freedBytes: bytes(REGION_STATISTICS_FREED_BYTES),
    droppedBytes: bytes(REGION_STATISTICS_DROPPED_BYTES),
  };
}
