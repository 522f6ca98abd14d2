// Sweeping after marking: whole blocks and large objects that nothing reached go back to the provider, blocks with free
// lines are linked, in address order, for the allocator.

import { chunkAddress } from "../memory/address";
import { chunksEnd, chunksFirst, releaseRun } from "../memory/chunks";
import { OWNER_BLOCK, ownerOfChunk } from "../memory/pagemap";
import { FIRST_LINE, LINES_PER_BLOCK, setNextBlock, sweepBlock } from "./block";
import { holesReset } from "./holes";
import { sweepLarge } from "./large";

export function sweepAll(): void {
  sweepLarge();
  let first: usize = 0;
  let last: usize = 0;
  let inUse: u32 = 0;
  const end = chunksEnd();
  for (let chunk = chunksFirst(); chunk < end; chunk++) {
    if (ownerOfChunk(chunk) != OWNER_BLOCK) continue;
    const block = chunkAddress(chunk);
    const free = sweepBlock(block);
    if (free == LINES_PER_BLOCK - FIRST_LINE) {
      releaseRun(block, 1);
      continue;
    }
    inUse++;
    setNextBlock(block, 0);
    if (!free) continue;
    if (last) setNextBlock(last, block);
    else first = block;
    last = block;
  }
  holesReset(first, inUse);
}
