// The minor collection evacuates the survivors of the nursery to the mature space, in Cheney order. Interior pointers
// keep their offsets. The cost follows survivors and remembered slots, not garbage.
//
// Invariant (asserted in evacuate): the evacuation reserve covers the nursery, so no allocation here fails.
// Source: Appel 1989, Cheney 1970.

import { DEBUG } from "../config";
import { keepInBlock } from "../mature/mark";
import { visitObjects } from "../mature/objects";
import { isMarking } from "../mature/phase";
import { rememberedClear, rememberedOverflowed, visitRemembered } from "../mature/remembered";
import { Mature, scanBegin, scanPromoted } from "../mature/space";
import { copyGranules } from "../memory/copy";
import { forward, forwardedTo, isForwarded, objectBytes, shapeOf } from "../object/header";
import { gcAllInterior } from "../object/interior";
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
    if (gcAllInterior) {
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

  /** Visits all slots of an object that was born old. */
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

/** Moves the object at `ref`, unless it was moved before. @returns its new address */
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
  // A visit of every old object may meet objects promoted meanwhile; visiting them twice is harmless.
  if (rememberedOverflowed()) visitObjects<Evacuator>(evacuator);
  else visitRemembered<Evacuator>(evacuator);
  const promoted = scanPromoted<Evacuator>(evacuator);
  rememberedClear();
  startsReset();
  nurseryReset();
  return promoted;
}
