/**
 * The variables that the body of one function can name: its own, scope by scope, and those of the functions around it.
 *
 * Captures are values: a captured variable is a parameter of the function that captures it, so no function may assign
 * to it.
 */

import type { Span } from "../source.ts";
import type { Local } from "./typed.ts";

/** A variable of the function around, and the parameter that stands for it inside. */
export interface Capture {
  readonly outer: Local;
  readonly inner: Local;
  /** Where it is named first. */
  readonly span: Span;
}

export class Variables {
  readonly #outer: Variables | null;
  /** By name, the innermost scope last. */
  readonly #scopes: Map<string, Local>[] = [];
  readonly #captures = new Map<Local, Capture>();

  /** @param outer those of the function that this one stands in, without a name */
  constructor(outer: Variables | null) {
    this.#outer = outer;
  }

  /** Runs `check` with a scope of its own, in which these variables are. */
  scoped<T>(locals: readonly Local[], check: () => T): T {
    this.#scopes.push(new Map(locals.map((local) => [local.name, local])));
    try {
      return check();
    } finally {
      this.#scopes.pop();
    }
  }

  /** Adds a variable to the innermost scope. */
  declare(local: Local): void {
    this.#scopes.at(-1)!.set(local.name, local);
  }

  /** What a name stands for among the function's own variables. */
  own(name: string): Local | undefined {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const local = this.#scopes[i]!.get(name);
      if (local !== undefined) return local;
    }
    return undefined;
  }

  /** What a name stands for, also in the functions around; captures nothing. */
  lookup(name: string): Local | undefined {
    return this.own(name) ?? this.#outer?.lookup(name);
  }

  /** The variable to read at `span`: captured if it belongs to a function around. */
  read(name: string, span: Span): Local | undefined {
    const own = this.own(name);
    if (own !== undefined || this.#outer === null) return own;
    const outer = this.#outer.read(name, span);
    if (outer === undefined) return undefined;
    let capture = this.#captures.get(outer);
    if (capture === undefined) {
      capture = { outer, inner: { ...outer, assigned: false }, span };
      this.#captures.set(outer, capture);
    }
    return capture.inner;
  }

  /** The names of all variables in scope. */
  names(): string[] {
    return [...this.#scopes.flatMap((locals) => [...locals.keys()]), ...(this.#outer?.names() ?? [])];
  }

  /** What has been captured so far, in the order of first use. */
  captures(): Capture[] {
    return [...this.#captures.values()];
  }
}
