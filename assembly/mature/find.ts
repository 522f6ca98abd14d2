// From an interior pointer to its object, wherever it lies outside the nursery.

import { isLarge, OWNER_BLOCK, ownerOf } from "../memory/pagemap";
import { blockStart } from "./block";
import { largeStart } from "./large";

/** The start of the mature or large object around `addr`; 0 when `addr` is in neither. */
export function matureStart(addr: usize): usize {
  const owner = ownerOf(addr);
  if (owner == OWNER_BLOCK) return blockStart(addr);
  return isLarge(owner) ? largeStart(addr) : 0;
}
