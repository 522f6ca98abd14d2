/**
 * What the core has counted. The block's layout is drawn in assembly/gc/statistics.ts.
 */
import { CHUNK_BYTES } from "./contract.ts";

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
  /** Pauses by length: [i] of less than 2^i microseconds and not less than half of that, the last of all longer ones. */
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
  /** What the last collection did beyond its minor one: STEP_ bits of assembly/gc/statistics.ts. */
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

const PHASES = ["idle", "marking", "sweeping"] as const;
const OWNERS_OFFSET = 152;
const PAUSES_OFFSET = 192;
const PAUSE_BUCKETS = 24;

/**
 * Reads the block, which is kept up to date by collections: without a call, and also when the program has trapped.
 * @param data all of the memory
 * @param block the address of the block
 */
export function readCounts(data: DataView, block: number): HeapCounts {
  const count = (offset: number) => data.getUint32(block + offset, true);
  const bytes = (offset: number) => Number(data.getBigUint64(block + offset, true));
  const owned = (index: number) => count(OWNERS_OFFSET + index * 4) * CHUNK_BYTES;
  return {
    minorCollections: count(0),
    majorCollections: count(4),
    usedBytes: count(8) * CHUNK_BYTES,
    peakBytes: count(12) * CHUNK_BYTES,
    limitBytes: count(16) * CHUNK_BYTES,
    blocks: count(20),
    handles: count(24),
    reservedBytes: count(28) * CHUNK_BYTES,
    promotedBytes: bytes(32),
    liveBytes: bytes(40),
    matureBytes: bytes(48),
    majorAtBytes: bytes(56),
    nurseryBytes: bytes(64),
    rememberedEntries: count(72),
    markOverflows: count(76),
    rememberedOverflows: count(80),
    phase: PHASES[count(84)] ?? "idle",
    evacuatedBytes: bytes(288),
    startQueries: bytes(88),
    startSteps: bytes(96),
    pausesMs: data.getFloat64(block + 136, true),
    longestPauseMs: data.getFloat64(block + 144, true),
    pauses: Array.from({ length: PAUSE_BUCKETS }, (_, index) => count(PAUSES_OFFSET + index * 4)),
    chunkBytes: {
      fresh: owned(0),
      warm: owned(1),
      control: owned(2),
      nursery: owned(3),
      blocks: owned(4),
      large: owned(5),
    },
    lastSteps: count(104),
    nurserySizeBytes: count(108),
    lastNurseryBytes: bytes(112),
    lastPromotedBytes: bytes(120),
    lastPauseMs: data.getFloat64(block + 128, true),
  };
}
