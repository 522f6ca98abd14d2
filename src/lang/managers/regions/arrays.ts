/**
 * The wasm functions that make arrays under `regions` and `sparse`, in the region that a global says. Under `sparse`
 * only short arrays lie in a region's own memory; the others lie on the region's sparse stack, where they grow without
 * a copy (assembly/region/arrays.ts).
 */

import binaryen from "binaryen";
import {
  ARRAY_HEADER_BYTES,
  GRANULE_BYTES,
  LENGTH_OFFSET,
  REGION_BUMP_MAX_BYTES,
  REGION_LIMIT,
  REGION_TOP,
  SHAPE_SIZE_OFFSET,
} from "#contract";
import { coreName } from "../../codegen/core.ts";
import type { ExpressionRef, Temporary } from "../../codegen/wasm.ts";
import { defineArrayAllocator, type TakeArray } from "../linear/array-allocator.ts";

const { i32, none } = binaryen;

/** The region that the next array goes to. */
export const NEXT_REGION = "regions.next";
export const ALLOC_ARRAY = "regions.allocArray";
export const ALLOC_ZEROED = "regions.allocZeroed";
export const GROW_ARRAY = "regions.growArray";
export const GROW_ZEROED = "regions.growZeroed";

function nextRegion(module: binaryen.Module): ExpressionRef {
  return module.global.get(NEXT_REGION, i32);
}

function orReturn(module: binaryen.Module, ref: Temporary, made: ExpressionRef): ExpressionRef[] {
  return [ref.set(made), module.if(module.i32.eqz(ref.get()), module.return(module.i32.const(0)))];
}

function clear(module: binaryen.Module, ref: Temporary, from: () => ExpressionRef, bytes: Temporary): ExpressionRef {
  const op = module.i32;
  const operands = [op.add(ref.get(), from()), op.sub(bytes.get(), from())];
  return module.call(coreName(module, "memoryClear"), operands, none);
}

/**
 * Takes a new array from the next region.
 * @param apartFrom the bytes from which on arrays lie apart, on sparse stacks; null for never
 * @param inHeap the function that allocates arrays in the heap, for when there is no next region; null for never
 */
function takeNew(
  module: binaryen.Module,
  isZeroed: boolean,
  apartFrom: number | null,
  inHeap: string | null,
): TakeArray {
  const op = module.i32;
  return (ref, bytes, locals, [shape, length]) => {
    const region = locals.add(i32);
    const ofHeap = (allocator: string): ExpressionRef =>
      module.if(op.eqz(region.get()), module.return(module.call(allocator, [shape!.get(), length!.get()], i32)));
    const grown = orReturn(module, ref, module.call(coreName(module, "regionGrow"), [region.get(), bytes.get()], i32));
    const hasNoRoom = op.gt_u(bytes.get(), op.sub(op.load(REGION_LIMIT, 4, region.get()), ref.get()));
    const isLong = op.gt_u(bytes.get(), op.const(REGION_BUMP_MAX_BYTES));
    const bumped = [
      ref.set(op.load(REGION_TOP, 4, region.get())),
      module.if(
        apartFrom === null ? op.or(hasNoRoom, isLong) : hasNoRoom,
        module.block(null, grown),
        op.store(REGION_TOP, 4, region.get(), op.add(ref.get(), bytes.get())),
      ),
    ];
    const onSparse = (): ExpressionRef[] =>
      orReturn(module, ref, module.call(coreName(module, "regionArrayNew"), [region.get(), bytes.get()], i32));
    return [
      region.set(nextRegion(module)),
      ...(inHeap === null ? [] : [ofHeap(inHeap)]),
      ...(apartFrom === null
        ? bumped
        : [
            module.if(
              op.ge_u(bytes.get(), op.const(apartFrom)),
              module.block(null, onSparse()),
              module.block(null, bumped),
            ),
          ]),
      ...(isZeroed ? [clear(module, ref, () => op.const(ARRAY_HEADER_BYTES), bytes)] : []),
    ];
  };
}

/**
 * Takes an array that goes on as another: where it is, if it can. Two more parameters: the array, and how many bytes of
 * elements it has in use.
 * @param allocator of new arrays
 * @param isZeroed whether the new elements shall be zero
 */
function takeGrown(module: binaryen.Module, allocator: string, isZeroed: boolean): TakeArray {
  const op = module.i32;
  return (ref, bytes, locals, parameters) => {
    const [shape, length, array, used] = parameters as [Temporary, Temporary, Temporary, Temporary];
    const had = locals.add(i32);
    const start = (base: ExpressionRef): ExpressionRef => op.add(base, op.const(ARRAY_HEADER_BYTES));
    const elements = op.mul(op.load(LENGTH_OFFSET, 4, array.get()), op.load(SHAPE_SIZE_OFFSET, 4, shape.get()));
    const rounded = op.and(op.add(start(elements), op.const(GRANULE_BYTES - 1)), op.const(-GRANULE_BYTES));
    const grown = module.call(coreName(module, "regionArrayGrow"), [array.get(), bytes.get()], i32);
    const copied = module.memory.copy(start(ref.get()), start(array.get()), used.get());
    return [
      module.if(
        module.call(coreName(module, "regionArrayMayGrow"), [array.get(), nextRegion(module)], i32),
        module.block(null, [
          ...(isZeroed ? [had.set(rounded)] : []),
          ...orReturn(module, ref, grown),
          ...(isZeroed ? [clear(module, ref, () => had.get(), bytes)] : []),
        ]),
        module.block(null, [
          ...orReturn(module, ref, module.call(allocator, [shape.get(), length.get()], i32)),
          copied,
        ]),
      ),
    ];
  };
}

/**
 * Defines the functions that make new arrays.
 * @param apartFrom the bytes from which on arrays lie apart; null for never
 * @param inHeap the function that allocates arrays in the heap; null without one
 */
export function defineNewArrays(module: binaryen.Module, apartFrom: number | null, inHeap: string | null): void {
  // Only what reads input chooses the heap by the next region: it allocates in a function of its own.
  defineArrayAllocator(module, ALLOC_ARRAY, takeNew(module, false, apartFrom, inHeap));
  defineArrayAllocator(module, ALLOC_ZEROED, takeNew(module, true, apartFrom, null));
}

/** Defines the functions that let arrays grow where they are. */
export function defineGrownArrays(module: binaryen.Module): void {
  defineArrayAllocator(module, GROW_ARRAY, takeGrown(module, ALLOC_ARRAY, false), 2);
  defineArrayAllocator(module, GROW_ZEROED, takeGrown(module, ALLOC_ZEROED, true), 2);
}
