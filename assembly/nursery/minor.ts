// The minor collection: survivors are evacuated to the mature space in Cheney order; interior pointers keep their offset.
// Its cost follows survivors and remembered slots, not garbage.
//
// The caller has made sure that the evacuation reserve covers the nursery, so no allocation here can fail.

import { DEBUG } from "../config";
import { keepInBlock } from "../mature/mark";
import { visitObjects } from "../mature/objects";
import { isMarking } from "../mature/phase";
import { rememberedClear, rememberedOverflowed, visitRemembered } from "../mature/remembered";
import { Mature, scanBegin, scanPromoted } from "../mature/space";
import { copyGranules } from "../memory/copy";
import { forward, forwardedTo, isForwarded, objectBytes, shapeOf } from "../object/header";
import { allInterior } from "../object/interior";
import { Shape } from "../object/shape";
import { visitPointers } from "../object/walk";
import { visitHandles } from "../roots/handles";
import { visitShadow } from "../roots/shadow";
import { isYoung, nurseryReset } from "./bump";
import { startsReset, youngStart } from "./starts/finder";

@final
@unmanaged
class Evacuator {
  box(slot: usize): void {
    if (allInterior) {
      this.slice(slot);
      return;
    }
    const ref = load<usize>(slot);
    if (isYoung(ref)) store<usize>(slot, evacuate(ref));
  }

  slice(slot: usize): void {
    const addr = load<usize>(slot);
    if (!isYoung(addr)) return;
    const start = youngStart(addr);
    store<usize>(slot, evacuate(start) + (addr - start));
  }

  /** An object born old: all of its slots. */
  object(ref: usize): void {
    visitPointers<Evacuator>(ref, shapeOf(ref), this);
  }

  promoted(ref: usize): usize {
    const shape = shapeOf(ref);
    visitPointers<Evacuator>(ref, shape, this);
    const bytes = objectBytes(ref, shape);
    if (isMarking()) keepInBlock(ref, bytes);
    return bytes;
  }
}

const EVACUATOR: usize = 0;

/** Moves the object at `ref`, once, and returns where it is now. */
function evacuate(ref: usize): usize {
  const header = load<usize>(ref);
  if (isForwarded(header)) return forwardedTo(header);
  const bytes = objectBytes(ref, Shape.at(header));
  const to = Mature.alloc(bytes);
  if (DEBUG) assert(to != 0);
  copyGranules(to, ref, bytes);
  forward(ref, to);
  return to;
}

/** Empties the nursery. @returns the bytes promoted */
export function collectNursery(): u64 {
  const evacuator = changetype<Evacuator>(EVACUATOR);
  scanBegin();
  visitShadow<Evacuator>(evacuator);
  visitHandles<Evacuator>(evacuator);
  // Objects promoted meanwhile may be met as well where every object is visited: twice is harmless.
  if (rememberedOverflowed()) visitObjects<Evacuator>(evacuator);
  else visitRemembered<Evacuator>(evacuator);
  const promoted = scanPromoted<Evacuator>(evacuator);
  rememberedClear();
  startsReset();
  nurseryReset();
  return promoted;
}
