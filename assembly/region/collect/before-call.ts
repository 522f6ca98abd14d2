// Collections in front of a call that recurs or is long. A function may hold something for nothing in the meantime,
// beside what it needs. Each level of a recursion would keep its own, and has no other chance to give it back.
//
// Compiled code keeps a back-off for each place of such a collection, in static memory.

import { CALL_MIN_BYTES } from "../../config";
import { collectAsItPays } from "./as-it-pays";

/**
 * Collects what the call has allocated so far, if it pays.
 * @param from address of the first checkpoint; they lie side by side up to `end`
 * @param zeal whether to collect in any case
 * @param place address of the back-off of the place, a word that is 0 at first
 * @param roots address of what is needed later, arguments of the next call among it: `boxes` words that are Boxes, then
 *   `slices` words that are Slices; it may update them
 * @returns whether it has collected: then nothing is old
 */
export function checkpointsBeforeCall(
  from: usize,
  end: usize,
  zeal: bool,
  place: usize,
  roots: usize,
  boxes: u32,
  slices: u32,
): bool {
  const backOff = max<u32>(load<u32>(place), 1);
  const next = collectAsItPays(from, end, zeal, CALL_MIN_BYTES, roots, boxes, slices, backOff);
  if (next) store<u32>(place, next);
  return next != 0;
}
