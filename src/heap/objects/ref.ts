/**
 * References, what the host holds instead of addresses, and the session of a heap, which its references share.
 *
 * A reference owns one handle of the core, which the collector updates when the object moves, so it is a root for as
 * long as it is open. It has no address of its own: each operation asks for the present one and uses it before anything
 * can be collected. A handle has exactly one owner, and the owner forgets it when it frees it, so that a disposed
 * reference can never reach a handle that has been given out again.
 *
 * Invariant: every public operation passes `assertOpen` of the session before it touches memory.
 */
import { HeapError } from "../../core/errors.ts";
import { type CoreInstance, coreFailed } from "../../core/instance.ts";
import type { MemoryViews } from "../../core/memory.ts";
import { type Member, type Scope, Scopes } from "./scope.ts";

/** The handle of an empty slice, which refers to no object. */
const EMPTY = -1;
const DISPOSED = 0;

export abstract class Ref implements Member {
  /** @internal */
  scope: Scope | null = null;
  /** @internal */
  protected readonly session: Session;
  #handle: number;

  /** @internal Roots the object at `address`; 0 stands for an empty slice. */
  protected constructor(session: Session, address: number, isSlice: boolean) {
    this.session = session;
    this.#handle = address === 0 ? EMPTY : session.core.handleNew(address, isSlice);
    session.scopes.add(this);
  }

  /** As in messages, for instance "Node" or "slice<uint8>". */
  abstract get typeName(): string;

  /** False once it is disposed, its scope or the region of its object has ended, or its heap is closed. */
  get isOpen(): boolean {
    if (this.#handle === DISPOSED || !this.session.isOpen) return false;
    return this.#handle === EMPTY || this.session.core.hasHandle(this.#handle);
  }

  /**
   * Where the object lies now; 0 for an empty slice. True until the next allocation or collection: for looking at, not
   * for keeping.
   * @throws HeapError stale-handle, closed
   */
  get address(): number {
    return this.locate();
  }

  /** Whether both refer to the same address of the same heap. */
  same(other: Ref): boolean {
    return this.session === other.session && this.locate() === other.locate();
  }

  /** Gives up the root. The object lives on if something else refers to it. Disposing again does nothing. */
  dispose(): void {
    if (this.#handle === DISPOSED) return;
    // After a close or a failure nothing in the heap is touched any more; the handle dies with it.
    if (this.#handle !== EMPTY && this.session.isOpen && this.session.core.failure === null) {
      this.session.core.handleFree(this.#handle);
    }
    this.#handle = DISPOSED;
    this.scope?.members.delete(this);
    this.scope = null;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @internal The present address, to be used before the next safepoint. */
  locate(): number {
    this.session.assertOpen();
    if (this.#handle === DISPOSED) {
      throw new HeapError(
        "stale-handle",
        `This reference to ${this.typeName} is released: it was disposed, or its scope has ended. Use scope.keep(ref) for what must live longer`,
      );
    }
    return this.#handle === EMPTY ? 0 : this.session.core.handleGet(this.#handle);
  }

  /** @internal The handle of the object, null for an empty slice. @throws as `locate` */
  get handle(): number | null {
    this.locate();
    return this.#handle === EMPTY ? null : this.#handle;
  }

  /** @internal */
  belongsTo(session: Session): boolean {
    return this.session === session;
  }

  /** @internal Checks that this reference can be used in `session`. */
  assertUsableIn(session: Session): void {
    if (this.session !== session) {
      throw new HeapError(
        "foreign-handle",
        `This reference to ${this.typeName} belongs to another heap: copy the values over, addresses mean nothing there`,
      );
    }
    this.locate();
  }
}

/** A shape as the collector's header names it. */
export interface ObjectShape {
  readonly name: string;
  /** Makes a reference to the object of this shape at `address`. */
  wrap(session: Session, address: number): Ref;
}

/** What the references of one heap share: the core, the views, the known shapes, the scopes, and whether it is open. */
export class Session<C extends CoreInstance = CoreInstance> {
  readonly core: C;
  readonly views: MemoryViews;
  readonly scopes = new Scopes();
  /** By the address of the descriptor. */
  readonly shapes = new Map<number, ObjectShape>();
  #isClosed = false;

  constructor(core: C) {
    this.core = core;
    this.views = core.views;
  }

  get isOpen(): boolean {
    return !this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
  }

  assertOpen(): void {
    if (this.#isClosed) throw new HeapError("closed", "This heap has been closed: open another one");
    if (this.core.failure !== null) throw coreFailed(this.core.failure);
  }

  /** Makes a reference of the right kind to the object that starts at `address`. */
  wrap(address: number): Ref {
    const shape = this.shapes.get(this.views.word(address));
    if (shape === undefined) {
      throw new HeapError(
        "unknown-shape",
        `The object at ${address} was made by other code, with a shape that this heap does not know: define it here, too`,
      );
    }
    return shape.wrap(this, address);
  }
}
