// The statistics block: counters at a fixed layout in linear memory, so that a host reads them without a call.
//
//   0  u32  minor collections           32  u64  bytes promoted by minor collections, in all
//   4  u32  major collections           40  u64  bytes that the last major collection found live
//   8  u32  chunks in use               48  u64  bytes of mature and large objects, dead or alive
//  12  u32  chunks in use, at most      56  u64  bytes at which the next major collection is due
//  16  u32  chunk limit                 64  u64  bytes allocated in the nursery before the last collection, in all
//  20  u32  mature blocks               72  u32  remembered entries, in all
//  24  u32  handles                     76  u32  times the mark stack overflowed
//  28  u32  chunks reserved             80  u32  times the remembered set overflowed
//
// Event counters are kept here as they happen; the rest is filled in by refresh().

import { blocksInUse } from "../mature/holes";
import { markOverflows } from "../mature/mark";
import { rememberedTotal } from "../mature/remembered";
import { chunksLimit, chunksPeak, chunksReserve, chunksUsed } from "../memory/chunks";
import { handlesLive } from "../roots/handles";

export const STATISTICS_BYTES: usize = 128;

@unmanaged
@final
export class Statistics {
  minorCollections: u32;
  majorCollections: u32;
  chunksUsed: u32;
  chunksPeak: u32;
  chunksLimit: u32;
  blocks: u32;
  handles: u32;
  chunksReserved: u32;
  promotedBytes: u64;
  liveBytes: u64;
  matureBytes: u64;
  majorAtBytes: u64;
  nurseryBytes: u64;
  rememberedEntries: u32;
  markOverflows: u32;
  rememberedOverflows: u32;
}

let block: usize = 0;

export function statisticsOpen(at: usize): void {
  block = at;
  memory.fill(at, 0, STATISTICS_BYTES);
}

/** The block, with whatever was counted as it happened. */
export function counters(): Statistics {
  return changetype<Statistics>(block);
}

/** The block's address, after bringing it up to date. */
export function refresh(): usize {
  const now = counters();
  now.chunksUsed = chunksUsed();
  now.chunksPeak = chunksPeak();
  now.chunksLimit = chunksLimit();
  now.chunksReserved = chunksReserve();
  now.blocks = blocksInUse();
  now.handles = handlesLive();
  now.rememberedEntries = rememberedTotal();
  now.markOverflows = markOverflows();
  return block;
}

if (offsetof<Statistics>("promotedBytes") != 32) ERROR("the drawing of the statistics block is wrong");
if (offsetof<Statistics>("rememberedOverflows") != 80) ERROR("the drawing of the statistics block is wrong");
