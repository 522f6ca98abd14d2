/**
 * The public names: heaps and regions, their shapes, reps and references. The toy language is "heapwright/lang".
 */
export type { ShapeCount } from "./heap/census.ts";
export type { MatureSpace, PointerReps, StartFinder } from "./heap/contract.ts";
export { HeapError, type HeapErrorCode } from "./heap/errors.ts";
export { Heap } from "./heap/heap.ts";
export { float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64 } from "./heap/numbers.ts";
export type { HeapOptions, RegionOptions, RegionsOptions } from "./heap/options.ts";
export { type BoxValue, box, inline, slice, unpacked } from "./heap/pointers.ts";
export { RecordRef } from "./heap/record.ts";
export { Ref } from "./heap/ref.ts";
export { Mark, Region, Regions, type RegionsStatistics } from "./heap/regions.ts";
export type { RegionCounts } from "./heap/regionstatistics.ts";
export type { AnyRep, Fields, FieldsIn, FieldsOut, InOf, OutOf, Rep } from "./heap/rep.ts";
export { Scope } from "./heap/scope.ts";
export { ArrayRef, Sequence, SliceRef } from "./heap/sequence.ts";
export { ArrayShape, RecordShape } from "./heap/shape.ts";
export { type SparseCounts, type SparseLimits, SparseStack } from "./heap/sparse.ts";
export type { HeapCounts, HeapStatistics } from "./heap/statistics.ts";
export type { TraceAfter, TracedObject } from "./heap/trace/trace.ts";
