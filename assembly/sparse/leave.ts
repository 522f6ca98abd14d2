// Leaves owners, and closes stacks.

import { DEBUG } from "../config";
import { poison } from "../memory/poison";
import { isServing, SPARSE_BYTES, Stack } from "./descriptor";
import { Entry } from "./entry";
import { clearFreed, closeFreed, isFreed, takeFreed } from "./free-set";
import { dropHead, settleTop } from "./free";
import { closeLane, emptyLane, Lane, trimLane } from "./extent";

/** So many empty lanes a stack keeps. */
const KEEP_LANES: u32 = 4;

/**
 * Ends all objects of this owner and of greater ones. It takes constant time for each lane if the stack is empty then.
 */
export function sparseLeave(at: usize, owner: u32): void {
  const stack = Stack.at(at);
  if (!stack.entries) return;
  stack.noteHigh();
  if (endsWith(stack, owner)) emptyAll(stack);
  else {
    for (let lane = stack.lanes; lane; lane = Lane.at(lane).next) dropFrom(stack, Lane.at(lane), owner);
  }
  restLanes(stack);
}

/** Gives back all memory of a stack. The stack is empty then, and its counters are 0. */
export function sparseClose(at: usize): void {
  const stack = Stack.at(at);
  let lane = stack.lanes;
  while (lane) {
    const next = Lane.at(lane).next;
    closeLane(lane);
    lane = next;
  }
  if (stack.freed) closeFreed(stack.freed);
  memory.fill(at, 0, SPARSE_BYTES);
}

/** Whether every entry ends with an owner. */
function endsWith(stack: Stack, owner: u32): bool {
  for (let at = stack.lanes; at; at = Lane.at(at).next) {
    const lane = Lane.at(at);
    if (!lane.isEmpty && Entry.at(lane.bottom).owner < owner) return false;
  }
  return true;
}

function emptyAll(stack: Stack): void {
  for (let at = stack.lanes; at; at = Lane.at(at).next) {
    const lane = Lane.at(at);
    if (DEBUG) poison(lane.bottom, lane.top - lane.bottom);
    emptyLane(at);
  }
  if (stack.freed) clearFreed(stack.freed);
  stack.entries = 0;
  stack.bytes = 0;
}

/** Drops what ends with an owner, and what was freed below it before. */
function dropFrom(stack: Stack, lane: Lane, owner: u32): void {
  const top = lane.top;
  while (!lane.isEmpty) {
    const freed = isFreed(stack.freed, lane.head);
    if (!freed && Entry.at(lane.head).owner < owner) break;
    if (freed) takeFreed(stack.freed, lane.head);
    dropHead(stack, lane);
  }
  settleTop(stack, lane, top);
}

/** Keeps a few empty lanes, none of them long, and pushes to one of them from now on if there is no other choice. */
function restLanes(stack: Stack): void {
  let empty: u32 = 0;
  let before: usize = 0;
  let at = stack.lanes;
  while (at) {
    const next = Lane.at(at).next;
    if (Lane.at(at).isEmpty && ++empty > KEEP_LANES) {
      if (before) Lane.at(before).next = next;
      else stack.lanes = next;
      if (stack.lane == at) stack.lane = 0;
      stack.laneCount--;
      closeLane(at);
    } else {
      if (Lane.at(at).isEmpty) {
        trimLane(at);
        if (!stack.lane && !isServing(stack)) stack.lane = at;
      }
      before = at;
    }
    at = next;
  }
}
