/**
 * What the core has counted. The block's layout is drawn in assembly/gc/statistics.ts.
 */
import {
  CHUNK_BYTES,
  OWNER_BLOCK,
  OWNER_CONTROL,
  OWNER_FRESH,
  OWNER_LARGE,
  OWNER_NURSERY,
  OWNER_WARM,
  PAUSE_BUCKETS,
  PHASE_IDLE,
  PHASE_MARKING,
  PHASE_SWEEPING,
  STATISTICS_BLOCKS,
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
  WORD_BYTES,
} from "#contract";

/** What the block says. */
export interface HeapCounts {
  /** Collections of the nursery, those that were part of a major collection included. */
  readonly minorCollections: number;
  /** Collections of the whole heap. */
  readonly majorCollections: number;
  /** Handles in use: one for each open reference that is not an empty slice. */
  readonly handles: number;
  /** Bytes of chunks in use now, the core's own tables and the nursery included. */
  readonly usedBytes: number;
  /** The most bytes of chunks that were in use at the same time. */
  readonly peakBytes: number;
  /** The most bytes of chunks that may be in use. */
  readonly limitBytes: number;
  /** Bytes of free chunks kept back so that a collection that has begun can finish. */
  readonly reservedBytes: number;
  /** Blocks of the mature space. */
  readonly blocks: number;
  /** Bytes moved out of the nursery by all collections. */
  readonly promotedBytes: number;
  /** Bytes of objects that the last major collection found alive. */
  readonly liveBytes: number;
  /** Bytes of objects outside the nursery, alive or not yet known to be dead. */
  readonly matureBytes: number;
  /** When `matureBytes` reaches this, the next collection is a major one. */
  readonly majorAtBytes: number;
  /** Bytes allocated in the nursery up to the last collection. */
  readonly nurseryBytes: number;
  /** Entries ever made in the remembered set, repeats included. */
  readonly rememberedEntries: number;
  /** How often the mark stack was too small, so that marking had to walk the heap. */
  readonly markOverflows: number;
  /** How often the remembered set was too small, so that a minor collection had to walk the heap. */
  readonly rememberedOverflows: number;
  /** What the mature space is doing between two steps of a collection; always "idle" without `pauseMs`. */
  readonly phase: "idle" | "marking" | "sweeping";
  /** Bytes moved out of sparse blocks by major collections. */
  readonly evacuatedBytes: number;
  /** Questions to the start finder, by collections, verification and references into the nursery. */
  readonly startQueries: number;
  /** What it looked at for them: words of a bitset, entries of a search, objects of a walk. */
  readonly startSteps: number;
  /** All pauses together, in milliseconds. */
  readonly pausesMs: number;
  /** The longest pause, in milliseconds. */
  readonly longestPauseMs: number;
  /**
   * Pauses by length: [i] of less than 2^i microseconds and not less than half of that, the last of all longer ones.
   */
  readonly pauses: readonly number[];
  /** Bytes of chunks by what they are used for. */
  readonly chunkBytes: {
    readonly fresh: number;
    readonly warm: number;
    readonly control: number;
    readonly nursery: number;
    readonly blocks: number;
    readonly large: number;
  };
  /** What the last collection did beyond its minor one: STEP_ bits of assembly/contract.ts. */
  readonly lastSteps: number;
  /** Bytes of the nursery that the next minor collection waits for. */
  readonly nurserySizeBytes: number;
  /** Bytes of the nursery that the last collection found in use. */
  readonly lastNurseryBytes: number;
  /** Bytes that the last collection promoted. */
  readonly lastPromotedBytes: number;
  /** The pause of the last collection, in milliseconds. */
  readonly lastPauseMs: number;
}

/** By their numbers. */
const PHASES: Readonly<Record<number, HeapCounts["phase"]>> = {
  [PHASE_IDLE]: "idle",
  [PHASE_MARKING]: "marking",
  [PHASE_SWEEPING]: "sweeping",
};

/**
 * Reads the block, which is kept up to date by collections: without a call, and also when the program has trapped.
 * @param data all of the memory
 * @param block the address of the block
 */
export function readCounts(data: DataView, block: number): HeapCounts {
  const count = (offset: number) => data.getUint32(block + offset, true);
  const bytes = (offset: number) => Number(data.getBigUint64(block + offset, true));
  const milliseconds = (offset: number) => data.getFloat64(block + offset, true);
  const owned = (owner: number) => count(STATISTICS_OWNERS + (owner - OWNER_FRESH) * WORD_BYTES) * CHUNK_BYTES;
  return {
    minorCollections: count(STATISTICS_MINOR_COLLECTIONS),
    majorCollections: count(STATISTICS_MAJOR_COLLECTIONS),
    usedBytes: count(STATISTICS_CHUNKS_USED) * CHUNK_BYTES,
    peakBytes: count(STATISTICS_CHUNKS_PEAK) * CHUNK_BYTES,
    limitBytes: count(STATISTICS_CHUNKS_LIMIT) * CHUNK_BYTES,
    blocks: count(STATISTICS_BLOCKS),
    handles: count(STATISTICS_HANDLES),
    reservedBytes: count(STATISTICS_CHUNKS_RESERVED) * CHUNK_BYTES,
    promotedBytes: bytes(STATISTICS_PROMOTED_BYTES),
    liveBytes: bytes(STATISTICS_LIVE_BYTES),
    matureBytes: bytes(STATISTICS_MATURE_BYTES),
    majorAtBytes: bytes(STATISTICS_MAJOR_AT_BYTES),
    nurseryBytes: bytes(STATISTICS_NURSERY_BYTES),
    rememberedEntries: count(STATISTICS_REMEMBERED_ENTRIES),
    markOverflows: count(STATISTICS_MARK_OVERFLOWS),
    rememberedOverflows: count(STATISTICS_REMEMBERED_OVERFLOWS),
    phase: PHASES[count(STATISTICS_PHASE)] ?? "idle",
    evacuatedBytes: bytes(STATISTICS_EVACUATED_BYTES),
    startQueries: bytes(STATISTICS_START_QUERIES),
    startSteps: bytes(STATISTICS_START_STEPS),
    pausesMs: milliseconds(STATISTICS_PAUSES_MS),
    longestPauseMs: milliseconds(STATISTICS_LONGEST_PAUSE_MS),
    pauses: Array.from({ length: PAUSE_BUCKETS }, (_, index) => count(STATISTICS_PAUSES + index * WORD_BYTES)),
    chunkBytes: {
      fresh: owned(OWNER_FRESH),
      warm: owned(OWNER_WARM),
      control: owned(OWNER_CONTROL),
      nursery: owned(OWNER_NURSERY),
      blocks: owned(OWNER_BLOCK),
      large: owned(OWNER_LARGE),
    },
    lastSteps: count(STATISTICS_LAST_STEPS),
    nurserySizeBytes: count(STATISTICS_NURSERY_SIZE),
    lastNurseryBytes: bytes(STATISTICS_LAST_NURSERY_BYTES),
    lastPromotedBytes: bytes(STATISTICS_LAST_PROMOTED_BYTES),
    lastPauseMs: milliseconds(STATISTICS_LAST_PAUSE_MS),
  };
}
