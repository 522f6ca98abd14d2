/**
 * What the managers over linear memory share for a module: representation, layouts, globals, statics, helper functions.
 * What they share for each function is in lowering.ts.
 *
 * A union, record or array is one i32: an address, or an immediate of a union. A slice is two: the address of its first
 * element and its length; the address of an empty slice is 0, so that no slice points behind its object. A reference to
 * a part of a record is the address at which the part's header would be (layout.ts), so that its fields are where they
 * are in all others.
 */

import binaryen from "binaryen";
import { ARRAY_HEADER_BYTES, WORD_BYTES } from "#contract";
import { emitGranules, emitScaled, type Place } from "../../codegen/access.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { Locals } from "../../codegen/locals.ts";
import type { FunctionLowering, Manager, ManagerContext, ManagerResult } from "../../codegen/manager.ts";
import type { ExpressionRef, Temporary, WasmType } from "../../codegen/wasm.ts";
import type { IrType, Site } from "../../ir/ir.ts";
import { findChanged } from "./changes.ts";
import { Globals } from "./globals.ts";
import { InputFunctions } from "./input.ts";
import { type ArrayLayout, Layouts, type PointerKind } from "./layout.ts";
import { Statics } from "./statics.ts";

const { i32, i64, f64 } = binaryen;
const ONE_VALUE = {
  int: [i32],
  byte: [i32],
  bool: [i32],
  long: [i64],
  float: [f64],
  union: [i32],
  record: [i32],
  array: [i32],
} as const;
const SLICE_VALUES = [i32, i32] as const;

export abstract class LinearManager implements Manager {
  readonly context: ManagerContext;
  readonly module: binaryen.Module;
  readonly layouts: Layouts;
  readonly globals: Globals;
  readonly statics: Statics;
  readonly input: InputFunctions;
  /** The wasm function (shape, length) -> reference or 0 that allocates arrays (array-allocator.ts). */
  protected abstract readonly arrayAllocator: string;

  constructor(context: ManagerContext) {
    this.context = context;
    this.module = context.module;
    this.layouts = new Layouts(context.data, findChanged(context.program));
    this.statics = new Statics(context.data, this.layouts);
    this.globals = new Globals(this.module, (kind) => this.reserveGlobal(kind));
    this.input = new InputFunctions({
      module: this.module,
      wasi: context.wasi,
      allocate: (element, length, target) => {
        const layout = this.layouts.array(element);
        return [
          ...this.newArray(layout, length(), target, () => context.wasi.panic("outOfMemory", 0)),
          ...this.countArray(null, layout, length),
        ];
      },
      protect: (locals, addresses, statements) => this.protectLocals(locals, addresses, statements),
    });
  }

  abstract lower(context: FunctionContext): FunctionLowering;
  abstract finish(): ManagerResult;

  representation(type: IrType): readonly WasmType[] {
    return type.kind === "slice" ? SLICE_VALUES : ONE_VALUE[type.kind];
  }

  /** A word for a pointer of the whole program, zero at first. */
  protected reserveGlobal(_kind: PointerKind): Place {
    const address = this.context.data.reserve(WORD_BYTES, WORD_BYTES);
    return { base: () => this.module.i32.const(address), offset: 0 };
  }

  /**
   * Statements of a helper function, with the objects whose addresses are in some of its locals protected from a
   * collection during them.
   */
  protected protectLocals(
    _locals: Locals,
    _addresses: readonly Temporary[],
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    return [...statements];
  }

  /** Statements that put the address of a new array into `target`. */
  newArray(
    layout: ArrayLayout,
    length: ExpressionRef,
    target: Temporary,
    outOfMemory: () => ExpressionRef,
  ): ExpressionRef[] {
    const { module } = this;
    const { counters } = this.context;
    return [
      ...counters.pauseBegin(),
      target.set(module.call(this.arrayAllocator, [module.i32.const(layout.shape), length], i32)),
      ...counters.pauseEnd(),
      module.if(module.i32.eqz(target.get()), outOfMemory()),
    ];
  }

  /** Counts an array, if the build counts. @param site where it is made; null where only what stands around it knows */
  countArray(site: Site | null, layout: ArrayLayout, length: () => ExpressionRef): ExpressionRef[] {
    const { module } = this;
    return this.countObject(site, () =>
      emitGranules(
        module,
        module.i32.add(emitScaled(module, length(), layout.stride), module.i32.const(ARRAY_HEADER_BYTES)),
      ),
    );
  }

  /** Counts an object, if the build counts. @param site as for arrays */
  countObject(site: Site | null, bytes: () => ExpressionRef): ExpressionRef[] {
    const { counters, profile } = this.context;
    return [...counters.countObject(bytes), ...profile.countObject(site, bytes)];
  }
}
