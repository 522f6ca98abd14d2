/** Where the arrays of regions lie. In nothing else do `regions` and `sparse` differ. */

import binaryen from "binaryen";
import { GRANULE_BYTES, REGION_ARRAYS, REGION_HAS_ARRAYS, SPARSE_BYTES } from "#contract";
import { SPARSE_ARRAY_MIN_BYTES, sparseLimits } from "../../../core/sparse-limits.ts";
import { coreName } from "../../codegen/core.ts";
import type { ManagerContext } from "../../codegen/manager.ts";
import type { ExpressionRef } from "../../codegen/wasm.ts";
import type { BuildOptions } from "../../options.ts";

const { none } = binaryen;

export interface ArrayPlaces {
  /** The setting of the core: whether it looks for arrays on sparse stacks. */
  readonly setting: 0 | 1;
  /** Whether arrays lie apart from other objects, so that each can be freed, and extended where it is. */
  readonly areApart: boolean;
  /** Functions of the core for arrays that are not worth inlining. */
  readonly slow: readonly string[];
  /** The bytes from which on they lie apart; null for never. */
  apartFrom(options: BuildOptions): number | null;
  /** Sets aside what the arrays of a function, or of the program, need. @returns its address, 0 for nothing */
  reserve(context: ManagerContext): number;
  /** Statements that open a region for arrays. @param reserved what has been set aside for them */
  open(module: binaryen.Module, region: ExpressionRef, reserved: () => number): ExpressionRef[];
  /** Whether a region has something besides its first bytes. @param first its first segment, 0 for none */
  hasMore(module: binaryen.Module, region: ExpressionRef, first: ExpressionRef): ExpressionRef;
  /** Statements of `_start`, when the core is open. */
  start(context: ManagerContext): ExpressionRef[];
}

/** Among the other objects of a region. */
export const IN_REGIONS: ArrayPlaces = {
  setting: 0,
  areApart: false,
  slow: [],
  apartFrom: () => null,
  reserve: () => 0,
  open: () => [],
  hasMore: (_module, _region, first) => first,
  start: () => [],
};

/** Long ones on a sparse stack for each function (assembly/region/arrays.ts). */
export const ON_SPARSE_STACKS: ArrayPlaces = {
  setting: 1,
  areApart: true,
  slow: ["regionArrayNew", "regionArrayGrow", "regionArrayFree"],
  // Where rare paths are looked for, no array is short.
  apartFrom: ({ zeal }) => (zeal ? 0 : SPARSE_ARRAY_MIN_BYTES),
  reserve: ({ data }) => data.reserve(SPARSE_BYTES, GRANULE_BYTES),
  open: ({ i32: op }, region, reserved) => [op.store(REGION_ARRAYS, 4, region, op.const(reserved()))],
  hasMore: ({ i32: op }, region, first) =>
    op.or(first, op.and(op.load(REGION_ARRAYS, 4, region), op.const(REGION_HAS_ARRAYS))),
  start({ module, options }) {
    if (options.sparseLimits === undefined) return [];
    const limits = sparseLimits(options.sparseLimits).map((each) => module.i32.const(each | 0));
    return [module.call(coreName(module, "sparseChooseLimits"), limits, none)];
  },
};
