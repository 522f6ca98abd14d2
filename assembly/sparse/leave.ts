// Leaves owners, and closes stacks.

import { DEBUG } from "../config";
import { SPARSE_BYTES } from "../contract";
import { poison } from "../memory/poison";
import { isServing, Stack } from "./descriptor";
import { Entry } from "./entry";
import { clearFreed, closeFreed, isFreed, takeFreed } from "./free-set";
import { dropHead, settleTop } from "./free";
import { closeExtent, emptyExtent, Extent, trimExtent } from "./extent";

/** So many empty extents a stack keeps. */
const KEEP_EXTENTS: u32 = 4;

/**
 * Ends all objects of this owner and of greater ones. It takes constant time for each extent if the stack is empty
 * then.
 */
export function sparseLeave(at: usize, owner: u32): void {
  const stack = Stack.at(at);
  if (!stack.entries) return;
  stack.noteHigh();
  if (endsWith(stack, owner)) emptyAll(stack);
  else {
    for (let extent = stack.extents; extent; extent = Extent.at(extent).next) dropFrom(stack, Extent.at(extent), owner);
  }
  restExtents(stack);
}

/** Gives back all memory of a stack. The stack is empty then, and its counters are 0. */
export function sparseClose(at: usize): void {
  const stack = Stack.at(at);
  let extent = stack.extents;
  while (extent) {
    const next = Extent.at(extent).next;
    closeExtent(extent);
    extent = next;
  }
  if (stack.freed) closeFreed(stack.freed);
  memory.fill(at, 0, SPARSE_BYTES);
}

/** Whether every entry ends with an owner. */
function endsWith(stack: Stack, owner: u32): bool {
  for (let at = stack.extents; at; at = Extent.at(at).next) {
    const extent = Extent.at(at);
    if (!extent.isEmpty && Entry.at(extent.bottom).owner < owner) return false;
  }
  return true;
}

function emptyAll(stack: Stack): void {
  for (let at = stack.extents; at; at = Extent.at(at).next) {
    const extent = Extent.at(at);
    if (DEBUG) poison(extent.bottom, extent.top - extent.bottom);
    emptyExtent(at);
  }
  if (stack.freed) clearFreed(stack.freed);
  stack.entries = 0;
  stack.bytes = 0;
}

/** Drops what ends with an owner, and what was freed below it before. */
function dropFrom(stack: Stack, extent: Extent, owner: u32): void {
  const top = extent.top;
  while (!extent.isEmpty) {
    const freed = isFreed(stack.freed, extent.head);
    if (!freed && Entry.at(extent.head).owner < owner) break;
    if (freed) takeFreed(stack.freed, extent.head);
    dropHead(stack, extent);
  }
  settleTop(stack, extent, top);
}

/** Keeps a few empty extents, none of them long, and pushes to one of them from now on if there is no other choice. */
function restExtents(stack: Stack): void {
  let empty: u32 = 0;
  let before: usize = 0;
  let at = stack.extents;
  while (at) {
    const next = Extent.at(at).next;
    if (Extent.at(at).isEmpty && ++empty > KEEP_EXTENTS) {
      if (before) Extent.at(before).next = next;
      else stack.extents = next;
      if (stack.extent == at) stack.extent = 0;
      stack.extentCount--;
      closeExtent(at);
    } else {
      if (Extent.at(at).isEmpty) {
        trimExtent(at);
        if (!stack.extent && !isServing(stack)) stack.extent = at;
      }
      before = at;
    }
    at = next;
  }
}
