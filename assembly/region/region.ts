// Regions: objects that end together. A region begins with some bytes on the stack of frames, right behind its
// descriptor, and goes on in segments of 1 KiB, 8 KiB and then 64 KiB; an object too large for one has a run of chunks.
//
//     region   0  top: where the next object begins      8  newest: its latest segment, 0 for none
//              4  limit: the end of the room there      12  oldest: its first segment
//             16  the bytes on the stack ..
//
// Compiled code opens a region by three stores, bumps in it by itself, and asks for the rest only where that is needed.
//
//     frames   base | frame | frame | frameTop .. | frameLimit
//
// A frame is the regions of one call. It is as long as the compiler has decided, and left by setting frameTop.
//
// Invariant: the oldest segment leads to 0 (so that a list can be returned whole).
// State: the two globals, exported to the program, which moves the first by itself.

import { DEBUG, ERROR_LIMIT } from "../config";
import { alignUp, GRANULE_BYTES } from "../memory/address";
import { chunksOpen } from "../memory/chunks";
import { poison } from "../memory/poison";
import { CHUNK_KIND, returnSegments, SEGMENT_HEADER_BYTES, segmentBytes, segmentKind, takeSegment } from "./segments";

export let frameTop: usize = 0;
export let frameLimit: usize = 0;

@unmanaged
@final
class Region {
  top: usize;
  limit: usize;
  newest: usize;
  oldest: usize;

  @inline static at(address: usize): Region {
    return changetype<Region>(address);
  }
}

/** Above this many bytes an object has a run of its own, so that the room in front of it is not lost. */
const ALONE_BYTES: usize = 16 << 10;

/**
 * Opens the heap for `regions`.
 * @param framesBase where the stack of frames begins, 8-aligned
 * @param heapBase where it ends, and our part of the memory begins
 * @param heapLimitBytes of all chunks together; 0 for no limit
 * @returns 0, or an ERROR_ code
 */
export function regionsInit(framesBase: usize, heapBase: usize, heapLimitBytes: usize): i32 {
  frameTop = alignUp(framesBase, GRANULE_BYTES);
  frameLimit = heapBase;
  if (frameTop > frameLimit) return ERROR_LIMIT;
  return chunksOpen(heapBase, heapLimitBytes);
}

/**
 * Allocates what does not fit below the region's limit.
 * @param bytes a multiple of 8
 * @returns the address of memory with any content; 0 when out of memory
 */
export function regionGrow(at: usize, bytes: usize): usize {
  const region = Region.at(at);
  const newest = region.newest;
  if (bytes > ALONE_BYTES) return allocAlone(region, bytes);
  let kind: u32 = 0;
  if (newest) {
    kind = segmentKind(newest) + 1;
    if (kind > CHUNK_KIND) kind = CHUNK_KIND;
  }
  const segment = takeSegment(kind, bytes, newest);
  if (!segment) return 0;
  if (!newest) region.oldest = segment;
  region.newest = segment;
  const ref = segment + SEGMENT_HEADER_BYTES;
  region.top = ref + bytes;
  region.limit = segment + segmentBytes(segment);
  return ref;
}

/** Allocates a large object beside the room that the region has left. */
function allocAlone(region: Region, bytes: usize): usize {
  const newest = region.newest;
  const segment = takeSegment(CHUNK_KIND + 1, bytes, newest);
  if (!segment) return 0;
  if (!newest) region.oldest = segment;
  region.newest = segment;
  return segment + SEGMENT_HEADER_BYTES;
}

/** Ends all objects of a region that has segments: it may be left, or used again once it is opened. */
export function regionReturn(at: usize): void {
  const region = Region.at(at);
  returnSegments(region.newest, region.oldest);
  region.newest = 0;
}

/** Debug: makes the bytes of ended regions on the stack of frames useless. */
export function poisonFrames(from: usize, to: usize): void {
  if (DEBUG) poison(from, to - from);
}
