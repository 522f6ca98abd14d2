// The start finder that walks from header to header and sets the bit of each object. Allocation does nothing for it. A
// collection that asks visits every object, dead or alive. State: none but the bits.

import { bytesBeforeMove } from "../../object/header";
import { bitsSet } from "./bitset";

/** Sets the bits of the objects in `[from, to)`; some may have been moved. @param from the start of an object */
export function walkBuild(from: usize, to: usize): void {
  while (from < to) {
    bitsSet(from);
    from += bytesBeforeMove(from);
  }
}
