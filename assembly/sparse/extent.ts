// Extents: the address ranges of a sparse stack. An extent is a run of chunks that is extended in
// place. The chunk provider sets room aside behind it; untouched, the room costs only addresses. Entries are pushed at
// the top of an extent. A stack has one extent, and further ones for what cannot be pushed there: arrays that grow by
// turns, objects that outlive the entry on top, what no longer fits.
//
//     extent    0  next: another extent of the stack, 0 for none
//             4  stack: its descriptor
//             8  top: where the next entry begins
//            12  limit: the end of its chunks
//            16  head: the entry on top; the base when there is none
//            20  starts: of reach.ts, while a collector needs them; otherwise 0
//            24  (free)
//            32  base: an entry without bytes that nobody owns
//            56  entries ..
//
// Invariant: owners never decrease towards the top. So what ends with an owner lies on top, in every extent.

import { CHUNK_SHIFT, OWNER_EXTENT, SPARSE_ENTRY_BYTES } from "../contract";
import { chunkAddress, chunkOf, chunksFor } from "../memory/address";
import { acquireWithRoom, dropRoom, extendRun, releaseRun, widenRoom } from "../memory/chunks";
import { extentFirstChunk, setExtentOwners, setExtentRest } from "../memory/page-map";
import { Entry } from "./entry";

/** Room is set aside for so many times what an extent begins with. */
const ROOM_FACTOR: u32 = 4;
/** And at least for so many chunks: they cost nothing but addresses, of which there are 4 GiB. */
export const ROOM_CHUNKS: u32 = 64;
/** Of the extent of a large array, which is likely to grow on. */
export const GROWER_ROOM_CHUNKS: u32 = 256;
/** An empty extent gives back what it has beyond this. */
const KEEP_CHUNKS: u32 = 4;

@unmanaged
@final
export class Extent {
  next: usize;
  stack: usize;
  top: usize;
  limit: usize;
  head: usize;
  starts: usize;

  @inline static at(address: usize): Extent {
    return changetype<Extent>(address);
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
    return this.base + SPARSE_ENTRY_BYTES;
  }
  get isHeld(): bool {
    return Entry.at(this.head).isGrower;
  }
}
const BASE_OFFSET: usize = 32;
if (offsetof<Extent>() > BASE_OFFSET) ERROR("Extent must lie in front of its base");

/** The extent around an address that lies in one. */
export function extentOf(addr: usize): usize {
  return chunkAddress(extentFirstChunk(addr));
}

/** Makes an extent empty, whatever it holds. */
export function emptyExtent(at: usize): void {
  const extent = Extent.at(at);
  extent.head = extent.base;
  extent.top = extent.bottom;
}

/**
 * Opens an extent that has space for `bytes`, entry headers included.
 * @param leastRoom chunks to be set aside for it, at least
 * @param next the extent that it leads to
 * @returns 0 when out of memory
 */
export function openExtent(stack: usize, bytes: usize, leastRoom: u32, next: usize): usize {
  const chunks = chunksFor(BASE_OFFSET + SPARSE_ENTRY_BYTES + bytes);
  const room = chunks * ROOM_FACTOR;
  const at = acquireWithRoom(chunks, room < leastRoom ? leastRoom : room, OWNER_EXTENT);
  if (!at) return 0;
  setExtentOwners(chunkOf(at), chunks);
  const extent = Extent.at(at);
  extent.next = next;
  extent.stack = stack;
  extent.limit = at + chunkAddress(chunks);
  extent.starts = 0;
  memory.fill(extent.base, 0, SPARSE_ENTRY_BYTES);
  Entry.at(extent.base).extent = at;
  emptyExtent(at);
  return at;
}

/** Makes space for `bytes` above the top where the extent is. @returns false when that cannot be had */
export function makeSpace(at: usize, bytes: usize): bool {
  const extent = Extent.at(at);
  const space = extent.limit - extent.top;
  if (bytes <= space) return true;
  const chunks = lengthOf(extent);
  const missing = chunksFor(bytes - space);
  // Further than needed, so that it is seldom done.
  const ample = chunks >> 2;
  return (ample > missing && extend(at, chunks, ample)) || extend(at, chunks, missing);
}

/** Sets room aside for the growth of a large array on top of an extent. @returns false when others lie in the way */
export function widenExtent(at: usize): bool {
  return widenRoom(chunkOf(Extent.at(at).limit), GROWER_ROOM_CHUNKS);
}

function extend(at: usize, chunks: u32, more: u32): bool {
  if (!extendRun(chunkOf(at) + chunks, more, OWNER_EXTENT)) return false;
  setExtentRest(chunkOf(at), chunks, chunks + more);
  Extent.at(at).limit += chunkAddress(more);
  return true;
}

/** The chunks of an extent. */
function lengthOf(extent: Extent): u32 {
  return <u32>((extent.limit - changetype<usize>(extent)) >> CHUNK_SHIFT);
}

/** Gives back what an empty extent has beyond a few chunks: the warmest memory there is, for whoever asks next. */
export function trimExtent(at: usize): void {
  const extent = Extent.at(at);
  const chunks = lengthOf(extent);
  if (chunks <= KEEP_CHUNKS) return;
  dropRoom(chunkOf(extent.limit));
  extent.limit = at + chunkAddress(KEEP_CHUNKS);
  releaseRun(extent.limit, chunks - KEEP_CHUNKS);
}

/** Gives back an extent. */
export function closeExtent(at: usize): void {
  const extent = Extent.at(at);
  dropRoom(chunkOf(extent.limit));
  releaseRun(at, lengthOf(extent));
}
