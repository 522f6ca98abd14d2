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
  STATISTICS_BLOCKS,
  STATISTICS_BYTES,
  STATISTICS_CHUNKS_LIMIT,
  STATISTICS_CHUNKS_PEAK,
  STATISTICS_CHUNKS_RESERVED,
  STATISTICS_CHUNKS_USED,
  STATISTICS_EVACUATED_BYTES,
  STATISTICS_HANDLES,
  STATISTICS_LAST_NURSERY_BYTES,
  STATISTICS_LAST_PAUSE_MS,
  STATISTICS_LAST_PROMOTED_BYTES,
  STATISTICS_LAST_STEPS,
  STATISTICS_LIVE_BYTES,
  STATISTICS_LONGEST_PAUSE_MS,
  STATISTICS_MAJOR_AT_BYTES,
  STATISTICS_MAJOR_COLLECTIONS,
  STATISTICS_MARK_OVERFLOWS,
  STATISTICS_MATURE_BYTES,
  STATISTICS_MINOR_COLLECTIONS,
  STATISTICS_NURSERY_BYTES,
  STATISTICS_NURSERY_SIZE,
  STATISTICS_OWNERS,
  STATISTICS_PAUSES,
  STATISTICS_PAUSES_MS,
  STATISTICS_PHASE,
  STATISTICS_PROMOTED_BYTES,
  STATISTICS_REMEMBERED_ENTRIES,
  STATISTICS_REMEMBERED_OVERFLOWS,
  STATISTICS_START_QUERIES,
  STATISTICS_START_STEPS,
  STEP_END,
  WORD_BYTES,
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

/** Bytes of the chunks by owner. */
const OWNERS_BYTES: i32 = (OWNER_LARGE - OWNER_FRESH + 1) * WORD_BYTES;

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
if (offsetof<Statistics>("minorCollections") != STATISTICS_MINOR_COLLECTIONS)
  ERROR("Statistics.minorCollections moved");
if (offsetof<Statistics>("majorCollections") != STATISTICS_MAJOR_COLLECTIONS)
  ERROR("Statistics.majorCollections moved");
if (offsetof<Statistics>("chunksUsed") != STATISTICS_CHUNKS_USED) ERROR("Statistics.chunksUsed moved");
if (offsetof<Statistics>("chunksPeak") != STATISTICS_CHUNKS_PEAK) ERROR("Statistics.chunksPeak moved");
if (offsetof<Statistics>("chunksLimit") != STATISTICS_CHUNKS_LIMIT) ERROR("Statistics.chunksLimit moved");
if (offsetof<Statistics>("blocks") != STATISTICS_BLOCKS) ERROR("Statistics.blocks moved");
if (offsetof<Statistics>("handles") != STATISTICS_HANDLES) ERROR("Statistics.handles moved");
if (offsetof<Statistics>("chunksReserved") != STATISTICS_CHUNKS_RESERVED) ERROR("Statistics.chunksReserved moved");
if (offsetof<Statistics>("promotedBytes") != STATISTICS_PROMOTED_BYTES) ERROR("Statistics.promotedBytes moved");
if (offsetof<Statistics>("liveBytes") != STATISTICS_LIVE_BYTES) ERROR("Statistics.liveBytes moved");
if (offsetof<Statistics>("matureBytes") != STATISTICS_MATURE_BYTES) ERROR("Statistics.matureBytes moved");
if (offsetof<Statistics>("majorAtBytes") != STATISTICS_MAJOR_AT_BYTES) ERROR("Statistics.majorAtBytes moved");
if (offsetof<Statistics>("nurseryBytes") != STATISTICS_NURSERY_BYTES) ERROR("Statistics.nurseryBytes moved");
if (offsetof<Statistics>("rememberedEntries") != STATISTICS_REMEMBERED_ENTRIES)
  ERROR("Statistics.rememberedEntries moved");
if (offsetof<Statistics>("markOverflows") != STATISTICS_MARK_OVERFLOWS) ERROR("Statistics.markOverflows moved");
if (offsetof<Statistics>("rememberedOverflows") != STATISTICS_REMEMBERED_OVERFLOWS)
  ERROR("Statistics.rememberedOverflows moved");
if (offsetof<Statistics>("phase") != STATISTICS_PHASE) ERROR("Statistics.phase moved");
if (offsetof<Statistics>("startQueries") != STATISTICS_START_QUERIES) ERROR("Statistics.startQueries moved");
if (offsetof<Statistics>("startSteps") != STATISTICS_START_STEPS) ERROR("Statistics.startSteps moved");
if (offsetof<Statistics>("lastSteps") != STATISTICS_LAST_STEPS) ERROR("Statistics.lastSteps moved");
if (offsetof<Statistics>("nurserySize") != STATISTICS_NURSERY_SIZE) ERROR("Statistics.nurserySize moved");
if (offsetof<Statistics>("lastNurseryBytes") != STATISTICS_LAST_NURSERY_BYTES)
  ERROR("Statistics.lastNurseryBytes moved");
if (offsetof<Statistics>("lastPromotedBytes") != STATISTICS_LAST_PROMOTED_BYTES)
  ERROR("Statistics.lastPromotedBytes moved");
if (offsetof<Statistics>("lastPauseMs") != STATISTICS_LAST_PAUSE_MS) ERROR("Statistics.lastPauseMs moved");
if (offsetof<Statistics>("pausesMs") != STATISTICS_PAUSES_MS) ERROR("Statistics.pausesMs moved");
if (offsetof<Statistics>("longestPauseMs") != STATISTICS_LONGEST_PAUSE_MS) ERROR("Statistics.longestPauseMs moved");
if (offsetof<Statistics>() != STATISTICS_OWNERS) ERROR("the chunks by owner moved");
if (STATISTICS_OWNERS + OWNERS_BYTES > STATISTICS_PAUSES) ERROR("the chunks by owner must end in front of the pauses");
if (STATISTICS_PAUSES + PAUSE_BUCKETS * WORD_BYTES != STATISTICS_EVACUATED_BYTES) ERROR("the pauses moved");
if (STATISTICS_EVACUATED_BYTES + 8 != STATISTICS_BYTES) ERROR("the statistics block must match STATISTICS_BYTES");

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
  memory.fill(owners, 0, OWNERS_BYTES);
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
