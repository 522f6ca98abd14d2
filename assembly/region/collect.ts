// The rescue of loops that build something up: where a round ends, and the regions around it have doubled, what can still be
// reached is copied (Cheney 1970) and the rest dropped. So a loop that replaces a value by a new one in each round takes a
// small multiple of what is live, as under a collector, and not the sum of all rounds.
//
// It needs no remembered set: between two rounds nothing refers to the objects of a frame's outer regions but the frame's
// variables, which the compiler hands over, and these objects themselves. What lives longer never refers to what ends
// before it; what lives shorter has ended with the round.
//
// An object is moved from a segment, or from the stack of frames, to new segments of the same region. One that has a run of
// chunks stays, and its run goes to the new list. Starts behind interior pointers are found by start bits that are made
// when they are asked for, by a walk over the segment.
//
// Invariant: outside of a collection, no owner of a segment has a flag. State: what is being collected.

import { CHUNK_BYTES, chunksFor, GRANULE_SHIFT, WORD_BYTES } from "../memory/address";
import { previousSetBit, setBit } from "../memory/bits";
import { ensureFree } from "../memory/chunks";
import { copyGranules } from "../memory/copy";
import { bytesBeforeMove, forward, forwardedTo, isForwarded, objectBytes, shapeOf } from "../object/header";
import { Shape } from "../object/shape";
import { visitPointers } from "../object/walk";
import { append, poisonFrames, Region, REGION_BYTES, regionGrow, usedEnd } from "./region";
import { isRun, returnSegments, roomEnd, Segment, SEGMENT_HEADER_BYTES, segmentBytes, segmentOf } from "./segments";

// What a collection adds to the owner of a segment that is being emptied.
const OLD: usize = 1;
const HAS_BITS: usize = 2;
/** Of a run: it stays. */
const KEPT: usize = 4;
const FLAGS: usize = 7;

/** A region is not collected again before it has taken this many bytes of segments; what its budget can hold. */
const LEAST_BYTES: i32 = 4 << 20;
const MOST_BYTES: i32 = 1 << 30;

/** The frame whose regions are collected, up to the end of the last of them. */
let framesLo: usize = 0;
let framesHi: usize = 0;
/** Runs that stay, and whose objects' fields have not been visited, chained by `used`. */
let unvisitedRuns: usize = 0;

/**
 * Copies what can be reached of the regions in `[lo, hi)`, the first ones of a frame.
 * @param roots the address of `boxes` words that are Boxes, and `slices` that are Slices; they are changed
 */
export function regionsCollect(lo: usize, hi: usize, roots: usize, boxes: u32, slices: u32): void {
  framesLo = lo;
  framesHi = hi;
  if (!emptyRegions()) return;
  const mover = changetype<Mover>(0);
  let slot = roots;
  for (let i: u32 = 0; i < boxes; i++, slot += WORD_BYTES) mover.box(slot);
  for (let i: u32 = 0; i < slices; i++, slot += WORD_BYTES) mover.slice(slot);
  while (scanRegions() || scanRun()) {}
  dropOld();
}

/** Makes all segments old ones. @returns false when there may not be enough memory for the new ones: then nothing has changed */
function emptyRegions(): bool {
  const fits = ensureFree(chunksOfObjects() + 1);
  for (let at = framesLo; at < framesHi; at = Region.at(at).end) {
    const region = Region.at(at);
    region.budget = LEAST_BYTES;
    if (!fits) continue;
    for (let segment = region.first; segment; segment = Segment.at(segment).next) {
      if (!isRun(segment)) Segment.at(segment).used = usedEnd(region, segment);
      Segment.at(segment).owner |= OLD;
    }
    region.old = region.first;
    region.scanSegment = region.first = 0;
    region.top = region.limit = at + REGION_BYTES;
  }
  return fits;
}

/** How many chunks hold all that may be moved, whatever is wasted at the ends of segments. */
function chunksOfObjects(): u32 {
  let bytes: usize = 0;
  for (let at = framesLo; at < framesHi; at = Region.at(at).end) {
    bytes += Region.at(at).end - at + CHUNK_BYTES;
    for (let segment = Region.at(at).first; segment; segment = Segment.at(segment).next) {
      if (!isRun(segment)) bytes += segmentBytes(segment) + segmentBytes(segment) / 2;
    }
  }
  return chunksFor(bytes);
}

@final
@unmanaged
class Mover {
  box(slot: usize): void {
    const ref = load<usize>(slot);
    if (ref >= framesLo && ref < framesHi) {
      store<usize>(slot, move(ref, regionAround(ref)));
      return;
    }
    const segment = oldSegmentOf(ref);
    if (!segment) return;
    if (isRun(segment)) keep(segment);
    else store<usize>(slot, move(ref, Segment.at(segment).owner & ~FLAGS));
  }

  slice(slot: usize): void {
    const addr = load<usize>(slot);
    let start: usize;
    let region: usize;
    if (addr >= framesLo && addr < framesHi) {
      region = regionAround(addr);
      start = startOnStack(region, addr);
    } else {
      const segment = oldSegmentOf(addr);
      if (!segment) return;
      if (isRun(segment)) {
        keep(segment);
        return;
      }
      region = Segment.at(segment).owner & ~FLAGS;
      start = startIn(segment, addr);
    }
    store<usize>(slot, move(start, region) + (addr - start));
  }
}

/** The segment that is being emptied around `addr`; 0 for everything else. */
function oldSegmentOf(addr: usize): usize {
  const segment = segmentOf(addr);
  return segment && Segment.at(segment).owner & OLD ? segment : 0;
}

function regionAround(addr: usize): usize {
  let at = framesLo;
  while (Region.at(at).end <= addr) at = Region.at(at).end;
  return at;
}

/** The start of the object around `addr` among those of a region on the stack of frames. */
function startOnStack(region: usize, addr: usize): usize {
  let ref = region + REGION_BYTES;
  let next = ref + bytesBeforeMove(ref);
  while (next <= addr) {
    ref = next;
    next += bytesBeforeMove(ref);
  }
  return ref;
}

function startIn(segment: usize, addr: usize): usize {
  const bits = roomEnd(segment);
  if (!(Segment.at(segment).owner & HAS_BITS)) {
    memory.fill(bits, 0, segmentBytes(segment) - (bits - segment));
    const end = Segment.at(segment).used;
    let ref = segment + SEGMENT_HEADER_BYTES;
    while (ref < end) {
      setBit(bits, (ref - segment) >> GRANULE_SHIFT);
      ref += bytesBeforeMove(ref);
    }
    Segment.at(segment).owner |= HAS_BITS;
  }
  return segment + ((<usize>previousSetBit(bits, (addr - segment) >> GRANULE_SHIFT)) << GRANULE_SHIFT);
}

/** Moves the object at `ref`, once, within its region. @returns where it is now */
function move(ref: usize, at: usize): usize {
  const header = load<usize>(ref);
  if (isForwarded(header)) return forwardedTo(header);
  const bytes = objectBytes(ref, Shape.at(header));
  const region = Region.at(at);
  let to = region.top;
  if (to + bytes <= region.limit) region.top = to + bytes;
  else {
    to = regionGrow(at, bytes);
    // There was enough memory when the collection began.
    if (!to) unreachable();
  }
  copyGranules(to, ref, bytes);
  forward(ref, to);
  return to;
}

function keep(run: usize): void {
  const segment = Segment.at(run);
  if (segment.owner & KEPT) return;
  segment.owner |= KEPT;
  segment.used = unvisitedRuns;
  unvisitedRuns = run;
}

/** Visits the fields of what has been moved. @returns whether there was anything */
function scanRegions(): bool {
  let found = false;
  for (let at = framesLo; at < framesHi; at = Region.at(at).end) {
    const region = Region.at(at);
    if (!region.first) continue;
    if (!region.scanSegment) scanFrom(region, region.first);
    for (;;) {
      // The end moves on while fields are visited.
      while (region.scan < usedEnd(region, region.scanSegment)) {
        const shape = shapeOf(region.scan);
        visitPointers<Mover>(region.scan, shape, changetype<Mover>(0));
        region.scan += objectBytes(region.scan, shape);
        found = true;
      }
      const next = Segment.at(region.scanSegment).next;
      if (!next) break;
      scanFrom(region, next);
    }
  }
  return found;
}

function scanFrom(region: Region, segment: usize): void {
  region.scanSegment = segment;
  region.scan = segment + SEGMENT_HEADER_BYTES;
}

/** Visits the fields of an object with a run of its own. @returns whether there was any */
function scanRun(): bool {
  if (!unvisitedRuns) return false;
  const ref = unvisitedRuns + SEGMENT_HEADER_BYTES;
  unvisitedRuns = Segment.at(unvisitedRuns).used;
  visitPointers<Mover>(ref, shapeOf(ref), changetype<Mover>(0));
  return true;
}

/** Gives back what has been emptied, and hands the runs that stay to their regions. */
function dropOld(): void {
  for (let at = framesLo; at < framesHi; at = Region.at(at).end) {
    const region = Region.at(at);
    let first: usize = 0;
    let last: usize = 0;
    let segment = region.old;
    while (segment) {
      const next = Segment.at(segment).next;
      if (Segment.at(segment).owner & KEPT) {
        Segment.at(segment).owner = at;
        Segment.at(segment).next = 0;
        append(region, segment);
      } else {
        if (!last) last = segment;
        Segment.at(segment).next = first;
        first = segment;
      }
      segment = next;
    }
    if (last) returnSegments(first, last);
    poisonFrames(at + REGION_BYTES, region.end);
    // Nothing of it is on the stack any more.
    if (!region.first) region.limit = region.end;
    region.budget = budgetOf(region);
  }
}

/** As much as is live, so that the cost of a collection is paid by as many bytes of allocation. */
function budgetOf(region: Region): i32 {
  let live: usize = 0;
  for (let segment = region.first; segment; segment = Segment.at(segment).next) live += segmentBytes(segment);
  if (live > <usize>MOST_BYTES) return MOST_BYTES;
  return live < <usize>LEAST_BYTES ? LEAST_BYTES : <i32>live;
}
