// The phase of a cycle, a collection of the mature space. Without the setting `gcIncremental` a cycle begins and ends
// in one pause. With it, the program runs in between.
//
//     idle -> marking -> sweeping -> idle
//
// Marking follows a snapshot of the heap at its beginning (Yuasa 1990). It keeps what was reachable then: the write
// barrier marks a pointer before the program overwrites it. It also keeps what comes to the mature space meanwhile. So
// marking ends without a second look at the roots, and the program cannot put off its end. The price: objects that die
// during a cycle live until the next one.
//
// State: the phase, and the number of the cycle, by which a block tells whether it was swept.

import { PHASE_IDLE, PHASE_MARKING, PHASE_SWEEPING } from "../contract";
import { gcIncremental } from "../memory/clock";

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
  return gcIncremental && phase == PHASE_MARKING;
}

/** Whether some blocks may wait for their sweep: they hold objects that marking has found dead. */
export function isSweeping(): bool {
  return gcIncremental && phase == PHASE_SWEEPING;
}
