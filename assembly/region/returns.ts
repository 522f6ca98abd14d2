// Where a call returns that may have made, for its caller, what it does not return in the end: alternatives, of which one was chosen;
// the rest of something of which a part is returned. If it returns none of it, all is dropped, without a look at any
// object. Else what it returns may be collected, as often as it pays: that is, not before as much has been allocated as the
// last such collection copied, and twice as much each time that one has freed little.
//
// State: the patience.

import { regionsCollect } from "./collect";
import { dropSince, isSince, Mark, MARK_BYTES, marksFilled } from "./marks";
import { credit, spendCredit } from "./region";

/** Less is not collected where a call returns. */
const WORTHWHILE_BYTES: usize = 64 << 10;
/** How many times as much as a collection has copied is to be allocated before the next. */
let patience: usize = 1;
const MOST_PATIENCE: usize = 64;

/**
 * Ends what has been made since the marks and is not returned.
 * @param zeal whether to collect whenever there is something
 * @param roots the address of what is returned: `boxes` words that are Boxes, and `slices` that are Slices; they may be changed
 */
export function marksReturn(from: usize, end: usize, zeal: bool, roots: usize, boxes: u32, slices: u32): void {
  if (!returnsAnything(from, end, roots, boxes + slices)) {
    for (let at = from; at < end; at += MARK_BYTES) if (Mark.at(at).region) dropSince(Mark.at(at));
    return;
  }
  const before = marksFilled(from, end);
  if (!zeal && (credit < 0 || before < WORTHWHILE_BYTES)) return;
  regionsCollect(from, end, roots, boxes, slices, 0, 0);
  const after = marksFilled(from, end);
  if (after < before / 2) patience = 1;
  spendCredit(WORTHWHILE_BYTES + patience * after);
  if (after >= before / 2 && patience < MOST_PATIENCE) patience *= 2;
}

function returnsAnything(from: usize, end: usize, roots: usize, count: u32): bool {
  for (let i: u32 = 0; i < count; i++) {
    const root = load<usize>(roots + i * sizeof<usize>());
    for (let at = from; at < end; at += MARK_BYTES) {
      if (Mark.at(at).region && isSince(Mark.at(at), root)) return true;
    }
  }
  return false;
}
