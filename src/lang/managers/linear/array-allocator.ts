/** The functions that make arrays of any layout, where nothing of that is inline. */

import binaryen from "binaryen";
import { ARRAY_HEADER_BYTES, LENGTH_OFFSET, SHAPE_SIZE_OFFSET } from "#contract";
import { defineFunction, type Locals } from "../../codegen/locals.ts";
import type { ExpressionRef, Temporary } from "../../codegen/wasm.ts";

const { i32, i64 } = binaryen;
const LARGEST_ARRAY_BYTES = 0x7ffffff8n;

/** Statements of a function that put the address of `bytes` of memory into `ref`, or return 0. */
export type TakeArray = (
  ref: Temporary,
  bytes: Temporary,
  locals: Locals,
  parameters: readonly Temporary[],
) => readonly ExpressionRef[];

/**
 * Defines a function (shape, length, ...) -> reference or 0 that makes an array.
 * @param more how many more parameters it has
 */
export function defineArrayAllocator(module: binaryen.Module, name: string, take: TakeArray, more = 0): void {
  const op = module.i32;
  const wide = module.i64;
  const parameters = Array.from({ length: 2 + more }, () => i32);
  defineFunction(module, name, parameters, [i32], (locals) => {
    const given = parameters.map((_, index) => locals.parameter(index));
    const [shape, length] = [given[0]!, given[1]!];
    const size = locals.add(i64);
    const [bytes, ref] = [locals.add(i32), locals.add(i32)];
    const slack = BigInt(ARRAY_HEADER_BYTES + 7);
    return [
      size.set(wide.mul(wide.extend_u(length.get()), wide.load32_u(SHAPE_SIZE_OFFSET, 4, shape.get()))),
      size.set(wide.and(wide.add(size.get(), wide.const(slack)), wide.const(-8n))),
      module.if(wide.gt_u(size.get(), wide.const(LARGEST_ARRAY_BYTES)), module.return(op.const(0))),
      bytes.set(op.wrap(size.get())),
      ...take(ref, bytes, locals, given),
      op.store(0, 4, ref.get(), shape.get()),
      op.store(LENGTH_OFFSET, 4, ref.get(), length.get()),
      module.return(ref.get()),
    ];
  });
}
