/** The loop that counts, under every `for` and every fill. */

import type { Atom, Label, Variable } from "../ir/ir.ts";
import { constantOf, type Emitter } from "./emitter.ts";

/**
 * Counts from `from` up to the limit (exclusive), which is asked for in each iteration.
 * @param iteration builds one iteration; `end` leaves the loop
 */
export function count(
  fn: Emitter,
  name: string,
  from: Atom,
  limit: () => Atom,
  iteration: (index: Variable, end: Label) => void,
): void {
  const index = fn.variable(from.type, name, true);
  fn.set(index, from);
  fn.loop("for", (end) => {
    fn.require(fn.compare("lt", index, limit()), () => fn.break(end));
    iteration(index, end);
    fn.set(index, fn.binary("add", index, constantOf(from.type, 1)));
  });
}
