/**
 * The slow paths of allocation under `gc`, as functions that many sites share: whatever may collect is in here.
 *
 *     slow.gcAllocRecord.bs (shadow, top, shape, line, box, slice)         -> (ref, top, box, slice)
 *     slow.gcAllocArray.bs  (shadow, top, shape, line, length, box, slice) -> (ref, top, box, slice)
 *     slow.gcReserve.bs     (shadow, top, bytes, line, box, slice)         -> (top, top, box, slice)
 *
 * `shadow` is where the shadow stack ends, `top` nurseryTop; behind them the roots, one parameter and one result for
 * each, which comes back where it has moved to. A site is so one call, and small: engines count instructions before
 * they inline, and whatever a site spilled itself would cost its fast path registers. Out of memory ends the program.
 */

import binaryen from "binaryen";
import { SLICE_MARK, WORD_BYTES } from "#contract";
import { defineFunction } from "../../codegen/locals.ts";
import type { ManagerContext } from "../../codegen/manager.ts";
import type { ExpressionRef } from "../../codegen/wasm.ts";
import type { PointerKind } from "../linear/layout.ts";

const { i32 } = binaryen;

/** Internal names of what the core exports for allocation. */
export interface AllocationNames {
  readonly gcAllocRecord: string;
  readonly gcAllocArray: string;
  readonly gcReserve: string;
  readonly nurseryTop: string;
  readonly shadowTop: string;
}

/** Where the shadow stack ends: a constant, which the manager defines when it is known. */
export const SHADOW_LIMIT = "gc.shadowLimit";

/** Words that roots of these kinds take in the shadow stack. */
export function wordsOf(kinds: readonly PointerKind[]): number {
  return kinds.reduce((words, kind) => words + (kind === "slice" ? 2 : 1), 0);
}

/** Stores that push roots at `shadow`, and for each root the load that reads it back. */
export function spill(
  module: binaryen.Module,
  shadow: () => ExpressionRef,
  roots: readonly { readonly kind: PointerKind; readonly address: () => ExpressionRef }[],
): { readonly pushes: ExpressionRef[]; readonly loads: ExpressionRef[] } {
  const op = module.i32;
  const pushes: ExpressionRef[] = [];
  const loads: ExpressionRef[] = [];
  let offset = 0;
  for (const { kind, address } of roots) {
    if (kind === "slice") {
      pushes.push(op.store(offset, 4, shadow(), op.const(SLICE_MARK)));
      offset += WORD_BYTES;
    }
    pushes.push(op.store(offset, 4, shadow(), address()));
    loads.push(op.load(offset, 4, shadow()));
    offset += WORD_BYTES;
  }
  return { pushes, loads };
}

type Allocator = "gcAllocRecord" | "gcAllocArray" | "gcReserve";

export class SlowPaths {
  readonly #context: ManagerContext;
  readonly #names: AllocationNames;
  readonly #reclaim: string | null;
  readonly #defined = new Set<string>();

  /** @param reclaim the function of the core that gives chunks back before a collection; null where there is none */
  constructor(context: ManagerContext, names: AllocationNames, reclaim: string | null) {
    this.#context = context;
    this.#names = names;
    this.#reclaim = reclaim;
  }

  /** The function's name and its result type: ref, top, and one for each root. */
  record(roots: readonly PointerKind[]): { readonly name: string; readonly type: binaryen.Type } {
    return this.#path("gcAllocRecord", roots);
  }

  /** For records that are bumped one after the other behind one check. */
  reserve(roots: readonly PointerKind[]): { readonly name: string; readonly type: binaryen.Type } {
    return this.#path("gcReserve", roots);
  }

  array(roots: readonly PointerKind[]): { readonly name: string; readonly type: binaryen.Type } {
    return this.#path("gcAllocArray", roots);
  }

  #path(allocator: Allocator, roots: readonly PointerKind[]): { name: string; type: binaryen.Type } {
    const name = `slow.${allocator}.${roots.map((kind) => kind[0]).join("")}`;
    const results = [i32, i32, ...roots.map(() => i32)];
    if (!this.#defined.has(name)) {
      this.#defined.add(name);
      this.#define(name, allocator, roots, results);
    }
    return { name, type: binaryen.createType(results) };
  }

  #define(name: string, allocator: Allocator, roots: readonly PointerKind[], results: readonly binaryen.Type[]): void {
    const { module, wasi, counters } = this.#context;
    const names = this.#names;
    const op = module.i32;
    const own = allocator === "gcAllocArray" ? 5 : 4;
    const parameters = [...Array<binaryen.Type>(own), ...roots].map(() => i32);
    defineFunction(module, name, parameters, results, (locals) => {
      const [shadow, top, what, line] = [0, 1, 2, 3].map((index) => locals.parameter(index)) as [
        ReturnType<typeof locals.parameter>,
        ReturnType<typeof locals.parameter>,
        ReturnType<typeof locals.parameter>,
        ReturnType<typeof locals.parameter>,
      ];
      const ref = locals.add(i32);
      const above = (): ExpressionRef => op.add(shadow.get(), op.const(wordsOf(roots) * WORD_BYTES));
      const operands = allocator === "gcAllocArray" ? [what.get(), locals.parameter(4).get()] : [what.get()];
      const { pushes, loads } = spill(
        module,
        () => shadow.get(),
        roots.map((kind, index) => ({ kind, address: () => locals.parameter(own + index).get() })),
      );
      return [
        module.if(
          op.gt_u(above(), module.global.get(SHADOW_LIMIT, i32)),
          wasi.panic("stackOverflow", () => line.get()),
        ),
        ...pushes,
        module.global.set(names.shadowTop, above()),
        module.global.set(names.nurseryTop, top.get()),
        ...counters.pauseBegin(),
        ...(this.#reclaim === null ? [] : [module.drop(module.call(this.#reclaim, [], i32))]),
        ref.set(module.call(names[allocator], operands, i32)),
        ...counters.pauseEnd(),
        module.if(
          op.eqz(ref.get()),
          wasi.panic("outOfMemory", () => line.get()),
        ),
        module.return(module.tuple.make([ref.get(), module.global.get(names.nurseryTop, i32), ...loads])),
      ];
    });
  }
}
