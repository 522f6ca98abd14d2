/**
 * The core's wasm module, instantiated over one memory, with its numbers made unsigned: what its collector
 * (src/heap/collector/core.ts) and its regions (src/heap/regions/core.ts) have in common.
 *
 * wasm returns every i32 as a signed number, an address above 2 GiB as a negative one; `>>> 0` happens in these three
 * files and nowhere else. Each module (release, debug) is read and compiled once per process and kept in `compiled`.
 */

import { readFile } from "node:fs/promises";
import { instantiate } from "@assemblyscript/loader";
import { ERROR_GROW, ERROR_LIMIT } from "#contract";
import { HeapError } from "./errors.ts";
import { MemoryViews } from "./memory.ts";

export type Build = "release" | "debug";

/** What the core exports, however it was opened. */
export interface CommonExports {
  memoryLastError(): number;
  shapeNew(kind: number, flags: number, tag: number, bytes: number, boxes: number, slices: number): number;
  shapeNewWide(kind: number, flags: number, tag: number, bytes: number, words: number): number;
  /** Does nothing in the release core. */
  memoryRefuseGrow(nth: number): void;
}

const compiled = new Map<Build, Promise<WebAssembly.Module>>();

function compile(build: Build): Promise<WebAssembly.Module> {
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

/** Instantiates a core over `memory`, which it does not touch before it is opened. */
export async function instantiateCore<E extends CommonExports>(build: Build, memory: WebAssembly.Memory): Promise<E> {
  // The plain exports are used, because the loader's wrappers cost more than the calls themselves.
  const { instance } = await instantiate(await compile(build), {
    env: { memory },
    host: { now: () => performance.now(), collected() {} },
  });
  return instance.exports as unknown as E;
}

export abstract class CoreInstance<E extends CommonExports = CommonExports> {
  readonly memory: WebAssembly.Memory;
  readonly views: MemoryViews;
  /** Whether this is the debug core: only it verifies, has zeal, and can refuse growth. */
  readonly isDebug: boolean;
  protected readonly exports: E;
  #failure: Error | null = null;

  protected constructor(memory: WebAssembly.Memory, exports: E, isDebug: boolean) {
    this.memory = memory;
    this.views = new MemoryViews(memory);
    this.isDebug = isDebug;
    this.exports = exports;
  }

  /** @returns the descriptor's address; throws when there is no memory for it */
  shapeNew(kind: number, flags: number, tag: number, bytes: number, boxes: number, slices: number): number {
    const address = this.run((core) => core.shapeNew(kind, flags, tag, bytes, boxes, slices)) >>> 0;
    return address !== 0 ? address : this.refuse("for another shape");
  }

  /** As `shapeNew` for more than 32 words; the caller then fills the table of (boxes, slices) pairs. */
  shapeNewWide(kind: number, flags: number, tag: number, bytes: number, words: number): number {
    const address = this.run((core) => core.shapeNewWide(kind, flags, tag, bytes, words)) >>> 0;
    return address !== 0 ? address : this.refuse("for another shape");
  }

  /** Never a safepoint. @returns a handle, a positive integer; throws when there is no memory for it */
  abstract handleNew(value: number, isSlice: boolean): number;
  /** Whether the object of a handle that has not been freed is there. */
  abstract hasHandle(handle: number): boolean;
  /** @returns where the object of a handle lies now; throws when it has ended */
  abstract handleGet(handle: number): number;
  abstract handleFree(handle: number): void;

  /** Before a Box is stored at `slot`, the address of the field. */
  abstract beforeBox(slot: number, value: number): void;
  /** Before a Slice reference is stored at `slot`, the address of the field. */
  abstract beforeSlice(slot: number, value: number): void;
  /** @returns the start of the sliceable object that `address` lies in, 0 when it lies in none */
  abstract startOf(address: number): number;

  /** Debug core. The nth `memory.grow` from now is refused; 0 is off. */
  refuseGrow(nth: number): void {
    this.exports.memoryRefuseGrow(nth);
  }

  /** What stopped the core, or null while it runs. */
  get failure(): Error | null {
    return this.#failure;
  }

  protected refuse(purpose: string): never {
    throw memoryError(this.exports.memoryLastError(), purpose);
  }

  protected run<T>(action: (core: E) => T): T {
    try {
      return action(this.exports);
    } catch (error) {
      this.fail(error);
    }
  }

  /** A trap leaves the core in the middle of something: from now on this heap refuses every use. */
  protected fail(error: unknown): never {
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

/** The error for an ERROR_ code of the core. */
export function memoryError(code: number, purpose: string): HeapError {
  if (code === ERROR_LIMIT) {
    return new HeapError(
      "out-of-memory",
      `The heap limit leaves no memory ${purpose}: raise heapLimitBytes or drop references`,
    );
  }
  if (code === ERROR_GROW) {
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
