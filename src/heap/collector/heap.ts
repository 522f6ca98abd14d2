/**
 * A garbage-collected heap in linear memory, held from JavaScript.
 *
 *     using heap = await Heap.open({ nurseryBytes: 64 * 1024 });
 *     const Node = heap.defineRecord("Node", { left: box(), right: box(), key: int32(), name: slice() });
 *     const Bytes = heap.defineArray("Bytes", uint8());
 *     using scope = heap.scope();
 *     const text = heap.allocArray(Bytes, new TextEncoder().encode("hello, world"));
 *     const leaf = heap.alloc(Node, { key: 1, name: text.slice(0, 5) });
 *     const root = scope.keep(heap.alloc(Node, { key: 2, left: leaf }));
 *
 * References are roots (objects/ref.ts); objects move, references follow. Every allocation may collect; nothing else
 * does but `collect`. Values pass between host and heap only where nothing can be collected in between: initial values
 * are checked before an allocation and their addresses are asked for after it.
 */

import {
  BROKEN_BLOCK,
  BROKEN_BOX,
  BROKEN_COUNTS,
  BROKEN_HANDLE,
  BROKEN_MARKS,
  BROKEN_NURSERY,
  BROKEN_REMEMBERED,
  BROKEN_SHADOW,
  BROKEN_SLICE,
  BROKEN_STARTS,
  WORD_BYTES,
} from "#contract";
import { readCensus, type ShapeCount } from "../../core/census.ts";
import { HeapError, shown } from "../../core/errors.ts";
import {
  MATURE_SPACES,
  type MatureSpace,
  POINTER_REPS,
  SHADOW_DEFAULT_BYTES,
  START_FINDERS,
} from "../../core/settings.ts";
import { type SparseLimits, sparseLimits } from "../../core/sparse-limits.ts";
import { type HeapCounts, readCounts } from "../../core/statistics.ts";
import { assertUnbroken } from "../invariants.ts";
import { type Allocator, newArray, newRecord, type Values } from "../objects/allocate.ts";
import { ObjectMemory } from "../objects/object-memory.ts";
import type { RecordRef } from "../objects/record.ts";
import { Session } from "../objects/ref.ts";
import type { AnyRep, Fields, FieldsIn } from "../objects/rep.ts";
import type { ArrayRef, Sequence, SliceRef } from "../objects/sequence.ts";
import type { ArrayShape, RecordShape } from "../objects/shape.ts";
import { SparseStack } from "../sparse/stack.ts";
import { type TraceAfter, type TracedObject, type TraceOrigin, traceHeap } from "../trace/trace.ts";
import { Core } from "./core.ts";
import { checkOptions, type HeapOptions } from "./options.ts";
import { type HeapStatistics, readStatistics } from "./statistics.ts";

/** By their numbers, which assembly/debug/verify.ts explains. */
const INVARIANTS: Readonly<Record<number, string>> = {
  [BROKEN_NURSERY]: "the nursery's objects leave no gap and have shapes",
  [BROKEN_STARTS]: "the nursery's start finder finds exactly the objects that a pointer may lead inside of",
  [BROKEN_BOX]: "a Box is 0, outside of the heap, or the start of an object",
  [BROKEN_SLICE]: "a Slice lies inside a sliceable object",
  [BROKEN_BLOCK]: "the objects of a block are in order and do not overlap",
  [BROKEN_COUNTS]: "the counts of chunks equal a recount of the page map",
  [BROKEN_REMEMBERED]: "old objects that point into the nursery are remembered",
  [BROKEN_MARKS]: "mark bits are zero between major collections",
  [BROKEN_SHADOW]: "the shadow stack is within its bounds and its pointers are valid",
  [BROKEN_HANDLE]: "the pointers of handles are valid",
};

export class Heap extends ObjectMemory<Core> {
  readonly #origin: TraceOrigin;
  readonly #allocator: Allocator;

  private constructor(session: Session<Core>, heapBase: number, mature: MatureSpace) {
    super(session);
    const { core } = session;
    this.#allocator = {
      allocRecord: (shape) => core.allocRecord(shape.address, shape.bytes),
      allocArray: (shape, length) => core.allocArray(shape.address, length),
    };
    this.#origin = { heapBase, shadowBase: session.core.shadowTop, mature };
  }

  /**
   * Opens a heap.
   * @throws HeapError bad-option, needs-debug, out-of-memory, grow-refused
   */
  static async open(options: HeapOptions = {}): Promise<Heap> {
    checkOptions(options);
    const memory = options.memory ?? new WebAssembly.Memory({ initial: 1 });
    const { heapBase: given = 0, shadowStackBytes = SHADOW_DEFAULT_BYTES } = options;
    const shadowBase = Math.ceil(given / WORD_BYTES) * WORD_BYTES;
    const heapBase = shadowBase + Math.ceil(shadowStackBytes / WORD_BYTES) * WORD_BYTES;
    const core = await Core.open(options.debug ? "debug" : "release", memory, {
      shadowBase,
      heapBase,
      nurseryBytes: options.nurseryBytes ?? 0,
      nurseryFirstBytes: options.nurseryFirstBytes ?? 0,
      heapLimitBytes: options.heapLimitBytes ?? 0,
      growthPercent: options.growthPercent ?? 0,
      census: options.census ?? false,
      pauseMs: options.pauseMs ?? null,
      starts: options.starts ?? START_FINDERS[0],
      reps: options.reps ?? POINTER_REPS[0],
      mature: options.mature ?? MATURE_SPACES[0],
    });
    if (options.zeal) core.setZeal(options.zeal);
    return new Heap(new Session(core), heapBase, options.mature ?? MATURE_SPACES[0]);
  }

  /**
   * Allocates a record; fields without an initial value are cleared. May collect.
   * @throws HeapError out-of-memory, grow-refused, wrong-rep, unknown-field, wrong-shape
   */
  alloc<F extends Fields>(shape: RecordShape<F>, initial: FieldsIn<F> = {}): RecordRef<F> {
    return newRecord(this.session, this.#allocator, shape, initial);
  }

  /**
   * Allocates an array of a length, cleared, or of values. May collect.
   * @throws HeapError out-of-memory, grow-refused, wrong-rep, index-out-of-range, wrong-shape
   */
  allocArray<E extends AnyRep>(shape: ArrayShape<E>, lengthOrValues: number | Values<E>): ArrayRef<E> {
    return newArray(this.session, this.#allocator, shape, lengthOrValues);
  }

  /** As `elements.slice(start, end)`. @throws HeapError index-out-of-range, foreign-handle */
  slice<E extends AnyRep>(elements: Sequence<E>, start?: number, end?: number): SliceRef<E> {
    elements.assertUsableIn(this.session);
    return elements.slice(start, end);
  }

  /** Collects the nursery ("minor"; the rest only if that is due) or the whole heap ("major"). */
  collect(extent: "minor" | "major" = "major"): void {
    this.session.assertOpen();
    if (extent === "minor") this.session.core.collectMinor();
    else if (extent === "major") this.session.core.collectMajor();
    else throw new HeapError("bad-option", `collect takes "minor" or "major", not ${shown(extent)}`);
  }

  statistics(): HeapStatistics {
    this.session.assertOpen();
    return readStatistics(this.session);
  }

  /**
   * What the statistics block says, as of the last collection: read from memory, without a call of the core, so that it
   * costs nothing and can also be had when the core has stopped.
   */
  counts(): HeapCounts {
    const { core } = this.session;
    return readCounts(new DataView(core.memory.buffer), core.statisticsBlock);
  }

  /**
   * What has been allocated since the heap was opened, by shape, dead or alive; the shape with the most bytes first.
   * @throws HeapError bad-option without the option census
   */
  allocated(): ShapeCount[] {
    const session = this.session;
    session.assertOpen();
    const table = session.core.allocated();
    if (table === 0) {
      throw new HeapError("bad-option", "Nothing was counted: open the heap with the option census");
    }
    return readCensus(session.views.data, table, (shape) => session.shapes.get(shape)?.name ?? `shape at ${shape}`);
  }

  /**
   * Opens a sparse stack: memory for a runtime that knows by itself what ends when.
   * @throws HeapError out-of-memory, grow-refused, closed
   */
  openSparseStack(): SparseStack {
    this.session.assertOpen();
    return new SparseStack(this.session);
  }

  /**
   * Chooses for all sparse stacks when they use again what was freed below the top. @throws HeapError bad-option,
   * closed
   */
  limitSparseStacks(limits: SparseLimits): void {
    this.session.assertOpen();
    this.session.core.chooseSparse(sparseLimits(limits));
  }

  /** Walks the whole heap. @throws HeapError broken-invariant, needs-debug */
  verify(): void {
    assertUnbroken("heap", this.debugCore("verify").verify(), INVARIANTS);
  }

  /**
   * Finds what the roots reach by a walk of its own over the raw memory, and checks every pointer on the way: a second
   * opinion on the collector, for tests.
   * @param after "minor", "major": a collection was the last thing that happened, and what it promises is checked, too:
   *   an empty nursery; after a major one exactly the objects, marked lines and live bytes that are reached
   * @returns the objects in the order of their addresses
   * @throws HeapError broken-invariant, needs-debug, bad-option
   */
  trace(after: TraceAfter = "any"): TracedObject[] {
    this.debugCore("trace");
    if (after === "any" || after === "minor" || after === "major") {
      return traceHeap(this.session, this.#origin, after);
    }
    throw new HeapError("bad-option", `trace takes "any", "minor" or "major", not ${shown(after)}`);
  }

  /** Collects at every nth allocation from now on; 0 stops that. @throws HeapError needs-debug */
  setZeal(every: number): void {
    checkOptions({ zeal: every, debug: true });
    this.debugCore("setZeal").setZeal(every);
  }

  /**
   * Bounds the collector's tables, to see what it does when they are full; 0 for their usual size.
   * @throws HeapError needs-debug
   */
  limitTables(markEntries: number, rememberedChunks: number): void {
    this.debugCore("limitTables").limitTables(markEntries, rememberedChunks);
  }
}
