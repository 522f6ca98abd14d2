// Which pointers may lead to the inside of an object (seed 001): under Solution B Slices only, under Solution A every
// pointer, whatever its rep. A compiler replaces the setting by a constant. State: the setting.

import { Shape } from "./shape";

/** Solution A: the start of the object is asked for behind every pointer. */
export let allInterior: bool = false;

/** Chooses; before the heap opens. */
export function chooseInterior(all: bool): void {
  allInterior = all;
}

/** Whether a pointer may lead to the inside of an object of this shape. */
export function mayBeSliced(shape: Shape): bool {
  return allInterior || shape.isSliceable;
}
