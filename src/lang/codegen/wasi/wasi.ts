/**
 * The WASI preview 1 side of an emitted module, as functions over its linear memory.
 *
 * Standard output is buffered: whole buffers are written when it is full, before anything goes to standard error and at
 * the end. Writes at least as large as the buffer bypass it. Short writes are continued; an error of the engine ends
 * the program with exit code 1. What a program does not use, the optimiser removes, imports included.
 *
 * A manager whose byte arrays do not lie in linear memory copies through the output buffer (`reserve`, `commit`) and
 * through a buffer of its own (`read`).
 */

import binaryen from "binaryen";
import type { PanicCode } from "../../ir/ir.ts";
import { PANIC_MESSAGES } from "../../ir/panics.ts";
import { defineFunction } from "../locals.ts";
import type { StaticData } from "../static-data.ts";
import type { ExpressionRef } from "../wasm.ts";
import { EXIT_FAILURE, giveUp, importWasi } from "./calls.ts";
import { defineInput, defineRead, FILESTAT_BYTES, type InputPlaces } from "./input.ts";
import { DIGITS_BYTES, defineOutput, OUTPUT_BYTES } from "./output.ts";

/** "Internal software error" of sysexits.h: the core's debug build found an invariant broken. */
const EXIT_INTERNAL = 70;

const { f64, i32, none } = binaryen;
const CLOCK_MONOTONIC = 1;
const LENGTH_BYTES = 4;

export class Wasi {
  readonly #module: binaryen.Module;
  readonly #data: StaticData;
  readonly #file: string;
  readonly #places: InputPlaces;
  /** The functions that are defined already; those with texts of their own are defined when they are first called. */
  readonly #defined = new Set<string>();

  /** @param file the program's file name for messages */
  constructor(module: binaryen.Module, data: StaticData, file: string) {
    this.#module = module;
    this.#data = data;
    this.#file = file;
    const iovec = data.reserve(16, 8);
    const shared = { iovec, result: iovec + 8 };
    this.#places = { ...shared, filestat: data.reserve(FILESTAT_BYTES, 8), argumentCells: data.reserve(8, 8) };
    // A panic message is put together in the buffer, so that it has to have room for any file name.
    const bufferBytes = OUTPUT_BYTES + Buffer.byteLength(file);
    const digits = data.reserve(DIGITS_BYTES, 4);
    importWasi(module);
    defineOutput(module, { ...shared, buffer: data.reserve(bufferBytes, 16), bufferBytes, digits });
    defineInput(module, this.#places);
  }

  /** The most bytes that `reserve` grants at once. */
  get reserveLimit(): number {
    return OUTPUT_BYTES;
  }

  /** Appends memory to standard output (1), or writes it to standard error (2) at once. */
  write(stream: 1 | 2, address: ExpressionRef, bytes: ExpressionRef): ExpressionRef {
    return this.#module.call(stream === 1 ? "wasi.write" : "wasi.writeError", [address, bytes], none);
  }

  /** Room for `bytes` (at most `reserveLimit`) in the output buffer. @returns the address to fill; then `commit` */
  reserve(bytes: ExpressionRef): ExpressionRef {
    return this.#module.call("wasi.reserve", [bytes], i32);
  }

  /** Appends the first `bytes` of what was reserved to the output. */
  commit(bytes: ExpressionRef): ExpressionRef {
    return this.#module.call("wasi.commit", [bytes], none);
  }

  /** Writes the buffered output to standard output, or what was committed since the last flush to standard error. */
  flush(stream: 1 | 2 = 1): ExpressionRef {
    return this.#module.call("wasi.flush", [this.#module.i32.const(stream)], none);
  }

  /** The size of standard input in bytes when it is a regular file, else 0 (i32). */
  inputSize(): ExpressionRef {
    return this.#module.call("wasi.inputSize", [], i32);
  }

  /** Reads at most `bytes` of standard input to `address`. @returns the number read, 0 at the end (i32) */
  read(address: ExpressionRef, bytes: ExpressionRef): ExpressionRef {
    this.#once("wasi.read", () => defineRead(this.#module, this.#places, this.#inputRefused()));
    return this.#module.call("wasi.read", [address, bytes], i32);
  }

  /** A statement that asks for the arguments' sizes; in front of `argumentCount` and `argumentBytes`. */
  loadArgumentSizes(): ExpressionRef {
    return this.#module.call("wasi.loadArgumentSizes", [], none);
  }

  /** How many arguments there are, the program's name included (i32). */
  argumentCount(): ExpressionRef {
    return this.#module.i32.load(0, 4, this.#module.i32.const(this.#places.argumentCells));
  }

  /** The size of all arguments, each with a zero byte behind it (i32). */
  argumentBytes(): ExpressionRef {
    return this.#module.i32.load(4, 4, this.#module.i32.const(this.#places.argumentCells));
  }

  /**
   * Writes all arguments to memory.
   * @param table where `argumentCount` addresses go; 4-aligned
   * @param buffer where `argumentBytes` bytes go: texts, each with a zero byte behind it
   */
  loadArguments(table: ExpressionRef, buffer: ExpressionRef): ExpressionRef {
    return this.#module.call("wasi.loadArguments", [table, buffer], none);
  }

  /** The number of bytes in front of the first zero byte at `address` (i32). */
  textLength(address: ExpressionRef): ExpressionRef {
    return this.#module.call("wasi.textLength", [address], i32);
  }

  /** Stops the program with the panic's message and exit code 1. `line`, or what makes it; 0: no place is given. */
  panic(code: PanicCode, line: number | (() => ExpressionRef), a?: ExpressionRef, b?: ExpressionRef): ExpressionRef {
    const module = this.#module;
    const message = PANIC_MESSAGES[code];
    if (message === null) return this.exit(EXIT_FAILURE);
    const name = `panic.${code}`;
    const uses = (number: "a" | "b"): boolean =>
      message.some((part) => typeof part !== "string" && part.number === number);
    this.#once(name, () => this.#definePanic(name, code));
    const operands = [typeof line === "number" ? module.i32.const(line) : line()];
    if (uses("a")) operands.push(a ?? module.i32.const(0));
    if (uses("b")) operands.push(b ?? module.i32.const(0));
    return module.block(null, [module.call(name, operands, none), module.unreachable()]);
  }

  /**
   * Places a text for a panic whose message shows it: its length in bytes, then the bytes.
   * @returns the place. A very long text is cut off, since messages are put together in the output buffer
   */
  placeText(text: string): number {
    const bytes = new TextEncoder().encode(text).subarray(0, OUTPUT_BYTES / 4);
    const placed = new Uint8Array(LENGTH_BYTES + bytes.byteLength);
    new DataView(placed.buffer).setUint32(0, bytes.byteLength, true);
    placed.set(bytes, LENGTH_BYTES);
    return this.#data.constant(placed, LENGTH_BYTES);
  }

  /** Flushes the output and ends the program. */
  exit(code: number): ExpressionRef {
    return this.#module.block(null, [this.flush(), giveUp(this.#module, code)]);
  }

  /** Defines a function without parameters that returns the time in milliseconds from any origin. */
  defineClock(internalName: string): void {
    const module = this.#module;
    const at = this.#places.iovec;
    const asked = module.call(
      "wasi.clock_time_get",
      [module.i32.const(CLOCK_MONOTONIC), module.i64.const(1n), module.i32.const(at)],
      i32,
    );
    const nanoseconds = module.i64.load(0, 8, module.i32.const(at));
    defineFunction(module, internalName, [], [f64], () => [
      module.drop(asked),
      module.return(module.f64.div(module.f64.convert_u.i64(nanoseconds), module.f64.const(1e6))),
    ]);
  }

  /** Defines the function `env.abort` that the core's debug build imports: message, file, line, column. */
  defineAbort(internalName: string): void {
    const module = this.#module;
    defineFunction(module, internalName, [i32, i32, i32, i32], [], (locals) => [
      this.flush(),
      this.#putText("internal error: the core's assertion at "),
      this.#putNumber(locals.parameter(2).get()),
      this.#putText(":"),
      this.#putNumber(locals.parameter(3).get()),
      this.#putText(" failed\n"),
      this.flush(2),
      giveUp(module, EXIT_INTERNAL),
    ]);
  }

  #inputRefused(): ExpressionRef {
    const module = this.#module;
    return module.block(null, [
      this.flush(),
      this.#putText("error: cannot read the input\n"),
      this.flush(2),
      giveUp(module),
    ]);
  }

  #once(name: string, define: () => void): void {
    if (this.#defined.has(name)) return;
    this.#defined.add(name);
    define();
  }

  #put(address: ExpressionRef, bytes: ExpressionRef): ExpressionRef {
    return this.write(1, address, bytes);
  }

  #putNumber(value: ExpressionRef): ExpressionRef {
    return this.#module.call("wasi.putNumber", [value], none);
  }

  #putText(text: string): ExpressionRef {
    const bytes = new TextEncoder().encode(text);
    const { i32: op } = this.#module;
    return this.#put(op.const(this.#data.constant(bytes)), op.const(bytes.byteLength));
  }

  /** What `placeText` has placed. */
  #putTextAt(place: () => ExpressionRef): ExpressionRef {
    const { i32: op } = this.#module;
    return this.#put(op.add(place(), op.const(LENGTH_BYTES)), op.load(0, LENGTH_BYTES, place()));
  }

  /** `panic.CODE(line, a?, b?)`: the message goes to standard error in one write, then the program ends. */
  #definePanic(name: string, code: PanicCode): void {
    const module = this.#module;
    const message = PANIC_MESSAGES[code] ?? [];
    const numbers = (["a", "b"] as const).filter((number) =>
      message.some((part) => typeof part !== "string" && part.number === number),
    );
    defineFunction(module, name, [i32, ...numbers.map(() => i32)], [], (locals) => [
      this.flush(),
      this.#putText("error: "),
      ...message.map((part) => {
        if (typeof part === "string") return this.#putText(part);
        const value = () => locals.parameter(1 + numbers.indexOf(part.number)).get();
        return part.isText ? this.#putTextAt(value) : this.#putNumber(value());
      }),
      module.if(
        locals.parameter(0).get(),
        module.block(null, [this.#putText(`, at ${this.#file}:`), this.#putNumber(locals.parameter(0).get())]),
      ),
      this.#putText("\n"),
      this.flush(2),
      giveUp(module),
    ]);
  }
}
