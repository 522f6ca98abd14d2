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
