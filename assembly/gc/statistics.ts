// The statistics block: counters at a fixed layout in linear memory, so that a host reads them without a call, also
// when the program has trapped. Each collection brings it up to date, and so does a call of statistics(). The chunks by
// owner are counted at the end of each major collection, and by that call.
//
//   0  u32  minor collections           84  u32  phase of the mature space: 0 idle, 1 marking, 2 sweeping
//   4  u32  major collections           88  u64  questions to the start finder
//   8  u32  chunks in use               96  u64  steps it took for them: words, entries or objects looked at
//  12  u32  chunks in use, at most     104  u32  what the last collection did beyond its minor one: STEP_ bits
//  16  u32  chunk limit                108  u32  bytes of the nursery that the next collection waits for
//  20  u32  mature blocks              112  u64  bytes of the nursery that the last collection found in use
//  24  u32  handles                    120  u64  bytes that it promoted
//  28  u32  chunks reserved            128  f64  its pause in milliseconds; 0 where pauses are not timed
//  32  u64  bytes promoted, in all     136  f64  all pauses together
//  40  u64  bytes live at last major   144  f64  the longest one
//  48  u64  bytes of mature and large objects, dead or alive
//  56  u64  bytes at which the next major collection is due
//  64  u64  bytes allocated in the nursery before the last collection, in all
//  72  u32  remembered entries, in all: how often the barrier's slow path was taken
//  76  u32  times the mark stack overflowed
//  80  u32  times the remembered set overflowed
// 152  u32  chunks by owner, each the number of those that are: [0] free and fresh, [1] free and warm, [2] control,
//           [3] nursery, [4] blocks, [5] large objects
// 192  u32  pauses by length: [i] = those of less than 2^i microseconds that are in none before; [23] = all longer ones
// 288  u64  bytes moved out of sparse blocks by major collections, in all
// 296
//
// Events are counted here as they happen; refresh() fills in the rest.

import {
  OWNER_FOREIGN,
  OWNER_FRESH,
  OWNER_LARGE,
  PAUSE_BUCKETS,
  STATISTICS_BYTES,
  STATISTICS_EVACUATED_BYTES,
  STATISTICS_OWNERS,
  STATISTICS_PAUSES,
  STEP_END,
} from "../contract";
import { evacuatedBytes } from "../mature/lines/evacuate";
import { blocksInUse } from "../mature/block-pool";
import { markOverflows } from "../mature/mark";
import { phase } from "../mature/phase";
import { rememberedTotal } from "../mature/remembered";
import { chunksEnd, chunksFirst, chunksLimit, chunksPeak, chunksReserve, chunksUsed } from "../memory/chunks";
import { gcTimed } from "../memory/clock";
import { isLarge, ownerOfChunk } from "../memory/page-map";
import { nurserySize } from "../nursery/size";
import { startQueries, startSteps } from "../nursery/starts/steps";
import { handlesLive } from "../roots/handles";

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
  phase: u32;
  startQueries: u64;
  startSteps: u64;
  lastSteps: u32;
  nurserySize: u32;
  lastNurseryBytes: u64;
  lastPromotedBytes: u64;
  lastPauseMs: f64;
  pausesMs: f64;
  longestPauseMs: f64;
}

let block: usize = 0;

export function statisticsOpen(at: usize): void {
  block = at;
  memory.fill(at, 0, STATISTICS_BYTES);
}

/** The block, with the events counted so far. */
export function counters(): Statistics {
  return changetype<Statistics>(block);
}

/** Counts a collection's pause, and brings the block up to date. @param ms milliseconds @returns the block's address */
export function countPause(ms: f64): usize {
  if (gcTimed) {
    const now = counters();
    now.lastPauseMs = ms;
    now.pausesMs += ms;
    if (ms > now.longestPauseMs) now.longestPauseMs = ms;
    const micros = <u32>(ms * 1000);
    let bucket = <u32>(32 - clz(micros));
    if (bucket >= <u32>PAUSE_BUCKETS) bucket = PAUSE_BUCKETS - 1;
    const at = block + STATISTICS_PAUSES + ((<usize>bucket) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  return refresh(false);
}

function countOwners(): void {
  const owners = block + STATISTICS_OWNERS;
  memory.fill(owners, 0, 6 << 2);
  for (let chunk = chunksFirst(); chunk < chunksEnd(); chunk++) {
    const owner = ownerOfChunk(chunk);
    if (owner == OWNER_FOREIGN || (owner > <u32>OWNER_LARGE && !isLarge(owner))) continue;
    const at = owners + ((<usize>((isLarge(owner) ? OWNER_LARGE : owner) - OWNER_FRESH)) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
}

/**
 * Brings the block up to date.
 * @param owners whether to count chunks by owner although no major collection has just ended: a look at every chunk
 * @returns the block's address
 */
export function refresh(owners: bool): usize {
  const now = counters();
  now.chunksUsed = chunksUsed();
  now.chunksPeak = chunksPeak();
  now.chunksLimit = chunksLimit();
  now.chunksReserved = chunksReserve();
  now.blocks = blocksInUse();
  now.handles = handlesLive();
  now.rememberedEntries = rememberedTotal();
  now.markOverflows = markOverflows();
  now.phase = phase;
  now.startQueries = startQueries;
  now.startSteps = startSteps;
  store<u64>(block, evacuatedBytes(), STATISTICS_EVACUATED_BYTES);
  now.nurserySize = <u32>nurserySize();
  if (owners || (now.lastSteps & STEP_END) != 0) countOwners();
  return block;
}

if (offsetof<Statistics>("promotedBytes") != 32) ERROR("the drawing of the statistics block is wrong");
if (offsetof<Statistics>("rememberedOverflows") != 80) ERROR("the drawing of the statistics block is wrong");
if (offsetof<Statistics>("startQueries") != 88) ERROR("the drawing of the statistics block is wrong");
if (offsetof<Statistics>("longestPauseMs") != 144) ERROR("the drawing of the statistics block is wrong");
