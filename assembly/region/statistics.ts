// The statistics block of regions: counters at a fixed layout in linear memory, so that a host reads them without a
// call, also when the program has trapped. It lies in front of the stack of frames, and all of it is counted as it
// happens.
//
//   0  u32  collections                              16  u64  bytes of objects that they copied
//   4  u32  of them, those that took in what is      24  u64  bytes of objects that they ended
//           old (region/collect/generations.ts)                     32  u64  bytes that returns ended at once
//   8  u32  bytes of segments in use, and of         40
//           arrays that lie elsewhere (arrays.ts)
//  12  u32  the same, at most
//
// Returns end things without a look at any object: of segments that came meanwhile, headers and what was lost at their
// ends are part of it. Compiled code that ends little by moving a region's top back is not seen. A collection has old
// and new segments in use at the same time.
//
// Where a collected heap lies beside the regions, its collections count as well, and what they promoted as copied.
//
// State: the address of the block.

import {
  REGION_STATISTICS_BYTES,
  REGION_STATISTICS_COLLECTIONS,
  REGION_STATISTICS_COPIED_BYTES,
  REGION_STATISTICS_DROPPED_BYTES,
  REGION_STATISTICS_FREED_BYTES,
  REGION_STATISTICS_FULL_COLLECTIONS,
  REGION_STATISTICS_PEAK_BYTES,
  REGION_STATISTICS_USED_BYTES,
  STATISTICS_LAST_PROMOTED_BYTES,
  STATISTICS_LAST_STEPS,
  STATISTICS_MAJOR_COLLECTIONS,
  STATISTICS_MINOR_COLLECTIONS,
  STEP_MARKED,
} from "../contract";

@unmanaged
@final
export class RegionStatistics {
  collections: u32;
  fullCollections: u32;
  usedBytes: u32;
  peakBytes: u32;
  copiedBytes: u64;
  freedBytes: u64;
  droppedBytes: u64;
}
if (offsetof<RegionStatistics>() != REGION_STATISTICS_BYTES) ERROR("RegionStatistics must match its size");
if (offsetof<RegionStatistics>("collections") != REGION_STATISTICS_COLLECTIONS)
  ERROR("RegionStatistics.collections moved");
if (offsetof<RegionStatistics>("fullCollections") != REGION_STATISTICS_FULL_COLLECTIONS)
  ERROR("RegionStatistics.fullCollections moved");
if (offsetof<RegionStatistics>("usedBytes") != REGION_STATISTICS_USED_BYTES) ERROR("RegionStatistics.usedBytes moved");
if (offsetof<RegionStatistics>("peakBytes") != REGION_STATISTICS_PEAK_BYTES) ERROR("RegionStatistics.peakBytes moved");
if (offsetof<RegionStatistics>("copiedBytes") != REGION_STATISTICS_COPIED_BYTES)
  ERROR("RegionStatistics.copiedBytes moved");
if (offsetof<RegionStatistics>("freedBytes") != REGION_STATISTICS_FREED_BYTES)
  ERROR("RegionStatistics.freedBytes moved");
if (offsetof<RegionStatistics>("droppedBytes") != REGION_STATISTICS_DROPPED_BYTES)
  ERROR("RegionStatistics.droppedBytes moved");
if (
  REGION_STATISTICS_COLLECTIONS != STATISTICS_MINOR_COLLECTIONS ||
  REGION_STATISTICS_FULL_COLLECTIONS != STATISTICS_MAJOR_COLLECTIONS
) {
  ERROR("both statistics blocks must begin alike");
}

let block: usize = 0;

export function statisticsOpen(at: usize): void {
  block = at;
  memory.fill(at, 0, REGION_STATISTICS_BYTES);
}

/** The address of the block, which is always up to date. */
export function regionStatistics(): usize {
  return block;
}

/** The block. */
export function counters(): RegionStatistics {
  return changetype<RegionStatistics>(block);
}

/** Segments, or arrays elsewhere, come into use. */
export function countTaken(bytes: usize): void {
  const now = counters();
  now.usedBytes += <u32>bytes;
  if (now.usedBytes > now.peakBytes) now.peakBytes = now.usedBytes;
}

/** Counts a collection of the heap that lies beside the regions. @param heap address of its statistics block */
export function regionCountHeap(heap: usize): void {
  const now = counters();
  now.collections++;
  if (load<u32>(heap + STATISTICS_LAST_STEPS) & STEP_MARKED) now.fullCollections++;
  now.copiedBytes += load<u64>(heap + STATISTICS_LAST_PROMOTED_BYTES);
}

/** They are given back. */
export function countReturned(bytes: usize): void {
  counters().usedBytes -= <u32>bytes;
}
