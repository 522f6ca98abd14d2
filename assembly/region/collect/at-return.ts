// Drops and collections at a return. A call may have allocated more in a caller's region than it returns: candidates
// that it did not choose, or the rest of a value of which it returns a part. If it returns nothing of it, all is
// dropped without a look at any object. Otherwise it is collected if it is much, and that pays (as-it-pays.ts).
//
// State: the back-off.

import { RETURN_BACK_OFF_FIRST, RETURN_MIN_BYTES } from "../../config";
import { CHECKPOINT_BYTES } from "../../contract";
import { verifyListOrTrap } from "../../debug/regions";
import { Checkpoint, dropSince, isSince } from "../checkpoint";
import { collectAsItPays } from "./as-it-pays";

/** Most calls return what they allocate. */
let backOff: u32 = RETURN_BACK_OFF_FIRST;

/**
 * Ends what was allocated since the checkpoints and is not returned, as far as it pays.
 * @param from address of the first checkpoint; they lie side by side up to `end`
 * @param zeal whether to collect whenever the results refer to something allocated since
 * @param roots address of the results: `boxes` words that are Boxes, then `slices` words that are Slices; it may update
 *   them
 */
export function checkpointsReturn(from: usize, end: usize, zeal: bool, roots: usize, boxes: u32, slices: u32): void {
  if (!returnsAnything(from, end, roots, boxes + slices)) {
    for (let at = from; at < end; at += CHECKPOINT_BYTES) {
      const region = Checkpoint.at(at).region;
      if (!region) continue;
      dropSince(Checkpoint.at(at));
      verifyListOrTrap(region);
    }
    return;
  }
  const next = collectAsItPays(from, end, zeal, RETURN_MIN_BYTES, roots, boxes, slices, backOff);
  if (next) backOff = next;
}

function returnsAnything(from: usize, end: usize, roots: usize, count: u32): bool {
  for (let i: u32 = 0; i < count; i++) {
    const root = load<usize>(roots + i * sizeof<usize>());
    for (let at = from; at < end; at += CHECKPOINT_BYTES) {
      if (Checkpoint.at(at).region && isSince(Checkpoint.at(at), root)) return true;
    }
  }
  return false;
}
