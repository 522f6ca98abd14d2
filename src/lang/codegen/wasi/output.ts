/**
 * The functions behind standard output and standard error: a buffer, and writing until everything is written.
 *
 * State: the global `wasi.used`, how many bytes of the buffer wait to be written.
 */

import binaryen from "binaryen";
import { defineFunction } from "../locals.ts";
import type { ExpressionRef } from "../wasm.ts";
import { giveUp, isTransient } from "./calls.ts";

/** What is written at once bypasses the buffer when it is larger. */
export const OUTPUT_BYTES = 8192;
/** The longest decimal i32, sign included, rounded up. */
export const DIGITS_BYTES = 12;

const { i32, none } = binaryen;

/** Addresses in static memory. */
export interface OutputPlaces {
  readonly buffer: number;
  /** At least `OUTPUT_BYTES`. */
  readonly bufferBytes: number;
  /** Of one iovec: address, bytes. */
  readonly iovec: number;
  /** Where a call leaves its number of bytes. */
  readonly result: number;
  /** `DIGITS_BYTES` for the digits of a number. */
  readonly digits: number;
}

/** Defines `wasi.writeAll`, `flush`, `reserve`, `commit`, `write`, `writeError` and `putNumber`. */
export function defineOutput(module: binaryen.Module, places: OutputPlaces): void {
  const op = module.i32;
  const output = (): ExpressionRef => op.const(places.buffer);
  module.addGlobal("wasi.used", i32, true, op.const(0));
  const used = (): ExpressionRef => module.global.get("wasi.used", i32);
  const setUsed = (value: ExpressionRef): ExpressionRef => module.global.set("wasi.used", value);
  const room = (): ExpressionRef => op.sub(op.const(places.bufferBytes), used());

  defineWriteAll(module, places);

  defineFunction(module, "wasi.flush", [i32], [], (locals) => {
    const bytes = locals.add(i32);
    return [
      bytes.set(used()),
      setUsed(op.const(0)),
      module.call("wasi.writeAll", [locals.parameter(0).get(), output(), bytes.get()], none),
    ];
  });

  defineFunction(module, "wasi.reserve", [i32], [i32], (locals) => [
    module.if(op.gt_u(locals.parameter(0).get(), room()), module.call("wasi.flush", [op.const(1)], none)),
    op.add(output(), used()),
  ]);

  defineFunction(module, "wasi.commit", [i32], [], (locals) => [setUsed(op.add(used(), locals.parameter(0).get()))]);

  defineFunction(module, "wasi.write", [i32, i32], [], (locals) => {
    const [address, bytes] = [locals.parameter(0), locals.parameter(1)];
    return [
      module.if(op.gt_u(bytes.get(), room()), module.call("wasi.flush", [op.const(1)], none)),
      module.if(
        op.gt_u(bytes.get(), op.const(OUTPUT_BYTES)),
        module.call("wasi.writeAll", [op.const(1), address.get(), bytes.get()], none),
        module.block(null, [
          module.memory.copy(op.add(output(), used()), address.get(), bytes.get()),
          setUsed(op.add(used(), bytes.get())),
        ]),
      ),
    ];
  });

  defineFunction(module, "wasi.writeError", [i32, i32], [], (locals) => [
    module.call("wasi.flush", [op.const(1)], none),
    module.call("wasi.writeAll", [op.const(2), locals.parameter(0).get(), locals.parameter(1).get()], none),
  ]);

  defineDecimal(module, places);
}

/** `wasi.writeAll(stream, address, bytes)`: writes past the buffer until everything is written. */
function defineWriteAll(module: binaryen.Module, places: OutputPlaces): void {
  const op = module.i32;
  defineFunction(module, "wasi.writeAll", [i32, i32, i32], [], (locals) => {
    const [stream, address, bytes] = [locals.parameter(0), locals.parameter(1), locals.parameter(2)];
    const errno = locals.add(i32);
    const written = locals.add(i32);
    const iovec = (): ExpressionRef => op.const(places.iovec);
    return [
      module.loop(
        "again",
        module.if(
          bytes.get(),
          module.block(null, [
            op.store(0, 4, iovec(), address.get()),
            op.store(4, 4, iovec(), bytes.get()),
            errno.set(module.call("wasi.fd_write", [stream.get(), iovec(), op.const(1), op.const(places.result)], i32)),
            module.br_if(
              "again",
              isTransient(module, () => errno.get()),
            ),
            written.set(op.load(0, 4, op.const(places.result))),
            // A success that wrote nothing would be repeated for ever.
            module.if(op.or(errno.get(), op.eqz(written.get())), giveUp(module)),
            address.set(op.add(address.get(), written.get())),
            bytes.set(op.sub(bytes.get(), written.get())),
            module.br("again"),
          ]),
        ),
      ),
    ];
  });
}

/** `wasi.putNumber(value)`: appends a signed decimal number to the output buffer, which has room for it. */
function defineDecimal(module: binaryen.Module, places: OutputPlaces): void {
  const op = module.i32;
  defineFunction(module, "wasi.putNumber", [i32], [], (locals) => {
    const value = locals.parameter(0);
    const rest = locals.add(i32);
    const at = locals.add(i32);
    const putDigit = (digit: ExpressionRef): ExpressionRef =>
      op.store8(0, 1, at.tee(op.sub(at.get(), op.const(1))), digit);
    const end = (): ExpressionRef => op.const(places.digits + DIGITS_BYTES);
    return [
      at.set(end()),
      // As an unsigned number the least i32 has its absolute value, too.
      rest.set(module.select(op.lt_s(value.get(), op.const(0)), op.sub(op.const(0), value.get()), value.get())),
      module.loop(
        "next",
        module.block(null, [
          putDigit(op.add(op.const(0x30), op.rem_u(rest.get(), op.const(10)))),
          module.br_if("next", rest.tee(op.div_u(rest.get(), op.const(10)))),
        ]),
      ),
      module.if(op.lt_s(value.get(), op.const(0)), putDigit(op.const(0x2d))),
      module.call("wasi.write", [at.get(), op.sub(end(), at.get())], none),
    ];
  });
}
