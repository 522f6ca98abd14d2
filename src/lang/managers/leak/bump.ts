/**
 * `leak` in a build for use: a record is bumped where it is made, an array in a function.
 *
 * Objects look as under `gc`, header included, so that the difference to it is the collector alone. Memory comes from
 * the core zeroed and is used once.
 */

import binaryen from "binaryen";
import { coreName } from "../../codegen/core.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { FunctionLowering, ManagerContext, ManagerResult } from "../../codegen/manager.ts";
import type { ExpressionRef, Temporary } from "../../codegen/wasm.ts";
import type { InstructionOf } from "../../ir/ir.ts";
import { defineArrayAllocator } from "../linear/array-allocator.ts";
import type { RecordLayout } from "../linear/layout.ts";
import { LinearManager } from "../linear/linear.ts";
import { LinearLowering } from "../linear/lowering.ts";
import { openLeak, refillOf } from "./open.ts";

const { i32 } = binaryen;

export class LeakManager extends LinearManager {
  protected readonly arrayAllocator = "leak.allocArray";
  readonly #top: string;
  readonly #limit: string;
  readonly #refill: string;

  constructor(context: ManagerContext) {
    super(context);
    this.#top = coreName(this.module, "leakTop");
    this.#limit = coreName(this.module, "leakLimit");
    this.#refill = refillOf(context);
    defineArrayAllocator(this.module, this.arrayAllocator, (ref, bytes) => this.#takeArray(ref, bytes));
  }

  lower(context: FunctionContext): FunctionLowering {
    return new LinearLowering(this, context, {
      allocator: { record: (...asked) => this.#allocateRecord(context, ...asked) },
    });
  }

  #allocateRecord(
    context: FunctionContext,
    { site }: InstructionOf<"construct">,
    layout: RecordLayout,
    target: Temporary,
  ): ExpressionRef[] {
    const { module } = this;
    const { counters } = this.context;
    const end = context.temporary(i32);
    return [
      target.set(module.global.get(this.#top, i32)),
      module.if(
        module.i32.gt_u(
          end.tee(module.i32.add(target.get(), module.i32.const(layout.bytes))),
          module.global.get(this.#limit, i32),
        ),
        module.block(null, [
          ...counters.pauseBegin(),
          target.set(module.call(this.#refill, [module.i32.const(layout.bytes)], i32)),
          ...counters.pauseEnd(),
          module.if(module.i32.eqz(target.get()), context.panic("outOfMemory", site.line)),
        ]),
        module.global.set(this.#top, end.get()),
      ),
      module.i32.store(0, 4, target.get(), module.i32.const(layout.shape)),
    ];
  }

  /** Statements of a function that put `bytes` of zeroed memory into `ref`, or return 0. */
  #takeArray(ref: Temporary, bytes: Temporary): ExpressionRef[] {
    const { module } = this;
    const op = module.i32;
    return [
      ref.set(module.global.get(this.#top, i32)),
      module.if(
        op.gt_u(bytes.get(), op.sub(module.global.get(this.#limit, i32), ref.get())),
        module.block(null, [
          ref.set(module.call(this.#refill, [bytes.get()], i32)),
          module.if(op.eqz(ref.get()), module.return(op.const(0))),
        ]),
        module.global.set(this.#top, op.add(ref.get(), bytes.get())),
      ),
    ];
  }

  finish(): ManagerResult {
    return openLeak(this.context);
  }
}
