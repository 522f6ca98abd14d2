// Segments: what regions are made of beyond their first bytes. A region gives back all of its segments at once, as one
// list, whatever their number and sizes; they are sorted when the next ones are wanted.
//
//     segment   0  next: the one that its region took after it, or that a list has behind it
//               4  kind: 0 for 1 KiB, 1 for 8 KiB, 2 for a chunk; for a run of chunks their number, plus RUN_KIND
//               8  owner: the region's descriptor; during a collection, what region/collection-table.ts says
//              12  used: where its objects end, once the region has gone on to another segment
//              16  index: it rises along the list of its region, from 1 on
//              20  previous: the one before it, 0 for a region's first
//              24  objects ..
//             end  in the last 64th, not of a run: start bits, while a collection needs them
//
// A chunk holds segments of one kind, which the page map tells, so that a segment is found from any address in it. A
// run holds one object.
//
// Invariant: a free segment is on the list of its kind or among the returned ones; in the debug core also among those
// that are held back for a while, so that a use after their end is noticed (debug/ended.ts). Runs go back to the chunk provider;
// chunks stay what they are cut into, but for whole ones when there is no other memory.
// State: the lists, and what is left of the chunks that the small kinds are cut from.

import { DEBUG, HELD_BACK_MAX_BYTES } from "../config";
import { CHUNK_BYTES, OWNER_ASIDE_FRESH, OWNER_SEGMENT_RUN, OWNER_SEGMENTS } from "../contract";
import { CHUNK_MASK, chunkAddress, chunkOf, chunksFor } from "../memory/address";
import { acquireRun, releaseRun } from "../memory/chunks";
import { isSegmentRun, ownerOf, segmentRunFirstChunk, setSegmentRunOwners } from "../memory/page-map";
import { poison } from "../memory/poison";

/** The largest kind of a fixed size; what asks for a larger one gets a run. */
export const CHUNK_KIND: u32 = 2;
export const ANY_RUN: u32 = 3;
const RUN_KIND: u32 = 3;
// Of the kinds: 1 KiB, 8 KiB, 64 KiB.
const FIRST_SHIFT: u32 = 10;
const STEP_SHIFT: u32 = 3;
/** The share of a segment that its start bits take: one bit for 8 bytes. */
const BITS_SHIFT: usize = 6;

@unmanaged
@final
export class Segment {
  next: usize;
  kind: u32;
  owner: usize;
  used: usize;
  index: u32;
  previous: usize;

  @inline static at(address: usize): Segment {
    return changetype<Segment>(address);
  }
}
export const SEGMENT_HEADER_BYTES: usize = 24;
if (<u32>OWNER_SEGMENTS + CHUNK_KIND >= <u32>OWNER_ASIDE_FRESH) ERROR("owners of segments overlap others");
if (offsetof<Segment>() != SEGMENT_HEADER_BYTES) ERROR("Segment must match SEGMENT_HEADER_BYTES");

// The free segments of each kind.
let freeSmall: usize = 0;
let freeMiddle: usize = 0;
let freeChunks: usize = 0;
let freeChunkCount: u32 = 0;
/** Segments that regions have given back, of all kinds. */
let returned: usize = 0;
/** Debug: segments that have been given back lately, from the oldest to the latest, and their bytes. */
let heldBack: usize = 0;
let heldBackLast: usize = 0;
let heldBackBytes: usize = 0;
let cutSmall: usize = 0;
let cutMiddle: usize = 0;

/** The bytes of a segment of a fixed size. */
function kindBytes(kind: u32): usize {
  return (<usize>1) << (FIRST_SHIFT + STEP_SHIFT * kind);
}

export function isRun(segment: usize): bool {
  return Segment.at(segment).kind > CHUNK_KIND;
}

/** The bytes of a segment, header and all. */
export function segmentBytes(segment: usize): usize {
  const kind = Segment.at(segment).kind;
  return kind <= CHUNK_KIND ? kindBytes(kind) : <usize>(kind - RUN_KIND) * CHUNK_BYTES;
}

/** Where the room for objects ends; in a segment that is no run, the start bits begin there. */
export function roomEnd(segment: usize): usize {
  const bytes = segmentBytes(segment);
  return segment + (isRun(segment) ? bytes : bytes - (bytes >> BITS_SHIFT));
}

/** Where a segment lies in the list of its region; 0 for no segment, in front of all. */
export function indexOf(segment: usize): u32 {
  return segment ? Segment.at(segment).index : 0;
}

/** The segment around an address; 0 when there is none. */
export function segmentOf(addr: usize): usize {
  const owner = ownerOf(addr);
  if (isSegmentRun(owner)) return chunkAddress(segmentRunFirstChunk(addr));
  const kind = owner - OWNER_SEGMENTS;
  return kind <= CHUNK_KIND ? addr & ~(kindBytes(kind) - 1) : 0;
}

function freeOf(kind: u32): usize {
  if (kind == CHUNK_KIND) return freeChunks;
  return kind ? freeMiddle : freeSmall;
}

function setFree(kind: u32, segment: usize): void {
  if (kind == CHUNK_KIND) freeChunks = segment;
  else if (kind) freeMiddle = segment;
  else freeSmall = segment;
}

/**
 * Takes a segment of at least `kind` (or ANY_RUN) that has room for `bytes` of objects.
 * @returns 0 when out of memory
 */
export function takeSegment(kind: u32, bytes: usize, owner: usize): usize {
  while (kind <= CHUNK_KIND && roomOf(kind) < bytes) kind++;
  const segment = kind <= CHUNK_KIND ? takeOf(kind) : takeRun(chunksFor(bytes + SEGMENT_HEADER_BYTES));
  if (!segment) return 0;
  const taken = Segment.at(segment);
  taken.next = 0;
  taken.owner = owner;
  taken.used = 0;
  return segment;
}

function roomOf(kind: u32): usize {
  const bytes = kindBytes(kind);
  return bytes - (bytes >> BITS_SHIFT) - SEGMENT_HEADER_BYTES;
}

/** One of a fixed size; 0 when out of memory. */
function takeOf(kind: u32): usize {
  const free = freeOf(kind);
  if (free) {
    setFree(kind, Segment.at(free).next);
    if (kind == CHUNK_KIND) freeChunkCount--;
    return free;
  }
  while (returned) {
    const segment = sortOne();
    if (segment && Segment.at(segment).kind == kind) return segment;
    if (segment) putBack(segment);
  }
  const cut = cutOff(kind);
  if (!DEBUG || cut || !heldBack) return cut;
  releaseHeldBack(0);
  return takeOf(kind);
}

/** A run of chunks of its own; 0 when out of memory. */
function takeRun(chunks: u32): usize {
  // The memory of runs that have been returned is used again, before there is more.
  sortAll();
  const run = acquire(chunks, OWNER_SEGMENT_RUN);
  if (!run) return 0;
  setSegmentRunOwners(chunkOf(run), chunks);
  Segment.at(run).kind = chunks + RUN_KIND;
  return run;
}

/** Chunks of the provider's; 0 when out of memory. */
function acquire(chunks: u32, owner: u32): usize {
  const run = acquireRun(chunks, owner);
  return run || !regionReleaseChunks() ? run : acquireRun(chunks, owner);
}

/** How many chunks could be given back to the chunk provider. Runs that have been returned go there. */
export function freeWholeChunks(): u32 {
  sortAll();
  return freeChunkCount;
}

/** Gives back to the chunk provider what is free of whole chunks. @returns whether there was any */
export function regionReleaseChunks(): bool {
  const isAny = sortAll() || freeChunks != 0;
  while (freeChunks) {
    const segment = freeChunks;
    freeChunks = Segment.at(segment).next;
    releaseRun(segment, 1);
  }
  freeChunkCount = 0;
  return isAny;
}

/** Where the next segment of a kind is cut. Where another chunk begins, there is none left to cut from. */
function cutOf(kind: u32): usize {
  if (kind == CHUNK_KIND) return 0;
  return kind ? cutMiddle : cutSmall;
}

/** A segment cut from a chunk. */
function cutOff(kind: u32): usize {
  let cut = cutOf(kind);
  if (!(cut & CHUNK_MASK)) cut = acquire(1, OWNER_SEGMENTS + kind);
  if (!cut) return 0;
  if (kind == 0) cutSmall = cut + kindBytes(kind);
  else if (kind < CHUNK_KIND) cutMiddle = cut + kindBytes(kind);
  Segment.at(cut).kind = kind;
  return cut;
}

/** Whether an address in a chunk of segments lies in one that has been cut off; beyond it the memory is untouched. */
export function isCutOff(segment: usize, kind: u32): bool {
  const cut = cutOf(kind);
  return !(cut & CHUNK_MASK) || chunkOf(cut) != chunkOf(segment) || segment < cut;
}

/** Takes the first of the returned segments; a run goes back to the chunk provider. @returns 0 for a run */
function sortOne(): usize {
  const segment = returned;
  const kind = Segment.at(segment).kind;
  returned = Segment.at(segment).next;
  if (kind <= CHUNK_KIND) return segment;
  releaseRun(segment, kind - RUN_KIND);
  return 0;
}

/** @returns whether there was a run among them */
function sortAll(): bool {
  if (DEBUG) releaseHeldBack(0);
  let isAnyRun = false;
  while (returned) {
    const segment = sortOne();
    if (segment) putBack(segment);
    else isAnyRun = true;
  }
  return isAnyRun;
}

function putBack(segment: usize): void {
  const kind = Segment.at(segment).kind;
  Segment.at(segment).next = freeOf(kind);
  setFree(kind, segment);
  if (kind == CHUNK_KIND) freeChunkCount++;
}

/** Gives back a list of segments, from the first of a region to its last, in constant time. */
export function returnSegments(first: usize, last: usize): void {
  if (DEBUG) {
    holdBack(first, last);
    return;
  }
  Segment.at(last).next = returned;
  returned = first;
}

/** Gives segments back to the others later: when enough others have come, or memory is short. */
function holdBack(first: usize, last: usize): void {
  disown(first);
  if (heldBack) Segment.at(heldBackLast).next = first;
  else heldBack = first;
  heldBackLast = last;
  Segment.at(last).next = 0;
  for (let each = first; each; each = Segment.at(each).next) heldBackBytes += segmentBytes(each);
  releaseHeldBack(HELD_BACK_MAX_BYTES);
}

/** Lets go of the oldest segments that are held back, until at most `most` bytes are left. */
function releaseHeldBack(most: usize): void {
  while (heldBackBytes > most) {
    const segment = heldBack;
    heldBackBytes -= segmentBytes(segment);
    heldBack = Segment.at(segment).next;
    Segment.at(segment).next = returned;
    returned = segment;
  }
}

/** Makes returned segments useless, and nobody's. */
function disown(first: usize): void {
  let segment = first;
  while (segment) {
    Segment.at(segment).owner = 0;
    poison(segment + SEGMENT_HEADER_BYTES, segmentBytes(segment) - SEGMENT_HEADER_BYTES);
    segment = Segment.at(segment).next;
  }
}
