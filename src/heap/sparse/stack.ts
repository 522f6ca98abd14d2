/**
 * A sparse stack, for runtimes that know by themselves what ends when (assembly/README.md, Sparse stacks). It deals in
 * addresses of the heap's memory, which the collector neither moves nor looks into: references to objects of the heap
 * do not belong there.
 */

import {
  GRANULE_BYTES,
  OBJECT_MAX_BYTES,
  SPARSE_BROKEN_COUNTS,
  SPARSE_BROKEN_ENTRIES,
  SPARSE_BROKEN_EXTENTS,
  SPARSE_BROKEN_OWNERS,
  SPARSE_BROKEN_REACHED,
  SPARSE_BROKEN_SET,
  SPARSE_BYTES,
} from "#contract";
import { HeapError, shown } from "../../core/errors.ts";
import { readSparseCounts, type SparseCounts } from "../../core/sparse-statistics.ts";
import { isWord, WORD_MAX } from "../../core/words.ts";
import type { Core } from "../collector/core.ts";
import { assertUnbroken } from "../invariants.ts";
import type { Session } from "../objects/ref.ts";

/** By their numbers, which assembly/debug/sparse.ts explains. */
const INVARIANTS: Readonly<Record<number, string>> = {
  [SPARSE_BROKEN_EXTENTS]: "its extents are its own, and those that the page map says",
  [SPARSE_BROKEN_ENTRIES]: "the entries of an extent leave no gap",
  [SPARSE_BROKEN_OWNERS]: "owners never decrease towards the top",
  [SPARSE_BROKEN_REACHED]: "nothing is marked as reached outside of a collection",
  [SPARSE_BROKEN_SET]: "the set of freed entries holds just those",
  [SPARSE_BROKEN_COUNTS]: "its counters equal a recount",
};

export class SparseStack {
  readonly #session: Session<Core>;
  /** Of the descriptor; 0 once the stack is closed. */
  #address: number;

  /** For Heap.openSparseStack. */
  constructor(session: Session<Core>) {
    this.#session = session;
    this.#address = session.core.mallocOrThrow(SPARSE_BYTES, "for a sparse stack");
  }

  /**
   * Allocates an object.
   * @param bytes 1 to 0xfff00000, rounded up to 8
   * @param owner what it ends with, 0 to 2^32 - 1: `leave` of this number or of a smaller one
   * @returns its address, 8-aligned; the memory has any content
   * @throws HeapError bad-option, out-of-memory, grow-refused, closed
   */
  alloc(bytes: number, owner = 0): number {
    const stack = this.#open();
    assertOwner(owner);
    return this.#session.core.sparseAlloc(stack, owner, roundedBytes(bytes));
  }

  /**
   * Makes an object larger.
   * @param address what `alloc` or `grow` returned; in the debug core anything else stops the heap
   * @param bytes as for `alloc`
   * @returns the address of its content from now on: the same, if it was on top of its address range
   * @throws HeapError bad-option, out-of-memory, grow-refused, closed; then the object is as it was
   */
  grow(address: number, bytes: number): number {
    return this.#session.core.sparseGrow(this.#open(), address, roundedBytes(bytes));
  }

  /** Frees an object. @param address as for `grow` */
  free(address: number): void {
    this.#session.core.sparseFree(this.#open(), address);
  }

  /** Ends all objects with this owner or a greater one. @throws HeapError bad-option, closed */
  leave(owner = 0): void {
    assertOwner(owner);
    this.#session.core.sparseLeave(this.#open(), owner);
  }

  /** The start of the object around an address, on any sparse stack of the heap; 0 when there is none. */
  startOf(address: number): number {
    this.#open();
    return this.#session.core.sparseStart(address);
  }

  /** What the stack has counted. */
  counts(): SparseCounts {
    const stack = this.#open();
    this.#session.core.sparseStatistics(stack);
    const { data } = this.#session.views;
    return readSparseCounts(data, stack);
  }

  /** Walks the stack. @throws HeapError broken-invariant, needs-debug, closed */
  verify(): void {
    const stack = this.#open();
    if (!this.#session.core.isDebug) {
      throw new HeapError("needs-debug", "verify needs the debug core: open the heap with debug: true");
    }
    assertUnbroken("sparse stack", this.#session.core.sparseVerify(stack), INVARIANTS);
  }

  /** Ends the stack and all that is on it. Its memory is the heap's again, unless the heap has ended before. */
  close(): void {
    if (this.#address === 0 || !this.#session.isOpen || this.#session.core.failure !== null) return;
    this.#session.core.sparseClose(this.#open());
    this.#address = 0;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #open(): number {
    this.#session.assertOpen();
    if (this.#address === 0) throw new HeapError("closed", "This sparse stack has been closed: open another one");
    return this.#address;
  }
}

function assertOwner(owner: unknown): void {
  if (isWord(owner)) return;
  throw new HeapError("bad-option", `An owner is a whole number from 0 to ${WORD_MAX}, not ${shown(owner)}`);
}

function roundedBytes(bytes: unknown): number {
  if (isWord(bytes) && bytes > 0 && bytes <= OBJECT_MAX_BYTES) return Math.ceil(bytes / GRANULE_BYTES) * GRANULE_BYTES;
  throw new HeapError("bad-option", `Bytes are a whole number from 1 to ${OBJECT_MAX_BYTES}, not ${shown(bytes)}`);
}
