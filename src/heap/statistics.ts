/**
 * What the core has counted. The block's layout is drawn in assembly/gc/statistics.ts.
 */
import type { Session } from "./session.ts";

export interface HeapStatistics {
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
  /** The size of the linear memory, whoever grew it. */
  readonly memoryBytes: number;
}

const CHUNK_BYTES = 64 * 1024;

export function readStatistics(session: Session): HeapStatistics {
  const block = session.core.statistics();
  const { data } = session.views;
  const count = (offset: number) => data.getUint32(block + offset, true);
  const bytes = (offset: number) => Number(data.getBigUint64(block + offset, true));
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
    memoryBytes: data.byteLength,
  };
}
