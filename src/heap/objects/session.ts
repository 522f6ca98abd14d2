/**
 * What the references of one heap share: the core, the views, the known shapes, the scopes, and whether it is open.
 *
 * Invariant: every public operation passes `assertOpen` before it touches memory.
 */
import { HeapError } from "../../core/errors.ts";
import { type CoreInstance, coreFailed } from "../../core/instance.ts";
import type { MemoryViews } from "../../core/memory.ts";
import type { Ref } from "./ref.ts";
import { Scopes } from "./scope.ts";

/** A shape as the collector's header names it. */
export interface ObjectShape {
  readonly name: string;
  /** Makes a reference to the object of this shape at `address`. */
  wrap(session: Session, address: number): Ref;
}

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
