/** Where a function under `regions` and `sparse` has memory from: a slot of its frame, a region, or the heap. */

import binaryen from "binaryen";
import {
  ARRAY_HEADER_BYTES,
  GRANULE_BYTES,
  LENGTH_OFFSET,
  REGION_BUMP_MAX_BYTES,
  REGION_LIMIT,
  REGION_TOP,
} from "#contract";
import { alignUp } from "../../../core/align.ts";
import { coreName } from "../../codegen/core.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { ExpressionRef, Temporary } from "../../codegen/wasm.ts";
import type { Bound, InstructionOf } from "../../ir/ir.ts";
import type { HeapLowering } from "../gc/heap-lowering.ts";
import type { ArrayLayout, Layouts, RecordLayout } from "../linear/layout.ts";
import type { Allocator, MakesArray, TakesInput } from "../linear/memory.ts";
import { ALLOC_ARRAY, ALLOC_ZEROED, NEXT_REGION } from "./arrays.ts";
import type { FrameCode } from "./frame-code.ts";
import type { Sized } from "./frame-layout.ts";
import { heapUseOf } from "./heap-scope.ts";

const { i32, none } = binaryen;

/** The size of what an instruction makes, if it is known and small enough for a slot. */
export function bytesOf(layouts: Layouts, instruction: Sized): number | null {
  if (instruction.op === "construct") return layouts.record(instruction.record).bytes;
  const { length, element } = instruction;
  if (length.kind !== "constant" || typeof length.value !== "number" || length.value < 0) return null;
  return alignUp(ARRAY_HEADER_BYTES + length.value * layouts.array(element).stride, GRANULE_BYTES);
}

/** Whether a new array may have any content: nothing reads it, nor does a collection. */
export function mayBeUnclear({ overwritten = false }: MakesArray, layout: ArrayLayout): boolean {
  return overwritten && !layout.hasPointers;
}

export class RegionAllocator implements Allocator {
  readonly #layouts: Layouts;
  readonly #context: FunctionContext;
  readonly #frame: FrameCode;
  /** What no region bounds; null where there is nothing like that. */
  readonly #heap: HeapLowering | null;

  constructor(layouts: Layouts, context: FunctionContext, frame: FrameCode, heap: HeapLowering | null) {
    this.#layouts = layouts;
    this.#context = context;
    this.#frame = frame;
    this.#heap = heap;
  }

  record(instruction: InstructionOf<"construct">, layout: RecordLayout, target: Temporary): ExpressionRef[] {
    return this.#allocate(
      instruction.bound!,
      () => this.#recordInRegion(instruction, layout, target),
      (heap) => heap.record(instruction, layout, target),
    );
  }

  /** Allocates where a bound says: in a region, in the heap, or where the caller has said. */
  #allocate(
    bound: Bound,
    inRegion: () => ExpressionRef[],
    inHeap: (heap: HeapLowering) => ExpressionRef[],
  ): ExpressionRef[] {
    const context = this.#context;
    const frame = this.#frame;
    switch (heapUseOf(this.#context.fn, bound)) {
      case "never":
        return inRegion();
      case "always":
        return inHeap(this.#heap!);
      case "sometimes": {
        const region = frame.regionOf(bound);
        return [context.module.if(region, context.sequence(inRegion()), context.sequence(inHeap(this.#heap!)))];
      }
    }
  }

  #recordInRegion(
    { site, bound }: InstructionOf<"construct">,
    layout: RecordLayout,
    target: Temporary,
  ): ExpressionRef[] {
    const context = this.#context;
    const { module } = context;
    const op = module.i32;
    const header = (): ExpressionRef => op.store(0, 4, target.get(), op.const(layout.shape));
    const frame = this.#frame;
    const slot = frame.takeSlot(site, target);
    if (slot !== null) return [...slot, header()];
    const region = (): ExpressionRef => frame.regionOf(bound!);
    const end = context.temporary(i32);
    const grown = [
      target.set(module.call(coreName(module, "regionGrow"), [region(), op.const(layout.bytes)], i32)),
      module.if(op.eqz(target.get()), context.panic("outOfMemory", site.line)),
    ];
    if (layout.bytes > REGION_BUMP_MAX_BYTES) return [...grown, header()];
    const top = frame.topOf(bound!);
    return [
      target.set(top === null ? op.load(REGION_TOP, 4, region()) : top.get()),
      module.if(
        op.gt_u(end.tee(op.add(target.get(), op.const(layout.bytes))), op.load(REGION_LIMIT, 4, region())),
        module.block(null, top === null ? grown : [...frame.storeTop(), ...grown, ...frame.loadTop()]),
        top === null ? op.store(REGION_TOP, 4, region(), end.get()) : top.set(end.get()),
      ),
      header(),
    ];
  }

  array(instruction: MakesArray, layout: ArrayLayout, target: Temporary): ExpressionRef[] {
    return this.#allocate(
      instruction.bound!,
      () => this.#arrayInRegion(instruction, layout, target),
      (heap) => heap.array(instruction, layout, target),
    );
  }

  #arrayInRegion(instruction: MakesArray, layout: ArrayLayout, target: Temporary): ExpressionRef[] {
    const context = this.#context;
    const { module } = context;
    const { length, site } = instruction;
    const frame = this.#frame;
    const slot = frame.takeSlot(site, target);
    if (slot !== null && instruction.op === "arrayNew") {
      const op = module.i32;
      const header = [
        op.store(0, 4, target.get(), op.const(layout.shape)),
        op.store(LENGTH_OFFSET, 4, target.get(), context.value(length)),
      ];
      if (mayBeUnclear(instruction, layout)) return [...slot, ...header];
      const elements = [
        op.add(target.get(), op.const(ARRAY_HEADER_BYTES)),
        op.const(bytesOf(this.#layouts, instruction)! - ARRAY_HEADER_BYTES),
      ];
      return [...slot, ...header, module.call(coreName(module, "memoryClear"), elements, none)];
    }
    const operands = [module.i32.const(layout.shape), context.value(length)];
    return [
      this.choose(instruction.bound!),
      target.set(module.call(mayBeUnclear(instruction, layout) ? ALLOC_ARRAY : ALLOC_ZEROED, operands, i32)),
      module.if(module.i32.eqz(target.get()), context.panic("outOfMemory", site.line)),
    ];
  }

  beforeHelper({ bound }: TakesInput): ExpressionRef[] {
    return [this.choose(bound!)];
  }

  /** Says where the arrays go that are made next. */
  choose(bound: Bound): ExpressionRef {
    return this.#context.module.global.set(NEXT_REGION, this.#frame.regionOf(bound));
  }
}
