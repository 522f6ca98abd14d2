/**
 * Regions, for runtimes that do their own analysis of what ends when: objects in linear memory without a collector of
 * the heap.
 *
 *     using regions = await Regions.open();
 *     const Node = regions.defineRecord("Node", { next: box(), n: int32() });
 *     using results = regions.enter();
 *     {
 *       using work = regions.enter();
 *       const draft = work.alloc(Node, { n: 1 }); // ends with this block
 *       const kept = results.alloc(Node, { n: draft.get("n") + 1 }); // does not
 *     }
 *
 * A region's objects end together when it is left, or reset. Regions are left in the reverse order of their
 * beginning. An object may refer to what lives at least as long; anything else is refused where it is stored. What has
 * come to a region since a checkpoint is a sub-region: adopted, dropped at once, or collected from the references that
 * are still wanted.
 *
 * References are those of heaps (objects/ref.ts), but no roots: they end with their objects. Regions may live in the
 * memory of other code, from an address on that the code leaves to them.
 */

import {
  ARRAY_HEADER_BYTES,
  LENGTH_OFFSET,
  REGION_BROKEN_ARRAYS,
  REGION_BROKEN_CHECKPOINTS,
  REGION_BROKEN_LISTS,
  REGION_BROKEN_OBJECTS,
  REGION_BROKEN_OWNERS,
  REGION_BROKEN_POINTERS,
  REGION_BROKEN_TAKEN,
} from "#contract";
import { HeapError, shown } from "../../core/errors.ts";
import type { RegionCounts } from "../../core/region-statistics.ts";
import { isWord, WORD_MAX } from "../../core/words.ts";
import { assertUnbroken } from "../invariants.ts";
import { type Allocator, newArray, newRecord, type Values } from "../objects/allocate.ts";
import { ObjectMemory } from "../objects/object-memory.ts";
import type { RecordRef } from "../objects/record.ts";
import { Ref, Session } from "../objects/ref.ts";
import type { AnyRep, Fields, FieldsIn } from "../objects/rep.ts";
import { ArrayRef } from "../objects/sequence.ts";
import type { ArrayShape, RecordShape } from "../objects/shape.ts";
import { type Lifetime, RegionCore } from "./core.ts";
import { checkRegionOptions, checkRegionsOptions, type RegionOptions, type RegionsOptions } from "./options.ts";

/** By their numbers, which assembly/debug/regions.ts explains. */
const INVARIANTS: Readonly<Record<number, string>> = {
  [REGION_BROKEN_LISTS]: "the segments of a region are linked both ways",
  [REGION_BROKEN_OWNERS]: "a segment belongs to the region that lists it",
  [REGION_BROKEN_TAKEN]: "what a region has taken is the sum of its segments and arrays on the sparse stack",
  [REGION_BROKEN_OBJECTS]: "the objects of a segment leave no gap and have shapes",
  [REGION_BROKEN_POINTERS]: "a pointer leads to an object of the same region, or of one that ends later",
  [REGION_BROKEN_CHECKPOINTS]: "what was allocated since a checkpoint lies behind it",
  [REGION_BROKEN_ARRAYS]: "an array on the sparse stack belongs to an open region, and the stack is in order",
};

/** As options.ts says. */
const FRAMES_DEFAULT_BYTES = 1 << 20;
const FIRST_DEFAULT_BYTES = 256;

export interface RegionsStatistics extends RegionCounts {
  /** Regions that are open. */
  readonly regions: number;
  /** Checkpoints that are open. */
  readonly checkpoints: number;
  /** Bytes of the stack of frames in use: descriptors, first bytes of regions, checkpoints. */
  readonly framesBytes: number;
  /** The size of the linear memory, whoever grew it. */
  readonly memoryBytes: number;
}

export class Regions extends ObjectMemory<RegionCore> {
  /**
   * Opens a memory for regions.
   * @throws HeapError bad-option, out-of-memory, grow-refused
   */
  static async open(options: RegionsOptions = {}): Promise<Regions> {
    checkRegionsOptions(options);
    const { debug = false, framesBytes = FRAMES_DEFAULT_BYTES, heapLimitBytes = 0, sparseArrays = false } = options;
    const core = await RegionCore.open(debug ? "debug" : "release", {
      memory: options.memory ?? new WebAssembly.Memory({ initial: 1 }),
      base: options.heapBase ?? 0,
      framesBytes,
      heapLimitBytes,
      sparse: sparseArrays === true ? {} : sparseArrays || null,
    });
    return new Regions(new Session(core));
  }

  /**
   * Opens a region inside of those that are open.
   * @throws HeapError bad-option, frames-full, closed
   */
  enter(options: RegionOptions = {}): Region {
    this.session.assertOpen();
    checkRegionOptions(options);
    const { firstBytes = FIRST_DEFAULT_BYTES } = options;
    return new Region(this.session, this.session.core.enter(firstBytes));
  }

  /**
   * Makes an array longer; the new elements are cleared. With `sparseArrays` an array of 2 KiB or more stays where it
   * is, or moves once; a shorter one is copied within its region. References to the array end.
   * @param length not less than before
   * @returns a reference to it. An object that refers to a shorter array goes on with that
   * @throws HeapError would-dangle when objects refer to an array on the sparse stack, index-out-of-range, wrong-shape,
   *   stale-handle, foreign-handle, out-of-memory, grow-refused, closed; then nothing has changed
   */
  growArray<E extends AnyRep>(array: ArrayRef<E>, length: number): ArrayRef<E> {
    const { session } = this;
    session.assertOpen();
    if (!(array instanceof ArrayRef)) {
      throw new HeapError("wrong-shape", `growArray takes an array, not ${shown(array)}`);
    }
    array.assertUsableIn(session);
    if (!isWord(length) || length < array.length) {
      throw new HeapError(
        "index-out-of-range",
        `${shown(length)} is not a new length for ${array.typeName} with ${array.length} elements: ${array.length} to ${WORD_MAX}`,
      );
    }
    const bytesOf = (elements: number): number => ARRAY_HEADER_BYTES + elements * array.element.bytes;
    const [used, bytes] = [bytesOf(array.length), bytesOf(length)];
    const purpose = `for an array of ${length} elements`;
    return session.wrap(session.core.growArray(array.address, used, bytes, length, purpose)) as ArrayRef<E>;
  }

  /** Walks all regions and their objects. @throws HeapError broken-invariant, needs-debug */
  verify(): void {
    assertUnbroken("memory of regions", this.debugCore("verify").verify(), INVARIANTS);
  }

  statistics(): RegionsStatistics {
    this.session.assertOpen();
    const { core } = this.session;
    return {
      ...core.counts(),
      regions: core.countOpen("region"),
      checkpoints: core.countOpen("checkpoint"),
      framesBytes: core.framesBytes,
      memoryBytes: core.memory.buffer.byteLength,
    };
  }
}

/** Made by `regions.enter()`. */
export class Region {
  readonly #session: Session<RegionCore>;
  readonly #lifetime: Lifetime;
  readonly #allocator: Allocator;

  /** @internal */
  constructor(session: Session<RegionCore>, lifetime: Lifetime) {
    this.#session = session;
    this.#lifetime = lifetime;
    const { core } = session;
    this.#allocator = {
      allocRecord(shape) {
        const address = core.allocate(lifetime, shape.bytes, `for a record of ${shape.bytes} bytes`);
        core.views.data.setUint32(address, shape.address, true);
        return address;
      },
      allocArray(shape, length) {
        const bytes = shape.bytesOf(length);
        const address = core.allocateArray(lifetime, bytes, `for an array of ${length} elements`);
        if (shape.hasPointers) core.views.bytes.fill(0, address, address + bytes);
        core.views.data.setUint32(address, shape.address, true);
        core.views.data.setUint32(address + LENGTH_OFFSET, length, true);
        return address;
      },
    };
  }

  /** False once it has been left, or its memory is closed. */
  get isOpen(): boolean {
    return isOpen(this.#session, this.#lifetime);
  }

  /**
   * Bytes of segments, and of arrays on the sparse stack, that it has taken beyond its first bytes on the stack of
   * frames. @throws HeapError region-ended, closed
   */
  get takenBytes(): number {
    return this.#core().takenBytes(this.#lifetime);
  }

  /**
   * Allocates a record; fields without an initial value are cleared. Regions that were entered later may be open.
   * @throws HeapError region-ended, out-of-memory, grow-refused, wrong-rep, unknown-field, wrong-shape, would-dangle,
   *   closed
   */
  alloc<F extends Fields>(shape: RecordShape<F>, initial: FieldsIn<F> = {}): RecordRef<F> {
    this.#core();
    return newRecord(this.#session, this.#allocator, shape, initial);
  }

  /**
   * Allocates an array of a length, cleared, or of values.
   * @throws HeapError as `alloc`, and index-out-of-range
   */
  allocArray<E extends AnyRep>(shape: ArrayShape<E>, lengthOrValues: number | Values<E>): ArrayRef<E> {
    this.#core();
    return newArray(this.#session, this.#allocator, shape, lengthOrValues);
  }

  /**
   * Checkpoints how far the region is filled. What comes from now on is a sub-region, until the checkpoint ends: only
   * it and regions that are entered later may refer to it. The checkpoint ends before all that is open now.
   * @throws HeapError region-ended, frames-full, closed
   */
  checkpoint(): Checkpoint {
    return new Checkpoint(this.#session, this.#core().checkpoint(this.#lifetime));
  }

  /**
   * Ends all objects of the region, which goes on empty: for the next iteration of a loop. A small segment stays with it.
   * @throws HeapError region-ended, wrong-order when something that began later is open, closed
   */
  reset(): void {
    this.#core().reset(this.#lifetime);
  }

  /**
   * Ends the region and all of its objects, in a time that does not depend on their number but for references to them.
   * @throws HeapError region-ended, wrong-order when something that began later is open, closed
   */
  leave(): void {
    this.#core().leave(this.#lifetime);
  }

  /** Leaves the region, unless it or its memory has ended before. @throws HeapError wrong-order */
  [Symbol.dispose](): void {
    if (isUsable(this.#session, this.#lifetime)) this.leave();
  }

  #core(): RegionCore {
    return usable(this.#session, this.#lifetime);
  }
}

/** Made by `region.checkpoint()`. */
export class Checkpoint {
  readonly #session: Session<RegionCore>;
  readonly #lifetime: Lifetime;

  /** @internal */
  constructor(session: Session<RegionCore>, lifetime: Lifetime) {
    this.#session = session;
    this.#lifetime = lifetime;
  }

  /** False once it has been adopted or dropped, or its memory is closed. */
  get isOpen(): boolean {
    return isOpen(this.#session, this.#lifetime);
  }

  /**
   * Ends the checkpoint, and leaves what was allocated since to its region: anything that ends with that, or before,
   * may refer to it now.
   * @throws HeapError region-ended, wrong-order when something that began later is open, closed
   */
  adopt(): void {
    this.#core().adopt(this.#lifetime);
  }

  /**
   * Ends the checkpoint and all that was allocated since, without a look at any object.
   * @throws HeapError region-ended, wrong-order when something that began later is open, closed
   */
  drop(): void {
    this.#core().drop(this.#lifetime);
  }

  /**
   * Collects what was allocated since: what these references do not lead to ends. It takes as long as copying the rest,
   * whatever else there is. The checkpoint stays open, for the next iteration.
   * @param refs those to older objects, and empty slices, may be among them; other references to what came end
   * @returns the same references, which follow their objects
   * @throws HeapError region-ended, wrong-order, stale-handle, foreign-handle, bad-option, frames-full when there are
   *   too many references, out-of-memory or grow-refused when there may not be enough memory for the copies, closed;
   *   then nothing has changed
   */
  keep<const T extends readonly Ref[]>(refs: T): T {
    const core = this.#core();
    if (!Array.isArray(refs)) {
      throw new HeapError("bad-option", `keep takes an array of references, not ${shown(refs)}`);
    }
    const handles: number[] = [];
    for (const ref of refs as readonly unknown[]) {
      if (!(ref instanceof Ref)) throw new HeapError("bad-option", `keep takes references, not ${shown(ref)}`);
      ref.assertUsableIn(this.#session);
      const { handle } = ref;
      if (handle !== null) handles.push(handle);
    }
    core.collect(this.#lifetime, handles);
    return refs;
  }

  /** Adopts, unless the checkpoint or its memory has ended before. @throws HeapError wrong-order */
  [Symbol.dispose](): void {
    if (isUsable(this.#session, this.#lifetime)) this.adopt();
  }

  #core(): RegionCore {
    return usable(this.#session, this.#lifetime);
  }
}

function isOpen(session: Session, lifetime: Lifetime): boolean {
  return session.isOpen && lifetime.depth >= 0;
}

function isUsable(session: Session, lifetime: Lifetime): boolean {
  return isOpen(session, lifetime) && session.core.failure === null;
}

function usable(session: Session<RegionCore>, { kind, depth }: Lifetime): RegionCore {
  session.assertOpen();
  if (depth >= 0) return session.core;
  throw new HeapError(
    "region-ended",
    kind === "region"
      ? "This region has been left, and its objects have ended: enter another one"
      : "This checkpoint has ended, by adopt or drop: set another one",
  );
}
