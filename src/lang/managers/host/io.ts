/**
 * Input, output, arguments and the texts of ports for byte arrays that do not lie in linear memory, as wasm functions.
 *
 * WASI knows only linear memory, and WasmGC has no instruction that copies between it and an array: bytes go one by
 * one, eight to a round (0.3 ns a byte in V8 14.6; one to a round 1.6, eight out of one i64 0.6). Output is copied into
 * the buffer of wasi/; input, arguments and the texts of ports go through a buffer here.
 */

import binaryen from "binaryen";
import { WORD_BYTES } from "#contract";
import type { Counters } from "../../codegen/counters.ts";
import { defineFunction, type Locals } from "../../codegen/locals.ts";
import type { HostPorts } from "../../codegen/ports.ts";
import type { StaticData } from "../../codegen/static-data.ts";
import type { Wasi } from "../../codegen/wasi/wasi.ts";
import { type ExpressionRef, PAGE_BYTES, PAGE_SHIFT, type Temporary } from "../../codegen/wasm.ts";
import type { HostConstants } from "./constants.ts";
import { emitArrayBytes, longestArray } from "./sizes.ts";
import type { ElementInfo } from "./types.ts";

const BUFFER_BYTES = 65536;
const UNROLLED_BYTES = 8;

const { i32, none } = binaryen;

export interface HostIoContext {
  readonly module: binaryen.Module;
  readonly data: StaticData;
  readonly wasi: Wasi;
  readonly ports: HostPorts;
  readonly counters: Counters;
  readonly bytes: ElementInfo;
  readonly texts: ElementInfo;
  readonly constants: HostConstants;
}

/** Defines each function when it is first asked for. */
export class HostIo {
  readonly #context: HostIoContext;
  readonly #module: binaryen.Module;
  readonly #defined = new Set<string>();
  #buffer = 0;

  constructor(context: HostIoContext) {
    this.#context = context;
    this.#module = context.module;
  }

  /** Writes the bytes of a slice. */
  write(stream: 1 | 2, slice: readonly ExpressionRef[]): ExpressionRef {
    const name = stream === 1 ? "host.write" : "host.writeError";
    this.#once(name, () => this.#defineWrite(name, stream));
    return this.#module.call(name, slice, none);
  }

  /** Copies `count` bytes of `array`, from `at` on, to the memory at `address`. */
  copyOut(array: ExpressionRef, at: ExpressionRef, address: ExpressionRef, count: ExpressionRef): ExpressionRef {
    return this.#copy("host.copyOut", array, at, address, count);
  }

  /** All of standard input: a tuple (array, length). */
  readInput(): ExpressionRef {
    this.#once("host.readInput", () => this.#defineReadInput("host.readInput"));
    return this.#module.call("host.readInput", [], this.inputType);
  }

  get inputType(): binaryen.Type {
    return binaryen.createType([this.#context.bytes.type, i32]);
  }

  /** The arguments without the program's name: a tuple (array of texts, length). */
  arguments(): ExpressionRef {
    this.#once("host.arguments", () => this.#defineArguments("host.arguments"));
    return this.#module.call("host.arguments", [], this.argumentsType);
  }

  /** Hands the bytes of a slice over to the host, piece by piece. */
  send(slice: readonly ExpressionRef[]): ExpressionRef {
    this.#once("host.send", () => this.#defineSend("host.send"));
    return this.#module.call("host.send", slice, none);
  }

  /** Fills an array of bytes with what the host sends, piece by piece. */
  receive(array: ExpressionRef): ExpressionRef {
    this.#once("host.receive", () => this.#defineReceive("host.receive"));
    return this.#module.call("host.receive", [array], none);
  }

  get argumentsType(): binaryen.Type {
    return binaryen.createType([this.#context.texts.type, i32]);
  }

  #once(name: string, define: () => void): void {
    if (this.#defined.has(name)) return;
    this.#defined.add(name);
    define();
  }

  #ioBuffer(): number {
    if (this.#buffer === 0) this.#buffer = this.#context.data.reserve(BUFFER_BYTES, 16);
    return this.#buffer;
  }

  /** `name(array, offset, length)`: piece by piece through the output buffer. */
  #defineWrite(name: string, stream: 1 | 2): void {
    const { wasi, bytes } = this.#context;
    defineFunction(this.#module, name, [bytes.type, i32, i32], [], (locals) => {
      const [array, at, rest] = [locals.parameter(0), locals.parameter(1), locals.parameter(2)];
      return [
        ...(stream === 2 ? [wasi.flush()] : []),
        this.#inPieces(locals, at, rest, wasi.reserveLimit, (piece) => [
          this.#copy("host.copyOut", array.get(), at.get(), wasi.reserve(piece.get()), piece.get()),
          wasi.commit(piece.get()),
          ...(stream === 2 ? [wasi.flush(2)] : []),
        ]),
      ];
    });
  }

  /** `name(array, offset, length)`: piece by piece through the buffer. */
  #defineSend(name: string): void {
    const { ports, bytes } = this.#context;
    const op = this.#module.i32;
    const buffer = this.#ioBuffer();
    defineFunction(this.#module, name, [bytes.type, i32, i32], [], (locals) => {
      const [array, at, rest] = [locals.parameter(0), locals.parameter(1), locals.parameter(2)];
      return [
        this.#inPieces(locals, at, rest, BUFFER_BYTES, (piece) => [
          this.#copy("host.copyOut", array.get(), at.get(), op.const(buffer), piece.get()),
          ports.send(op.const(buffer), piece.get()),
        ]),
      ];
    });
  }

  /** `name(array)`: the whole array, piece by piece through the buffer. */
  #defineReceive(name: string): void {
    const { ports, bytes } = this.#context;
    const op = this.#module.i32;
    const buffer = this.#ioBuffer();
    defineFunction(this.#module, name, [bytes.type], [], (locals) => {
      const array = locals.parameter(0);
      const [at, rest] = [locals.add(i32), locals.add(i32)];
      return [
        rest.set(this.#module.array.len(array.get())),
        this.#inPieces(locals, at, rest, BUFFER_BYTES, (piece) => [
          ports.receive(op.const(buffer), piece.get()),
          this.#copy("host.copyIn", array.get(), at.get(), op.const(buffer), piece.get()),
        ]),
      ];
    });
  }

  /** Goes over `rest` bytes from `at` on, at most `limit` at a time. */
  #inPieces(
    locals: Locals,
    at: Temporary,
    rest: Temporary,
    limit: number,
    each: (piece: Temporary) => readonly ExpressionRef[],
  ): ExpressionRef {
    const module = this.#module;
    const op = module.i32;
    const piece = locals.add(i32);
    return module.loop(
      "next",
      module.if(
        rest.get(),
        module.block(null, [
          piece.set(module.select(op.lt_u(rest.get(), op.const(limit)), rest.get(), op.const(limit))),
          ...each(piece),
          at.set(op.add(at.get(), piece.get())),
          rest.set(op.sub(rest.get(), piece.get())),
          module.br("next"),
        ]),
      ),
    );
  }

  #defineReadInput(name: string): void {
    const { wasi, bytes } = this.#context;
    const module = this.#module;
    const op = module.i32;
    const buffer = this.#ioBuffer();
    defineFunction(module, name, [], [bytes.type, i32], (locals) => {
      const array = locals.add(bytes.type);
      const bigger = locals.add(bytes.type);
      const [capacity, length, count] = [locals.add(i32), locals.add(i32), locals.add(i32)];
      return [
        // Of a regular file the size is known, and one array is enough; else it is doubled as long as more comes.
        capacity.set(wasi.inputSize()),
        module.if(op.eqz(capacity.get()), capacity.set(op.const(BUFFER_BYTES))),
        ...this.#newArray(bytes, capacity, array),
        module.block("done", [
          module.loop(
            "more",
            module.block(null, [
              module.br_if("done", op.eqz(count.tee(wasi.read(op.const(buffer), op.const(BUFFER_BYTES))))),
              module.if(
                op.gt_u(count.get(), op.sub(capacity.get(), length.get())),
                module.block(null, [
                  capacity.set(op.add(op.shl(capacity.get(), op.const(1)), op.const(BUFFER_BYTES))),
                  ...this.#newArray(bytes, capacity, bigger),
                  module.array.copy(bigger.get(), op.const(0), array.get(), op.const(0), length.get()),
                  array.set(bigger.get()),
                ]),
              ),
              this.#copy("host.copyIn", array.get(), length.get(), op.const(buffer), count.get()),
              length.set(op.add(length.get(), count.get())),
              module.br("more"),
            ]),
          ),
        ]),
        module.return(
          module.tuple.make([
            module.select(length.get(), array.get(), this.#context.constants.empty(bytes)),
            length.get(),
          ]),
        ),
      ];
    });
  }

  #defineArguments(name: string): void {
    const { wasi, bytes, texts, counters } = this.#context;
    const module = this.#module;
    const op = module.i32;
    const buffer = this.#ioBuffer();
    const box = texts.box;
    if (box === null) throw new TypeError("texts are elements of three components");
    defineFunction(module, name, [], [texts.type, i32], (locals) => {
      const array = locals.add(texts.type);
      const storage = locals.add(bytes.type);
      const [table, size, start, count] = [locals.add(i32), locals.add(i32), locals.add(i32), locals.add(i32)];
      const [at, text, length] = [locals.add(i32), locals.add(i32), locals.add(i32)];
      const pages = (): ExpressionRef => op.shr_u(op.add(size.get(), op.const(PAGE_BYTES - 1)), op.const(PAGE_SHIFT));
      return [
        wasi.loadArgumentSizes(),
        module.if(
          op.le_u(wasi.argumentCount(), op.const(1)),
          module.return(module.tuple.make([this.#context.constants.empty(texts), op.const(0)])),
        ),
        count.set(op.sub(wasi.argumentCount(), op.const(1))),
        start.set(op.mul(wasi.argumentCount(), op.const(WORD_BYTES))),
        size.set(op.add(start.get(), wasi.argumentBytes())),
        table.set(op.const(buffer)),
        module.if(
          op.gt_u(size.get(), op.const(BUFFER_BYTES)),
          module.block(null, [
            module.if(op.eq(table.tee(module.memory.grow(pages())), op.const(-1)), wasi.panic("outOfMemory", 0)),
            table.set(op.shl(table.get(), op.const(PAGE_SHIFT))),
          ]),
        ),
        start.set(op.add(table.get(), start.get())),
        wasi.loadArguments(table.get(), start.get()),
        size.set(wasi.argumentBytes()),
        ...this.#newArray(bytes, size, storage),
        this.#copy("host.copyIn", storage.get(), op.const(0), start.get(), size.get()),
        ...this.#newArray(texts, count, array),
        module.loop(
          "next",
          module.block(null, [
            // The first entry is the program's name.
            text.set(op.load(WORD_BYTES, 4, op.add(table.get(), op.mul(at.get(), op.const(WORD_BYTES))))),
            length.set(wasi.textLength(text.get())),
            ...counters.countObject(() => op.const(box.bytes)),
            module.array.set(
              array.get(),
              at.get(),
              module.struct.new(
                [
                  module.select(length.get(), storage.get(), this.#context.constants.empty(bytes)),
                  op.sub(text.get(), start.get()),
                  length.get(),
                ],
                box.heapType,
              ),
            ),
            module.br_if("next", op.lt_u(at.tee(op.add(at.get(), op.const(1))), count.get())),
          ]),
        ),
        module.return(module.tuple.make([array.get(), count.get()])),
      ];
    });
  }

  /** Statements that put a new array into `target`, or end the program. */
  #newArray(element: ElementInfo, length: Temporary, target: Temporary): ExpressionRef[] {
    const { wasi, counters } = this.#context;
    const module = this.#module;
    return [
      module.if(
        module.i32.gt_u(length.get(), module.i32.const(longestArray(element.bytes))),
        wasi.panic("outOfMemory", 0),
      ),
      ...counters.countObject(() => emitArrayBytes(module, length.get(), element.bytes)),
      target.set(module.array.new_default(element.heapType, length.get())),
    ];
  }

  /** Copies `count` bytes between `array` from `at` on and memory from `address` on. */
  #copy(
    name: "host.copyIn" | "host.copyOut",
    array: ExpressionRef,
    at: ExpressionRef,
    address: ExpressionRef,
    count: ExpressionRef,
  ): ExpressionRef {
    this.#once(name, () => this.#defineCopy(name));
    return this.#module.call(name, [array, at, address, count], none);
  }

  #defineCopy(name: "host.copyIn" | "host.copyOut"): void {
    const { bytes } = this.#context;
    const module = this.#module;
    const op = module.i32;
    defineFunction(module, name, [bytes.type, i32, i32, i32], [], (locals: Locals) => {
      const [array, at] = [locals.parameter(0), locals.parameter(1)];
      const [address, count] = [locals.parameter(2), locals.parameter(3)];
      const one = (offset: number): ExpressionRef => {
        const index = offset === 0 ? at.get() : op.add(at.get(), op.const(offset));
        return name === "host.copyIn"
          ? module.array.set(array.get(), index, op.load8_u(offset, 1, address.get()))
          : op.store8(offset, 1, address.get(), module.array.get(array.get(), index, i32, false));
      };
      const round = (label: string, step: number): ExpressionRef =>
        module.loop(
          label,
          module.if(
            op.ge_u(count.get(), op.const(step)),
            module.block(null, [
              ...Array.from({ length: step }, (_, offset) => one(offset)),
              at.set(op.add(at.get(), op.const(step))),
              address.set(op.add(address.get(), op.const(step))),
              count.set(op.sub(count.get(), op.const(step))),
              module.br(label),
            ]),
          ),
        );
      return [round("eight", UNROLLED_BYTES), round("one", 1)];
    });
  }
}
