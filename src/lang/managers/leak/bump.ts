/**
 * `leak` in a build for use: a record is bumped where it is made, an array in a function.
 *
 * Objects look as under `gc`, header included, so that the difference to it is the collector alone. Memory comes from
 * the core zeroed and is used once.
 */

import binaryen from "binaryen";
import { CORE_MEMORY, coreName } from "../../codegen/core.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { ManagerContext, ManagerResult } from "../../codegen/manager.ts";
import type { ExpressionRef, Temporary } from "../../codegen/wasm.ts";
import type { InstructionOf } from "../../ir/ir.ts";
import { usesMalloc } from "../../ir/outside.ts";
import { BarrierFreeManager } from "../linear/barrier-free.ts";
import type { RecordLayout } from "../linear/layout.ts";

const { i32 } = binaryen;

export class LeakManager extends BarrierFreeManager {
  protected readonly arrayAllocator = "leak.allocArray";
  readonly #top: string;
  readonly #limit: string;
  readonly #refill: string;
  readonly #init: string;

  constructor(context: ManagerContext) {
    super(context);
    this.#top = coreName(this.module, "leakTop");
    this.#limit = coreName(this.module, "leakLimit");
    this.#refill = coreName(this.module, usesMalloc(context.program) ? "leakRefillShared" : "leakRefill");
    this.#init = coreName(this.module, "leakInit");
    this.defineArrayAllocator(this.arrayAllocator, (ref, bytes) => this.takeArray(ref, bytes));
  }

  protected allocateRecord(
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
  protected takeArray(ref: Temporary, bytes: Temporary): ExpressionRef[] {
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
    const { module, context } = this;
    const failed = context.wasi.panic("outOfMemory", 0);
    const heapBase = module.i32.const(context.data.seal());
    const limit = (): ExpressionRef => context.settings.value("heapLimitBytes");
    const opened = module.call(this.#init, [heapBase, limit()], i32);
    const fails = usesMalloc(context.program) ? module.i32.or(opened, context.manual.open(limit())) : opened;
    return {
      start: module.if(fails, failed),
      mainArguments: [],
      memory: { name: CORE_MEMORY, bytes: 0 },
      exports: [],
      neverInline: [this.#refill],
    };
  }
}
