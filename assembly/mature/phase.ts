// Where the collection of the mature space stands. Without the setting `incremental` a cycle begins and ends within one
// pause; with it, the program runs in between.
//
//     idle -> marking -> sweeping -> idle
//
// Marking follows a snapshot of the heap at its beginning (Yuasa): what was reachable then is kept, by a barrier that
// marks a pointer before it is overwritten, and whatever comes to the mature space while marking is kept as well. So the
// end of marking needs no look at the roots, and cannot be put off by the program. What it costs is that objects which die
// meanwhile live until the next cycle.
//
// State: the phase, and the number of the cycle by which a block shows whether it has been swept.

import { incremental } from "../memory/clock";

export const PHASE_IDLE: u32 = 0;
export const PHASE_MARKING: u32 = 1;
export const PHASE_SWEEPING: u32 = 2;

export let phase: u32 = 0;
export let cycle: u32 = 0;

export function phaseOpen(): void {
  phase = PHASE_IDLE;
  cycle = 0;
}

export function setPhase(to: u32): void {
  phase = to;
  if (to == PHASE_SWEEPING) cycle++;
}

/** Whether the program runs while the mature space is being marked. */
export function isMarking(): bool {
  return incremental && phase == PHASE_MARKING;
}

/** Whether some blocks may hold dead objects that marking has found, and no sweep yet. */
export function isSweeping(): bool {
  return incremental && phase == PHASE_SWEEPING;
}
