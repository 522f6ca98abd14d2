/**
 * Pointers of the whole program in a heap: the first words of the shadow stack, where a collection begins to look. A
 * slice's mark stands in front of its pointer.
 */

import binaryen from "binaryen";
import { SLICE_MARK, WORD_BYTES } from "#contract";
import type { Place } from "../../codegen/access.ts";
import type { ExpressionRef } from "../../codegen/wasm.ts";
import type { PointerKind } from "../linear/layout.ts";
import { SHADOW_BASE } from "./names.ts";
import { wordsOf } from "./slow-paths.ts";

const { i32 } = binaryen;

export class HeapGlobals {
  readonly #module: binaryen.Module;
  readonly #areMarked: boolean;
  readonly #kinds: PointerKind[] = [];

  /** @param areMarked slices have a mark in the shadow stack */
  constructor(module: binaryen.Module, areMarked: boolean) {
    this.#module = module;
    this.#areMarked = areMarked;
  }

  /** Where their words begin. */
  address(): ExpressionRef {
    return this.#module.global.get(SHADOW_BASE, i32);
  }

  /** How many words one takes. */
  wordsOf(kind: PointerKind): number {
    return wordsOf([this.#standsAs(kind)]);
  }

  reserve(kind: PointerKind): Place {
    this.#kinds.push(this.#standsAs(kind));
    // The last of its words: a slice's mark stands in front of the pointer.
    return { base: () => this.address(), offset: this.bytes - WORD_BYTES };
  }

  /** How many bytes all of them take. */
  get bytes(): number {
    return wordsOf(this.#kinds) * WORD_BYTES;
  }

  /** In front of everything: the marks of slices, and the shadow stack behind the globals. @param shadowTop a name */
  open(shadowTop: string): ExpressionRef[] {
    const op = this.#module.i32;
    let words = 0;
    const marks: ExpressionRef[] = [];
    for (const kind of this.#kinds) {
      if (kind === "slice") marks.push(op.store(words * WORD_BYTES, 4, this.address(), op.const(SLICE_MARK)));
      words += wordsOf([kind]);
    }
    if (words === 0) return [];
    return [...marks, this.#module.global.set(shadowTop, op.add(this.address(), op.const(this.bytes)))];
  }

  #standsAs(kind: PointerKind): PointerKind {
    return this.#areMarked ? kind : "box";
  }
}
