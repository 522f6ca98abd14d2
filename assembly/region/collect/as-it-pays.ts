// Collections without a threshold: at a return, and in front of a call. One pays if enough was allocated
// since the last one to pay for a copy of half of what it takes in. A back-off multiplies what is enough until a
// collection has freed more than half. Where memory is short there is no back-off.

import { COLLECT_BACK_OFF_MAX } from "../../config";
import { checkpointsFilled } from "../checkpoint";
import { isScarceFor } from "../pace";
import { credit, spendCredit } from "../region";
import { checkpointsCollect } from "./collect";

/**
 * Collects what was allocated since the checkpoints, if it pays.
 * @param from address of the first checkpoint; they lie side by side up to `end`
 * @param zeal whether to collect in any case
 * @param least fewer bytes never pay
 * @param roots as those of `checkpointsCollect`
 * @param backOff what multiplies the bytes that are enough
 * @returns the back-off of the next such collection; 0 when it did not pay
 */
export function collectAsItPays(
  from: usize,
  end: usize,
  zeal: bool,
  least: usize,
  roots: usize,
  boxes: u32,
  slices: u32,
  backOff: u32,
): u32 {
  const before = checkpointsFilled(from, end);
  if (!zeal && (before < least || credit < (times(before, backOff) * before) / 2)) return 0;
  checkpointsCollect(from, end, roots, boxes, slices);
  spendCredit();
  if (checkpointsFilled(from, end) < before / 2) return 1;
  return backOff < COLLECT_BACK_OFF_MAX ? backOff * 2 : backOff;
}

function times(bytes: usize, backOff: u32): u64 {
  return isScarceFor(bytes) ? 1 : backOff;
}
