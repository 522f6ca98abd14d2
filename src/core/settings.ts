/** What may be chosen of a heap by both sides that use the core, `heap` and `lang`: names, ranges and defaults. */

import {
  STARTS_COMPRESSED,
  STARTS_CROSSING,
  STARTS_DEFERRED,
  STARTS_EAGER,
  STARTS_SEARCH,
  STARTS_WALK,
} from "#contract";

/** The start finders, the default first. */
export const START_FINDERS = ["eager", "deferred", "compressed", "search", "crossing", "walk"] as const;
export type StartFinder = (typeof START_FINDERS)[number];
/** The number of each for `nurseryChooseStarts`. */
export const FINDER_NUMBERS: Readonly<Record<StartFinder, number>> = {
  eager: STARTS_EAGER,
  deferred: STARTS_DEFERRED,
  compressed: STARTS_COMPRESSED,
  search: STARTS_SEARCH,
  crossing: STARTS_CROSSING,
  walk: STARTS_WALK,
};

/** Which pointers may be interior, the default first: b, only slices; a, every one. */
export const POINTER_REPS = ["b", "a"] as const;
export type PointerReps = (typeof POINTER_REPS)[number];
/** How small objects lie in the mature space (assembly/mature/kind.ts), the default first. */
export const MATURE_SPACES = ["lines", "classes"] as const;
export type MatureSpace = (typeof MATURE_SPACES)[number];

/** Bytes of the shadow stack, which lies in front of the heap, when nobody chooses. */
export const SHADOW_DEFAULT_BYTES = 1 << 20;

/** The highest address, in bytes, at which a heap may begin: it takes some chunks at least. */
export const HEAP_BASE_MAX = 2 ** 32 - 2 ** 20;

/** How much the mature space may grow between major collections, in percent of what survived. */
export const GROWTH_MIN_PERCENT = 1;
export const GROWTH_MAX_PERCENT = 10_000;

/** What may be asked of a pause, in milliseconds. */
export const PAUSE_MIN_MS = 0.1;
export const PAUSE_MAX_MS = 1000;
