// Starts of all objects between two addresses, by walking from header to header: needs nothing at allocation, and costs a
// visit of every object, dead or alive, at a collection that asks. State: none but the bits.

import { bytesBeforeMove } from "../../object/header";
import { bitsSet } from "./bitset";

/** Sets the bits of the objects from `from`, where one starts, to `to`, where one ends; some may have been moved. */
export function walkBuild(from: usize, to: usize): void {
  while (from < to) {
    bitsSet(from);
    from += bytesBeforeMove(from);
  }
}
