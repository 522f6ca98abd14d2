/** Clearing the elements of a new array: a loop for few, memory.fill, which is slow to begin, for many. */

import binaryen from "binaryen";
import { GRANULE_BYTES } from "../../../heap/contract.ts";
import { defineFunction } from "../../emit/locals.ts";
import type { ExpressionRef } from "../manager.ts";

const { i32, none } = binaryen;
const NAME = "linear.clear";
/** From here on memory.fill wins. */
const FILL_MIN_BYTES = 256;

/**
 * @param address 8-aligned
 * @param bytes rounded up to 8, all of which are cleared
 */
export function emitClear(module: binaryen.Module, address: ExpressionRef, bytes: ExpressionRef): ExpressionRef {
  if (module.getFunction(NAME) === 0) defineClear(module);
  return module.call(NAME, [address, bytes], none);
}

function defineClear(module: binaryen.Module): void {
  const op = module.i32;
  defineFunction(module, NAME, [i32, i32], [], (locals) => {
    const [at, bytes] = [locals.parameter(0), locals.parameter(1)];
    const end = locals.add(i32);
    return [
      module.if(
        op.ge_u(bytes.get(), op.const(FILL_MIN_BYTES)),
        module.block(null, [module.memory.fill(at.get(), op.const(0), bytes.get()), module.return()]),
      ),
      end.set(op.add(at.get(), bytes.get())),
      module.loop(
        "next",
        module.if(
          op.lt_u(at.get(), end.get()),
          module.block(null, [
            module.i64.store(0, 8, at.get(), module.i64.const(0n)),
            at.set(op.add(at.get(), op.const(GRANULE_BYTES))),
            module.br("next"),
          ]),
        ),
      ),
    ];
  });
}
