/** The functions behind standard input and the command line's arguments. */

import binaryen from "binaryen";
import { defineFunction } from "../locals.ts";
import type { ExpressionRef } from "../wasm.ts";
import { giveUp, isTransient } from "./calls.ts";

export const FILESTAT_BYTES = 64;
const FILESTAT_TYPE_OFFSET = 16;
const FILESTAT_SIZE_OFFSET = 32;
const REGULAR_FILE = 4;
/** Larger inputs cannot be one byte array; allocating this much fails and is reported as out of memory. */
const LARGEST_INPUT_BYTES = 0x7ffffff0;

const { i32, i64 } = binaryen;

/** Addresses in static memory. */
export interface InputPlaces {
  /** Of one iovec: address, bytes. */
  readonly iovec: number;
  /** Where a call leaves its number of bytes. */
  readonly result: number;
  /** `FILESTAT_BYTES` for what is known of standard input. */
  readonly filestat: number;
  /** The number of arguments, and the bytes they take. */
  readonly argumentCells: number;
}

/** Defines `wasi.inputSize`, `loadArgumentSizes`, `loadArguments` and `textLength`. */
export function defineInput(module: binaryen.Module, places: InputPlaces): void {
  const op = module.i32;
  const { filestat, argumentCells: cells } = places;

  defineFunction(module, "wasi.inputSize", [], [i32], (locals) => {
    const size = locals.add(i64);
    return [
      // A refusal means only that the size is not known.
      module.if(
        module.call("wasi.fd_filestat_get", [op.const(0), op.const(filestat)], i32),
        module.return(op.const(0)),
      ),
      module.if(
        op.ne(op.load8_u(FILESTAT_TYPE_OFFSET, 1, op.const(filestat)), op.const(REGULAR_FILE)),
        module.return(op.const(0)),
      ),
      size.set(module.i64.load(FILESTAT_SIZE_OFFSET, 8, op.const(filestat))),
      module.if(
        module.i64.gt_u(size.get(), module.i64.const(BigInt(LARGEST_INPUT_BYTES))),
        module.return(op.const(LARGEST_INPUT_BYTES)),
      ),
      op.wrap(size.get()),
    ];
  });

  defineFunction(module, "wasi.loadArgumentSizes", [], [], () => [
    module.if(module.call("wasi.args_sizes_get", [op.const(cells), op.const(cells + 4)], i32), giveUp(module)),
  ]);

  defineFunction(module, "wasi.loadArguments", [i32, i32], [], (locals) => [
    module.if(
      module.call("wasi.args_get", [locals.parameter(0).get(), locals.parameter(1).get()], i32),
      giveUp(module),
    ),
  ]);

  defineFunction(module, "wasi.textLength", [i32], [i32], (locals) => {
    const at = locals.add(i32);
    return [
      at.set(locals.parameter(0).get()),
      module.loop(
        "next",
        module.if(
          op.load8_u(0, 1, at.get()),
          module.block(null, [at.set(op.add(at.get(), op.const(1))), module.br("next")]),
        ),
      ),
      op.sub(at.get(), locals.parameter(0).get()),
    ];
  });
}

/**
 * Defines `wasi.read`.
 * @param refused what is done when the input cannot be read; does not return
 */
export function defineRead(module: binaryen.Module, places: InputPlaces, refused: ExpressionRef): void {
  const op = module.i32;
  defineFunction(module, "wasi.read", [i32, i32], [i32], (locals) => {
    const errno = locals.add(i32);
    return [
      op.store(0, 4, op.const(places.iovec), locals.parameter(0).get()),
      op.store(4, 4, op.const(places.iovec), locals.parameter(1).get()),
      module.loop(
        "again",
        module.block(null, [
          errno.set(
            module.call(
              "wasi.fd_read",
              [op.const(0), op.const(places.iovec), op.const(1), op.const(places.result)],
              i32,
            ),
          ),
          module.br_if(
            "again",
            isTransient(module, () => errno.get()),
          ),
        ]),
      ),
      module.if(errno.get(), refused),
      op.load(0, 4, op.const(places.result)),
    ];
  });
}
