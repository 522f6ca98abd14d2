/**
 * Loops that allocate in one region and do nothing else to it. Where a region is filled to is kept in a local for as
 * long as such a loop runs: in memory, each allocation would wait for the store of the one before.
 *
 * Only loops without others inside, which are left by their own exits only, so that what follows a loop always comes by
 * its end. Two regions of callers may be one and the same; so nothing else may be allocated in a caller's region in
 * such a loop.
 */

import { REGION_BUMP_MAX_BYTES } from "#contract";
import type { Block, Bound, Instruction, InstructionOf, IrFunction, Label } from "../../ir/ir.ts";
import { boundsOf, forEachInstruction, forEachLoop } from "../../ir/traverse.ts";
import { type FrameLayout, levelOf, type Sized } from "./frame-layout.ts";

type Loop = InstructionOf<"loop">;

/**
 * The loops of a function, each with the region that it allocates in.
 * @param bytesOf the size of what an instruction makes; null where only the program's run tells
 */
export function findPromotedLoops(
  fn: IrFunction,
  layout: FrameLayout,
  bytesOf: (instruction: Sized) => number | null,
): ReadonlyMap<Loop, Bound> {
  const found = new Map<Loop, Bound>();
  const isBumped = (i: Instruction): boolean =>
    i.op === "construct" && !layout.slots.has(i.site) && bytesOf(i)! <= REGION_BUMP_MAX_BYTES;
  forEachLoop(fn.body, (loop, level) => {
    if (!isClosed(loop.body, loop.label)) return;
    const made: Bound[] = [];
    forEachInstruction(loop.body, (i) => {
      for (const bound of boundsOf(i)) {
        const at = levelOf(bound);
        if (bound.of === "caller" || (at !== null && at < level)) made.push(bound);
      }
    });
    const region = made[0];
    if (region === undefined || (region.of === "caller" && fn.regions![region.index]!.mayBeHeap)) return;
    if (!made.every((bound) => isSame(bound, region) || areDisjoint(bound, region))) return;
    let isOnlyBumped = true;
    forEachInstruction(loop.body, (i) => {
      if (boundsOf(i).some((bound) => isSame(bound, region))) isOnlyBumped &&= isBumped(i);
    });
    if (isOnlyBumped) found.set(loop, region);
  });
  return found;
}

/** Whether a loop has no other inside, and is left by its own exits only. */
function isClosed(body: Block, label: Label): boolean {
  let isClosedSo = true;
  const inside = new Set<Label>([label]);
  forEachInstruction(body, (i) => {
    if (i.op === "block") inside.add(i.label);
    if (i.op === "loop" || i.op === "return" || i.op === "tailCall") isClosedSo = false;
    if ((i.op === "break" || i.op === "continue") && !inside.has(i.label)) isClosedSo = false;
  });
  return isClosedSo;
}

export function isSame(one: Bound, other: Bound): boolean {
  if (one.of === "caller" || other.of === "caller") {
    return one.of === "caller" && other.of === "caller" && one.index === other.index;
  }
  return levelOf(one) !== null && levelOf(one) === levelOf(other);
}

/** Whether two regions are surely not one: one of them is the function's own. */
function areDisjoint(one: Bound, other: Bound): boolean {
  return one.of !== "caller" || other.of !== "caller";
}
