/**
 * Who inlines what.
 *
 * Binaryen inlines small functions, also allocation's fast path; V8 inlines once more while the program runs, by how
 * often each call was made, a recursive function into itself, too. But V8 takes a module in which less than half of the
 * functions are small for one that has been inlined enough, and cuts its budget to a tenth. After Binaryen all our
 * modules look so. As many empty functions as there are others, four bytes each, and never called, keep the whole
 * budget.
 *
 * Measured (time with / without, seven runs each): binarytrees 0.64, rbtree 0.87, queue 0.64, json 0.77 under `gc`;
 * 0.87 on binarytrees under `host`. Unrolling recursion here instead was slower than letting V8 do it.
 */

import binaryen from "binaryen";

export const HINT_PREFIX = "inline.";

/** Adds the empty functions to an optimised module, which must not be optimised again. */
export function inviteInlining(module: binaryen.Module): void {
  const count = module.getNumFunctions();
  for (let index = 0; index < count; index++) {
    module.addFunction(`${HINT_PREFIX}${index}`, binaryen.none, binaryen.none, [], module.nop());
  }
}
