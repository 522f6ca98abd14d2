/** What the core has counted of a sparse stack. The descriptor's layout is drawn in assembly/sparse/descriptor.ts. */

import {
  SPARSE_COPIED_BYTES,
  SPARSE_ENTRIES,
  SPARSE_ENTRIES_BYTES,
  SPARSE_EXTENTS,
  SPARSE_FREED_BYTES,
  SPARSE_FREED_ENTRIES,
  SPARSE_GROWN,
  SPARSE_HIGH_BYTES,
  SPARSE_LOST,
  SPARSE_MOVED,
  SPARSE_NON_LINEAR,
  SPARSE_SERVED,
} from "#contract";

export interface SparseCounts {
  /** Objects, and freed ones that are still below the top. */
  readonly entries: number;
  /** What they take, with 24 bytes in front of each. */
  readonly bytes: number;
  /** The most that was. */
  readonly highBytes: number;
  /** How often an object grew where it was. */
  readonly grown: number;
  /** How often one had to move to grow. */
  readonly moved: number;
  /** Bytes copied when objects moved. */
  readonly copiedBytes: number;
  /** Objects freed below the top. */
  readonly nonLinear: number;
  /** Allocations from what was freed below the top. */
  readonly served: number;
  /** Freed below the top when there was no memory to note that: they end with their owners. */
  readonly lost: number;
  /** Extents: address ranges that the stack has reserved. */
  readonly extents: number;
  /** Freed entries below the top. */
  readonly freedEntries: number;
  /** What they take. */
  readonly freedBytes: number;
}

/**
 * Reads the counters, which `sparseStatistics` brings up to date.
 * @param data all of the memory
 * @param stack the address of the descriptor
 */
export function readSparseCounts(data: DataView, stack: number): SparseCounts {
  const count = (offset: number) => data.getUint32(stack + offset, true);
  return {
    entries: count(SPARSE_ENTRIES),
    bytes: count(SPARSE_ENTRIES_BYTES),
    highBytes: count(SPARSE_HIGH_BYTES),
    grown: count(SPARSE_GROWN),
    moved: count(SPARSE_MOVED),
    copiedBytes: Number(data.getBigUint64(stack + SPARSE_COPIED_BYTES, true)),
    nonLinear: count(SPARSE_NON_LINEAR),
    served: count(SPARSE_SERVED),
    lost: count(SPARSE_LOST),
    extents: count(SPARSE_EXTENTS),
    freedEntries: count(SPARSE_FREED_ENTRIES),
    freedBytes: count(SPARSE_FREED_BYTES),
  };
}
