// Generations: what is old and what is young in a region that its function collects again and again, and when it is
// collected next. Only functions that collect have them, one for each checkpoint of a region that may be collected
// there. collect/generations.ts decides what becomes old.
//
//     region   .. | checkpoint | old: survivors of the latest collection | young: allocated since then
//
//     generation   0  checkpoint: its address                 12  fullThreshold: bytes of the old part at which that
//                  4  threshold: of what its region has           is collected as well
//                     taken, for the next collection          16  remembered: the set of remembered.ts, or 0
//                  8  epoch: the number of the collection     24  young: a checkpoint at the end of the old part,
//                     that left the old part, 0 for none          without a meaning where there is none
//                                                             56
//
// Compiled code opens the generation of a region of its own by storing threshold and epoch, when the region is empty.

import { CHECKPOINT_BYTES, GENERATION_BYTES, GENERATION_THRESHOLD, GRANULE_BYTES, WORD_BYTES } from "../contract";
import { Checkpoint, checkpointOwn } from "./checkpoint";
import { regionLeastBytes } from "./pace";
import { Region } from "./region";

@unmanaged
@final
export class Generation {
  checkpoint: usize;
  threshold: usize;
  epoch: u32;
  fullThreshold: usize;
  remembered: usize;

  @inline static at(address: usize): Generation {
    return changetype<Generation>(address);
  }
}
const YOUNG_OFFSET: usize = (offsetof<Generation>() + GRANULE_BYTES - 1) & -GRANULE_BYTES;
if (YOUNG_OFFSET + CHECKPOINT_BYTES != GENERATION_BYTES) ERROR("Generation must match GENERATION_BYTES");
if (offsetof<Generation>("threshold") != GENERATION_THRESHOLD) ERROR("Generation.threshold moved");
if (offsetof<Generation>("epoch") != GENERATION_THRESHOLD + WORD_BYTES) ERROR("Generation.epoch moved");

/** The address of the checkpoint where what is young begins. @param at address of the generation */
export function youngOf(at: usize): usize {
  return at + YOUNG_OFFSET;
}

/**
 * Whether its region is of a caller of the function that collects: frames of callers lie below.
 * @param at address of the generation
 */
export function isOfCaller(at: usize): bool {
  return Checkpoint.at(Generation.at(at).checkpoint).region < at;
}

/** Opens the generation of a caller's region, or of none, that has just been checkpointed. */
export function generationSet(at: usize, checkpoint: usize): void {
  const generation = Generation.at(at);
  const region = Checkpoint.at(checkpoint).region;
  generation.checkpoint = checkpoint;
  generation.threshold = region ? Region.at(region).taken + regionLeastBytes : usize.MAX_VALUE;
  generation.epoch = 0;
}

/** Sets the checkpoint of a generation at the beginning of a region of the call's own, in front of a collection. */
export function generationOwn(at: usize, checkpoint: usize, region: usize, limit: usize): void {
  Generation.at(at).checkpoint = checkpoint;
  checkpointOwn(checkpoint, region, limit);
}
