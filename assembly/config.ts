// Every tunable of the core and every flag, with its unit, its range and its default.

/** Checks, verification around each collection, poison, zeal, fault injection: only in the debug target. */
export const DEBUG: bool = HEAP_DEBUG == 1;

/** How far the nursery may grow, in bytes, when the program does not choose. */
export const NURSERY_DEFAULT_BYTES: usize = 16 << 20;
/** How large it is at first, in bytes, if it may be so large: fits most second-level caches. */
export const NURSERY_FIRST_BYTES: usize = 1 << 20;
/** A pause that is too long halves the nursery, but not below this many bytes. */
export const NURSERY_LEAST_BYTES: usize = 256 << 10;
/** Beyond this many bytes the nursery grows to no more than twice the live mature objects: it is never most of the heap. */
export const NURSERY_FREE_BYTES: usize = 8 << 20;
/** The smallest nursery, in bytes: four of the largest records that a compiler may bump inline. */
export const NURSERY_MIN_BYTES: usize = 4 << 10;
/** The largest that can be asked for, in bytes. */
export const NURSERY_MAX_BYTES: usize = 256 << 20;

/** Records up to this size, in bytes, may be bumped by the compiled program itself; larger ones are a call. */
export const INLINE_MAX_BYTES: usize = 1 << 10;
/** Objects up to this size, in bytes, are born in the nursery if they are no more than a quarter of it. */
export const YOUNG_MAX_BYTES: usize = 30 << 10;
/** Objects above this size, in bytes, have chunks of their own; below it a block wastes less than half of itself. */
export const LARGE_MIN_BYTES: usize = 31 << 10;

/** Up to this many bytes, the mature space may become four times as large as what survived, whatever its growth. */
export const MAJOR_SMALL_BYTES: u64 = 16 << 20;
/** A major collection is not worth its while below this many bytes of mature objects. */
export const MAJOR_MIN_BYTES: usize = 6 << 20;
/** How much the mature space may grow between major collections, in percent of what survived the last one. */
export const GROWTH_DEFAULT_PERCENT: u32 = 100;

/** A major collection in one pause moves objects when more than this percentage of the blocks is holes nothing came to. */
export const EVACUATE_PERCENT: u32 = 25;

/** How long a pause should last, in microseconds, when marking is incremental and the program does not choose. */
export const PAUSE_DEFAULT_MICROS: u32 = 1000;

/** memory.grow costs the same whatever its size, and untouched chunks cost nothing: grow by at least this many chunks. */
export const GROW_MIN_CHUNKS: u32 = 16;

/** `leak` takes memory in runs of at least this many bytes. */
export const LEAK_STEP_BYTES: usize = 1 << 20;

// Error codes, as `init` returns and `lastError` reports them.
export const ERROR_NONE: i32 = 0;
/** The heap limit is reached. */
export const ERROR_LIMIT: i32 = 1;
/** The host refused memory.grow. */
export const ERROR_GROW: i32 = 2;
