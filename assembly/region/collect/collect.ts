// Collections of regions: at a loop's header, or in front of a tail call, when the regions that it fills have reached
// their thresholds. A collection copies what is reachable (Cheney 1970) and drops the rest. So a loop that replaces a
// value in each iteration takes a small multiple of what is live, as under a collector.
//
// Only the roots that the compiler passes and the collected objects themselves refer to what is collected. That holds
// for the regions of a frame around a loop: what lives longer never refers there, and what lives shorter has ended with
// the iteration. It holds for sub-regions of callers' regions by what the compiler knows (region/checkpoint.ts).
//
// An object moves from its segment, or from the stack of frames, to new segments of the same region. An object with a
// run of chunks stays, and its run goes to the new list. Start bits find the objects around interior pointers; a walk
// over the segment sets them at its first question.
//
// Invariant: outside of a collection no owner of a segment has a flag. State: what is being collected.

import { DEBUG } from "../../config";
import {
  CHECKPOINT_BYTES,
  CHUNK_SHIFT,
  COLLECT_ALL,
  COLLECT_AS_IT_PAYS,
  COLLECT_YOUNG,
  GRANULE_SHIFT,
  WORD_BYTES,
} from "../../contract";
import { verifyRememberedOrTrap, verifySurvivorsOrTrap } from "../../debug/region-pointers";
import { verifyBeginOrTrap, verifyEndOrTrap } from "../../debug/regions";
import { CHUNK_MASK } from "../../memory/address";
import { previousSetBit, setBit } from "../../memory/bits";
import { chunksReserve, ensureFree } from "../../memory/chunks";
import { copyGranules } from "../../memory/copy";
import { poison } from "../../memory/poison";
import { bytesBeforeMove, forward, forwardedTo, isForwarded, objectBytes, shapeOf } from "../../object/header";
import { Shape } from "../../object/shape";
import { visitPointers } from "../../object/walk";
import { Entry } from "../../sparse/entry";
import {
  isSparseArray,
  nextReached,
  reachArray,
  reachOldArrays,
  regionSparseArrays,
  sweepArrays,
  sweptBytes,
  traceArrays,
  unreachedArray,
  untraceArrays,
} from "../arrays";
import { copiesNeed, regionLeastBytes } from "../pace";
import { startFrom } from "../owner";
import { chooseGenerations, isPastFullThreshold, isYoungOnly, keepGenerations, noteGenerations } from "./generations";
import { enterRemembered, rememberedCount, rememberedEntry, weighRemembered } from "../remembered";
import { bytesWhereCheckpointed, Checkpoint, checkpointedSegment, cutOffSince, firstSince } from "../checkpoint";
import { append, endOnStack, isOnStack, leaveRoom, noteTaken, Region, regionGrow, usedEnd } from "../region";
import {
  isRun,
  regionReleaseChunks,
  returnSegments,
  roomEnd,
  Segment,
  SEGMENT_HEADER_BYTES,
  segmentBytes,
  segmentOf,
} from "../segments";
import { counters, countReturned } from "../statistics";

// What a collection adds to the owner of a segment that is being emptied, which is a checkpoint then.
const OLD: usize = 1;
const HAS_BITS: usize = 2;
/** Of a run: it stays, and has not been visited. */
const KEPT: usize = 4;
const FLAGS: usize = 7;

let firstCheckpoint: usize = 0;
let checkpointsEnd: usize = 0;
/** What of the stack of frames is collected lies between these. */
let stackLo: usize = 0;
let stackHi: usize = 0;
/** Runs that stay, and whose objects' fields have not been visited, chained by `used`. */
let unvisitedRuns: usize = 0;
/** Of the objects that are collected, dead or alive. */
let emptiedBytes: usize = 0;

/**
 * Collects what was allocated since the checkpoints. If it may not find memory for the copies, it changes only the
 * thresholds.
 * @param from address of the first checkpoint; they lie side by side up to `end`
 * @param roots address of `boxes` words that are Boxes, then `slices` words that are Slices; it updates them
 * @param globals address of `count` more words that are Boxes or Slices; 0 unless the program's own region is collected
 * @param callerEnd address where the checkpoints of callers' regions end, and those of the call's own begin
 * @param which COLLECT_AS_IT_PAYS, COLLECT_ALL or COLLECT_YOUNG, of generations.ts
 */
export function regionCollect(
  from: usize,
  end: usize,
  roots: usize,
  boxes: u32,
  slices: u32,
  globals: usize,
  count: u32,
  callerEnd: usize,
  which: u32,
): void {
  verifyBeginOrTrap(from, callerEnd, end);
  firstCheckpoint = from;
  checkpointsEnd = end;
  if (which == COLLECT_AS_IT_PAYS && isPastFullThreshold(from, end)) which = canCopy() ? COLLECT_ALL : COLLECT_YOUNG;
  const isFull = !chooseGenerations(from, callerEnd, end, which);
  if (!emptyRegions()) {
    keepGenerations(from, end);
    return;
  }
  const mover = changetype<Mover>(0);
  let slot = roots;
  for (let i: u32 = 0; i < boxes; i++, slot += WORD_BYTES) mover.box(slot);
  for (let i: u32 = 0; i < slices; i++, slot += WORD_BYTES) mover.slice(slot);
  // A Box is a Slice without an offset.
  for (let i: u32 = 0; i < count; i++) mover.slice(globals + <usize>i * WORD_BYTES);
  for (let at = from; at < end; at += CHECKPOINT_BYTES) if (isYoungOnly(Checkpoint.at(at))) visitOld(Checkpoint.at(at));
  while (scanRegions() || scanRun() || scanArray()) {}
  counters().collections++;
  let kept: usize = 0;
  for (let at = from; at < end; at += CHECKPOINT_BYTES) {
    if (!Checkpoint.at(at).region) continue;
    const moved = movedBytes(at);
    counters().copiedBytes += moved;
    kept += moved + dropOld(at);
    // Nothing is left to scan.
    Checkpoint.at(at).scan = moved;
  }
  verifySurvivorsOrTrap(from, callerEnd, end);
  // When all has been given back: the survivors decide the next threshold.
  noteGenerations(from, callerEnd, end, which);
  if (regionSparseArrays) untraceAll();
  if (isFull) counters().fullCollections++;
  counters().freedBytes += emptiedBytes - kept;
  verifyEndOrTrap(from, callerEnd, end);
}

/** The bytes of the objects in a segment that a region took since its checkpoint. */
function bytesIn(region: Region, segment: usize): usize {
  const ref = segment + SEGMENT_HEADER_BYTES;
  return isRun(segment) ? bytesBeforeMove(ref) : usedEnd(region, segment) - ref;
}

/** The bytes of the objects that a region has got in the place of its old ones, while it has no others. */
function movedBytes(at: usize): usize {
  const checkpoint = Checkpoint.at(at);
  const region = Region.at(checkpoint.region);
  let bytes: usize = 0;
  for (let segment = firstSince(checkpoint); segment; segment = Segment.at(segment).next)
    bytes += bytesIn(region, segment);
  return bytes;
}

/**
 * Makes all that was allocated an old part.
 * @returns false when there may not be enough memory for the new one: then nothing has changed
 */
function emptyRegions(): bool {
  const fits = (traceAll() || (regionReleaseChunks() && traceAll())) && canCopy();
  if (fits) verifyRememberedOrTrap(firstCheckpoint, checkpointsEnd);
  else if (regionSparseArrays) untraceAll();
  stackLo = usize.MAX_VALUE;
  stackHi = 0;
  emptiedBytes = 0;
  for (let at = firstCheckpoint; at < checkpointsEnd; at += CHECKPOINT_BYTES) {
    const checkpoint = Checkpoint.at(at);
    if (!checkpoint.region) continue;
    if (fits) emptyRegion(at);
    else checkpoint.threshold = Region.at(checkpoint.region).taken + regionLeastBytes;
  }
  return fits;
}

function traceAll(): bool {
  if (!regionSparseArrays) return true;
  for (let at = firstCheckpoint; at < checkpointsEnd; at += CHECKPOINT_BYTES) {
    const region = Checkpoint.at(at).region;
    if (region && !traceArrays(Region.at(region))) return false;
  }
  return true;
}

function untraceAll(): void {
  for (let at = firstCheckpoint; at < checkpointsEnd; at += CHECKPOINT_BYTES) {
    const region = Checkpoint.at(at).region;
    if (region) untraceArrays(Region.at(region));
  }
}

function emptyRegion(at: usize): void {
  const checkpoint = Checkpoint.at(at);
  const region = Region.at(checkpoint.region);
  const checkpointed = checkpointedSegment(checkpoint);
  const bytes = bytesWhereCheckpointed(checkpoint);
  emptiedBytes += bytes;
  if (checkpointed) {
    checkpoint.end = checkpoint.top + bytes;
    Segment.at(checkpointed).owner = at | OLD;
  } else {
    if (checkpoint.top < stackLo) stackLo = checkpoint.top;
    if (checkpoint.limit > stackHi) stackHi = checkpoint.limit;
  }
  for (let segment = firstSince(checkpoint); segment; segment = Segment.at(segment).next) {
    if (!isRun(segment)) Segment.at(segment).used = usedEnd(region, segment);
    emptiedBytes += bytesIn(region, segment);
    Segment.at(segment).owner = at | OLD;
  }
  // It is decided anew.
  checkpoint.threshold = region.taken - checkpoint.taken;
  checkpoint.old = cutOffSince(checkpoint);
  checkpoint.scanSegment = 0;
  // No room: what is moved begins with a small segment. What stays of the one that was checkpointed is used again.
  region.top = region.limit = checkpoint.region;
}

/** Whether there is memory for copies of all that may be moved, whatever is wasted at the ends of segments. */
function canCopy(): bool {
  const chunks = chunksOfCopies() + chunksReserve();
  return ensureFree(chunks) || (regionReleaseChunks() && ensureFree(chunks));
}

function chunksOfCopies(): u32 {
  let bytes: u64 = 0;
  let chunks: u32 = 0;
  for (let at = firstCheckpoint; at < checkpointsEnd; at += CHECKPOINT_BYTES) {
    const checkpoint = Checkpoint.at(at);
    if (!checkpoint.region) continue;
    bytes += bytesWhereCheckpointed(checkpoint);
    for (let segment = firstSince(checkpoint); segment; segment = Segment.at(segment).next) {
      if (!isRun(segment)) bytes += bytesIn(Region.at(checkpoint.region), segment);
    }
    // Its small segments and a remembered set, and the segment that is not full.
    chunks += 2;
  }
  // The chunks that small segments are cut from.
  return <u32>((copiesNeed(bytes) + CHUNK_MASK) >> CHUNK_SHIFT) + chunks + 2;
}

@final
@unmanaged
class Mover {
  box(slot: usize): void {
    const ref = load<usize>(slot);
    if (ref < stackHi) {
      const at = checkpointOnStack(ref);
      if (at) store<usize>(slot, move(ref, at));
      return;
    }
    if (regionSparseArrays && isSparseArray(ref)) {
      keepArray(ref);
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
    let at: usize;
    if (addr < stackHi) {
      at = checkpointOnStack(addr);
      if (!at) return;
      start = startFrom(Checkpoint.at(at).top, addr);
    } else {
      if (regionSparseArrays && isSparseArray(addr)) {
        keepArray(addr);
        return;
      }
      const segment = oldSegmentOf(addr);
      if (!segment) return;
      if (isRun(segment)) {
        keep(segment);
        return;
      }
      at = Segment.at(segment).owner & ~FLAGS;
      start = startIn(segment, addr);
    }
    store<usize>(slot, move(start, at) + (addr - start));
  }
}

/** The segment that is being emptied around `addr`; 0 for everything else. */
function oldSegmentOf(addr: usize): usize {
  const segment = segmentOf(addr);
  if (!segment || !(Segment.at(segment).owner & OLD)) return 0;
  return addr >= firstIn(segment) ? segment : 0;
}

/** Where what is collected begins in a segment that is being emptied. */
function firstIn(segment: usize): usize {
  const checkpoint = Checkpoint.at(Segment.at(segment).owner & ~FLAGS);
  return isCheckpointed(segment, checkpoint) ? checkpoint.top : segment + SEGMENT_HEADER_BYTES;
}

/** Where it ends there: the region goes on from the checkpoint already, and may have noted that for the segment. */
function endIn(segment: usize): usize {
  const checkpoint = Checkpoint.at(Segment.at(segment).owner & ~FLAGS);
  return isCheckpointed(segment, checkpoint) ? checkpoint.end : Segment.at(segment).used;
}

/** Whether a segment that is being emptied is the one that the region bumped in when it was checkpointed. */
function isCheckpointed(segment: usize, checkpoint: Checkpoint): bool {
  return checkpoint.top - segment < segmentBytes(segment);
}

/** The checkpoint of a region that is collected and lies around an address on the stack of frames; 0 for none. */
function checkpointOnStack(addr: usize): usize {
  if (addr < stackLo) return 0;
  for (let at = firstCheckpoint; at < checkpointsEnd; at += CHECKPOINT_BYTES) {
    const checkpoint = Checkpoint.at(at);
    if (checkpoint.region && isOnStack(checkpoint.limit) && addr >= checkpoint.top && addr < checkpoint.limit)
      return at;
  }
  return 0;
}

function startIn(segment: usize, addr: usize): usize {
  const bits = roomEnd(segment);
  if (!(Segment.at(segment).owner & HAS_BITS)) {
    memory.fill(bits, 0, segmentBytes(segment) - (bits - segment));
    const end = endIn(segment);
    let ref = firstIn(segment);
    while (ref < end) {
      setBit(bits, (ref - segment) >> GRANULE_SHIFT);
      ref += bytesBeforeMove(ref);
    }
    Segment.at(segment).owner |= HAS_BITS;
  }
  return segment + ((<usize>previousSetBit(bits, (addr - segment) >> GRANULE_SHIFT)) << GRANULE_SHIFT);
}

/** Moves the object at `ref`, once, within the region of the checkpoint. @returns where it is now */
function move(ref: usize, at: usize): usize {
  const header = load<usize>(ref);
  if (isForwarded(header)) return forwardedTo(header);
  const bytes = objectBytes(ref, Shape.at(header));
  const region = Region.at(Checkpoint.at(at).region);
  let to = region.top;
  if (to + bytes <= region.limit) region.top = to + bytes;
  else {
    to = regionGrow(Checkpoint.at(at).region, bytes);
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

/** Keeps the array around an address on a sparse stack, if it is one of what is collected. */
function keepArray(addr: usize): void {
  const at = unreachedArray(addr);
  if (!at) return;
  const entry = Entry.at(at);
  for (let each = firstCheckpoint; each < checkpointsEnd; each += CHECKPOINT_BYTES) {
    const checkpoint = Checkpoint.at(each);
    if (<u32>checkpoint.region == entry.owner && entry.serial > checkpoint.serial) {
      reachArray(at);
      if (shapeOf(entry.object).mayChange) weighRemembered(checkpoint, entry.bytes);
      return;
    }
  }
}

/** Visits what is old in a region and may have been changed since. */
function visitOld(checkpoint: Checkpoint): void {
  const count = rememberedCount(checkpoint);
  for (let i: u32 = 0; i < count; i++) visit(rememberedEntry(checkpoint, i));
  if (regionSparseArrays) reachOldArrays(checkpoint.region, checkpoint.youngSerial, checkpoint.serial);
}

function visit(ref: usize): void {
  visitPointers<Mover>(ref, shapeOf(ref), changetype<Mover>(0));
}

/** Visits the elements of an array on a sparse stack. @returns whether there was any */
function scanArray(): bool {
  if (!regionSparseArrays) return false;
  const ref = nextReached();
  if (!ref) return false;
  visit(ref);
  return true;
}

/** Visits the fields of what has been moved. @returns whether there was anything */
function scanRegions(): bool {
  let found = false;
  for (let at = firstCheckpoint; at < checkpointsEnd; at += CHECKPOINT_BYTES) {
    const checkpoint = Checkpoint.at(at);
    if (!checkpoint.region) continue;
    const region = Region.at(checkpoint.region);
    if (!checkpoint.scanSegment) {
      const first = firstSince(checkpoint);
      if (!first) continue;
      scanFrom(checkpoint, first);
    }
    for (;;) {
      // The end moves on while fields are visited.
      while (checkpoint.scan < usedEnd(region, checkpoint.scanSegment)) {
        const shape = shapeOf(checkpoint.scan);
        visitPointers<Mover>(checkpoint.scan, shape, changetype<Mover>(0));
        if (shape.mayChange) enterRemembered(checkpoint, checkpoint.scan);
        checkpoint.scan += objectBytes(checkpoint.scan, shape);
        found = true;
      }
      const next = Segment.at(checkpoint.scanSegment).next;
      if (!next) break;
      scanFrom(checkpoint, next);
    }
  }
  return found;
}

function scanFrom(checkpoint: Checkpoint, segment: usize): void {
  checkpoint.scanSegment = segment;
  checkpoint.scan = segment + SEGMENT_HEADER_BYTES;
}

/** Visits the fields of an object with a run of its own. @returns whether there was any */
function scanRun(): bool {
  if (!unvisitedRuns) return false;
  const run = Segment.at(unvisitedRuns);
  const ref = unvisitedRuns + SEGMENT_HEADER_BYTES;
  unvisitedRuns = run.used;
  visit(ref);
  if (shapeOf(ref).mayChange) enterRemembered(Checkpoint.at(run.owner & ~FLAGS), ref);
  return true;
}

/** A region goes on where it was checkpointed, or behind what has been moved: where there is more room. */
function goOn(region: Region, checkpoint: Checkpoint): void {
  if (region.limit != checkpoint.region) {
    if (region.limit - region.top > checkpoint.limit - checkpoint.top) {
      if (isOnStack(checkpoint.limit)) endOnStack(checkpoint.top, checkpoint.limit);
      return;
    }
    leaveRoom(region);
  }
  region.top = checkpoint.top;
  region.limit = checkpoint.limit;
}

/**
 * Gives back what has been emptied, and hands the runs that stay to their region.
 * @returns the bytes of their objects
 */
function dropOld(at: usize): usize {
  const checkpoint = Checkpoint.at(at);
  const region = Region.at(checkpoint.region);
  const checkpointed = checkpointedSegment(checkpoint);
  if (checkpointed) {
    Segment.at(checkpointed).owner = checkpoint.region;
    Segment.at(checkpointed).used = checkpoint.top;
  }
  let kept: usize = 0;
  // What was allocated outside of segments: arrays on sparse stacks.
  let others = checkpoint.threshold;
  let first: usize = 0;
  let last: usize = 0;
  let segment = checkpoint.old;
  while (segment) {
    const next = Segment.at(segment).next;
    const bytes = segmentBytes(segment);
    countReturned(bytes);
    others -= bytes;
    if (Segment.at(segment).owner & KEPT) {
      Segment.at(segment).owner = checkpoint.region;
      Segment.at(segment).next = 0;
      append(region, segment);
      kept += bytesBeforeMove(segment + SEGMENT_HEADER_BYTES);
    } else {
      if (!last) last = segment;
      Segment.at(segment).next = first;
      first = segment;
    }
    segment = next;
  }
  if (last) returnSegments(first, last);
  if (DEBUG) poison(checkpoint.top, checkpoint.limit - checkpoint.top);
  goOn(region, checkpoint);
  if (regionSparseArrays) {
    countReturned(others);
    const live = sweepArrays(checkpoint.region, checkpoint.serial);
    emptiedBytes += live + sweptBytes;
    // The rest is what older arrays have grown by.
    if (others > live + sweptBytes) noteTaken(region, others - live - sweptBytes);
    kept += live;
  }
  return kept;
}
