/** The calls of WASI preview 1 that emitted modules make, and what is done when one fails. */

import binaryen from "binaryen";
import type { ExpressionRef, WasmType } from "../wasm.ts";

const ERRNO_AGAIN = 6;
const ERRNO_INTERRUPTED = 27;
export const EXIT_FAILURE = 1;

const { i32, none } = binaryen;

/** Imports the calls as `wasi.NAME`; the optimiser drops those that are not used. */
export function importWasi(module: binaryen.Module): void {
  const imported = (name: string, parameters: readonly WasmType[], result: WasmType): void =>
    module.addFunctionImport(`wasi.${name}`, "wasi_snapshot_preview1", name, binaryen.createType(parameters), result);
  imported("clock_time_get", [i32, binaryen.i64, i32], i32);
  imported("fd_write", [i32, i32, i32, i32], i32);
  imported("fd_read", [i32, i32, i32, i32], i32);
  imported("fd_filestat_get", [i32, i32], i32);
  imported("args_sizes_get", [i32, i32], i32);
  imported("args_get", [i32, i32], i32);
  imported("proc_exit", [i32], none);
}

/** `errno` says that the same call may succeed when it is made again. */
export function isTransient({ i32: op }: binaryen.Module, errno: () => ExpressionRef): ExpressionRef {
  return op.or(op.eq(errno(), op.const(ERRNO_AGAIN)), op.eq(errno(), op.const(ERRNO_INTERRUPTED)));
}

/** The process ends here without another attempt to write. */
export function giveUp(module: binaryen.Module, code: number = EXIT_FAILURE): ExpressionRef {
  return module.block(null, [module.call("wasi.proc_exit", [module.i32.const(code)], none), module.unreachable()]);
}
