// The contract in numbers: what the core and those who use it must agree on. Two compilers read this file: asc for the
// core, and TypeScript for src/ and test/, as `#contract`. So it holds nothing but constants of whole numbers, without
// types. Both infer i32; asc takes what does not fit for a u32. README.md has the contract in words.
//
// Each group names the file that draws its layout. There the compiler of the core checks the drawing against these
// numbers. Offsets are bytes from the start of what they lie in. What only the core needs is in config.ts, or in the
// file that needs it.

// Units of memory.

/** Bytes of a word: a pointer, a length, a mask. */
export const WORD_BYTES = 4;
/** Bytes of a granule, on which objects lie, as a shift. */
export const GRANULE_SHIFT = 3;
/** Bytes of a granule. */
export const GRANULE_BYTES = 1 << GRANULE_SHIFT;
/** Bytes of a chunk, which has one owner, as a shift. */
export const CHUNK_SHIFT = 16;
/** Bytes of a chunk. It is a page of WebAssembly. */
export const CHUNK_BYTES = 1 << CHUNK_SHIFT;
/** Chunks of the 4 GiB space. The last one is never used, so that no end address wraps to 0. */
export const CHUNKS_MAX = 0xffff;
/** The lowest address, in bytes, of a program's data. Below it nothing lies, and malloc hands nothing out. */
export const FIRST_ADDRESS = 1024;

// Error codes, as `gcInit` returns and `memoryLastError` reports them.

export const ERROR_NONE = 0;
/** The heap limit is reached. */
export const ERROR_LIMIT = 1;
/** The host refused memory.grow. */
export const ERROR_GROW = 2;

// Objects: object/header.ts draws them.

/** Bytes in front of a record's fields. */
export const RECORD_HEADER_BYTES = 4;
/** Bytes in front of an array's elements. */
export const ARRAY_HEADER_BYTES = 8;
/** Offset of an array's length. */
export const LENGTH_OFFSET = 4;
/** The most bytes of an object, on sparse stacks as well: a larger one would not fit any wasm memory. */
export const OBJECT_MAX_BYTES = 0xfff00000;

// Shape descriptors: object/shape.ts draws them.

/** Bytes of a descriptor, as a shift. */
export const SHAPE_SHIFT = 4;
/** Bytes of a descriptor. */
export const SHAPE_BYTES = 1 << SHAPE_SHIFT;
export const SHAPE_KIND_OFFSET = 0;
export const SHAPE_FLAGS_OFFSET = 1;
export const SHAPE_TAG_OFFSET = 2;
/** Offset of a record's size, or of an array's stride. */
export const SHAPE_SIZE_OFFSET = 4;
/** Offset of the mask of boxes, or of the address of a wide shape's table. */
export const SHAPE_BOXES_OFFSET = 8;
export const SHAPE_SLICES_OFFSET = 12;
/** Words of an object for which one mask has bits. */
export const MASK_WORDS = 32;
/** Bytes of a pair of masks, boxes and slices, in the table of a wide shape. */
export const MASK_PAIR_BYTES = 8;

// Kinds of shapes.

export const KIND_RECORD = 0;
export const KIND_ARRAY = 1;

// Flags of shapes: bits.

/** Slices may point into the object. Arrays always have this flag. */
export const SHAPE_SLICEABLE = 1;
/** Some words are pointers. */
export const SHAPE_POINTERS = 2;
/** The masks are in a table. */
export const SHAPE_WIDE = 4;
/** No pointer of the object changes once the object is made. */
export const SHAPE_FIXED = 8;
/** All flags. */
export const SHAPE_FLAGS = SHAPE_SLICEABLE | SHAPE_POINTERS | SHAPE_WIDE | SHAPE_FIXED;

// Roots: roots/shadow.ts draws the shadow stack, roots/handles.ts the slots of handles.

/** The word in front of a Slice in the shadow stack. No Box is 2. */
export const SLICE_MARK = 2;
/** Bytes of a handle's slot, as a shift. */
export const HANDLE_SLOT_SHIFT = 3;
/** Bytes of a handle's slot. */
export const HANDLE_SLOT_BYTES = 1 << HANDLE_SLOT_SHIFT;
export const HANDLE_STATE_OFFSET = 4;
/** State of a handle: free. */
export const HANDLE_FREE = 0;
/** State of a handle: it holds a Box. */
export const HANDLE_BOX = 1;
/** State of a handle: it holds a Slice. */
export const HANDLE_SLICE = 2;

// The page map, a byte for each chunk: memory/page-map.ts says how it names the owners.

export const OWNER_FOREIGN = 0;
/** Ours, not in use, never touched: reads as zero. */
export const OWNER_FRESH = 1;
/** Ours, not in use, touched before: reusing it costs no page fault. */
export const OWNER_WARM = 2;
/** The core's own tables: statistics, shapes, handles, remembered set, mark stack. */
export const OWNER_CONTROL = 3;
export const OWNER_NURSERY = 4;
/** A block of the mature space. */
export const OWNER_BLOCK = 5;
/** The first chunk of a large object. */
export const OWNER_LARGE = 6;
/** Cells of malloc. */
export const OWNER_CELLS = 7;
/** The first chunk of a run of malloc. */
export const OWNER_RUN = 8;
/** A later chunk of a run of malloc. */
export const OWNER_RUN_REST = 9;
/** Segments of regions: 10 to 12. */
export const OWNER_SEGMENTS = 10;
/** Ours, not in use, set aside for the run in front of it, never touched. */
export const OWNER_ASIDE_FRESH = 13;
/** Ours, not in use, set aside for the run in front of it, touched before. */
export const OWNER_ASIDE_WARM = 14;
/** The first chunk of an extent of a sparse stack. */
export const OWNER_EXTENT = 15;
/** OWNER_EXTENT_REST + k: a later chunk of an extent, whose first chunk is at least 2^k chunks back. */
export const OWNER_EXTENT_REST = 16;
/** The first chunk of a run that is a segment of a region. */
export const OWNER_SEGMENT_RUN = 32;
/** OWNER_SEGMENT_RUN_REST + k: a later chunk of such a run, whose first chunk is at least 2^k chunks back. */
export const OWNER_SEGMENT_RUN_REST = 33;
/** OWNER_LARGE_REST + k: a later chunk of a large object, whose first chunk is at least 2^k chunks back. */
export const OWNER_LARGE_REST = 49;

// The nursery: nursery/bump.ts draws it, README.md what lies in front of it.

/** The smallest nursery, in bytes, and the unit of its size: four of the largest records that are bumped inline. */
export const NURSERY_MIN_BYTES = 4 << 10;
/** The largest nursery, in bytes; what asks for more gets this. */
export const NURSERY_MAX_BYTES = 256 << 20;
/** Chunks from the start of the heap to the nursery: the page map, and the first of the core's own tables. */
export const CHUNKS_BEFORE_NURSERY = 2;
/** The compiled program may bump records up to this size, in bytes; larger ones take a call. */
export const INLINE_MAX_BYTES = 1 << 10;
/** Bytes of the nursery that one byte of start bits covers, as a shift. */
export const START_BYTE_SHIFT = GRANULE_SHIFT + 3;

// Start finders, as `nurseryChooseStarts` takes them: nursery/starts/finder.ts compares them.

export const STARTS_EAGER = 0;
export const STARTS_DEFERRED = 1;
export const STARTS_COMPRESSED = 2;
export const STARTS_SEARCH = 3;
export const STARTS_CROSSING = 4;
export const STARTS_WALK = 5;

// Blocks of the mature space: mature/block.ts draws them.

/** Bytes of a line, as a shift. */
export const LINE_SHIFT = 8;
/** Bytes of a line. */
export const LINE_BYTES = 1 << LINE_SHIFT;
export const LINES_PER_BLOCK = CHUNK_BYTES >> LINE_SHIFT;
/** Bytes of a bitset with a bit for each granule of a block. */
export const BLOCK_BITSET_BYTES = CHUNK_BYTES >> (GRANULE_SHIFT + 3);
/** Offset of the line marks, a byte for each line. */
export const BLOCK_LINES_OFFSET = 64;
/** Offset of the start bits. */
export const BLOCK_STARTS_OFFSET = BLOCK_LINES_OFFSET + LINES_PER_BLOCK;
/** Offset of the mark bits. */
export const BLOCK_MARKS_OFFSET = BLOCK_STARTS_OFFSET + BLOCK_BITSET_BYTES;
/** Bytes of all these. */
export const BLOCK_METADATA_BYTES = BLOCK_MARKS_OFFSET + BLOCK_BITSET_BYTES;
/** The first line that holds objects. */
export const FIRST_LINE = (BLOCK_METADATA_BYTES + LINE_BYTES - 1) >> LINE_SHIFT;

// Blocks of cells: mature/cells/block.ts draws them.

/** Offset of the bytes of a cell; 0 in a block of lines. */
export const BLOCK_CELL_BYTES_OFFSET = 16;
/** Offset of the taken bits, a bit for each granule. */
export const BLOCK_TAKEN_OFFSET = BLOCK_METADATA_BYTES;
/** Offset of the first cell. */
export const BLOCK_CELLS_OFFSET = BLOCK_TAKEN_OFFSET + BLOCK_BITSET_BYTES;

// Large objects: mature/large.ts draws them.

/** Bytes in front of a large object. */
export const LARGE_HEADER_BYTES = 16;
/** Offset of the number of its chunks. */
export const LARGE_CHUNKS_OFFSET = 0;

// The statistics block of `gc`: gc/statistics.ts draws it. Offsets.

export const STATISTICS_MINOR_COLLECTIONS = 0;
export const STATISTICS_MAJOR_COLLECTIONS = 4;
export const STATISTICS_CHUNKS_USED = 8;
export const STATISTICS_CHUNKS_PEAK = 12;
export const STATISTICS_CHUNKS_LIMIT = 16;
export const STATISTICS_BLOCKS = 20;
export const STATISTICS_HANDLES = 24;
export const STATISTICS_CHUNKS_RESERVED = 28;
export const STATISTICS_PROMOTED_BYTES = 32;
export const STATISTICS_LIVE_BYTES = 40;
export const STATISTICS_MATURE_BYTES = 48;
export const STATISTICS_MAJOR_AT_BYTES = 56;
export const STATISTICS_NURSERY_BYTES = 64;
export const STATISTICS_REMEMBERED_ENTRIES = 72;
export const STATISTICS_MARK_OVERFLOWS = 76;
export const STATISTICS_REMEMBERED_OVERFLOWS = 80;
export const STATISTICS_PHASE = 84;
export const STATISTICS_START_QUERIES = 88;
export const STATISTICS_START_STEPS = 96;
export const STATISTICS_LAST_STEPS = 104;
export const STATISTICS_NURSERY_SIZE = 108;
export const STATISTICS_LAST_NURSERY_BYTES = 112;
export const STATISTICS_LAST_PROMOTED_BYTES = 120;
export const STATISTICS_LAST_PAUSE_MS = 128;
export const STATISTICS_PAUSES_MS = 136;
export const STATISTICS_LONGEST_PAUSE_MS = 144;
/** Offset of the chunks by owner, a word for each owner from OWNER_FRESH to OWNER_LARGE. */
export const STATISTICS_OWNERS = 152;
/** Offset of the pauses by length, a word for each length. */
export const STATISTICS_PAUSES = 192;
/** How many lengths of pauses are counted. */
export const PAUSE_BUCKETS = 24;
export const STATISTICS_EVACUATED_BYTES = 288;
/** Bytes of the block. */
export const STATISTICS_BYTES = 296;

// Phases of the mature space: mature/phase.ts draws their order.

export const PHASE_IDLE = 0;
export const PHASE_MARKING = 1;
export const PHASE_SWEEPING = 2;

// What a collection did beyond its minor one: bits of the last steps in the statistics block.

/** Began to mark. */
export const STEP_BEGIN = 1;
/** Marked. */
export const STEP_MARK = 2;
/** Ended marking. */
export const STEP_MARKED = 4;
/** Swept. */
export const STEP_SWEEP = 8;
/** Ended sweeping. */
export const STEP_END = 16;

// The census: gc/census.ts draws it.

/** Places of the table; one more, behind them, is for what found none. */
export const CENSUS_PLACES = 2048;
/** Bytes of a place. */
export const CENSUS_PLACE_BYTES = 24;
export const CENSUS_OBJECTS_OFFSET = 8;
export const CENSUS_BYTES_OFFSET = 16;

// Regions: region/region.ts draws the descriptor. Offsets.

export const REGION_TOP = 0;
export const REGION_LIMIT = 4;
/** With `taken` behind it. */
export const REGION_FIRST = 8;
export const REGION_TAKEN = 12;
export const REGION_ARRAYS = 20;
/** Bytes of a descriptor. */
export const REGION_BYTES = 24;
/** A bit of `arrays`: there are some on the sparse stack. */
export const REGION_HAS_ARRAYS = 1;
/**
 * Above this many bytes an object has a run of its own, also where the region has room: so that no room is lost in
 * front of it, and a collection need not move it. Compiled code bumps only what is no larger.
 */
export const REGION_BUMP_MAX_BYTES = 16 << 10;

// Checkpoints of regions: region/checkpoint.ts draws them. Offsets.

export const CHECKPOINT_REGION = 0;
export const CHECKPOINT_TOP = 4;
export const CHECKPOINT_TAKEN = 16;
/** Bytes of a checkpoint. */
export const CHECKPOINT_BYTES = 32;

// Generations of regions: region/generation.ts draws them. Offsets.

/** With `epoch` behind it. */
export const GENERATION_THRESHOLD = 4;
/** Bytes of a generation. */
export const GENERATION_BYTES = 56;

// Collections of regions: region/collect/candidates.ts and region/collect/generations.ts say what these mean.

/** The most sub-regions that a return chooses between: bits for each in what the compiler tells. */
export const CANDIDATES_MOST = 5;
/** Collects what pays. */
export const COLLECT_AS_IT_PAYS = 0;
/** Collects all that was allocated since the checkpoints. */
export const COLLECT_ALL = 1;
/** Collects what is young wherever that is enough: for tests, and where there is no memory for more. */
export const COLLECT_YOUNG = 2;
/**
 * Bytes that a collection needs behind the roots for each region that it collects: a row of region/collection-table.ts.
 * The first one begins at a multiple of 8.
 */
export const COLLECTION_ROW_BYTES = 48;

// The statistics block of regions: region/statistics.ts draws it. Offsets. It begins as that of `gc` does, with the
// collections of all kinds and those of everything.

export const REGION_STATISTICS_COLLECTIONS = 0;
export const REGION_STATISTICS_FULL_COLLECTIONS = 4;
export const REGION_STATISTICS_USED_BYTES = 8;
export const REGION_STATISTICS_PEAK_BYTES = 12;
export const REGION_STATISTICS_COPIED_BYTES = 16;
export const REGION_STATISTICS_FREED_BYTES = 24;
export const REGION_STATISTICS_DROPPED_BYTES = 32;
/** Bytes of the block. */
export const REGION_STATISTICS_BYTES = 40;

// Sparse stacks: sparse/descriptor.ts draws the descriptor. Offsets.

export const SPARSE_ENTRIES = 12;
export const SPARSE_ENTRIES_BYTES = 16;
export const SPARSE_HIGH_BYTES = 20;
export const SPARSE_GROWN = 24;
export const SPARSE_MOVED = 28;
export const SPARSE_COPIED_BYTES = 32;
export const SPARSE_NON_LINEAR = 40;
export const SPARSE_SERVED = 44;
export const SPARSE_LOST = 48;
export const SPARSE_EXTENTS = 52;
export const SPARSE_FREED_ENTRIES = 56;
export const SPARSE_FREED_BYTES = 60;
/** Bytes of a descriptor. */
export const SPARSE_BYTES = 64;
/** Bytes in front of an object on a sparse stack: sparse/entry.ts draws them. */
export const SPARSE_ENTRY_BYTES = 24;

// The limits of sparse stacks that hold when nobody chooses: sparse/descriptor.ts says what they limit.

/** Percent of all entries. */
export const SPARSE_SET_PERCENT = 25;
/** Entries. */
export const SPARSE_SET_ENTRIES = 1024;
/** Percent of the bytes of all entries. */
export const SPARSE_WASTE_PERCENT = 25;
/** Bytes. */
export const SPARSE_WASTE_BYTES = 64 << 10;

// The bounds of objects under `leak` in the debug core: debug/bounds.ts draws them. Offsets.

export const BOUND_NAME = 8;
export const BOUND_SITE = 12;

// The numbers of broken invariants of the heap: debug/verify.ts says what they mean. 0: none is broken.

export const BROKEN_NURSERY = 1;
export const BROKEN_STARTS = 2;
export const BROKEN_BOX = 3;
export const BROKEN_SLICE = 4;
export const BROKEN_BLOCK = 5;
export const BROKEN_COUNTS = 6;
export const BROKEN_REMEMBERED = 7;
export const BROKEN_MARKS = 8;
export const BROKEN_SHADOW = 9;
export const BROKEN_HANDLE = 10;

// The numbers of broken invariants of a sparse stack: debug/sparse.ts says what they mean. 0: none is broken.

export const SPARSE_BROKEN_EXTENTS = 1;
export const SPARSE_BROKEN_ENTRIES = 2;
export const SPARSE_BROKEN_OWNERS = 3;
export const SPARSE_BROKEN_REACHED = 4;
export const SPARSE_BROKEN_SET = 5;
export const SPARSE_BROKEN_COUNTS = 6;

// The numbers of broken invariants of regions: debug/regions.ts says what they mean. 0: none is broken.

export const REGION_BROKEN_LISTS = 1;
export const REGION_BROKEN_OWNERS = 2;
export const REGION_BROKEN_TAKEN = 3;
export const REGION_BROKEN_OBJECTS = 4;
export const REGION_BROKEN_POINTERS = 5;
export const REGION_BROKEN_CHECKPOINTS = 6;
export const REGION_BROKEN_REMEMBERED = 7;
export const REGION_BROKEN_ARRAYS = 8;
export const REGION_BROKEN_HEAP = 9;
