/** What `verify` says of a memory whose invariants do not hold. */

import { HeapError } from "../core/errors.ts";

/**
 * @param what what was verified
 * @param broken 0, or the number of the broken invariant
 * @param invariants what they say, by their numbers
 * @throws HeapError broken-invariant
 */
export function assertUnbroken(what: string, broken: number, invariants: Readonly<Record<number, string>>): void {
  if (broken === 0) return;
  const invariant = invariants[broken] ?? "an invariant that this version does not know";
  throw new HeapError(
    "broken-invariant",
    `The ${what} is broken, invariant ${broken} does not hold: ${invariant}. Look for code that writes to the memory by itself`,
  );
}
