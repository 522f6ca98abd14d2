// The write barrier runs before the program stores a pointer outside the nursery.
//
// Its inlined part compares the value with a window of addresses. The window is the nursery. While the program runs
// between two steps of marking, the window is everything: then each store reaches the slow path, which marks what the
// store overwrites. The fast path is the same compare in both cases. The slow path always remembers the slot: a slot
// that is remembered for nothing costs one look at the next collection.
//
// State: the window, exported to the program.

import { shadeBox, shadeSlice } from "../mature/mark";
import { isMarking } from "../mature/phase";
import { remember, REMEMBER_SLICE } from "../mature/remembered";
import { nurseryBase, nurseryBytes } from "./bump";

export let barrierBase: usize = 0;
export let barrierBytes: usize = 0;

/** Sets the window by the phase of the mature space. */
export function barrierSet(): void {
  barrierBase = isMarking() ? 0 : nurseryBase;
  barrierBytes = isMarking() ? <usize>-1 : nurseryBytes;
}

/**
 * Runs before the program stores a Box in `slot`, a field outside the nursery. Never a safepoint; may grow the memory.
 */
export function barrierBox(slot: usize): void {
  if (isMarking()) shadeBox(slot);
  remember(slot);
}

/** As barrierBox, for a Slice. */
export function barrierSlice(slot: usize): void {
  if (isMarking()) shadeSlice(slot);
  remember(slot | REMEMBER_SLICE);
}
