/**
 * The core's wasm module, instantiated over one memory, with its numbers made unsigned.
 *
 * wasm returns every i32 as a signed number, an address above 2 GiB as a negative one; `>>> 0` happens here and nowhere
 * else. Each module (release, debug) is read and compiled once per process and kept in `compiled`.
 */
import { readFile } from "node:fs/promises";
import { instantiate } from "@assemblyscript/loader";
import {
  MATURE_SPACES,
  type MatureSpace,
  POINTER_REPS,
  type PointerReps,
  START_FINDERS,
  type StartFinder,
} from "./contract.ts";
import { HeapError } from "./errors.ts";

/** What the core exports; see assembly/README.md. The last five do nothing in the release core. */
interface CoreExports {
  init(
    shadowBase: number,
    heapBase: number,
    nurseryBytes: number,
    heapLimitBytes: number,
    growth: number,
    pauseMicros: number,
    nurseryFirstBytes: number,
  ): number;
  chooseStarts(finder: number): void;
  chooseInterior(all: number): void;
  chooseClasses(kind: number): void;
  chooseIncremental(on: number): void;
  chooseTimed(on: number): void;
  chooseCensus(on: number): void;
  allocated(): number;
  lastError(): number;
  shapeNew(kind: number, flags: number, tag: number, bytes: number, boxes: number, slices: number): number;
  shapeNewWide(kind: number, flags: number, tag: number, bytes: number, words: number): number;
  allocRecord(shape: number): number;
  allocArray(shape: number, length: number): number;
  collectMinor(): void;
  collectMajor(): void;
  handleNew(value: number, isSlice: number): number;
  handleGet(handle: number): number;
  handleSet(handle: number, value: number): void;
  handleFree(handle: number): void;
  barrierBox(slot: number): void;
  barrierSlice(slot: number): void;
  startOf(address: number): number;
  statistics(): number;
  malloc(bytes: number): number;
  free(address: number): void;
  chooseSparse(setPercent: number, setEntries: number, wastePercent: number, wasteBytes: number): void;
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
  verify(): number;
  setZeal(every: number): void;
  refuseGrow(nth: number): void;
  limitTables(markEntries: number, rememberedChunks: number): void;
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

const compiled = new Map<"release" | "debug", Promise<WebAssembly.Module>>();

function compile(build: "release" | "debug"): Promise<WebAssembly.Module> {
  let module = compiled.get(build);
  if (module === undefined) {
    // The same place seen from src/heap (run from source) and from dist/heap (the published package).
    const file = new URL(`../../dist/core/${build}.wasm`, import.meta.url);
    module = readFile(file).then((bytes) => WebAssembly.compile(bytes));
    module.catch(() => compiled.delete(build));
    compiled.set(build, module);
  }
  return module;
}

export class Core {
  readonly memory: WebAssembly.Memory;
  /** Whether this is the debug core: only it verifies, has zeal, and can refuse growth. */
  readonly isDebug: boolean;
  /** The nursery's place, constant for the life of the heap: what the write barrier compares with. */
  readonly nurseryBase: number;
  readonly nurseryBytes: number;
  /** Where the statistics block lies, for the life of the heap. */
  readonly statisticsBlock: number;
  readonly #exports: CoreExports;
  /** Whether the program runs between steps of marking, so that overwritten pointers matter. */
  readonly #isIncremental: boolean;
  #failure: Error | null = null;

  private constructor(memory: WebAssembly.Memory, exports: CoreExports, isDebug: boolean, isIncremental: boolean) {
    this.#isIncremental = isIncremental;
    this.memory = memory;
    this.isDebug = isDebug;
    this.#exports = exports;
    this.statisticsBlock = exports.statistics() >>> 0;
    this.nurseryBase = (exports.nurseryBase.value as number) >>> 0;
    this.nurseryBytes = (exports.nurseryBytes.value as number) >>> 0;
  }

  /**
   * Instantiates a core over `memory` and initialises it. Every setting but the first two addresses may be 0 for the core's default.
   * @throws HeapError out-of-memory or grow-refused when the heap cannot even start
   */
  static async open(build: "release" | "debug", memory: WebAssembly.Memory, settings: CoreSettings): Promise<Core> {
    // The plain exports are used, because the loader's wrappers cost more than the calls themselves.
    const { instance } = await instantiate(await compile(build), {
      env: { memory },
      host: { now: () => performance.now(), collected() {} },
    });
    const exports = instance.exports as unknown as CoreExports;
    exports.chooseStarts(START_FINDERS.indexOf(settings.starts));
    exports.chooseInterior(POINTER_REPS.indexOf(settings.reps));
    exports.chooseClasses(MATURE_SPACES.indexOf(settings.mature));
    exports.chooseIncremental(settings.pauseMs === null ? 0 : 1);
    exports.chooseTimed(1);
    exports.chooseCensus(settings.census ? 1 : 0);
    const error = exports.init(
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
    return (this.#exports.shadowTop.value as number) >>> 0;
  }

  set shadowTop(address: number) {
    this.#exports.shadowTop.value = address;
  }

  /** The end of the shadow stack. */
  get shadowLimit(): number {
    return (this.#exports.shadowLimit.value as number) >>> 0;
  }

  /** @returns the descriptor's address; throws when there is no memory for it */
  shapeNew(kind: number, flags: number, tag: number, bytes: number, boxes: number, slices: number): number {
    const address = this.#run((core) => core.shapeNew(kind, flags, tag, bytes, boxes, slices)) >>> 0;
    return address !== 0 ? address : this.#refuse("for another shape");
  }

  /** As `shapeNew` for more than 32 words; the caller then fills the table of (boxes, slices) pairs. */
  shapeNewWide(kind: number, flags: number, tag: number, bytes: number, words: number): number {
    const address = this.#run((core) => core.shapeNewWide(kind, flags, tag, bytes, words)) >>> 0;
    return address !== 0 ? address : this.#refuse("for another shape");
  }

  /** A safepoint. @returns the record's address, header written, fields unspecified; throws when out of memory */
  allocRecord(shape: number, bytes: number): number {
    let address: number;
    try {
      address = this.#exports.allocRecord(shape) >>> 0;
    } catch (error) {
      this.#fail(error);
    }
    return address !== 0 ? address : this.#refuse(`for a record of ${bytes} bytes`);
  }

  /** A safepoint. @returns the array's address; elements with pointers are cleared; throws when out of memory */
  allocArray(shape: number, length: number): number {
    let address: number;
    try {
      address = this.#exports.allocArray(shape, length) >>> 0;
    } catch (error) {
      this.#fail(error);
    }
    return address !== 0 ? address : this.#refuse(`for an array of ${length} elements`);
  }

  /** A safepoint. */
  collectMinor(): void {
    this.#run((core) => core.collectMinor());
  }

  /** A safepoint. */
  collectMajor(): void {
    this.#run((core) => core.collectMajor());
  }

  /** Never a safepoint. @returns a handle, a small positive integer; throws when there is no memory for it */
  handleNew(value: number, isSlice: boolean): number {
    let handle: number;
    try {
      handle = this.#exports.handleNew(value, isSlice ? 1 : 0) >>> 0;
    } catch (error) {
      this.#fail(error);
    }
    return handle !== 0 ? handle : this.#refuse("for another handle");
  }

  handleGet(handle: number): number {
    return this.#exports.handleGet(handle) >>> 0;
  }

  handleFree(handle: number): void {
    this.#exports.handleFree(handle);
  }

  /** The write barrier, before a Box is stored at `slot`, the address of the field. May grow the memory. */
  beforeBox(slot: number, value: number): void {
    if (this.#needsBarrier(slot, value)) this.#run((core) => core.barrierBox(slot));
  }

  /** The write barrier, before a Slice reference is stored at `slot`, the address of the field. May grow the memory. */
  beforeSlice(slot: number, value: number): void {
    if (this.#needsBarrier(slot, value)) this.#run((core) => core.barrierSlice(slot));
  }

  /** @returns the start of the sliceable object that `address` lies in, 0 when it lies in none */
  startOf(address: number): number {
    return this.#run((core) => core.startOf(address)) >>> 0;
  }

  /** @returns the address of the statistics block, brought up to date by this call */
  statistics(): number {
    return this.#run((core) => core.statistics()) >>> 0;
  }

  /** @returns the address of the table of what has been allocated by shape; 0 without a census */
  allocated(): number {
    return this.#run((core) => core.allocated()) >>> 0;
  }

  /** @returns the address of zeroed memory that the collector ignores; throws when it cannot be had */
  mallocOrThrow(bytes: number, purpose: string): number {
    const address = this.#run((core) => core.malloc(bytes)) >>> 0;
    return address !== 0 ? address : this.#refuse(purpose);
  }

  /** As assembly/sparse/descriptor.ts says. */
  chooseSparse(limits: readonly [number, number, number, number]): void {
    this.#exports.chooseSparse(...limits);
  }

  /** @returns the address of memory with any content; throws when out of memory */
  sparseAlloc(stack: number, owner: number, bytes: number): number {
    const address = this.#run((core) => core.sparseAlloc(stack, owner, bytes)) >>> 0;
    return address !== 0 ? address : this.#refuse(`for ${bytes} bytes on a sparse stack`);
  }

  /** @returns the object's address from now on; throws when out of memory */
  sparseGrow(stack: number, address: number, bytes: number): number {
    const grown = this.#run((core) => core.sparseGrow(stack, address, bytes)) >>> 0;
    return grown !== 0 ? grown : this.#refuse(`for ${bytes} bytes on a sparse stack`);
  }

  sparseFree(stack: number, address: number): void {
    this.#run((core) => core.sparseFree(stack, address));
  }

  sparseLeave(stack: number, owner: number): void {
    this.#run((core) => core.sparseLeave(stack, owner));
  }

  /** Gives back all memory of a stack whose descriptor is from `mallocOrThrow`, and that. */
  sparseClose(stack: number): void {
    this.#run((core) => {
      core.sparseClose(stack);
      core.free(stack);
    });
  }

  /** @returns the start of the object on a sparse stack that `address` lies in, 0 when it lies in none */
  sparseStart(address: number): number {
    return this.#run((core) => core.sparseStart(address)) >>> 0;
  }

  /** Brings the counters in a stack's descriptor up to date. */
  sparseStatistics(stack: number): void {
    this.#run((core) => core.sparseStatistics(stack));
  }

  /** Debug core. @returns 0, or the number of the broken invariant of a sparse stack */
  sparseVerify(stack: number): number {
    return this.#run((core) => core.sparseVerify(stack));
  }

  /** Debug core. @returns 0, or the number of the broken invariant */
  verify(): number {
    return this.#run((core) => core.verify());
  }

  /** Debug core. Collects at every nth allocation; 0 is off. */
  setZeal(every: number): void {
    this.#exports.setZeal(every);
  }

  /** Debug core. The nth `memory.grow` from now is refused; 0 is off. */
  refuseGrow(nth: number): void {
    this.#exports.refuseGrow(nth);
  }

  /** Debug core. Bounds the mark stack and the remembered set, to force their overflow; 0 is the usual size. */
  limitTables(markEntries: number, rememberedChunks: number): void {
    this.#exports.limitTables(markEntries, rememberedChunks);
  }

  /** What stopped the core, or null while it runs. */
  get failure(): Error | null {
    return this.#failure;
  }

  #isYoung(address: number): boolean {
    return (address - this.nurseryBase) >>> 0 < this.nurseryBytes;
  }

  #needsBarrier(slot: number, value: number): boolean {
    return (this.#isIncremental || this.#isYoung(value)) && !this.#isYoung(slot);
  }

  #refuse(purpose: string): never {
    throw memoryError(this.#exports.lastError(), purpose);
  }

  #run<T>(action: (core: CoreExports) => T): T {
    try {
      return action(this.#exports);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A trap leaves the core in the middle of something: from now on this heap refuses every use. */
  #fail(error: unknown): never {
    this.#failure = error instanceof Error ? error : new Error(String(error));
    throw coreFailed(this.#failure);
  }
}

/** The error for a core that has stopped. */
export function coreFailed(cause: Error): HeapError {
  // The debug core traps where an assertion fails: the innermost wasm function says which.
  const place = /^\s*at (\S+) \(wasm:/m.exec(cause.stack ?? "");
  const where = place === null ? "" : ` in ${place[1]}`;
  const message = `The core stopped: ${cause.message}${where}. This heap cannot be used any more; open a new one`;
  return new HeapError("core-failed", message, { cause });
}

function memoryError(code: number, purpose: string): HeapError {
  if (code === 1) {
    return new HeapError(
      "out-of-memory",
      `The heap limit leaves no memory ${purpose}: raise heapLimitBytes or drop references`,
    );
  }
  if (code === 2) {
    return new HeapError(
      "grow-refused",
      `The engine refused to grow the memory ${purpose}: raise the memory's maximum or drop references`,
    );
  }
  return new HeapError(
    "core-failed",
    `The core answered with the unknown error ${code}; rebuild it with npm run build:core`,
  );
}
