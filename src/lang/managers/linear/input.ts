/**
 * Input and arguments for managers over linear memory, as wasm functions that return a slice (pointer, length).
 *
 * The bytes are read straight into a byte array in the heap. Of a regular file the size is known, and one array is
 * enough; else the array is doubled as long as more comes.
 */

import binaryen from "binaryen";
import { ARRAY_HEADER_BYTES, LENGTH_OFFSET, WORD_BYTES } from "#contract";
import { defineFunction, type Locals } from "../../codegen/locals.ts";
import type { Wasi } from "../../codegen/wasi/wasi.ts";
import type { ExpressionRef, Temporary, WasmType } from "../../codegen/wasm.ts";
import { BYTE_ELEMENT, type ElementType, TEXT_ELEMENT } from "../../ir/ir.ts";

const FIRST_CAPACITY_BYTES = 65536;
/** Doubling more than this would leave the range of an i32. */
const LARGEST_DOUBLED_BYTES = 0x3fffffff;
const TEXT_BYTES = 8;

const { i32 } = binaryen;

interface InputHelpers {
  readonly module: binaryen.Module;
  readonly wasi: Wasi;
  /** Statements that put a new array into `target`, or end the program. */
  readonly allocate: (element: ElementType, length: () => ExpressionRef, target: Temporary) => ExpressionRef[];
  /** Statements during which the objects at the addresses may move: the locals are brought up to date. */
  readonly protect: (
    locals: Locals,
    addresses: readonly Temporary[],
    statements: readonly ExpressionRef[],
  ) => ExpressionRef[];
}

type InputFunction = keyof typeof DEFINITIONS;

/** Defines each function when it is first asked for. */
export class InputFunctions {
  readonly #helpers: InputHelpers;
  readonly #defined = new Set<InputFunction>();

  constructor(helpers: InputHelpers) {
    this.#helpers = helpers;
  }

  /** A call of a function. @param type of its result: a pair (pointer, length) */
  call(which: InputFunction, type: WasmType): ExpressionRef {
    const name = `linear.${which}`;
    if (!this.#defined.has(which)) {
      this.#defined.add(which);
      DEFINITIONS[which](name, this.#helpers);
    }
    return this.#helpers.module.call(name, [], type);
  }
}

const DEFINITIONS = { readInput: defineReadInput, arguments: defineArguments } as const;

/** Defines `name() -> (pointer, length)`: all of standard input. */
function defineReadInput(name: string, helpers: InputHelpers): void {
  const { module, wasi } = helpers;
  const op = module.i32;
  defineFunction(module, name, [], [i32, i32], (locals) => {
    const array = locals.add(i32);
    const bigger = locals.add(i32);
    const capacity = locals.add(i32);
    const length = locals.add(i32);
    const count = locals.add(i32);
    const start = (of: Temporary): ExpressionRef => op.add(of.get(), op.const(ARRAY_HEADER_BYTES));
    return [
      capacity.set(wasi.inputSize()),
      // One more byte than the file has, so that its end is seen without another array.
      capacity.set(module.select(capacity.get(), op.add(capacity.get(), op.const(1)), op.const(FIRST_CAPACITY_BYTES))),
      ...helpers.allocate(BYTE_ELEMENT, () => capacity.get(), array),
      module.block("done", [
        module.loop(
          "more",
          module.block(null, [
            count.set(wasi.read(op.add(start(array), length.get()), op.sub(capacity.get(), length.get()))),
            module.br_if("done", op.eqz(count.get())),
            length.set(op.add(length.get(), count.get())),
            module.br_if("more", op.lt_u(length.get(), capacity.get())),
            module.if(op.gt_u(capacity.get(), op.const(LARGEST_DOUBLED_BYTES)), wasi.panic("outOfMemory", 0)),
            capacity.set(op.shl(capacity.get(), op.const(1))),
            ...helpers.protect(
              locals,
              [array],
              helpers.allocate(BYTE_ELEMENT, () => capacity.get(), bigger),
            ),
            module.memory.copy(start(bigger), start(array), length.get()),
            array.set(bigger.get()),
            module.br("more"),
          ]),
        ),
      ]),
      module.return(module.tuple.make([module.select(length.get(), start(array), op.const(0)), length.get()])),
    ];
  });
}

/** Defines `name() -> (pointer, length)`: the arguments without the program's name, as a slice of texts. */
function defineArguments(name: string, helpers: InputHelpers): void {
  const { module, wasi } = helpers;
  const op = module.i32;
  defineFunction(module, name, [], [i32, i32], (locals) => {
    const storage = locals.add(i32);
    const texts = locals.add(i32);
    const table = locals.add(i32);
    const count = locals.add(i32);
    const at = locals.add(i32);
    const text = locals.add(i32);
    const length = locals.add(i32);
    const tableBytes = (): ExpressionRef => op.mul(wasi.argumentCount(), op.const(WORD_BYTES));
    const element = (): ExpressionRef => op.add(texts.get(), op.mul(at.get(), op.const(TEXT_BYTES)));
    return [
      wasi.loadArgumentSizes(),
      module.if(
        op.le_u(wasi.argumentCount(), op.const(1)),
        module.return(module.tuple.make([op.const(0), op.const(0)])),
      ),
      count.set(op.sub(wasi.argumentCount(), op.const(1))),
      // The table of addresses and the bytes behind it share an array; only the bytes are referred to later.
      ...helpers.allocate(BYTE_ELEMENT, () => op.add(tableBytes(), wasi.argumentBytes()), storage),
      ...helpers.protect(
        locals,
        [storage],
        helpers.allocate(TEXT_ELEMENT, () => count.get(), texts),
      ),
      table.set(op.add(storage.get(), op.const(ARRAY_HEADER_BYTES))),
      wasi.loadArguments(table.get(), op.add(table.get(), tableBytes())),
      module.loop(
        "next",
        module.block(null, [
          // The first entry is the program's name.
          text.set(op.load(WORD_BYTES, 4, op.add(table.get(), op.mul(at.get(), op.const(WORD_BYTES))))),
          length.set(wasi.textLength(text.get())),
          op.store(ARRAY_HEADER_BYTES, 4, element(), module.select(length.get(), text.get(), op.const(0))),
          op.store(ARRAY_HEADER_BYTES + LENGTH_OFFSET, 4, element(), length.get()),
          at.set(op.add(at.get(), op.const(1))),
          module.br_if("next", op.lt_u(at.get(), count.get())),
        ]),
      ),
      module.return(module.tuple.make([op.add(texts.get(), op.const(ARRAY_HEADER_BYTES)), count.get()])),
    ];
  });
}
