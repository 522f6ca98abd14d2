/**
 * Selecting one of several bodies by an integer: a chain of compares for few or scattered values, else a jump table.
 */

import type binaryen from "binaryen";
import type { ExpressionRef, Temporary } from "./wasm.ts";

/** One of the bodies, and the values that select it. */
export interface DispatchArm {
  readonly values: readonly number[];
  readonly body: () => ExpressionRef;
}

/** Up to this many arms are compared one after the other. */
const MOST_COMPARES = 3;
/** A jump table may have this many entries for each value that is in use. */
const MOST_ENTRIES_PER_VALUE = 4;

/**
 * Emits the selection.
 * @param selector an i32
 * @param otherwise the body for all other values; null: the values are complete, and the last arm needs no compare
 * @param temporary a local for the selector
 * @param label a name for the blocks, unique in the function
 */
export function emitDispatch(
  module: binaryen.Module,
  selector: ExpressionRef,
  arms: readonly DispatchArm[],
  otherwise: (() => ExpressionRef) | null,
  temporary: Temporary,
  label: string,
): ExpressionRef {
  const tested = otherwise === null ? arms.slice(0, -1) : arms;
  const last = otherwise ?? arms.at(-1)?.body;
  if (last === undefined) return module.block(null, [module.drop(selector), module.unreachable()]);
  if (tested.length === 0) return module.block(null, [module.drop(selector), last()]);
  const values = tested.flatMap((arm) => arm.values);
  const least = Math.min(...values);
  const entries = Math.max(...values) - least + 1;
  if (tested.length <= MOST_COMPARES || entries > values.length * MOST_ENTRIES_PER_VALUE) {
    return emitCompares(module, selector, tested, last, temporary);
  }
  return emitTable(module, selector, tested, last, least, entries, label);
}

function emitCompares(
  module: binaryen.Module,
  selector: ExpressionRef,
  arms: readonly DispatchArm[],
  otherwise: () => ExpressionRef,
  temporary: Temporary,
): ExpressionRef {
  const conditions = arms.map((arm) =>
    arm.values
      .map((value) =>
        value === 0 ? module.i32.eqz(temporary.get()) : module.i32.eq(temporary.get(), module.i32.const(value)),
      )
      .reduce((first, second) => module.i32.or(first, second)),
  );
  const bodies = arms.map((arm) => arm.body());
  let chain = otherwise();
  for (let index = arms.length - 1; index >= 0; index--) {
    chain = module.if(conditions[index] as ExpressionRef, bodies[index] as ExpressionRef, chain);
  }
  return module.block(null, [temporary.set(selector), chain]);
}

function emitTable(
  module: binaryen.Module,
  selector: ExpressionRef,
  arms: readonly DispatchArm[],
  otherwise: () => ExpressionRef,
  least: number,
  entries: number,
  label: string,
): ExpressionRef {
  const defaultLabel = `${label}.otherwise`;
  const endLabel = `${label}.end`;
  const targets = new Array<string>(entries).fill(defaultLabel);
  arms.forEach((arm, index) => {
    for (const value of arm.values) targets[value - least] = `${label}.${index}`;
  });
  const index = least === 0 ? selector : module.i32.sub(selector, module.i32.const(least));
  let code = module.switch(targets, defaultLabel, index);
  arms.forEach((arm, position) => {
    code = module.block(null, [module.block(`${label}.${position}`, [code]), arm.body(), module.br(endLabel)]);
  });
  return module.block(endLabel, [module.block(defaultLabel, [code]), otherwise()]);
}
