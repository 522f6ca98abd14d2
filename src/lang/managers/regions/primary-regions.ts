/**
 * The regions of primary globals (lifetimes/placement/primary-globals.ts): two for each, in static memory.
 *
 *     first  region | region      one holds what the global has, the other gets what the global has next
 *
 * An assignment resets the one, and from then on they have changed their parts. So what is made for a global is there
 * before the old value ends, and may be made of it.
 */

import binaryen from "binaryen";
import { GRANULE_BYTES, REGION_BYTES } from "#contract";
import { coreName } from "../../codegen/core.ts";
import type { ManagerContext } from "../../codegen/manager.ts";
import type { ExpressionRef } from "../../codegen/wasm.ts";
import type { IrGlobal } from "../../ir/ir.ts";
import type { ArrayPlaces } from "./array-places.ts";

const { i32, none } = binaryen;

interface Pair {
  /** The address of the first of the two descriptors. */
  readonly first: number;
  /** The wasm global that has the address of the region of what the global holds. */
  readonly current: string;
}

export class PrimaryRegions {
  readonly #context: ManagerContext;
  readonly #arrays: ArrayPlaces;
  readonly #pairs = new Map<IrGlobal, Pair>();

  constructor(context: ManagerContext, arrays: ArrayPlaces) {
    this.#context = context;
    this.#arrays = arrays;
  }

  /** The address of the region for what a global gets next. */
  next(global: IrGlobal): ExpressionRef {
    const { module } = this.#context;
    const { first, current } = this.#pairOf(global);
    return module.i32.sub(module.i32.const((2 * first + REGION_BYTES) | 0), module.global.get(current, i32));
  }

  /** Statements that end what a global holds. */
  reset(global: IrGlobal): ExpressionRef[] {
    const { module } = this.#context;
    const { current } = this.#pairOf(global);
    const nowhere = (): ExpressionRef => module.i32.const(0);
    const operands = [module.global.get(current, i32), nowhere(), nowhere()];
    return [
      module.call(coreName(module, "regionReset"), operands, none),
      module.global.set(current, this.next(global)),
    ];
  }

  /** Statements of `_start` that open the regions. */
  open(): ExpressionRef[] {
    const { module } = this.#context;
    return [...this.#pairs.values()].flatMap(({ first }) =>
      [first, first + REGION_BYTES].flatMap((region) =>
        this.#arrays.open(module, module.i32.const(region), () => this.#arrays.reserve(this.#context)),
      ),
    );
  }

  #pairOf(global: IrGlobal): Pair {
    let pair = this.#pairs.get(global);
    if (pair === undefined) {
      const { module, data } = this.#context;
      const first = data.reserve(2 * REGION_BYTES, GRANULE_BYTES);
      pair = { first, current: `regions.of.${this.#pairs.size}.${global.name}` };
      module.addGlobal(pair.current, i32, true, module.i32.const(first));
      this.#pairs.set(global, pair);
    }
    return pair;
  }
}
