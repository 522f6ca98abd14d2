/**
 * What an inline allocation does for the start finder: nothing, a bit, or a push (assembly/nursery/starts/finder.ts).
 */

import binaryen from "binaryen";
import { GRANULE_SHIFT, START_BYTE_SHIFT, WORD_BYTES } from "#contract";
import { POINTER_REPS, START_FINDERS } from "../../../core/settings.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { ExpressionRef, Temporary } from "../../codegen/wasm.ts";
import type { BuildOptions } from "../../options.ts";

const { i32 } = binaryen;

/** Internal names of what the core exports for it. */
export interface StartNames {
  readonly nurseryStartBits: string;
  readonly nurserySideTop: string;
}

export class Starts {
  readonly #module: binaryen.Module;
  readonly #names: StartNames;
  readonly #options: BuildOptions;

  constructor(module: binaryen.Module, names: StartNames, options: BuildOptions) {
    this.#module = module;
    this.#names = names;
    this.#options = options;
  }

  /** Whether allocations may share a check: not where the slow path has to see the object that ends a card. */
  get foldable(): boolean {
    return this.#options.starts !== "crossing";
  }

  /**
   * Records a record that has been bumped.
   * @param sliceable whether a slice can be taken of it
   * @returns nothing where there is nothing to do
   */
  record(context: FunctionContext, ref: Temporary, sliceable: boolean): ExpressionRef[] {
    const { starts = START_FINDERS[0], reps = POINTER_REPS[0] } = this.#options;
    if (!sliceable && reps === "b") return [];
    if (starts === "crossing" || starts === "walk") return [];
    return [starts === "eager" ? this.#setBit(context, ref) : this.#push(ref)];
  }

  #setBit(context: FunctionContext, ref: Temporary): ExpressionRef {
    const module = this.#module;
    const op = module.i32;
    const at = context.temporary(i32);
    const bit = op.and(op.shr_u(ref.get(), op.const(GRANULE_SHIFT)), op.const(7));
    return context.sequence([
      at.set(
        op.add(module.global.get(this.#names.nurseryStartBits, i32), op.shr_u(ref.get(), op.const(START_BYTE_SHIFT))),
      ),
      op.store8(0, 1, at.get(), op.or(op.load8_u(0, 1, at.get()), op.shl(op.const(1), bit))),
    ]);
  }

  /** The stack has room for every object there can be. */
  #push(ref: Temporary): ExpressionRef {
    const module = this.#module;
    const { nurserySideTop } = this.#names;
    const top = (): ExpressionRef => module.global.get(nurserySideTop, i32);
    return module.block(null, [
      module.i32.store(0, 4, top(), ref.get()),
      module.global.set(nurserySideTop, module.i32.add(top(), module.i32.const(WORD_BYTES))),
    ]);
  }
}
