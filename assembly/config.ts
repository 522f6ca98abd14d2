// Every tunable of the core and every flag, with its unit, its range and its default.

/** Checks, verification around each collection, poison, zeal, fault injection: only in the debug target. */
export const DEBUG: bool = HEAP_DEBUG == 1;

/** The size up to which the nursery may grow, in bytes, when the program does not choose. */
export const NURSERY_DEFAULT_BYTES: usize = 16 << 20;
/** The nursery's first size, in bytes, if it may grow so far. It fits most second-level caches. */
export const NURSERY_FIRST_BYTES: usize = 1 << 20;
/** A pause that is too long halves the nursery, but not below this many bytes. */
export const NURSERY_LEAST_BYTES: usize = 256 << 10;
/** Beyond this size, in bytes, the nursery grows to at most twice the live mature objects. */
export const NURSERY_FREE_BYTES: usize = 8 << 20;

/** Objects up to this size, in bytes, are born in the nursery, if a quarter of the nursery holds them. */
export const YOUNG_MAX_BYTES: usize = 30 << 10;
/** Objects of this size, in bytes, or more have chunks of their own; smaller ones waste less than half a block. */
export const LARGE_MIN_BYTES: usize = 31 << 10;

/** Up to this size, in bytes, the mature space may become four times as large as its survivors, whatever the growth. */
export const MAJOR_SMALL_BYTES: u64 = 16 << 20;
/** Below this many bytes of mature objects no major collection begins by itself. */
export const MAJOR_MIN_BYTES: usize = 6 << 20;
/** How much the mature space may grow between major collections, in percent of the survivors of the last one. */
export const GROWTH_DEFAULT_PERCENT: u32 = 100;

/** A major collection in one pause moves objects when more than this percentage of all lines is free and unused. */
export const EVACUATE_PERCENT: u32 = 25;

/** The budget of a pause, in microseconds, when marking is incremental and the program does not choose. */
export const PAUSE_DEFAULT_MICROS: u32 = 1000;

/** The memory grows by at least this many chunks: memory.grow costs the same for any size. */
export const GROW_MIN_CHUNKS: u32 = 16;

/** `leak` grows the memory by at least this many bytes. */
export const LEAK_STEP_BYTES: usize = 1 << 20;

// Regions. Shares are divisors: one part in so many.

/** A region is not collected before it has taken this many bytes, where the heap has no limit or a large one. */
export const REGION_THRESHOLD_BYTES: usize = 4 << 20;
/** With a small limit this share of it takes the place of REGION_THRESHOLD_BYTES. */
export const REGION_THRESHOLD_SHARE: usize = 8;
/** That share is at least this many bytes: a collection of less does not pay for its beginning and end. */
export const REGION_THRESHOLD_MIN_BYTES: usize = 32 << 10;
/** This share of the first threshold may always be allocated between collections, whatever memory there is. */
export const REGION_STEP_SHARE: u32 = 16;
/**
 * Survivors below this share of the first threshold are collected again each time: a copy costs less than what young
 * collections leave behind.
 */
export const REGION_OLD_SHARE: u32 = 8;
/** A region counts as growing if more than this percentage of what was collected survives. */
export const REGION_GROWING_PERCENT: usize = 70;
/** Chunks that thresholds keep back, for segments that are not full and for small ones. */
export const REGION_KEPT_BACK_CHUNKS: u32 = 8;
/** Old objects whose pointers may change are visited at each collection up to this sum of their bytes. */
export const REMEMBERED_MAX_BYTES: usize = 1 << 20;

/** Debug: segments that have been given back are used again when this many bytes of others have come. */
export const HELD_BACK_MAX_BYTES: usize = 1 << 20;

/** A sub-region of fewer bytes is not collected where a call returns. */
export const RETURN_MIN_BYTES: usize = 64 << 10;
/** What a call has allocated is not collected in front of another one while it has fewer bytes. */
export const CALL_MIN_BYTES: usize = 1 << 10;
/** The back-off multiplies what is enough for a collection without a threshold by at most this factor, a power of 2. */
export const COLLECT_BACK_OFF_MAX: u32 = 64;
/** That factor before the first collection at a return. In front of a call it is 1. */
export const RETURN_BACK_OFF_FIRST: u32 = 16;
/** Gaps of fewer bytes, in all, stay between the candidates that a call returns. */
export const GAPS_MIN_BYTES: usize = 4 << 10;

/** The largest segment that a region keeps for its next iteration: 0 for 1 KiB, 1 for 8 KiB, 2 for 64 KiB. */
export const RESET_KEPT_KIND: u32 = 1;
/** Entries of a sparse stack that a single question or drop looks at before it gives up. */
export const ENTRY_STEPS_MAX: u32 = 8;
