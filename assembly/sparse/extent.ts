// Extents, here called lanes: the address ranges of a sparse stack. A lane is a run of chunks that is extended in
// place. The chunk provider sets room aside behind it; untouched, the room costs only addresses. Entries are pushed at
// the top of a lane. A stack has one lane, and further ones for what cannot be pushed there: arrays that grow by turns,
// objects that outlive the entry on top, what no longer fits.
//
//     lane    0  next: another lane of the stack, 0 for none
//             4  stack: its descriptor
//             8  top: where the next entry begins
//            12  limit: the end of its chunks
//            16  head: the entry on top; the base when there is none
//            20  starts: of reach.ts, while a collector needs them; otherwise 0
//            24  (free)
//            32  base: an entry without bytes that nobody owns
//            56  entries ..
//
// Invariant: owners never decrease towards the top. So what ends with an owner lies on top, in every lane.

import { CHUNK_SHIFT, chunkAddress, chunkOf, chunksFor } from "../memory/address";
import { acquireWithRoom, dropRoom, extendRun, releaseRun, widenRoom } from "../memory/chunks";
import { laneFirstChunk, OWNER_LANE, setLaneOwners, setLaneRest } from "../memory/page-map";
import { ENTRY_BYTES, Entry } from "./entry";

/** Room is set aside for so many times what a lane begins with. */
const ROOM_FACTOR: u32 = 4;
/** And at least for so many chunks: they cost nothing but addresses, of which there are 4 GiB. */
export const ROOM_CHUNKS: u32 = 64;
/** Of the lane of a large array, which is likely to grow on. */
export const GROWER_ROOM_CHUNKS: u32 = 256;
/** An empty lane gives back what it has beyond this. */
const KEEP_CHUNKS: u32 = 4;

@unmanaged
@final
export class Lane {
  next: usize;
  stack: usize;
  top: usize;
  limit: usize;
  head: usize;
  starts: usize;

  @inline static at(address: usize): Lane {
    return changetype<Lane>(address);
  }

  /** The entry below the first one. */
  get base(): usize {
    return changetype<usize>(this) + BASE_OFFSET;
  }
  get isEmpty(): bool {
    return this.head == this.base;
  }
  /** Where the first entry begins. */
  get bottom(): usize {
    return this.base + ENTRY_BYTES;
  }
  get isHeld(): bool {
    return Entry.at(this.head).isGrower;
  }
}
const BASE_OFFSET: usize = 32;
if (offsetof<Lane>() > BASE_OFFSET) ERROR("Lane must lie in front of its base");

/** The lane around an address that lies in one. */
export function laneOf(addr: usize): usize {
  return chunkAddress(laneFirstChunk(addr));
}

/** Makes a lane empty, whatever it holds. */
export function emptyLane(at: usize): void {
  const lane = Lane.at(at);
  lane.head = lane.base;
  lane.top = lane.bottom;
}

/**
 * Opens a lane that has space for `bytes`, entry headers included.
 * @param leastRoom chunks to be set aside for it, at least
 * @param next the lane that it leads to
 * @returns 0 when out of memory
 */
export function openLane(stack: usize, bytes: usize, leastRoom: u32, next: usize): usize {
  const chunks = chunksFor(BASE_OFFSET + ENTRY_BYTES + bytes);
  const room = chunks * ROOM_FACTOR;
  const at = acquireWithRoom(chunks, room < leastRoom ? leastRoom : room, OWNER_LANE);
  if (!at) return 0;
  setLaneOwners(chunkOf(at), chunks);
  const lane = Lane.at(at);
  lane.next = next;
  lane.stack = stack;
  lane.limit = at + chunkAddress(chunks);
  lane.starts = 0;
  memory.fill(lane.base, 0, ENTRY_BYTES);
  Entry.at(lane.base).lane = at;
  emptyLane(at);
  return at;
}

/** Makes space for `bytes` above the top where the lane is. @returns false when that cannot be had */
export function makeSpace(at: usize, bytes: usize): bool {
  const lane = Lane.at(at);
  const space = lane.limit - lane.top;
  if (bytes <= space) return true;
  const chunks = lengthOf(lane);
  const missing = chunksFor(bytes - space);
  // Further than needed, so that it is seldom done.
  const ample = chunks >> 2;
  return (ample > missing && extend(at, chunks, ample)) || extend(at, chunks, missing);
}

/** Sets room aside for the growth of a large array on top of a lane. @returns false when others lie in the way */
export function widenLane(at: usize): bool {
  return widenRoom(chunkOf(Lane.at(at).limit), GROWER_ROOM_CHUNKS);
}

function extend(at: usize, chunks: u32, more: u32): bool {
  if (!extendRun(chunkOf(at) + chunks, more, OWNER_LANE)) return false;
  setLaneRest(chunkOf(at), chunks, chunks + more);
  Lane.at(at).limit += chunkAddress(more);
  return true;
}

/** The chunks of a lane. */
function lengthOf(lane: Lane): u32 {
  return <u32>((lane.limit - changetype<usize>(lane)) >> CHUNK_SHIFT);
}

/** Gives back what an empty lane has beyond a few chunks: the warmest memory there is, for whoever asks next. */
export function trimLane(at: usize): void {
  const lane = Lane.at(at);
  const chunks = lengthOf(lane);
  if (chunks <= KEEP_CHUNKS) return;
  dropRoom(chunkOf(lane.limit));
  lane.limit = at + chunkAddress(KEEP_CHUNKS);
  releaseRun(lane.limit, chunks - KEEP_CHUNKS);
}

/** Gives back a lane. */
export function closeLane(at: usize): void {
  const lane = Lane.at(at);
  dropRoom(chunkOf(lane.limit));
  releaseRun(at, lengthOf(lane));
}
