// Opportunistic evacuation (Immix): when many lines of the blocks in use are free and could not be filled, a marking that
// runs in one pause moves what it finds in the emptiest blocks into fresh ones, so that those blocks become free as a whole.
//
// Objects move while they are marked: the first pointer to one moves it, and leaves where it went; the others follow. Only
// chunks that are free already are taken; when there are no more, objects stay, and are marked where they are.
//
// State: whether the present marking moves, and whether there is still room for that; how much has been moved since the beginning.

import { EVACUATE_PERCENT } from "../../config";
import { chunkAddress } from "../../memory/address";
import { chunksEnd, chunksFirst, chunksFree } from "../../memory/chunks";
import { copyGranules } from "../../memory/copy";
import { OWNER_BLOCK, ownerOfChunk } from "../../memory/page-map";
import { forward, objectBytes, shapeOf } from "../../object/header";
import { BLOCK_LINES, blockOf, freeLines, isSource, setSource } from "../block";
import { allocFresh } from "./holes";
import { sizeClasses } from "../kind";

/** Free chunks that are left for the mark stack. */
const LEFT_CHUNKS: u32 = 2;

let evacuating: bool = false;
let exhausted: bool = false;
let moved: u64 = 0;

/** Bytes moved since the beginning. */
export function evacuatedBytes(): u64 {
  return moved;
}

export function evacuateOpen(): void {
  evacuating = exhausted = false;
  moved = 0;
}

/**
 * Decides, before a marking, whether it moves, and from which blocks: those of which half or more is free. Cells never move.
 * @param always debug: from every block with a free line, however few there are
 */
export function evacuateBegin(always: bool): void {
  evacuating = exhausted = false;
  if (sizeClasses) return;
  let blocks: u32 = 0;
  let free: u32 = 0;
  const end = chunksEnd();
  for (let chunk = chunksFirst(); chunk < end; chunk++) {
    if (ownerOfChunk(chunk) != OWNER_BLOCK) continue;
    blocks++;
    free += freeLines(chunkAddress(chunk));
  }
  if (!always && free * 100 <= blocks * BLOCK_LINES * EVACUATE_PERCENT) return;
  const least: u32 = always ? 1 : BLOCK_LINES / 2;
  for (let chunk = chunksFirst(); chunk < end; chunk++) {
    if (ownerOfChunk(chunk) != OWNER_BLOCK || freeLines(chunkAddress(chunk)) < least) continue;
    setSource(chunkAddress(chunk));
    evacuating = true;
  }
}

/** Everything is marked, and no pointer leads to where an object was; or there was no marking. */
export function evacuateEnd(): void {
  evacuating = false;
}

/** Whether the object at `ref`, in a block, may have been moved, or is to be. */
export function isMoving(ref: usize): bool {
  return !sizeClasses && evacuating && isSource(blockOf(ref));
}

/** Moves the object at `ref`. @returns where it is now; 0 when it stays, since there is no room */
export function evacuateObject(ref: usize): usize {
  if (exhausted) return 0;
  const bytes = objectBytes(ref, shapeOf(ref));
  const to = chunksFree() > LEFT_CHUNKS ? allocFresh(bytes) : 0;
  if (!to) {
    exhausted = true;
    return 0;
  }
  copyGranules(to, ref, bytes);
  forward(ref, to);
  moved += bytes;
  return to;
}
