/**
 * The write barrier of `gc`: a pointer into the nursery that is stored outside of it is remembered by its slot.
 *
 * The tests are inline, subtractions and compares with constants, or with globals that are constant after the start;
 * only what is to be remembered costs a call. A slot that holds a young pointer already is remembered already: so it
 * enters the set once between two collections, however often it is written. Never a safepoint.
 *
 * Where marking is incremental the values' window is not always the nursery (assembly/nursery/barrier.ts): a store that
 * overwrites a pointer which the program can still load passes the barrier whatever it stores. So do the elements that
 * a copy overwrites, as where those of a list move up or down: they are marked before it.
 */

import binaryen from "binaryen";
import { beyond, emitAddress, type Place } from "../../codegen/access.ts";
import { defineFunction } from "../../codegen/locals.ts";
import type { ExpressionRef } from "../../codegen/wasm.ts";
import type { Variable } from "../../ir/ir.ts";
import { type ArrayLayout, type PointerKind, pointerKindOf } from "../linear/layout.ts";

const { i32, none } = binaryen;

/** Internal names of what the core exports for barriers. */
export interface BarrierNames {
  readonly nurseryBase: string;
  readonly nurseryBytes: string;
  readonly barrierBase: string;
  readonly barrierBytes: string;
  readonly barrierBox: string;
  readonly barrierSlice: string;
}

export class Barriers {
  readonly #module: binaryen.Module;
  readonly #names: BarrierNames;
  readonly #rememberers = new Map<ArrayLayout, string>();
  readonly #shaders = new Map<ArrayLayout, string>();
  readonly #isIncremental: boolean;

  readonly #window: readonly [base: string, bytes: string];

  /** @param incremental whether the program runs between steps of marking: then the core moves the window of stores */
  constructor(module: binaryen.Module, names: BarrierNames, incremental: boolean) {
    this.#module = module;
    this.#names = names;
    this.#isIncremental = incremental;
    this.#window = incremental ? [names.barrierBase, names.barrierBytes] : [names.nurseryBase, names.nurseryBytes];
  }

  /** Before a store: remembers the slot if the value is young, and neither the slot nor what it holds is. */
  store(slot: Place, value: () => ExpressionRef, kind: PointerKind): ExpressionRef {
    const module = this.#module;
    const before = module.i32.load(slot.offset, 4, slot.base());
    const remember = module.if(module.i32.eqz(this.#isYoung(before)), this.#remember(slot, kind));
    return this.#ifYoungInOld(slot, value(), remember);
  }

  #ifYoungInOld(slot: Place, value: ExpressionRef, then: ExpressionRef): ExpressionRef {
    const module = this.#module;
    const isOld = module.i32.eqz(this.#isYoung(emitAddress(module, slot)));
    return module.if(this.#isWithin(value, this.#window), module.if(isOld, then));
  }

  #remember(slot: Place, kind: PointerKind): ExpressionRef {
    const name = kind === "box" ? this.#names.barrierBox : this.#names.barrierSlice;
    return this.#module.call(name, [emitAddress(this.#module, slot)], none);
  }

  #isYoung(address: ExpressionRef): ExpressionRef {
    return this.#isWithin(address, [this.#names.nurseryBase, this.#names.nurseryBytes]);
  }

  #isWithin(address: ExpressionRef, [base, bytes]: readonly [base: string, bytes: string]): ExpressionRef {
    const op = this.#module.i32;
    return op.lt_u(op.sub(address, this.#global(base)), this.#global(bytes));
  }

  /** Before a copy: marks what `count` elements at `place` lead to, while the program runs between steps of marking. */
  overwrite(layout: ArrayLayout, array: Variable, place: Place, count: ExpressionRef): ExpressionRef[] {
    if (!this.#isIncremental) return [];
    const module = this.#module;
    const shader = this.#elementwise(this.#shaders, "gc.shade", layout, array, (slot, kind) =>
      this.#remember(slot, kind),
    );
    // The window is everything only then.
    const isMarking = module.i32.eqz(this.#global(this.#names.barrierBase));
    return [module.if(isMarking, module.call(shader, [place.base(), count], none))];
  }

  /** After a copy: the barrier for `count` elements that have been copied to `place`. */
  fill(layout: ArrayLayout, array: Variable, place: Place, count: ExpressionRef): ExpressionRef {
    const { i32: op } = this.#module;
    const rememberer = this.#elementwise(this.#rememberers, "gc.remember", layout, array, (slot, kind) =>
      this.#ifYoungInOld(slot, op.load(slot.offset, 4, slot.base()), this.#remember(slot, kind)),
    );
    return this.#module.call(rememberer, [place.base(), count], none);
  }

  /**
   * The function (address, count) that does something for each pointer of the elements at an address, if the array is
   * old.
   */
  #elementwise(
    made: Map<ArrayLayout, string>,
    prefix: string,
    layout: ArrayLayout,
    array: Variable,
    each: (slot: Place, kind: PointerKind) => ExpressionRef,
  ): string {
    const known = made.get(layout);
    if (known !== undefined) return known;
    const name = `${prefix}${made.size}`;
    made.set(layout, name);
    const module = this.#module;
    const op = module.i32;
    const components = array.type.kind === "array" ? array.type.element.components : [];
    defineFunction(module, name, [i32, i32], [], (locals) => {
      const [address, count] = [locals.parameter(0), locals.parameter(1)];
      const element: Place = { base: () => address.get(), offset: 0 };
      const barriers = components.flatMap((type, index) => {
        const kind = pointerKindOf(type);
        if (kind === null) return [];
        return [each(beyond(element, layout.offsets[index] as number), kind)];
      });
      return [
        // Elements of one object: where the first is young, all are.
        module.if(this.#isYoung(address.get()), module.return()),
        module.loop(
          "next",
          module.if(
            count.get(),
            module.block(null, [
              ...barriers,
              address.set(op.add(address.get(), op.const(layout.stride))),
              count.set(op.sub(count.get(), op.const(1))),
              module.br("next"),
            ]),
          ),
        ),
      ];
    });
    return name;
  }

  #global(name: string): ExpressionRef {
    return this.#module.global.get(name, i32);
  }
}
