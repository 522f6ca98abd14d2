/** Typed loads, stores and slices in linear memory. A slice is two words: pointer, length. */

import binaryen from "binaryen";
import { GRANULE_BYTES, LENGTH_OFFSET, WORD_BYTES } from "#contract";
import type { Atom, InstructionOf, IrType, Variable } from "../ir/ir.ts";
import type { FunctionContext } from "./function-context.ts";
import type { ExpressionRef, Temporary } from "./wasm.ts";

/** Offsets beyond this are added to the address: with the offset of a component they stay well inside 32 bits. */
const LARGEST_OFFSET = 1 << 20;

/** An address: an expression that can be made again and again, and a constant offset (0 or more). */
export interface Place {
  readonly base: () => ExpressionRef;
  readonly offset: number;
}

/** The place `bytes` further on. */
export function beyond(place: Place, bytes: number): Place {
  return { base: place.base, offset: place.offset + bytes };
}

/** The wasm values of what lies at `place`. */
export function emitLoad(module: binaryen.Module, type: IrType, { base, offset }: Place): ExpressionRef[] {
  switch (type.kind) {
    case "byte":
    case "bool":
      return [module.i32.load8_u(offset, 1, base())];
    case "int":
    case "union":
    case "record":
    case "array":
      return [module.i32.load(offset, 4, base())];
    case "long":
      return [module.i64.load(offset, 8, base())];
    case "float":
      return [module.f64.load(offset, 8, base())];
    case "slice":
      return [module.i32.load(offset, WORD_BYTES, base()), module.i32.load(offset + LENGTH_OFFSET, WORD_BYTES, base())];
  }
}

/** Stores the wasm values of one value of `type` at `place`. */
export function emitStore(
  module: binaryen.Module,
  type: IrType,
  { base, offset }: Place,
  values: readonly ExpressionRef[],
): ExpressionRef[] {
  const [first, second] = values as [ExpressionRef, ExpressionRef];
  switch (type.kind) {
    case "byte":
    case "bool":
      return [module.i32.store8(offset, 1, base(), first)];
    case "int":
    case "union":
    case "record":
    case "array":
      return [module.i32.store(offset, 4, base(), first)];
    case "long":
      return [module.i64.store(offset, 8, base(), first)];
    case "float":
      return [module.f64.store(offset, 8, base(), first)];
    case "slice":
      return [
        module.i32.store(offset, WORD_BYTES, base(), first),
        module.i32.store(offset + LENGTH_OFFSET, WORD_BYTES, base(), second),
      ];
  }
}

/** `index * stride`. */
export function emitScaled(module: binaryen.Module, index: ExpressionRef, stride: number): ExpressionRef {
  if (stride === 1) return index;
  const shift = Math.log2(stride);
  return Number.isInteger(shift)
    ? module.i32.shl(index, module.i32.const(shift))
    : module.i32.mul(index, module.i32.const(stride));
}

/** `bytes` rounded up to granules. */
export function emitGranules(module: binaryen.Module, bytes: ExpressionRef): ExpressionRef {
  const op = module.i32;
  return op.and(op.add(bytes, op.const(GRANULE_BYTES - 1)), op.const(-GRANULE_BYTES));
}

/** The place of element `index` of elements that begin at `start`. Small constant indices become offsets. */
export function elementPlace(context: FunctionContext, start: Place, index: Atom, stride: number): Place {
  const { module } = context;
  if (index.kind === "constant") {
    const bytes = Number(index.value) * stride;
    // Behind a bounds check that always fails a constant may be anything.
    if (bytes >= 0 && bytes <= LARGEST_OFFSET) return beyond(start, bytes);
  }
  return {
    base: () => module.i32.add(start.base(), emitScaled(module, context.value(index), stride)),
    offset: start.offset,
  };
}

/** The address of a place. */
export function emitAddress(module: binaryen.Module, { base, offset }: Place): ExpressionRef {
  return offset === 0 ? base() : module.i32.add(base(), module.i32.const(offset));
}

/** Makes a slice of the elements that lie from `from` on: the empty one has no address. */
export function emitSlice(
  context: FunctionContext,
  { dst, start, end }: InstructionOf<"unpackedSlice" | "arraySlice" | "subslice">,
  from: Place,
  stride: number,
): ExpressionRef {
  const { module } = context;
  const address = emitAddress(module, elementPlace(context, from, start, stride));
  const isNonEmpty = module.i32.ne(context.value(start), context.value(end));
  return context.assign(dst, [
    module.select(isNonEmpty, address, module.i32.const(0)),
    module.i32.sub(context.value(end), context.value(start)),
  ]);
}

/** Loads values from places. A variable may be the very one that the places are computed from. */
export function emitLoadInto(
  context: FunctionContext,
  dsts: readonly Variable[],
  places: readonly Place[],
): ExpressionRef {
  const { module } = context;
  const loads = dsts.map((dst, index) => emitLoad(module, dst.type, places[index] as Place));
  if (loads.flat().length === 1) return context.assign(dsts[0] as Variable, loads[0] as ExpressionRef[]);
  const copies = loads.map((parts) =>
    parts.map((load) => ({ load, copy: context.temporary(binaryen.getExpressionType(load)) })),
  );
  return context.sequence([
    ...copies.flat().map(({ load, copy }) => copy.set(load)),
    ...dsts.map((dst, index) =>
      context.assign(
        dst,
        (copies[index] as { copy: Temporary }[]).map(({ copy }) => copy.get()),
      ),
    ),
  ]);
}
