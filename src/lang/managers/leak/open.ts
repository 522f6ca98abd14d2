/** How a module begins whose objects are never freed. */

import binaryen from "binaryen";
import { CORE_MEMORY, coreName } from "../../codegen/core.ts";
import type { ManagerContext, ManagerResult } from "../../codegen/manager.ts";
import type { ExpressionRef } from "../../codegen/wasm.ts";
import { usesMalloc } from "../../ir/outside.ts";

/** The core's function that gives more memory. */
export function refillOf({ module, program }: ManagerContext): string {
  return coreName(module, usesMalloc(program) ? "leakRefillShared" : "leakRefill");
}

/** Opens the core's bump allocator, and its malloc if the program uses that. */
export function openLeak(context: ManagerContext): ManagerResult {
  const { module } = context;
  const failed = context.wasi.panic("outOfMemory", 0);
  const heapBase = module.i32.const(context.data.seal());
  const limit = (): ExpressionRef => context.settings.value("heapLimitBytes");
  const opened = module.call(coreName(module, "leakInit"), [heapBase, limit()], binaryen.i32);
  const fails = usesMalloc(context.program) ? module.i32.or(opened, context.manual.open(limit())) : opened;
  return {
    start: module.if(fails, failed),
    mainArguments: [],
    memory: { name: CORE_MEMORY, bytes: 0 },
    exports: [],
    neverInline: [refillOf(context)],
  };
}
