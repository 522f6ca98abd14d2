// Frees single arrays on sparse stacks at strong updates: the compiler knows that the program is about to overwrite the
// only reference. What lies on top of the array stays, and its place is used again (sparse/free-set.ts).

import { ENTRY_STEPS_MAX } from "../config";
import { GENERATION_BYTES } from "../contract";
import { Entry, entryOf } from "../sparse/entry";
import { isFreed } from "../sparse/free-set";
import { removeEntry } from "../sparse/free";
import { Extent, extentOf } from "../sparse/extent";
import { Stack } from "../sparse/descriptor";
import { isSparseArray } from "./arrays";
import { Checkpoint } from "./checkpoint";
import { Generation, youngOf } from "./generation";
import { Region } from "./region";
import { counters, countReturned } from "./statistics";

/**
 * Frees an array, if it lies on a sparse stack and not deep below others.
 * @param addr address of the array, or inside it; any other address is ignored
 * @param from address of the generations of the call that allocated it, which lie side by side up to `end`
 */
export function regionArrayFree(addr: usize, from: usize, end: usize): void {
  if (!isSparseArray(addr)) return;
  const extent = Extent.at(extentOf(addr));
  let at = extent.head;
  for (let step: u32 = 0; at > addr; step++) {
    if (step == ENTRY_STEPS_MAX) return;
    at = Entry.at(at).previous;
  }
  const entry = Entry.at(at);
  const stack = Stack.at(extent.stack);
  if (addr < entry.object || isFreed(stack.freed, at)) return;
  const bytes = entry.bytes;
  for (let each = from; each < end; each += GENERATION_BYTES) {
    if (!Generation.at(each).epoch) continue;
    const young = Checkpoint.at(youngOf(each));
    if (young.region == entry.owner && entry.serial <= young.serial) young.taken -= bytes;
  }
  Region.at(entry.owner).taken -= bytes;
  counters().freedBytes += bytes;
  countReturned(bytes);
  removeEntry(stack, at);
}
