// Takes blocks from the chunk provider and gives them back. State: the number of blocks in use.

import { OWNER_BLOCK } from "../contract";
import { acquireReserved, lastRunIsFresh, releaseRun } from "../memory/chunks";
import { blockOpen } from "./block";

let blocks: u32 = 0;

export function blocksInUse(): u32 {
  return blocks;
}

export function blocksOpen(): void {
  blocks = 0;
}

/** Takes a block from the collector's chunks. @returns its address; 0 when there is none */
export function takeBlock(): usize {
  const block = acquireReserved(OWNER_BLOCK);
  if (!block) return 0;
  blockOpen(block, lastRunIsFresh());
  blocks++;
  return block;
}

/** Gives back a block that nothing lives in. */
export function giveBlock(block: usize): void {
  blocks--;
  releaseRun(block, 1);
}
