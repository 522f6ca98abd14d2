/** Tiny WASI commands written by hand, for tests of the comparison without the compiler. */

import binaryen from "binaryen";
import type { Builds } from "../../src/compare/comparison.ts";

export interface CommandText {
  /** Printed when the program runs. */
  readonly prints: string;
  /** Written to standard error. */
  readonly complains?: string;
  readonly exitCode?: number;
  /** Instructions, in the text format, in front of the rest. */
  readonly body?: string;
}

const ERRORS_AT = 4096;

/** A module that exports what a measured module exports, with fixed counts. */
export function command({ prints, complains = "", exitCode = 0, body = "" }: CommandText): Uint8Array {
  const write = (stream: number, at: number, text: string): string => `
    (i32.store (i32.const 0) (i32.const ${at}))
    (i32.store (i32.const 4) (i32.const ${Buffer.byteLength(text)}))
    (drop (call $write (i32.const ${stream}) (i32.const 0) (i32.const 1) (i32.const 8)))`;
  const data = (at: number, text: string): string =>
    `(data (i32.const ${at}) "${[...Buffer.from(text)].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("")}")`;
  const module = binaryen.parseText(`(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (global (export "objects") (mut i64) (i64.const 3))
    (global (export "bytes") (mut i64) (i64.const 48))
    ${data(16, prints)}
    ${data(ERRORS_AT, complains)}
    (func (export "_start")
      ${body}
      ${write(1, 16, prints)}
      ${complains === "" ? "" : write(2, ERRORS_AT, complains)}
      ${exitCode === 0 ? "" : `(call $exit (i32.const ${exitCode}))`}))`);
  const wasm = module.emitBinary();
  module.dispose();
  return wasm;
}

/** The same module for timing and for counting, under the name of a manager. */
export function builds(name: string, text: CommandText, measured: CommandText = text): Builds {
  return { name, timed: command(text), measured: command(measured), watchesEngine: name === "host" };
}
