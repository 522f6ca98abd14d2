// Which pointers may be interior (seed note 001): under Solution B only Slices, under Solution A every pointer. A
// compiler replaces the setting by a constant. State: the setting.

import { Shape } from "./shape";

/** Solution A: the collector looks for the start of the object behind every pointer. */
export let gcAllInterior: bool = false;

/** Chooses the setting `gcAllInterior`, before the heap opens. */
export function gcChooseInterior(all: bool): void {
  gcAllInterior = all;
}

/** Whether a pointer into an object of this shape may be interior. */
export function mayBeSliced(shape: Shape): bool {
  return gcAllInterior || shape.isSliceable;
}
