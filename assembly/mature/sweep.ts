// Sweeping follows marking. It gives empty blocks and unmarked large objects back to the chunk provider, and hands
// blocks with room to the allocator, in address order. It sweeps large objects at once, and blocks in steps.
//
// Invariant: blocks below the cursor, and blocks that were opened since the sweep began, are swept. State: the cursor.

import { OWNER_BLOCK } from "../contract";
import { chunkAddress } from "../memory/address";
import { chunksEnd, chunksFirst } from "../memory/chunks";
import { isHurried, isLate } from "../memory/clock";
import { ownerOfChunk } from "../memory/page-map";
import { isSwept } from "./block";
import { sweepLarge } from "./large";
import { spaceReset, sweepIntoSpace } from "./space";

/** Blocks swept between two looks at the clock: some microseconds. */
const BLOCKS_AT_ONCE: u32 = 8;

let cursor: u32 = 0;

/** Begins a sweep. Nothing unmarked is alive, and the phase is sweeping. */
export function sweepBegin(): void {
  sweepLarge();
  spaceReset();
  cursor = chunksFirst();
}

/** Sweeps until the pause has to end. @returns whether all blocks are swept */
export function sweepStep(): bool {
  let left = BLOCKS_AT_ONCE;
  for (const end = chunksEnd(); cursor < end; cursor++) {
    if (!sweepChunk(cursor) || (--left != 0 && !isHurried())) continue;
    if (isLate()) {
      cursor++;
      return false;
    }
    left = BLOCKS_AT_ONCE;
  }
  return true;
}

/** Sweeps to the end. */
export function sweepRest(): void {
  for (const end = chunksEnd(); cursor < end; cursor++) sweepChunk(cursor);
}

function sweepChunk(chunk: u32): bool {
  if (ownerOfChunk(chunk) != OWNER_BLOCK) return false;
  const block = chunkAddress(chunk);
  if (isSwept(block)) return false;
  sweepIntoSpace(block);
  return true;
}
