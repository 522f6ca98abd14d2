// One interface for six start finders (seed note 001): they find the start of the object around an interior pointer
// into the nursery.
//
//     finder      at allocation              at a collection that asks             a question
//     eager       sets a bit                 nothing                               previous set bit
//     deferred    pushes an address          sets the bits of all pushed           previous set bit
//     compressed  pushes an address          makes a Roaring set of all pushed     search in a container
//     search      pushes an address          nothing                               binary search of the stack
//     crossing    at each end of a card      nothing                               walk from the card's first object
//     walk        nothing                    walks the nursery and sets bits       previous set bit
//
// Allocation records the objects that interior pointers may lead into (object/interior.ts). A finder builds its set at
// the first question of a collection, so a collection without interior pointers into the nursery does not pay for it.
//
// A compiler replaces the setting by a constant. What only other finders need then disappears.
//
// Invariant (debug/verify.ts, 2): between two collections the finder finds every recorded object and no other. Crossing
// and walk find every object.
// State: the setting, and how far the sets are built. Each finder has its own state.

import {
  GRANULE_SHIFT,
  OWNER_CONTROL,
  STARTS_COMPRESSED,
  STARTS_CROSSING,
  STARTS_DEFERRED,
  STARTS_EAGER,
  STARTS_SEARCH,
  STARTS_WALK,
} from "../../contract";
import { chunksFor } from "../../memory/address";
import { acquireRun } from "../../memory/chunks";
import { nurseryBase, nurseryBytes, nurseryTop } from "../bump";
import { bitsBuild, bitsClear, bitsFind, bitsOpen, bitsSet } from "./bitset";
import { compressedBuild, compressedBytesMax, compressedFind } from "./compressed";
import { crossingClear, crossingFind, crossingLimit, crossingOpen } from "./crossing";
import { nurserySideTop, sideBase, sideClear, sideClose, sideFind, sideOpen, sidePush } from "./side-stack";
import { walkBuild } from "./walk";

/** The chosen finder, one of STARTS_. A literal: a constant would need a start function to set it. */
export let nurseryStartFinder: u32 = 0;

/** Up to where the finder's set is built: an address on the side stack, or in the nursery. */
let built: usize = 0;
/** Where the compressed set is built. */
let compressed: usize = 0;

/** Chooses the start finder, before the heap opens. @param finder one of STARTS_ */
export function nurseryChooseStarts(finder: u32): void {
  nurseryStartFinder = finder;
}

// A linked module knows the answers, and has no branch here.
function hasBits(): bool {
  return (
    nurseryStartFinder == STARTS_EAGER || nurseryStartFinder == STARTS_DEFERRED || nurseryStartFinder == STARTS_WALK
  );
}
function hasSideStack(): bool {
  return (
    nurseryStartFinder == STARTS_DEFERRED ||
    nurseryStartFinder == STARTS_COMPRESSED ||
    nurseryStartFinder == STARTS_SEARCH
  );
}

/** Opens the chosen finder for the nursery that was just opened. @returns false when the memory cannot be had */
export function startsOpen(): bool {
  if (hasBits() && !bitsOpen()) return false;
  if (hasSideStack() && !sideOpen()) return false;
  if (nurseryStartFinder == STARTS_CROSSING && !crossingOpen()) return false;
  if (nurseryStartFinder == STARTS_COMPRESSED) {
    compressed = acquireRun(chunksFor(compressedBytesMax(nurseryBytes >> GRANULE_SHIFT)), OWNER_CONTROL);
    if (!compressed) {
      sideClose();
      return false;
    }
  }
  built = nothing();
  return true;
}

/** Where building begins. The compressed set is built as a whole, even when it is empty. */
function nothing(): usize {
  if (nurseryStartFinder == STARTS_COMPRESSED) return 0;
  return nurseryStartFinder == STARTS_WALK ? nurseryBase : sideBase;
}

/** Whether the finder also finds objects that are not recorded. */
export function findsAllStarts(): bool {
  return nurseryStartFinder == STARTS_CROSSING || nurseryStartFinder == STARTS_WALK;
}

/** Records the object that was just allocated at `ref`. */
export function recordStart(ref: usize): void {
  if (nurseryStartFinder == STARTS_EAGER) bitsSet(ref);
  else if (hasSideStack()) sidePush(ref);
}

/**
 * Sets the bump limit where the finder has work to do. To be called when nurseryTop or nurseryEnd moves outside of the
 * fast path.
 */
export function startsLimit(): void {
  if (nurseryStartFinder == STARTS_CROSSING) crossingLimit();
}

/** Finds the recorded object around `addr`, an address below nurseryTop, also while objects move. @returns its start */
export function youngStart(addr: usize): usize {
  if (nurseryStartFinder == STARTS_SEARCH) return sideFind(addr);
  if (nurseryStartFinder == STARTS_CROSSING) return crossingFind(addr);
  if (nurseryStartFinder == STARTS_COMPRESSED) {
    if (built != nurserySideTop) {
      built = nurserySideTop;
      compressedBuild(compressed, nurseryBase, sideBase, nurserySideTop, nurseryBytes >> GRANULE_SHIFT);
    }
    return compressedFind(addr);
  }
  if (nurseryStartFinder == STARTS_DEFERRED && built != nurserySideTop) {
    bitsBuild(built, nurserySideTop);
    built = nurserySideTop;
  }
  if (nurseryStartFinder == STARTS_WALK && built != nurseryTop) {
    walkBuild(built, nurseryTop);
    built = nurseryTop;
  }
  return bitsFind(addr);
}

/** As youngStart, for questions between allocations: it does not build the compressed set anew each time. */
export function youngStartNow(addr: usize): usize {
  return nurseryStartFinder == STARTS_COMPRESSED ? sideFind(addr) : youngStart(addr);
}

/** Forgets all recorded objects. To be called before the nursery is emptied. */
export function startsReset(): void {
  if (nurseryStartFinder == STARTS_EAGER || (hasBits() && built != nothing())) bitsClear();
  if (nurseryStartFinder == STARTS_CROSSING) crossingClear();
  if (hasSideStack()) sideClear();
  built = nothing();
}
