// Drops and collections at a return. A call may have allocated more in a caller's region than it returns: candidates
// that it did not choose, or the rest of a value of which it returns a part. If it returns nothing of it, all is
// dropped without a look at any object. Otherwise it is collected if that pays: if enough was allocated since the last
// such collection to pay for a copy of half of it. Most calls return what they allocate, so a back-off
// multiplies what is enough until a collection has freed more than half. Where memory is short there is no back-off.
//
// State: the back-off.

import { RETURN_BACK_OFF_FIRST, RETURN_BACK_OFF_MAX, RETURN_MIN_BYTES } from "../../config";
import { CHECKPOINT_BYTES } from "../../contract";
import { verifyListOrTrap } from "../../debug/regions";
import { checkpointsCollect } from "./collect";
import { isScarceFor } from "../pace";
import { Checkpoint, checkpointsFilled, dropSince, isSince } from "../checkpoint";
import { credit, spendCredit } from "../region";

/** The back-off: it doubles when a collection frees less than half, and is 1 again when one frees more. */
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
  const before = checkpointsFilled(from, end);
  if (!zeal && !isWorthwhile(before)) return;
  checkpointsCollect(from, end, roots, boxes, slices);
  if (checkpointsFilled(from, end) < before / 2) backOff = 1;
  else if (backOff < RETURN_BACK_OFF_MAX) backOff *= 2;
  spendCredit();
}

/** Whether a copy of so many bytes at most pays now. */
function isWorthwhile(bytes: usize): bool {
  if (bytes < RETURN_MIN_BYTES) return false;
  const times: u64 = isScarceFor(bytes) ? 1 : backOff;
  return credit >= (times * bytes) / 2;
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
