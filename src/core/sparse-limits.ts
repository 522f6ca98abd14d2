/** The limits beyond which memory freed on a sparse stack below its top is used again (assembly/sparse/free-set.ts). */

import { SPARSE_SET_ENTRIES, SPARSE_SET_PERCENT, SPARSE_WASTE_BYTES, SPARSE_WASTE_PERCENT } from "#contract";
import { HeapError, shown } from "./errors.ts";
import { isWord, WORD_MAX } from "./words.ts";

/**
 * When allocation is served from what was freed below the top: once any of these is passed. 0: at once; Infinity:
 * never.
 */
export interface SparseLimits {
  /** Freed entries, in percent of all entries. Default 25. */
  readonly setPercent?: number;
  /** Freed entries. Default 1024. */
  readonly setEntries?: number;
  /** Their bytes, in percent of the bytes of all entries. Default 25. */
  readonly wastePercent?: number;
  /** Their bytes. Default 65536. */
  readonly wasteBytes?: number;
}

/** Under `sparse`, and in regions with sparse arrays, shorter arrays lie among the other objects of a region. */
export const SPARSE_ARRAY_MIN_BYTES = 2048;

const DEFAULT_LIMITS: Required<SparseLimits> = {
  setPercent: SPARSE_SET_PERCENT,
  setEntries: SPARSE_SET_ENTRIES,
  wastePercent: SPARSE_WASTE_PERCENT,
  wasteBytes: SPARSE_WASTE_BYTES,
};

/** The names of the limits. */
export const SPARSE_LIMIT_NAMES: readonly string[] = Object.keys(DEFAULT_LIMITS);

/** The limits in the order of `sparseChooseLimits`. @throws HeapError bad-option */
export function sparseLimits(limits: SparseLimits): [number, number, number, number] {
  const word = (name: keyof SparseLimits): number => {
    const limit: unknown = limits[name] ?? DEFAULT_LIMITS[name];
    if (limit === Number.POSITIVE_INFINITY) return WORD_MAX;
    if (isWord(limit)) return limit;
    throw new HeapError(
      "bad-option",
      `${name} is a whole number from 0 to ${WORD_MAX}, or Infinity, not ${shown(limit)}`,
    );
  };
  return [word("setPercent"), word("setEntries"), word("wastePercent"), word("wasteBytes")];
}
