/** Loops. A `continue` leaves the block around the body, so that counting on comes after it. */

import type { Local, TypedStatement } from "../check/typed.ts";
import { count } from "./counting.ts";
import { ZERO } from "./emitter.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { elementAt, listLength } from "./sequences.ts";

type StatementOf<Kind extends TypedStatement["kind"]> = Extract<TypedStatement, { kind: Kind }>;

export function buildWhile(fn: FunctionBuilder, statement: StatementOf<"while">): void {
  fn.loop("while", (end) => {
    fn.breakUnless(statement.condition, end);
    fn.loopBody(statement.body, end);
  });
}

export function buildForRange(fn: FunctionBuilder, statement: StatementOf<"forRange">): void {
  const { local, start, end, body } = statement;
  const [from, to] = fn.values([start, end]);
  const last = fn.atom(fn.frozen(to ?? []));
  const counted = indexedBy(statement);
  if (counted !== null) fn.inRange.set(local, counted);
  count(
    fn,
    local.name,
    fn.atom(from ?? []),
    () => last,
    (index, endLabel) => {
      // A body that assigns to its variable does not change the counting.
      if (local.assigned) fn.bind(local, [index]);
      else fn.locals.set(local, [index]);
      fn.loopBody(body, endLabel);
    },
  );
  fn.inRange.delete(local);
}

/** The text or array that `for i in 0..a.length` indexes safely with `i`, as long as neither is assigned to. */
function indexedBy({ local, start, end }: StatementOf<"forRange">): Local | null {
  if (local.assigned || start.kind !== "number" || start.value < 0) return null;
  if (end.kind !== "length" || end.object.kind !== "local") return null;
  const { local: object } = end.object;
  return object.assigned || object.type.kind === "list" ? null : object;
}

export function buildForEach(fn: FunctionBuilder, statement: StatementOf<"forEach">): void {
  const { local, subject, body } = statement;
  const sequence = fn.reference(fn.frozen(fn.value(subject)));
  const isList = subject.type.kind === "list";
  const length = isList ? null : fn.sliceLength(sequence);
  const limit = () => length ?? listLength(fn, sequence);
  count(fn, "i", ZERO, limit, (index, endLabel) => {
    fn.bind(local, elementAt(fn, subject.type, sequence, index, local.name));
    fn.loopBody(body, endLabel);
  });
}
