/** The core with its collector. */

import { type CommonExports, CoreInstance, instantiateCore, memoryError } from "../../core/instance.ts";
import { FINDER_NUMBERS, type MatureSpace, type PointerReps, type StartFinder } from "../../core/settings.ts";

/** What the core exports; see assembly/README.md. The last four do nothing in the release core. */
interface CoreExports extends CommonExports {
  gcInit(
    shadowBase: number,
    heapBase: number,
    nurseryBytes: number,
    heapLimitBytes: number,
    growth: number,
    pauseMicros: number,
    nurseryFirstBytes: number,
  ): number;
  nurseryChooseStarts(finder: number): void;
  gcChooseInterior(all: number): void;
  matureChooseClasses(kind: number): void;
  gcChooseIncremental(on: number): void;
  gcChooseTimed(on: number): void;
  gcChooseCensus(on: number): void;
  gcAllocated(): number;
  gcAllocRecord(shape: number): number;
  gcAllocArray(shape: number, length: number): number;
  gcCollectMinor(): void;
  gcCollectMajor(): void;
  handleNew(value: number, isSlice: number): number;
  handleGet(handle: number): number;
  handleSet(handle: number, value: number): void;
  handleFree(handle: number): void;
  barrierBox(slot: number): void;
  barrierSlice(slot: number): void;
  gcStartOf(address: number): number;
  gcStatistics(): number;
  mallocAllocate(bytes: number): number;
  mallocFree(address: number): void;
  sparseChooseLimits(setPercent: number, setEntries: number, wastePercent: number, wasteBytes: number): void;
  sparseAlloc(stack: number, owner: number, bytes: number): number;
  sparseGrow(stack: number, address: number, bytes: number): number;
  sparseFree(stack: number, address: number): void;
  sparseLeave(stack: number, owner: number): void;
  sparseClose(stack: number): void;
  sparseStart(address: number): number;
  sparseStatistics(stack: number): void;
  readonly nurseryBase: WebAssembly.Global;
  readonly nurseryBytes: WebAssembly.Global;
  readonly shadowTop: WebAssembly.Global;
  readonly shadowLimit: WebAssembly.Global;
  sparseVerify(stack: number): number;
  gcVerify(): number;
  gcSetZeal(every: number): void;
  gcLimitTables(markEntries: number, rememberedChunks: number): void;
}

export interface CoreSettings {
  readonly starts: StartFinder;
  readonly reps: PointerReps;
  readonly mature: MatureSpace;
  readonly heapBase: number;
  readonly nurseryBytes: number;
  readonly nurseryFirstBytes: number;
  /** Where the shadow stack begins; it ends at heapBase. */
  readonly shadowBase: number;
  readonly heapLimitBytes: number;
  readonly growthPercent: number;
  /** Whether what is allocated is counted by shape. */
  readonly census: boolean;
  /** How long a pause should last, in milliseconds; null: as long as a collection takes. */
  readonly pauseMs: number | null;
}

export class Core extends CoreInstance<CoreExports> {
  /** The nursery's place, constant for the life of the heap: what the write barrier compares with. */
  readonly nurseryBase: number;
  readonly nurseryBytes: number;
  /** Where the statistics block lies, for the life of the heap. */
  readonly statisticsBlock: number;
  /** Whether the program runs between steps of marking, so that overwritten pointers matter. */
  readonly #isIncremental: boolean;

  private constructor(memory: WebAssembly.Memory, exports: CoreExports, isDebug: boolean, isIncremental: boolean) {
    super(memory, exports, isDebug);
    this.#isIncremental = isIncremental;
    this.statisticsBlock = exports.gcStatistics() >>> 0;
    this.nurseryBase = (exports.nurseryBase.value as number) >>> 0;
    this.nurseryBytes = (exports.nurseryBytes.value as number) >>> 0;
  }

  /**
   * Instantiates a core over `memory` and initialises it. Every setting but the first two addresses may be 0 for the
   * core's default.
   * @throws HeapError out-of-memory or grow-refused when the heap cannot even start
   */
  static async open(build: "release" | "debug", memory: WebAssembly.Memory, settings: CoreSettings): Promise<Core> {
    const exports = await instantiateCore<CoreExports>(build, memory);
    exports.nurseryChooseStarts(FINDER_NUMBERS[settings.starts]);
    exports.gcChooseInterior(settings.reps === "a" ? 1 : 0);
    exports.matureChooseClasses(settings.mature === "classes" ? 1 : 0);
    exports.gcChooseIncremental(settings.pauseMs === null ? 0 : 1);
    exports.gcChooseTimed(1);
    exports.gcChooseCensus(settings.census ? 1 : 0);
    const error = exports.gcInit(
      settings.shadowBase,
      settings.heapBase,
      settings.nurseryBytes,
      settings.heapLimitBytes,
      settings.growthPercent,
      Math.ceil((settings.pauseMs ?? 0) * 1000),
      settings.nurseryFirstBytes,
    );
    if (error !== 0) throw memoryError(error, "to open the heap");
    return new Core(memory, exports, build === "debug", settings.pauseMs !== null);
  }

  /** The place of the shadow stack's next free word; a test that stands for compiled code pushes roots here. */
  get shadowTop(): number {
    return (this.exports.shadowTop.value as number) >>> 0;
  }

  set shadowTop(address: number) {
    this.exports.shadowTop.value = address;
  }

  /** The end of the shadow stack. */
  get shadowLimit(): number {
    return (this.exports.shadowLimit.value as number) >>> 0;
  }

  /** A safepoint. @returns the record's address, header written, fields unspecified; throws when out of memory */
  allocRecord(shape: number, bytes: number): number {
    let address: number;
    try {
      address = this.exports.gcAllocRecord(shape) >>> 0;
    } catch (error) {
      this.fail(error);
    }
    return address !== 0 ? address : this.refuse(`for a record of ${bytes} bytes`);
  }

  /** A safepoint. @returns the array's address; elements with pointers are cleared; throws when out of memory */
  allocArray(shape: number, length: number): number {
    let address: number;
    try {
      address = this.exports.gcAllocArray(shape, length) >>> 0;
    } catch (error) {
      this.fail(error);
    }
    return address !== 0 ? address : this.refuse(`for an array of ${length} elements`);
  }

  /** A safepoint. */
  collectMinor(): void {
    this.run((core) => core.gcCollectMinor());
  }

  /** A safepoint. */
  collectMajor(): void {
    this.run((core) => core.gcCollectMajor());
  }

  /** Never a safepoint. @returns a handle, a small positive integer; throws when there is no memory for it */
  handleNew(value: number, isSlice: boolean): number {
    let handle: number;
    try {
      handle = this.exports.handleNew(value, isSlice ? 1 : 0) >>> 0;
    } catch (error) {
      this.fail(error);
    }
    return handle !== 0 ? handle : this.refuse("for another handle");
  }

  handleGet(handle: number): number {
    return this.exports.handleGet(handle) >>> 0;
  }

  /** A handle is a root: its object is there until the handle is freed. */
  hasHandle(): boolean {
    return true;
  }

  handleFree(handle: number): void {
    this.exports.handleFree(handle);
  }

  /** The write barrier, before a Box is stored at `slot`, the address of the field. May grow the memory. */
  beforeBox(slot: number, value: number): void {
    if (this.#needsBarrier(slot, value)) this.run((core) => core.barrierBox(slot));
  }

  /** The write barrier, before a Slice reference is stored at `slot`, the address of the field. May grow the memory. */
  beforeSlice(slot: number, value: number): void {
    if (this.#needsBarrier(slot, value)) this.run((core) => core.barrierSlice(slot));
  }

  /** @returns the start of the sliceable object that `address` lies in, 0 when it lies in none */
  startOf(address: number): number {
    return this.run((core) => core.gcStartOf(address)) >>> 0;
  }

  /** @returns the address of the statistics block, brought up to date by this call */
  statistics(): number {
    return this.run((core) => core.gcStatistics()) >>> 0;
  }

  /** @returns the address of the table of what has been allocated by shape; 0 without a census */
  allocated(): number {
    return this.run((core) => core.gcAllocated()) >>> 0;
  }

  /** @returns the address of zeroed memory that the collector ignores; throws when it cannot be had */
  mallocOrThrow(bytes: number, purpose: string): number {
    const address = this.run((core) => core.mallocAllocate(bytes)) >>> 0;
    return address !== 0 ? address : this.refuse(purpose);
  }

  /** As assembly/sparse/descriptor.ts says. */
  chooseSparse(limits: readonly [number, number, number, number]): void {
    this.exports.sparseChooseLimits(...limits);
  }

  /** @returns the address of memory with any content; throws when out of memory */
  sparseAlloc(stack: number, owner: number, bytes: number): number {
    const address = this.run((core) => core.sparseAlloc(stack, owner, bytes)) >>> 0;
    return address !== 0 ? address : this.refuse(`for ${bytes} bytes on a sparse stack`);
  }

  /** @returns the object's address from now on; throws when out of memory */
  sparseGrow(stack: number, address: number, bytes: number): number {
    const grown = this.run((core) => core.sparseGrow(stack, address, bytes)) >>> 0;
    return grown !== 0 ? grown : this.refuse(`for ${bytes} bytes on a sparse stack`);
  }

  sparseFree(stack: number, address: number): void {
    this.run((core) => core.sparseFree(stack, address));
  }

  sparseLeave(stack: number, owner: number): void {
    this.run((core) => core.sparseLeave(stack, owner));
  }

  /** Gives back all memory of a stack whose descriptor is from `mallocOrThrow`, and that. */
  sparseClose(stack: number): void {
    this.run((core) => {
      core.sparseClose(stack);
      core.mallocFree(stack);
    });
  }

  /** @returns the start of the object on a sparse stack that `address` lies in, 0 when it lies in none */
  sparseStart(address: number): number {
    return this.run((core) => core.sparseStart(address)) >>> 0;
  }

  /** Brings the counters in a stack's descriptor up to date. */
  sparseStatistics(stack: number): void {
    this.run((core) => core.sparseStatistics(stack));
  }

  /** Debug core. @returns 0, or the number of the broken invariant of a sparse stack */
  sparseVerify(stack: number): number {
    return this.run((core) => core.sparseVerify(stack));
  }

  /** Debug core. @returns 0, or the number of the broken invariant */
  verify(): number {
    return this.run((core) => core.gcVerify());
  }

  /** Debug core. Collects at every nth allocation; 0 is off. */
  setZeal(every: number): void {
    this.exports.gcSetZeal(every);
  }

  /** Debug core. Bounds the mark stack and the remembered set, to force their overflow; 0 is the usual size. */
  limitTables(markEntries: number, rememberedChunks: number): void {
    this.exports.gcLimitTables(markEntries, rememberedChunks);
  }

  #isYoung(address: number): boolean {
    return (address - this.nurseryBase) >>> 0 < this.nurseryBytes;
  }

  #needsBarrier(slot: number, value: number): boolean {
    return (this.#isIncremental || this.#isYoung(value)) && !this.#isYoung(slot);
  }
}
