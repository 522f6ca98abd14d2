// Opportunistic evacuation (Immix): when many lines of the blocks in use are free and the allocator did not reach them,
// a marking that runs in one pause moves objects out of the emptiest blocks into fresh ones. So these blocks become
// free as a whole.
//
// Objects move while they are marked. The first pointer to an object moves it and leaves its new address in its header;
// the others follow that. Evacuation takes only chunks that are free already. When there are no more, objects stay, and
// are marked where they are.
//
// State: whether the present marking moves, and whether it still has room; the bytes moved since the heap opened.

import { EVACUATE_PERCENT } from "../../config";
import { OWNER_BLOCK } from "../../contract";
import { chunkAddress } from "../../memory/address";
import { chunksEnd, chunksFirst, chunksFree } from "../../memory/chunks";
import { copyGranules } from "../../memory/copy";
import { ownerOfChunk } from "../../memory/page-map";
import { forward, objectBytes, shapeOf } from "../../object/header";
import { BLOCK_LINES, blockOf, freeLines, isSource, setSource } from "../block";
import { allocFresh } from "./holes";
import { matureSizeClasses } from "../kind";

/** Free chunks that evacuation leaves to the mark stack. */
const LEFT_CHUNKS: u32 = 2;

let evacuating: bool = false;
let exhausted: bool = false;
let moved: u64 = 0;

/** The bytes moved since the heap opened. */
export function evacuatedBytes(): u64 {
  return moved;
}

export function evacuateOpen(): void {
  evacuating = exhausted = false;
  moved = 0;
}

/**
 * Decides, before a marking, whether it moves objects. It moves them out of blocks that are half free or more. Cells
 * never move.
 * @param always debug: moves out of every block with a free line, however few there are
 */
export function evacuateBegin(always: bool): void {
  evacuating = exhausted = false;
  if (matureSizeClasses) return;
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

/** Ends evacuation: marking has ended and no pointer refers to a moved object's old place, or there was no marking. */
export function evacuateEnd(): void {
  evacuating = false;
}

/** Whether this marking moves the object at `ref`, in a block, or has moved it. */
export function isMoving(ref: usize): bool {
  return !matureSizeClasses && evacuating && isSource(blockOf(ref));
}

/** Moves the object at `ref`. @returns its new address; 0 when it stays for lack of room */
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
