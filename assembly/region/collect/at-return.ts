// Where a call returns that may have made, for its caller, what it does not return in the end: alternatives, of which one was chosen;
// the rest of something of which a part is returned. If it returns none of it, all is dropped, without a look at any
// object. Else what it returns may be collected, if it pays: when enough has been allocated since the last such collection to pay for
// a copy of half of it, and many times as much before one has freed more than that, since mostly what is made for a result is
// returned; not where memory is short.
//
// State: the patience.

import { regionsCollect } from "./collect";
import { isScarceFor } from "../pace";
import { ALL } from "./generations";
import { dropSince, isSince, Mark, MARK_BYTES, marksFilled } from "../checkpoint";
import { credit, spendCredit } from "../region";

/** Less is not collected where a call returns. */
const WORTHWHILE_BYTES: usize = 64 << 10;
/** How many times as much is to be allocated before: more and more when little was freed, no more when much was. */
let patience: u32 = 16;
const MOST_PATIENCE: u32 = 64;

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
  if (!zeal && !isWorthwhile(before)) return;
  regionsCollect(from, end, roots, boxes, slices, 0, 0, end, ALL);
  if (marksFilled(from, end) < before / 2) patience = 1;
  else if (patience < MOST_PATIENCE) patience *= 2;
  spendCredit();
}

/** Whether a copy of so many bytes at most pays now. */
function isWorthwhile(bytes: usize): bool {
  if (bytes < WORTHWHILE_BYTES) return false;
  const times: u64 = isScarceFor(bytes) ? 1 : patience;
  return credit >= (times * bytes) / 2;
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
