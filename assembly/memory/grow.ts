// The one place that grows the memory.
//
// State: fault injection of the debug target.

import { DEBUG } from "../config";
import { CHUNKS_MAX } from "../contract";

/** Debug: how many growths until one is refused; 0 for none. */
let untilRefusal: u32 = 0;

/** Debug: the `count`-th growth from now on is refused; 0 for none. */
export function refuseGrowAfter(count: u32): void {
  untilRefusal = count;
}

/** Grows the memory by `count` chunks. @returns false when the host refuses or the address space ends */
export function growMemory(count: u32): bool {
  if (DEBUG && untilRefusal && --untilRefusal == 0) return false;
  return <u32>memory.size() + count <= <u32>CHUNKS_MAX && memory.grow(<i32>count) >= 0;
}
