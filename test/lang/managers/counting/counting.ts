/** The manager `counting`: it bumps memory of the core's, frees nothing, and exports how many objects it has made. */

import binaryen from "binaryen";
import { CORE_MEMORY, coreName, openCore } from "../../../../src/lang/codegen/core.ts";
import type { FunctionContext } from "../../../../src/lang/codegen/function-context.ts";
import type {
  FrameLowering,
  FunctionLowering,
  ManagerContext,
  ManagerFactory,
  ManagerResult,
} from "../../../../src/lang/codegen/manager.ts";
import type { ExpressionRef, Temporary } from "../../../../src/lang/codegen/wasm.ts";
import { usesMalloc } from "../../../../src/lang/ir/outside.ts";
import { defineArrayAllocator } from "../../../../src/lang/managers/linear/array-allocator.ts";
import { LinearManager } from "../../../../src/lang/managers/linear/linear.ts";
import { LinearLowering } from "../../../../src/lang/managers/linear/lowering.ts";

const { i32 } = binaryen;
const COUNT = "counting.objects";

export const counting: ManagerFactory = {
  createModule: ({ debug = false }) => openCore(debug),
  create: (context) => new CountingManager(context),
};

export class CountingManager extends LinearManager {
  protected readonly arrayAllocator = "counting.allocArray";

  constructor(context: ManagerContext) {
    super(context);
    this.module.addGlobal(COUNT, i32, true, this.module.i32.const(0));
    defineArrayAllocator(this.module, this.arrayAllocator, (ref, bytes) => [
      ...this.#take(ref, () => bytes.get()),
      this.module.if(this.module.i32.eqz(ref.get()), this.module.return(this.module.i32.const(0))),
    ]);
  }

  lower(context: FunctionContext, frame?: FrameLowering): FunctionLowering {
    const { i32: op } = this.module;
    return new LinearLowering(this, context, {
      frame,
      allocator: {
        record: ({ site }, { bytes, shape }, target) => [
          ...this.#take(target, () => op.const(bytes)),
          this.module.if(op.eqz(target.get()), context.panic("outOfMemory", site.line)),
          op.store(0, 4, target.get(), op.const(shape)),
        ],
      },
    });
  }

  /** Counts an object, and puts the address of zeroed memory for it into `ref`; 0 without memory. */
  #take(ref: Temporary, bytes: () => ExpressionRef): ExpressionRef[] {
    const { module } = this;
    const op = module.i32;
    const [top, limit] = [this.#core("leakTop"), this.#core("leakLimit")];
    return [
      module.global.set(COUNT, op.add(module.global.get(COUNT, i32), op.const(1))),
      ref.set(module.global.get(top, i32)),
      module.if(
        op.gt_u(bytes(), op.sub(module.global.get(limit, i32), ref.get())),
        ref.set(module.call(this.#core("leakRefill"), [bytes()], i32)),
        module.global.set(top, op.add(ref.get(), bytes())),
      ),
    ];
  }

  finish(): ManagerResult {
    const { module, context } = this;
    const failed = context.wasi.panic("outOfMemory", 0);
    const heapBase = module.i32.const(context.data.seal());
    const limit = (): ExpressionRef => context.settings.value("heapLimitBytes");
    const opened = module.call(this.#core("leakInit"), [heapBase, limit()], i32);
    const fails = usesMalloc(context.program) ? module.i32.or(opened, context.manual.open(limit())) : opened;
    return {
      start: module.if(fails, failed),
      mainArguments: [],
      memory: { name: CORE_MEMORY, bytes: 0 },
      exports: [{ kind: "global", internal: COUNT, external: "made" }],
      neverInline: [],
    };
  }

  #core(name: string): string {
    const isShared = name === "leakRefill" && usesMalloc(this.context.program);
    return coreName(this.module, isShared ? "leakRefillShared" : name);
  }
}
