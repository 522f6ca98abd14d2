/** Elements of arrays and slices under `host`, in one function. */

import type binaryen from "binaryen";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { ManagerContext } from "../../codegen/manager.ts";
import type { ExpressionRef } from "../../codegen/wasm.ts";
import type { Atom, ElementType, InstructionOf, Variable } from "../../ir/ir.ts";
import { InternalCompilerError } from "../../options.ts";
import type { HostConstants } from "./constants.ts";
import type { HostGlobals } from "./globals.ts";
import type { HostIo } from "./io.ts";
import type { HostStatics } from "./statics.ts";
import type { ElementInfo, HostTypes } from "./types.ts";

/** The wasm values of a slice. */
export const ARRAY_PART = 0;
export const OFFSET_PART = 1;
export const LENGTH_PART = 2;

/** What all functions of a module share. */
export interface SharedHost {
  readonly context: ManagerContext;
  readonly types: HostTypes;
  readonly io: HostIo;
  readonly constants: HostConstants;
  readonly globals: HostGlobals;
  readonly statics: HostStatics;
}

export class HostElements {
  readonly #shared: SharedHost;
  readonly #context: FunctionContext;
  readonly #module: binaryen.Module;

  constructor(shared: SharedHost, context: FunctionContext) {
    this.#shared = shared;
    this.#context = context;
    this.#module = context.module;
  }

  of(variable: Variable): ElementInfo {
    return this.#shared.types.element(elementTypeOf(variable));
  }

  ofUnpacked(
    object: Variable,
    record: InstructionOf<"field">["record"],
    index: number,
    element: ElementInfo,
  ): ExpressionRef {
    const context = this.#context;
    const slot = this.#shared.types.record(record).slots[index] as number;
    return this.#module.struct.get(slot, context.read(object), element.type, false);
  }

  /**
   * A slice of what `array` holds from `from` to `from + end - start`; `start` and `end` may be relative to a slice.
   */
  slice(
    { dst, start, end }: InstructionOf<"unpackedSlice" | "arraySlice" | "subslice">,
    element: ElementInfo,
    array: ExpressionRef,
    from: ExpressionRef,
  ): ExpressionRef {
    const context = this.#context;
    const module = this.#module;
    const isNonEmpty = module.i32.ne(context.value(start), context.value(end));
    return context.assign(dst, [
      module.select(isNonEmpty, array, this.#shared.constants.empty(element)),
      from,
      isZero(start) ? context.value(end) : module.i32.sub(context.value(end), context.value(start)),
    ]);
  }

  sum(offset: ExpressionRef, index: Atom): ExpressionRef {
    const context = this.#context;
    return isZero(index) ? offset : this.#module.i32.add(offset, context.value(index));
  }

  load(dsts: readonly Variable[], element: ElementInfo, array: ExpressionRef, index: ExpressionRef): ExpressionRef {
    const context = this.#context;
    const module = this.#module;
    const { box, elementType } = element;
    if (elementType === null) return module.nop();
    const content = module.array.get(array, index, elementType, false);
    if (box === null) return context.assign(dsts[0] as Variable, [content]);
    const record = context.temporary(box.nullable);
    const statements = [record.set(content)];
    dsts.forEach((dst, position) => {
      const types = this.#shared.types.representation(dst.type);
      const first = box.slots[position] as number;
      statements.push(
        context.assign(
          dst,
          types.map((type, part) => module.struct.get(first + part, record.get(), type, false)),
        ),
      );
    });
    return context.sequence(statements);
  }

  store(element: ElementInfo, array: ExpressionRef, index: ExpressionRef, atoms: readonly Atom[]): ExpressionRef {
    const context = this.#context;
    if (element.elementType === null) return this.#module.nop();
    const value = this.value(element, context.allValues(atoms));
    return context.sequence([this.#module.array.set(array, index, value), ...this.countBox(element)]);
  }

  /** What stands in the array for an element with these components. */
  value(element: ElementInfo, values: readonly ExpressionRef[]): ExpressionRef {
    if (element.box !== null) return this.#module.struct.new(values, element.box.heapType);
    const [value] = values;
    if (value === undefined) throw new InternalCompilerError("an element without components has no value");
    return value;
  }

  count(bytes: () => ExpressionRef): ExpressionRef[] {
    return this.#shared.context.counters.countObject(bytes);
  }

  countBox({ box }: ElementInfo): ExpressionRef[] {
    return box === null ? [] : this.count(() => this.#module.i32.const(box.bytes));
  }
}

function isZero(atom: Atom): boolean {
  return atom.kind === "constant" && atom.value === 0;
}

function elementTypeOf(variable: Variable): ElementType {
  const { type } = variable;
  if (type.kind !== "array" && type.kind !== "slice")
    throw new InternalCompilerError(`${variable.name} has no elements`);
  return type.element;
}
