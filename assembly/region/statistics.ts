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
// State: the address of the block.

import { REGION_STATISTICS_BYTES } from "../contract";

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
if (offsetof<RegionStatistics>() != REGION_STATISTICS_BYTES) ERROR("the drawing of the statistics block is wrong");
if (offsetof<RegionStatistics>("copiedBytes") != 16) ERROR("the drawing of the statistics block is wrong");

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

/** They are given back. */
export function countReturned(bytes: usize): void {
  counters().usedBytes -= <u32>bytes;
}
