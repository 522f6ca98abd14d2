/**
 * The core with its regions: what is open on the stack of frames, what the host refers to, and what may refer to what.
 *
 * Regions and checkpoints end in the reverse order of their beginning, so each has a depth. An object ends with its
 * region, or with a checkpoint that is dropped, which anything may be that was set on its region before it came. So one
 * may refer to another if whatever may end the other ends this one as well, or has before. That is checked at every
 * store of a pointer: then nothing ever refers to what has ended, and a collection of what was allocated since the
 * innermost checkpoint needs no roots but the host's. References of the host end with their objects.
 */

import {
  CHECKPOINT_BYTES,
  CHUNK_BYTES,
  COLLECTION_ROW_BYTES,
  ERROR_LIMIT,
  GRANULE_BYTES,
  LENGTH_OFFSET,
  OBJECT_MAX_BYTES,
  REGION_ARRAYS,
  REGION_BUMP_MAX_BYTES,
  REGION_BYTES,
  REGION_FIRST,
  REGION_LIMIT,
  REGION_TAKEN,
  REGION_TOP,
  SPARSE_BYTES,
  WORD_BYTES,
} from "#contract";
import { alignUp } from "../../core/align.ts";
import { HeapError } from "../../core/errors.ts";
import { type Build, type CommonExports, CoreInstance, instantiateCore, memoryError } from "../../core/instance.ts";
import { type RegionCounts, readRegionCounts } from "../../core/region-statistics.ts";
import { SPARSE_ARRAY_MIN_BYTES, type SparseLimits, sparseLimits } from "../../core/sparse-limits.ts";

/** What the core exports; see assembly/README.md. */
interface RegionExports extends CommonExports {
  regionInit(framesBase: number, heapBase: number, heapLimitBytes: number): number;
  regionStatistics(): number;
  regionChooseSparseArrays(on: number): void;
  sparseChooseLimits(setPercent: number, setEntries: number, wastePercent: number, wasteBytes: number): void;
  regionGrow(region: number, bytes: number): number;
  regionArrayNew(region: number, bytes: number): number;
  regionArrayMayGrow(array: number, region: number): number;
  regionArrayGrow(array: number, bytes: number): number;
  regionClose(region: number): void;
  regionReset(region: number, start: number, limit: number): void;
  regionAround(address: number): number;
  regionStart(address: number, onStack: number): number;
  checkpointSet(checkpoint: number, region: number): void;
  checkpointCovers(checkpoint: number, address: number): number;
  checkpointsReturn(from: number, end: number, zeal: number, roots: number, boxes: number, slices: number): void;
  checkpointsCollect(from: number, end: number, roots: number, boxes: number, slices: number): void;
  regionVerify(): number;
  regionVerifyObjects(region: number, limit: number): number;
  checkpointsVerify(from: number, end: number): number;
  /** Does nothing in the release core. */
  regionPoisonFrames(from: number, to: number): void;
  readonly regionFrameTop: WebAssembly.Global;
  readonly regionFrameLimit: WebAssembly.Global;
}

/** A region or a checkpoint on the stack of frames. */
export interface Lifetime {
  readonly kind: "region" | "checkpoint";
  /** Of its descriptor, or of the checkpoint. */
  readonly address: number;
  /** Where its place on the stack of frames ends. */
  readonly end: number;
  /** The region's descriptor, or that of the checkpointed one. */
  readonly region: number;
  /** How many were open when it began; -1 once it has ended. */
  depth: number;
  /** Of the objects that end with it. */
  readonly handles: Set<number>;
}

/** A reference of the host. */
interface Handle {
  address: number;
  readonly isSlice: boolean;
  lifetime: Lifetime;
}

/** Where regions begin at the lowest: no address in an object is as small as an immediate. */
const LEAST_BASE = CHUNK_BYTES;

export interface RegionSettings {
  /** The memory, which is theirs from `base` on. */
  readonly memory: WebAssembly.Memory;
  /** In bytes. */
  readonly base: number;
  /** The size of the stack of frames. */
  readonly framesBytes: number;
  /** 0 for no limit. */
  readonly heapLimitBytes: number;
  /** Of the sparse stack for arrays; null where arrays lie among other objects. */
  readonly sparse: SparseLimits | null;
}

export class RegionCore extends CoreInstance<RegionExports> {
  readonly #statistics: number;
  /** The descriptor of the sparse stack for the arrays of all regions; null for none. */
  readonly #stack: number | null;
  readonly #framesBase: number;
  /** What is open, innermost last. */
  readonly #open: Lifetime[] = [];
  readonly #regions = new Map<number, Lifetime>();
  /** By numbers that are never given again. */
  readonly #handles = new Map<number, Handle>();
  #lastHandle = 0;
  /** The arrays on the sparse stack that objects refer to, by the region that they end with. */
  readonly #referred = new Map<Lifetime, Set<number>>();

  private constructor(memory: WebAssembly.Memory, exports: RegionExports, isDebug: boolean, stack: number | null) {
    super(memory, exports, isDebug);
    this.#statistics = exports.regionStatistics() >>> 0;
    this.#stack = stack;
    this.#framesBase = this.#frameTop;
  }

  /**
   * Instantiates a core.
   * @throws HeapError out-of-memory or grow-refused when not even the tables fit
   */
  static async open(build: Build, settings: RegionSettings): Promise<RegionCore> {
    const { memory, base, framesBytes, heapLimitBytes, sparse } = settings;
    const exports = await instantiateCore<RegionExports>(build, memory);
    const stack = alignUp(Math.max(base, LEAST_BASE), GRANULE_BYTES);
    const framesBase = sparse === null ? stack : stack + SPARSE_BYTES;
    if (sparse !== null) {
      exports.regionChooseSparseArrays(1);
      exports.sparseChooseLimits(...sparseLimits(sparse));
    }
    const error = exports.regionInit(framesBase, framesBase + alignUp(framesBytes, GRANULE_BYTES), heapLimitBytes);
    if (error !== 0) throw memoryError(error, "to open regions");
    if (sparse !== null) new Uint8Array(memory.buffer).fill(0, stack, framesBase);
    return new RegionCore(memory, exports, build === "debug", sparse === null ? null : stack);
  }

  // Regions

  /** @throws HeapError frames-full */
  enter(firstBytes: number): Lifetime {
    const address = this.#push(REGION_BYTES + alignUp(firstBytes, GRANULE_BYTES), "another region");
    const { data } = this.views;
    data.setUint32(address + REGION_TOP, address + REGION_BYTES, true);
    data.setUint32(address + REGION_LIMIT, this.#frameTop, true);
    data.setUint32(address + REGION_FIRST, 0, true);
    data.setUint32(address + REGION_TAKEN, 0, true);
    if (this.#stack !== null) data.setUint32(address + REGION_ARRAYS, this.#stack, true);
    const region = this.#begin("region", address, address);
    this.#regions.set(address, region);
    return region;
  }

  /**
   * @param bytes any number; rounded up to 8. @returns the address of memory with any content; throws when out of
   * memory
   */
  allocate(region: Lifetime, bytes: number, purpose: string): number {
    if (bytes > OBJECT_MAX_BYTES) throw memoryError(ERROR_LIMIT, purpose);
    const rounded = alignUp(bytes, GRANULE_BYTES);
    const { data } = this.views;
    const top = data.getUint32(region.address + REGION_TOP, true);
    if (rounded <= REGION_BUMP_MAX_BYTES && top + rounded <= data.getUint32(region.address + REGION_LIMIT, true)) {
      data.setUint32(region.address + REGION_TOP, top + rounded, true);
      return top;
    }
    const address = this.run((core) => core.regionGrow(region.address, rounded)) >>> 0;
    return address !== 0 ? address : this.refuse(purpose);
  }

  /** As `allocate`, of an array: a long one may lie on the sparse stack. */
  allocateArray(region: Lifetime, bytes: number, purpose: string): number {
    const rounded = alignUp(bytes, GRANULE_BYTES);
    if (this.#stack === null || rounded < SPARSE_ARRAY_MIN_BYTES || bytes > OBJECT_MAX_BYTES)
      return this.allocate(region, bytes, purpose);
    const address = this.run((core) => core.regionArrayNew(region.address, rounded)) >>> 0;
    return address !== 0 ? address : this.refuse(purpose);
  }

  /**
   * Makes an array longer: where it lies on the sparse stack, if no object refers to it, and else by a copy in its
   * region. The references to it end.
   * @param used the bytes of its header and elements
   * @param bytes its new size, not less
   * @param length what its header says from now on
   * @returns its address now; what lies behind `used` is zero
   * @throws HeapError would-dangle, out-of-memory, grow-refused; then nothing has changed
   */
  growArray(array: number, used: number, bytes: number, length: number, purpose: string): number {
    const region = this.#regionOf(array);
    const isSparse = this.#isSparse(array, region);
    if (isSparse && this.#referred.get(region)?.has(array)) {
      throw new HeapError(
        "would-dangle",
        "Objects refer to this array, which may have to move when it grows: let it grow before they do, or copy it",
      );
    }
    const { handles } = this.#lifetimeOf(array);
    const inside = [...handles].filter((number) => this.startOf(this.#handles.get(number)!.address) === array);
    const address = isSparse
      ? this.#growInPlace(array, bytes, purpose)
      : this.#copyArray(region, array, used, bytes, purpose);
    for (const number of inside) this.handleFree(number);
    this.views.data.setUint32(address + LENGTH_OFFSET, length, true);
    this.views.bytes.fill(0, address + used, address + bytes);
    return address;
  }

  #growInPlace(array: number, bytes: number, purpose: string): number {
    if (bytes > OBJECT_MAX_BYTES) throw memoryError(ERROR_LIMIT, purpose);
    const address = this.run((core) => core.regionArrayGrow(array, alignUp(bytes, GRANULE_BYTES))) >>> 0;
    return address !== 0 ? address : this.refuse(purpose);
  }

  #copyArray(region: Lifetime, array: number, used: number, bytes: number, purpose: string): number {
    const address = this.allocateArray(region, bytes, purpose);
    this.views.bytes.copyWithin(address, array, array + used);
    return address;
  }

  /** @param start of an object of the region */
  #isSparse(start: number, region: Lifetime): boolean {
    return this.#stack !== null && this.run((core) => core.regionArrayMayGrow(start, region.address)) !== 0;
  }

  /** Ends all objects of the innermost region, which goes on empty. @throws HeapError wrong-order */
  reset(region: Lifetime): void {
    this.#assertInnermost(region);
    const start = region.address + REGION_BYTES;
    const limit = this.#frameTop;
    this.run((core) => {
      core.regionPoisonFrames(start, limit);
      core.regionReset(region.address, start, limit);
    });
    this.#endHandles(region);
    this.#referred.delete(region);
  }

  /** Ends the innermost region. @throws HeapError wrong-order */
  leave(region: Lifetime): void {
    this.#assertInnermost(region);
    this.run((core) => core.regionClose(region.address));
    this.#endHandles(region);
    this.#referred.delete(region);
    this.#regions.delete(region.address);
    this.#pop(region);
  }

  /** Bytes of a region's segments. */
  takenBytes(region: Lifetime): number {
    return this.views.word(region.address + REGION_TAKEN);
  }

  // Checkpoints

  /** @throws HeapError frames-full */
  checkpoint(region: Lifetime): Lifetime {
    const address = this.#push(CHECKPOINT_BYTES, "another checkpoint");
    this.run((core) => core.checkpointSet(address, region.address));
    return this.#begin("checkpoint", address, region.address);
  }

  /**
   * Leaves what was allocated to the region: it ends with that, or with the checkpoint before. @throws HeapError
   * wrong-order
   */
  adopt(checkpoint: Lifetime): void {
    this.#assertInnermost(checkpoint);
    this.#pop(checkpoint);
    for (const number of checkpoint.handles) {
      const handle = this.#handles.get(number)!;
      handle.lifetime = this.#lifetimeOf(handle.address);
      handle.lifetime.handles.add(number);
    }
    checkpoint.handles.clear();
  }

  /** Ends what was allocated since the innermost checkpoint, and that. @throws HeapError wrong-order */
  drop(checkpoint: Lifetime): void {
    this.#assertInnermost(checkpoint);
    // Without roots nothing is returned, so all goes.
    this.run((core) => core.checkpointsReturn(checkpoint.address, checkpoint.address + CHECKPOINT_BYTES, 0, 0, 0, 0));
    this.#endHandles(checkpoint);
    this.#forgetEnded(checkpoint);
    this.#pop(checkpoint);
  }

  /**
   * Ends what was allocated since the innermost checkpoint and is not reached from these handles, which are updated;
   * other handles to what came are ended.
   * @throws HeapError wrong-order, frames-full, out-of-memory, grow-refused; then nothing has changed
   */
  collect(checkpoint: Lifetime, numbers: Iterable<number>): void {
    this.#assertInnermost(checkpoint);
    const kept = new Set([...numbers].filter((number) => checkpoint.handles.has(number)));
    const handles = [...kept].map((number) => this.#handles.get(number)!);
    const boxes = handles.filter(({ isSlice }) => !isSlice);
    const roots = [...boxes, ...handles.filter(({ isSlice }) => isSlice)];
    const slots = this.#frameTop;
    const rootsBytes = alignUp(roots.length * WORD_BYTES, GRANULE_BYTES);
    this.#assertFits(rootsBytes + COLLECTION_ROW_BYTES, `${roots.length} references to keep`);
    for (const [index, { address }] of roots.entries()) {
      this.views.data.setUint32(slots + index * WORD_BYTES, address, true);
    }
    const before = this.counts().collections;
    this.run((core) =>
      core.checkpointsCollect(
        checkpoint.address,
        checkpoint.address + CHECKPOINT_BYTES,
        slots,
        boxes.length,
        roots.length - boxes.length,
      ),
    );
    // A collection that might not find enough memory for what it copies does not begin.
    if (this.counts().collections === before) this.refuse("to collect what was allocated since the checkpoint");
    for (const [index, handle] of roots.entries()) handle.address = this.views.word(slots + index * WORD_BYTES);
    for (const number of checkpoint.handles) {
      if (!kept.has(number)) this.handleFree(number);
    }
    this.#forgetEnded(checkpoint);
  }

  /** Forgets which arrays of a checkpointed region objects have referred to, of those that have ended. */
  #forgetEnded(checkpoint: Lifetime): void {
    const region = this.#regions.get(checkpoint.region)!;
    const referred = this.#referred.get(region) ?? [];
    const isThere = (start: number): boolean =>
      this.run(
        (core) => core.regionAround(start) >>> 0 === region.address && core.regionStart(start, 0) >>> 0 === start,
      );
    this.#referred.set(region, new Set([...referred].filter(isThere)));
  }

  // References

  handleNew(value: number, isSlice: boolean): number {
    const lifetime = this.#lifetimeOf(value);
    const number = ++this.#lastHandle;
    this.#handles.set(number, { address: value, isSlice, lifetime });
    lifetime.handles.add(number);
    return number;
  }

  hasHandle(number: number): boolean {
    return this.#handles.has(number);
  }

  handleGet(number: number): number {
    const handle = this.#handles.get(number);
    if (handle !== undefined) return handle.address;
    throw new HeapError(
      "stale-handle",
      "The object of this reference has ended: its region was left or reset, or it was allocated since a checkpoint that dropped or did not keep it",
    );
  }

  /** Nothing when the object has ended before. */
  handleFree(number: number): void {
    this.#handles.get(number)?.lifetime.handles.delete(number);
    this.#handles.delete(number);
  }

  /** @throws HeapError would-dangle */
  beforeBox(slot: number, value: number): void {
    const isImmediate = value % 2 === 1;
    if (value !== 0 && !isImmediate) this.#refer(value, slot);
  }

  /** @throws HeapError would-dangle */
  beforeSlice(slot: number, value: number): void {
    if (value !== 0) this.#refer(value, slot);
  }

  /** Before an object at `slot` refers to what is at `value`. */
  #refer(value: number, slot: number): void {
    this.#assertOutlives(value, slot);
    if (this.#stack === null) return;
    const region = this.#regionOf(value);
    const start = this.startOf(value);
    if (!this.#isSparse(start, region)) return;
    const referred = this.#referred.get(region) ?? new Set();
    this.#referred.set(region, referred.add(start));
  }

  startOf(address: number): number {
    const region = this.#regionOf(address);
    return this.run((core) => core.regionStart(address, region.address + REGION_BYTES)) >>> 0;
  }

  // Statistics

  counts(): RegionCounts {
    return readRegionCounts(this.views.data, this.#statistics);
  }

  /** Debug core. @returns 0, or the number of the broken invariant */
  verify(): number {
    return this.run((core) => {
      const broken = core.regionVerify();
      return this.#open.reduce((found, { kind, address, end }) => {
        if (found !== 0) return found;
        return kind === "region" ? core.regionVerifyObjects(address, end) : core.checkpointsVerify(address, end);
      }, broken);
    });
  }

  /** How many regions or checkpoints are open. */
  countOpen(kind: Lifetime["kind"]): number {
    return this.#open.filter((each) => each.kind === kind).length;
  }

  /** Bytes of the stack of frames in use. */
  get framesBytes(): number {
    return this.#frameTop - this.#framesBase;
  }

  get #frameTop(): number {
    return (this.exports.regionFrameTop.value as number) >>> 0;
  }

  set #frameTop(address: number) {
    this.exports.regionFrameTop.value = address;
  }

  #push(bytes: number, purpose: string): number {
    this.#assertFits(bytes, purpose);
    const address = this.#frameTop;
    this.#frameTop = address + bytes;
    return address;
  }

  #assertFits(bytes: number, purpose: string): void {
    const room = ((this.exports.regionFrameLimit.value as number) >>> 0) - this.#frameTop;
    if (bytes <= room) return;
    throw new HeapError(
      "frames-full",
      `The stack of frames has ${room} bytes left, and ${purpose} takes ${bytes}: raise framesBytes or leave regions`,
    );
  }

  #begin(kind: Lifetime["kind"], address: number, region: number): Lifetime {
    const end = this.#frameTop;
    const lifetime: Lifetime = { kind, address, end, region, depth: this.#open.length, handles: new Set() };
    this.#open.push(lifetime);
    return lifetime;
  }

  /** Takes the innermost off the stack of frames. */
  #pop(lifetime: Lifetime): void {
    this.run((core) => core.regionPoisonFrames(lifetime.address, this.#frameTop));
    this.#frameTop = lifetime.address;
    this.#open.pop();
    lifetime.depth = -1;
  }

  #assertInnermost({ kind, depth }: Lifetime): void {
    const inside = this.#open.slice(depth + 1);
    if (inside.length === 0) return;
    throw new HeapError(
      "wrong-order",
      `This ${kind} is not the innermost: end the ${inside.map((each) => each.kind).join(" and the ")} opened after it first`,
    );
  }

  #endHandles(lifetime: Lifetime): void {
    for (const number of lifetime.handles) this.#handles.delete(number);
    lifetime.handles.clear();
  }

  /** The region that an address lies in. */
  #regionOf(address: number): Lifetime {
    const descriptor = this.run((core) => core.regionAround(address)) >>> 0;
    const region =
      descriptor !== 0
        ? this.#regions.get(descriptor)
        : address < this.#frameTop
          ? this.#open.findLast((each) => each.kind === "region" && each.address <= address)
          : undefined;
    if (region !== undefined) return region;
    throw new HeapError("unknown-shape", `The address ${address} lies in no open region, but in memory of other code`);
  }

  /** What the object around an address ends with first: the innermost checkpoint that covers it, or its region. */
  #lifetimeOf(address: number): Lifetime {
    const region = this.#regionOf(address);
    return this.#checkpointOver(address, region) ?? region;
  }

  #checkpointOver(address: number, region: Lifetime): Lifetime | null {
    for (let depth = this.#open.length - 1; depth > region.depth; depth--) {
      const each = this.#open[depth]!;
      if (each.kind !== "checkpoint" || each.region !== region.address) continue;
      if (this.run((core) => core.checkpointCovers(each.address, address)) !== 0) return each;
    }
    return null;
  }

  #assertOutlives(target: number, holder: number): void {
    const [ofTarget, ofHolder] = [this.#regionOf(target), this.#regionOf(holder)];
    if (ofTarget.depth > ofHolder.depth) {
      throw new HeapError(
        "would-dangle",
        "This object may not refer to one in a region that is left before its own: allocate that in the same region",
      );
    }
    // Checkpoints that cover the target and are not the innermost cover the holder, too, if that one does.
    const checkpoint = this.#checkpointOver(target, ofTarget);
    if (checkpoint === null || ofHolder.depth > checkpoint.depth) return;
    const isCovered =
      ofHolder === ofTarget && (this.#checkpointOver(holder, ofHolder)?.depth ?? -1) >= checkpoint.depth;
    if (isCovered) return;
    throw new HeapError(
      "would-dangle",
      "This object may not refer to one allocated in its region since a checkpoint: adopt that first, which ends the checkpoint",
    );
  }
}
