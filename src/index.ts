/**
 * The public names: heaps and regions, their shapes, reps and references. The toy language is "heapwright/lang".
 */
export type { ShapeCount } from "./core/census.ts";
export { HeapError, type HeapErrorCode } from "./core/errors.ts";
export type { RegionCounts } from "./core/region-statistics.ts";
export type { MatureSpace, PointerReps, StartFinder } from "./core/settings.ts";
export type { SparseLimits } from "./core/sparse-limits.ts";
export type { SparseCounts } from "./core/sparse-statistics.ts";
export type { HeapCounts } from "./core/statistics.ts";
export { Heap } from "./heap/collector/heap.ts";
export type { HeapOptions } from "./heap/collector/options.ts";
export type { HeapStatistics } from "./heap/collector/statistics.ts";
export { float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64 } from "./heap/objects/numbers.ts";
export { type BoxValue, box, inline, slice, unpacked } from "./heap/objects/pointers.ts";
export { RecordRef } from "./heap/objects/record.ts";
export { Ref } from "./heap/objects/ref.ts";
export type { AnyRep, Fields, FieldsIn, FieldsOut, InOf, OutOf, Rep } from "./heap/objects/rep.ts";
export { Scope } from "./heap/objects/scope.ts";
export { ArrayRef, Sequence, SliceRef } from "./heap/objects/sequence.ts";
export { ArrayShape, RecordShape } from "./heap/objects/shape.ts";
export type { RegionOptions, RegionsOptions } from "./heap/regions/options.ts";
export { Checkpoint, Region, Regions, type RegionsStatistics } from "./heap/regions/regions.ts";
export { SparseStack } from "./heap/sparse/stack.ts";
export type { TraceAfter, TracedObject } from "./heap/trace/trace.ts";
