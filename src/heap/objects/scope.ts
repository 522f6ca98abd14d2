/**
 * Scopes: what is made between a scope's start and its end is released at its end.
 *
 * Scopes nest. A member belongs to one scope or to none, and then lives until it is disposed. Ending a scope ends the
 * scopes inside it first.
 */
import { HeapError } from "../../core/errors.ts";

/** What a scope releases. */
export interface Member {
  /** The scope that releases it, null when none does. */
  scope: Scope | null;
  dispose(): void;
}

/** The scopes of one heap, innermost last. */
export class Scopes {
  /** The innermost open scope. */
  current: Scope | null = null;

  enter(): Scope {
    this.current = new Scope(this, this.current);
    return this.current;
  }

  /** Puts a new member into the innermost scope. */
  add(member: Member): void {
    member.scope = this.current;
    this.current?.members.add(member);
  }
}

/** Made by `heap.scope()`. */
export class Scope {
  /** @internal */
  readonly members = new Set<Member>();
  readonly #scopes: Scopes;
  readonly #parent: Scope | null;
  readonly #depth: number;
  #isOpen = true;

  /** @internal */
  constructor(scopes: Scopes, parent: Scope | null) {
    this.#scopes = scopes;
    this.#parent = parent;
    this.#depth = parent === null ? 1 : parent.#depth + 1;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Lets a reference live on after this scope: it moves to the scope around this one, or to none.
   * A reference that outlives this scope already stays where it is.
   * @returns the reference
   * @throws HeapError scope-ended
   */
  keep<T extends Member>(ref: T): T {
    if (!this.#isOpen) {
      throw new HeapError(
        "scope-ended",
        "This scope has ended and its references are released: keep them before its end",
      );
    }
    const scope = ref.scope;
    if (scope !== null && scope.#scopes === this.#scopes && scope.#depth >= this.#depth) {
      scope.members.delete(ref);
      ref.scope = this.#parent;
      this.#parent?.members.add(ref);
    }
    return ref;
  }

  /** Ends the scope and releases what was made in it. Ending it again does nothing. */
  dispose(): void {
    if (!this.#isOpen) return;
    while (this.#scopes.current !== null && this.#scopes.current !== this) this.#scopes.current.dispose();
    this.#isOpen = false;
    this.#scopes.current = this.#parent;
    for (const member of this.members) member.dispose();
    this.members.clear();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
