/** The numbers of assembly/README.md that code outside of the core has to know. Bytes, unless a name says otherwise. */

export const WORD_BYTES = 4;
export const GRANULE_BYTES = 8;
export const GRANULE_SHIFT = 3;
/** One byte of start bits covers eight granules. */
export const START_BYTE_SHIFT = GRANULE_SHIFT + 3;

/** The start finders, each at its number for `chooseStarts`. */
export const START_FINDERS = ["eager", "deferred", "compressed", "search", "crossing", "walk"] as const;
export type StartFinder = (typeof START_FINDERS)[number];
/** Which pointers may be interior: a, every one; b, only slices. Each at its number for `chooseInterior`. */
export const POINTER_REPS = ["b", "a"] as const;
export type PointerReps = (typeof POINTER_REPS)[number];
/** How small objects lie in the mature space (assembly/mature/kind.ts), each at its number for `chooseClasses`. */
export const MATURE_SPACES = ["lines", "classes"] as const;
export type MatureSpace = (typeof MATURE_SPACES)[number];

export const RECORD_HEADER_BYTES = 4;
export const ARRAY_HEADER_BYTES = 8;
/** Where an array's header has the length. */
export const LENGTH_OFFSET = 4;

export const CHUNK_BYTES = 64 * 1024;
/** From heapBase, rounded up to one, to the nursery: the page map, and the first of the core's own tables. */
export const CHUNKS_BEFORE_NURSERY = 2;

/** Of the shadow stack, which lies in front of the heap, when nobody chooses. */
export const SHADOW_DEFAULT_BYTES = 1 << 20;
/** In front of a slice in the shadow stack; no Box is 2. */
export const SLICE_MARK = 2;

/** What may be bumped behind one check of the nursery's limit. */
export const INLINE_MAX_BYTES = 1024;

/**
 * In the statistics block's `lastSteps`: marking came to its end. Nothing is set where a collection was a minor one
 * only.
 */
export const STEP_MARKED = 4;

/** What may be asked of a pause, in milliseconds. */
export const PAUSE_MIN_MS = 0.1;
export const PAUSE_MAX_MS = 1000;

// The table of what has been allocated by shape: places of (shape, objects, bytes), and one more for the rest.
export const CENSUS_PLACES = 2048;
export const CENSUS_PLACE_BYTES = 24;

// Regions (assembly/region/region.ts): the descriptor, and where in it what compiled code stores is.
export const REGION_BYTES = 24;
export const REGION_TOP = 0;
export const REGION_LIMIT = 4;
/** With `taken` behind it. */
export const REGION_FIRST = 8;
export const REGION_TAKEN = 12;
export const REGION_ARRAYS = 20;
/** In `arrays`: there are some on the sparse stack. */
export const REGION_HAS_ARRAYS = 1;
/** Larger objects are not bumped. */
export const REGION_BUMP_MAX_BYTES = 16 * 1024;
/** Larger objects do not fit any memory. */
export const OBJECT_MAX_BYTES = 0xfff00000;

// Marks (assembly/region/checkpoint.ts): what compiled code stores and compares.
export const CHECKPOINT_BYTES = 88;
export const CHECKPOINT_REGION = 0;
export const CHECKPOINT_TOP = 4;
export const CHECKPOINT_TAKEN = 16;
/** With `epoch` behind it. */
export const CHECKPOINT_THRESHOLD = 20;

/** The most sub-regions that the core chooses between (assembly/region/collect/candidates.ts). */
export const CANDIDATES_MOST = 5;

// What a collection of regions takes in (assembly/region/collect/generations.ts).
export const COLLECT_AS_IT_PAYS = 0;
export const COLLECT_ALL = 1;
export const COLLECT_YOUNG = 2;

export const REGION_STATISTICS_BYTES = 40;
/**
 * Where in the statistics block of regions (assembly/region/statistics.ts) what is: two counts, two sizes, three sums
 * of 64 bits.
 */
export const REGION_STATISTICS = {
  collections: 0,
  fullCollections: 4,
  usedBytes: 8,
  peakBytes: 12,
  copiedBytes: 16,
  freedBytes: 24,
  droppedBytes: 32,
} as const;

// Sparse stacks (assembly/sparse/descriptor.ts): the descriptor, and where in it the counters are.
export const SPARSE_BYTES = 64;
export const SPARSE_COUNTERS = {
  entries: 12,
  bytes: 16,
  highBytes: 20,
  grown: 24,
  moved: 28,
  /** Of 8 bytes, the others of 4. */
  copiedBytes: 32,
  nonLinear: 40,
  served: 44,
  lost: 48,
  extents: 52,
  freedEntries: 56,
  freedBytes: 60,
} as const;
/** In front of an object on a sparse stack. */
export const SPARSE_ENTRY_BYTES = 24;
/** Of an object on a sparse stack, at most. */
export const SPARSE_MAX_BYTES = 0xfff00000;

// The shape descriptor.
export const DESCRIPTOR_SHIFT = 4;
export const DESCRIPTOR_BYTES = 1 << DESCRIPTOR_SHIFT;
export const KIND_RECORD = 0;
export const KIND_ARRAY = 1;
export const FLAG_SLICEABLE = 1;
export const FLAG_POINTERS = 2;
export const FLAG_WIDE = 4;
export const FLAG_FIXED = 8;
/** A record's size, an array's stride. */
export const SIZE_OFFSET = 4;
/** The masks of boxes and slices; a wide descriptor has the address of its table in the place of the first. */
export const MASKS_OFFSET = 8;
/** Words that one mask speaks of. */
export const WORDS_PER_MASK = 32;
