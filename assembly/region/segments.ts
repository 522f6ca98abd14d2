// Segments: what regions are made of beyond their first bytes. A region gives back all of its segments at once, as one
// list, whatever their number and sizes; they are sorted when the next ones are wanted.
//
//     segment   0  next: the one that its region took before it, or that a list has behind it
//               4  kind: 0 for 1 KiB, 1 for 8 KiB, 2 for a chunk; otherwise the number of chunks of a run, plus RUN_KIND
//               8  payload ..
//
// Invariant: a free segment is on the list of its kind or among the returned ones; chunks of segments are OWNER_SEGMENTS
// for good, runs go back to the chunk provider.
// State: the lists, and what is left of the chunks that the small kinds are cut from.

import { DEBUG } from "../config";
import { CHUNK_BYTES, chunksFor } from "../memory/address";
import { acquireRun, releaseRun } from "../memory/chunks";
import { OWNER_SEGMENTS } from "../memory/pagemap";
import { poison } from "../memory/poison";

export const SEGMENT_HEADER_BYTES: usize = 8;
/** Of the kinds, by shifts: 1 KiB, 8 KiB, 64 KiB. */
const FIRST_SHIFT: u32 = 10;
const STEP_SHIFT: u32 = 3;
/** The largest kind of a fixed size. */
export const CHUNK_KIND: u32 = 2;
const RUN_KIND: u32 = 3;

@unmanaged
@final
class Segment {
  next: usize;
  kind: u32;

  @inline static at(address: usize): Segment {
    return changetype<Segment>(address);
  }
}
if (offsetof<Segment>() != SEGMENT_HEADER_BYTES) ERROR("Segment must match SEGMENT_HEADER_BYTES");

// The free segments of each kind.
let freeSmall: usize = 0;
let freeMiddle: usize = 0;
let freeChunks: usize = 0;
/** Segments that regions have given back, of all kinds. */
let returned: usize = 0;
let cutSmall: usize = 0;
let cutMiddle: usize = 0;

/** The bytes of a segment of a fixed size, its header among them. */
function kindBytes(kind: u32): usize {
  return (<usize>1) << (FIRST_SHIFT + STEP_SHIFT * kind);
}

export function segmentBytes(segment: usize): usize {
  const kind = Segment.at(segment).kind;
  return kind <= CHUNK_KIND ? kindBytes(kind) : <usize>(kind - RUN_KIND) * CHUNK_BYTES;
}

export function segmentKind(segment: usize): u32 {
  return Segment.at(segment).kind;
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
 * Takes a segment of at least `kind` that has room for `bytes` behind its header.
 * @param next what it is to lead to
 * @returns 0 when out of memory
 */
export function takeSegment(kind: u32, bytes: usize, next: usize): usize {
  const needed = bytes + SEGMENT_HEADER_BYTES;
  while (kind <= CHUNK_KIND && kindBytes(kind) < needed) kind++;
  const segment = kind <= CHUNK_KIND ? takeOf(kind) : takeRun(chunksFor(needed));
  if (segment) Segment.at(segment).next = next;
  return segment;
}

/** One of a fixed size; 0 when out of memory. */
function takeOf(kind: u32): usize {
  const free = freeOf(kind);
  if (free) {
    setFree(kind, Segment.at(free).next);
    return free;
  }
  while (returned) {
    const segment = sortOne();
    if (segment && Segment.at(segment).kind == kind) return segment;
    if (segment) putBack(segment);
  }
  return kind == CHUNK_KIND ? newChunk() : cutOff(kind);
}

/** A run of chunks of its own; 0 when out of memory. */
function takeRun(chunks: u32): usize {
  let run = acquireRun(chunks, OWNER_SEGMENTS);
  // What has been returned may be what is missing.
  while (!run && returned) {
    const segment = sortOne();
    if (segment) putBack(segment);
    else run = acquireRun(chunks, OWNER_SEGMENTS);
  }
  if (run) Segment.at(run).kind = chunks + RUN_KIND;
  return run;
}

function newChunk(): usize {
  const chunk = acquireRun(1, OWNER_SEGMENTS);
  if (chunk) Segment.at(chunk).kind = CHUNK_KIND;
  return chunk;
}

/** A segment cut from a chunk. */
function cutOff(kind: u32): usize {
  let cut = kind ? cutMiddle : cutSmall;
  // At the end of its chunk a cut is where another chunk begins.
  if (!(cut & (CHUNK_BYTES - 1))) cut = acquireRun(1, OWNER_SEGMENTS);
  if (!cut) return 0;
  if (kind) cutMiddle = cut + kindBytes(kind);
  else cutSmall = cut + kindBytes(kind);
  Segment.at(cut).kind = kind;
  return cut;
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

function putBack(segment: usize): void {
  const kind = Segment.at(segment).kind;
  Segment.at(segment).next = freeOf(kind);
  setFree(kind, segment);
}

/** Gives back a list of segments, from the newest of a region to its oldest, in constant time. */
export function returnSegments(newest: usize, oldest: usize): void {
  if (DEBUG) poisonSegments(newest);
  Segment.at(oldest).next = returned;
  returned = newest;
}

function poisonSegments(newest: usize): void {
  let segment = newest;
  while (segment) {
    poison(segment + SEGMENT_HEADER_BYTES, segmentBytes(segment) - SEGMENT_HEADER_BYTES);
    segment = Segment.at(segment).next;
  }
}
