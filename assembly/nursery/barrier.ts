// The write barrier, before a pointer is stored outside the nursery.
//
// Its inlined part compares the value with a window of addresses: the nursery; while the program runs between two steps
// of marking, everything, so that each such store comes to the slow path, which marks what is overwritten first. The fast
// path is the same compare in both cases. The slow path remembers the slot, whatever is stored: it may have come here for
// the overwritten value only, and a slot that is remembered for nothing costs one look at the next collection.
//
// State: the window, exported to the program.

import { shadeBox, shadeSlice } from "../mature/mark";
import { isMarking } from "../mature/phase";
import { REMEMBER_SLICE, remember } from "../mature/remembered";
import { nurseryBase, nurseryBytes } from "./bump";

export let barrierBase: usize = 0;
export let barrierBytes: usize = 0;

/** Sets the window by what the mature space is doing. */
export function barrierSet(): void {
  barrierBase = isMarking() ? 0 : nurseryBase;
  barrierBytes = isMarking() ? <usize>-1 : nurseryBytes;
}

/** Before a Box is stored at `slot`. */
export function barrierBox(slot: usize): void {
  if (isMarking()) shadeBox(slot);
  remember(slot);
}

/** Before a Slice is stored at `slot`. */
export function barrierSlice(slot: usize): void {
  if (isMarking()) shadeSlice(slot);
  remember(slot | REMEMBER_SLICE);
}
