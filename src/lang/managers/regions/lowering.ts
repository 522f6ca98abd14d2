/** One function under `regions` and `sparse`: what arrays do there that they do not under other managers. */

import binaryen from "binaryen";
import { ARRAY_HEADER_BYTES, GRANULE_BYTES, LENGTH_OFFSET } from "#contract";
import { emitScaled } from "../../codegen/access.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { ExpressionRef } from "../../codegen/wasm.ts";
import type { ElementType, InstructionOf } from "../../ir/ir.ts";
import type { HeapLowering } from "../gc/heap-lowering.ts";
import type { LinearManager } from "../linear/linear.ts";
import { LinearLowering } from "../linear/lowering.ts";
import { mayBeUnclear, RegionAllocator } from "./allocator.ts";
import { GROW_ARRAY, GROW_ZEROED } from "./arrays.ts";
import type { FrameCode } from "./frame-code.ts";
import type { RegionFrame } from "./frame-lowering.ts";
import { heapUseOf } from "./heap-scope.ts";

const { i32 } = binaryen;

/** What is the same for the arrays of all functions. */
export interface ArrayRules {
  /** Whether long arrays lie apart, on sparse stacks. */
  readonly areApart: boolean;
  /** The bytes from which on they do; null for never. */
  readonly apartFrom: number | null;
  readonly isSetBySlices: (element: ElementType) => boolean;
}

export class RegionsLowering extends LinearLowering {
  readonly #frame: FrameCode;
  readonly #arrays: ArrayRules;
  readonly #allocator: RegionAllocator;

  constructor(
    manager: LinearManager,
    context: FunctionContext,
    parts: { readonly code: FrameCode; readonly heap: HeapLowering | null; readonly frame: RegionFrame },
    arrays: ArrayRules,
  ) {
    const { code, heap, frame } = parts;
    const allocator = new RegionAllocator(manager.layouts, context, code, heap);
    super(manager, context, { allocator, hooks: heap ?? undefined, frame });
    this.#frame = code;
    this.#arrays = arrays;
    this.#allocator = allocator;
  }

  /** What is in an array that does not change any more need not be looked at again, once a collection has left it. */
  override arraySlice(instruction: InstructionOf<"arraySlice">): ExpressionRef {
    const { context } = this;
    const { array, isFinal = false } = instruction;
    const sliced = super.arraySlice(instruction);
    const { mayReferToHeap } = this.manager.context.placement().get(context.fn)!;
    if (!isFinal || array.type.kind !== "array" || mayReferToHeap(array)) return sliced;
    const { element } = array.type;
    const { hasPointers, stride } = this.layouts.element(element);
    if (!hasPointers || this.#arrays.isSetBySlices(element)) return sliced;
    const op = this.module.i32;
    const noted = op.store(0, 4, context.read(array), op.const(this.layouts.finalShape(element)));
    if (this.#arrays.apartFrom === null) return context.sequence([noted, sliced]);
    // Of those apart a collection asks their shape what came to them before: it has to stay.
    const most = Math.floor((this.#arrays.apartFrom - GRANULE_BYTES - ARRAY_HEADER_BYTES) / stride);
    if (most < 1) return sliced;
    const isNear = op.le_u(op.load(LENGTH_OFFSET, 4, context.read(array)), op.const(most));
    return context.sequence([this.module.if(isNear, noted), sliced]);
  }

  /** An array that lies apart grows where it is. */
  override arrayGrow(instruction: InstructionOf<"arrayGrow">): ExpressionRef {
    if (!this.#arrays.areApart) return super.arrayGrow(instruction);
    const frame = this.#frame;
    switch (heapUseOf(this.context.fn, instruction.bound!)) {
      case "never":
        return this.#growInPlace(instruction);
      case "always":
        return super.arrayGrow(instruction);
      case "sometimes":
        return this.module.if(
          frame.regionOf(instruction.bound!),
          this.#growInPlace(instruction),
          super.arrayGrow(instruction),
        );
    }
  }

  #growInPlace(instruction: InstructionOf<"arrayGrow">): ExpressionRef {
    const { module, context } = this;
    const { dst, array, used, element, length, site } = instruction;
    const layout = this.layouts.array(element);
    const target = context.temporary(i32);
    const operands = [
      module.i32.const(layout.shape),
      context.value(length),
      context.read(array),
      emitScaled(module, context.value(used), layout.stride),
    ];
    const grow = mayBeUnclear(instruction, layout) ? GROW_ARRAY : GROW_ZEROED;
    return context.sequence([
      this.#allocator.choose(instruction.bound!),
      target.set(module.call(grow, operands, i32)),
      module.if(module.i32.eqz(target.get()), context.panic("outOfMemory", site.line)),
      ...this.manager.countArray(site, layout, () => context.value(length)),
      context.assign(dst, [target.get()]),
    ]);
  }
}
