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
import { CHUNK_MASK, CHUNK_SHIFT, GRANULE_SHIFT, WORD_BYTES } from "../../memory/address";
import { previousSetBit, setBit } from "../../memory/bits";
import { ensureFree } from "../../memory/chunks";
import { copyGranules } from "../../memory/copy";
import { poison } from "../../memory/poison";
import { bytesBeforeMove, forward, forwardedTo, isForwarded, objectBytes, shapeOf } from "../../object/header";
import { Shape } from "../../object/shape";
import { visitPointers } from "../../object/walk";
import { Entry } from "../../sparse/entry";
import {
  arraysApart,
  isArrayApart,
  nextReached,
  reachArray,
  reachOldArrays,
  sweepArrays,
  sweptBytes,
  traceArrays,
  unreachedArray,
  untraceArrays,
} from "../arrays";
import { copiesNeed, leastBytes } from "../pace";
import { startFrom } from "../owner";
import {
  ALL,
  AS_IT_PAYS,
  chooseGenerations,
  isFullDue,
  isNarrowed,
  keepGenerations,
  noteGenerations,
  YOUNG,
} from "./generations";
import { enterLedger, ledgerCount, ledgerEntry, weighLedger } from "./remembered";
import { bytesWhereMarked, cutOffSince, firstSince, Mark, MARK_BYTES, markedSegment } from "../checkpoint";
import { append, endOnStack, isOnStack, leaveRoom, noteTaken, Region, regionGrow, usedEnd } from "../region";
import {
  isRun,
  releaseChunks,
  returnSegments,
  roomEnd,
  Segment,
  SEGMENT_HEADER_BYTES,
  segmentBytes,
  segmentOf,
} from "../segments";
import { countReturned, counters } from "../statistics";

// What a collection adds to the owner of a segment that is being emptied, which is a mark then.
const OLD: usize = 1;
const HAS_BITS: usize = 2;
/** Of a run: it stays, and has not been visited. */
const KEPT: usize = 4;
const FLAGS: usize = 7;

let firstMark: usize = 0;
let marksEnd: usize = 0;
/** What of the stack of frames is collected lies between these. */
let stackLo: usize = 0;
let stackHi: usize = 0;
/** Runs that stay, and whose objects' fields have not been visited, chained by `used`. */
let unvisitedRuns: usize = 0;
/** Of the objects that are collected, dead or alive. */
let emptiedBytes: usize = 0;

/**
 * Collects what was allocated since the marks. If it may not find memory for the copies, it changes only the
 * thresholds.
 * @param from address of the first mark; they lie side by side up to `end`
 * @param roots address of `boxes` words that are Boxes, then `slices` words that are Slices; it updates them
 * @param globals address of `count` more words that are Boxes or Slices; 0 unless the program's own region is collected
 * @param lentEnd address where the marks of callers' regions end, and those of the call's own begin
 * @param which AS_IT_PAYS, ALL or YOUNG, of generations.ts
 */
export function regionsCollect(
  from: usize,
  end: usize,
  roots: usize,
  boxes: u32,
  slices: u32,
  globals: usize,
  count: u32,
  lentEnd: usize,
  which: u32,
): void {
  firstMark = from;
  marksEnd = end;
  if (which == AS_IT_PAYS && isFullDue(from, end)) which = canCopy() ? ALL : YOUNG;
  const isFull = !chooseGenerations(from, lentEnd, end, which);
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
  for (let at = from; at < end; at += MARK_BYTES) if (isNarrowed(Mark.at(at))) visitOld(Mark.at(at));
  while (scanRegions() || scanRun() || scanArray()) {}
  counters().collections++;
  let kept: usize = 0;
  for (let at = from; at < end; at += MARK_BYTES) {
    if (!Mark.at(at).region) continue;
    const moved = movedBytes(at);
    counters().copiedBytes += moved;
    kept += moved + dropOld(at);
    // Nothing is left to scan.
    Mark.at(at).scan = moved;
  }
  // When all has been given back: what is left decides when the next one is due.
  noteGenerations(from, lentEnd, end, which);
  if (arraysApart) untraceAll();
  if (isFull) counters().fullCollections++;
  counters().freedBytes += emptiedBytes - kept;
}

/** The bytes of the objects in a segment that has come to a region since it was marked. */
function bytesIn(region: Region, segment: usize): usize {
  const ref = segment + SEGMENT_HEADER_BYTES;
  return isRun(segment) ? bytesBeforeMove(ref) : usedEnd(region, segment) - ref;
}

/** The bytes of the objects that a region has got in the place of its old ones, while it has no others. */
function movedBytes(at: usize): usize {
  const mark = Mark.at(at);
  const region = Region.at(mark.region);
  let bytes: usize = 0;
  for (let segment = firstSince(mark); segment; segment = Segment.at(segment).next) bytes += bytesIn(region, segment);
  return bytes;
}

/**
 * Makes all that has come an old part.
 * @returns false when there may not be enough memory for the new one: then nothing has changed
 */
function emptyRegions(): bool {
  const fits = (traceAll() || (releaseChunks() && traceAll())) && canCopy();
  if (!fits && arraysApart) untraceAll();
  stackLo = usize.MAX_VALUE;
  stackHi = 0;
  emptiedBytes = 0;
  for (let at = firstMark; at < marksEnd; at += MARK_BYTES) {
    const mark = Mark.at(at);
    if (!mark.region) continue;
    if (fits) emptyRegion(at);
    else mark.due = Region.at(mark.region).taken + leastBytes;
  }
  return fits;
}

function traceAll(): bool {
  if (!arraysApart) return true;
  for (let at = firstMark; at < marksEnd; at += MARK_BYTES) {
    const region = Mark.at(at).region;
    if (region && !traceArrays(Region.at(region))) return false;
  }
  return true;
}

function untraceAll(): void {
  for (let at = firstMark; at < marksEnd; at += MARK_BYTES) {
    const region = Mark.at(at).region;
    if (region) untraceArrays(Region.at(region));
  }
}

function emptyRegion(at: usize): void {
  const mark = Mark.at(at);
  const region = Region.at(mark.region);
  const marked = markedSegment(mark);
  const bytes = bytesWhereMarked(mark);
  emptiedBytes += bytes;
  if (marked) {
    mark.end = mark.top + bytes;
    Segment.at(marked).owner = at | OLD;
  } else {
    if (mark.top < stackLo) stackLo = mark.top;
    if (mark.limit > stackHi) stackHi = mark.limit;
  }
  for (let segment = firstSince(mark); segment; segment = Segment.at(segment).next) {
    if (!isRun(segment)) Segment.at(segment).used = usedEnd(region, segment);
    emptiedBytes += bytesIn(region, segment);
    Segment.at(segment).owner = at | OLD;
  }
  // It is decided anew.
  mark.due = region.taken - mark.taken;
  mark.old = cutOffSince(mark);
  mark.scanSegment = 0;
  // No room: what is moved begins with a small segment. What stays of the one that was marked is used again.
  region.top = region.limit = mark.region;
}

/** Whether there is memory for copies of all that may be moved, whatever is wasted at the ends of segments. */
function canCopy(): bool {
  const chunks = chunksOfCopies();
  return ensureFree(chunks) || (releaseChunks() && ensureFree(chunks));
}

function chunksOfCopies(): u32 {
  let bytes: u64 = 0;
  let chunks: u32 = 0;
  for (let at = firstMark; at < marksEnd; at += MARK_BYTES) {
    const mark = Mark.at(at);
    if (!mark.region) continue;
    bytes += bytesWhereMarked(mark);
    for (let segment = firstSince(mark); segment; segment = Segment.at(segment).next) {
      if (!isRun(segment)) bytes += bytesIn(Region.at(mark.region), segment);
    }
    // Its small segments and a ledger, and the segment that is not full.
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
      const at = markOnStack(ref);
      if (at) store<usize>(slot, move(ref, at));
      return;
    }
    if (arraysApart && isArrayApart(ref)) {
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
      at = markOnStack(addr);
      if (!at) return;
      start = startFrom(Mark.at(at).top, addr);
    } else {
      if (arraysApart && isArrayApart(addr)) {
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
  const mark = Mark.at(Segment.at(segment).owner & ~FLAGS);
  return isMarked(segment, mark) ? mark.top : segment + SEGMENT_HEADER_BYTES;
}

/** Where it ends there: the region goes on from the mark already, and may have noted that for the segment. */
function endIn(segment: usize): usize {
  const mark = Mark.at(Segment.at(segment).owner & ~FLAGS);
  return isMarked(segment, mark) ? mark.end : Segment.at(segment).used;
}

/** Whether a segment that is being emptied is the one that the region bumped in when it was marked. */
function isMarked(segment: usize, mark: Mark): bool {
  return mark.top - segment < segmentBytes(segment);
}

/** The mark of a region that is collected and lies around an address on the stack of frames; 0 for none. */
function markOnStack(addr: usize): usize {
  if (addr < stackLo) return 0;
  for (let at = firstMark; at < marksEnd; at += MARK_BYTES) {
    const mark = Mark.at(at);
    if (mark.region && isOnStack(mark.limit) && addr >= mark.top && addr < mark.limit) return at;
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

/** Moves the object at `ref`, once, within the region of the mark. @returns where it is now */
function move(ref: usize, at: usize): usize {
  const header = load<usize>(ref);
  if (isForwarded(header)) return forwardedTo(header);
  const bytes = objectBytes(ref, Shape.at(header));
  const region = Region.at(Mark.at(at).region);
  let to = region.top;
  if (to + bytes <= region.limit) region.top = to + bytes;
  else {
    to = regionGrow(Mark.at(at).region, bytes);
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
  for (let each = firstMark; each < marksEnd; each += MARK_BYTES) {
    const mark = Mark.at(each);
    if (<u32>mark.region == entry.owner && entry.serial > mark.serial) {
      reachArray(at);
      if (shapeOf(entry.object).mayChange) weighLedger(mark, entry.bytes);
      return;
    }
  }
}

/** Visits what is old in a region and may have been changed since. */
function visitOld(mark: Mark): void {
  const count = ledgerCount(mark);
  for (let i: u32 = 0; i < count; i++) visit(ledgerEntry(mark, i));
  if (arraysApart) reachOldArrays(mark.region, mark.youngSerial, mark.serial);
}

function visit(ref: usize): void {
  visitPointers<Mover>(ref, shapeOf(ref), changetype<Mover>(0));
}

/** Visits the elements of an array on a sparse stack. @returns whether there was any */
function scanArray(): bool {
  if (!arraysApart) return false;
  const ref = nextReached();
  if (!ref) return false;
  visit(ref);
  return true;
}

/** Visits the fields of what has been moved. @returns whether there was anything */
function scanRegions(): bool {
  let found = false;
  for (let at = firstMark; at < marksEnd; at += MARK_BYTES) {
    const mark = Mark.at(at);
    if (!mark.region) continue;
    const region = Region.at(mark.region);
    if (!mark.scanSegment) {
      const first = firstSince(mark);
      if (!first) continue;
      scanFrom(mark, first);
    }
    for (;;) {
      // The end moves on while fields are visited.
      while (mark.scan < usedEnd(region, mark.scanSegment)) {
        const shape = shapeOf(mark.scan);
        visitPointers<Mover>(mark.scan, shape, changetype<Mover>(0));
        if (shape.mayChange) enterLedger(mark, mark.scan);
        mark.scan += objectBytes(mark.scan, shape);
        found = true;
      }
      const next = Segment.at(mark.scanSegment).next;
      if (!next) break;
      scanFrom(mark, next);
    }
  }
  return found;
}

function scanFrom(mark: Mark, segment: usize): void {
  mark.scanSegment = segment;
  mark.scan = segment + SEGMENT_HEADER_BYTES;
}

/** Visits the fields of an object with a run of its own. @returns whether there was any */
function scanRun(): bool {
  if (!unvisitedRuns) return false;
  const run = Segment.at(unvisitedRuns);
  const ref = unvisitedRuns + SEGMENT_HEADER_BYTES;
  unvisitedRuns = run.used;
  visit(ref);
  if (shapeOf(ref).mayChange) enterLedger(Mark.at(run.owner & ~FLAGS), ref);
  return true;
}

/** A region goes on where it was marked, or behind what has been moved: where there is more room. */
function goOn(region: Region, mark: Mark): void {
  if (region.limit != mark.region) {
    if (region.limit - region.top > mark.limit - mark.top) {
      if (isOnStack(mark.limit)) endOnStack(mark.top, mark.limit);
      return;
    }
    leaveRoom(region);
  }
  region.top = mark.top;
  region.limit = mark.limit;
}

/**
 * Gives back what has been emptied, and hands the runs that stay to their region.
 * @returns the bytes of their objects
 */
function dropOld(at: usize): usize {
  const mark = Mark.at(at);
  const region = Region.at(mark.region);
  const marked = markedSegment(mark);
  if (marked) {
    Segment.at(marked).owner = mark.region;
    Segment.at(marked).used = mark.top;
  }
  let kept: usize = 0;
  // What has come that is no segment: arrays elsewhere.
  let others = mark.due;
  let first: usize = 0;
  let last: usize = 0;
  let segment = mark.old;
  while (segment) {
    const next = Segment.at(segment).next;
    const bytes = segmentBytes(segment);
    countReturned(bytes);
    others -= bytes;
    if (Segment.at(segment).owner & KEPT) {
      Segment.at(segment).owner = mark.region;
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
  if (DEBUG) poison(mark.top, mark.limit - mark.top);
  goOn(region, mark);
  if (arraysApart) {
    countReturned(others);
    const live = sweepArrays(mark.region, mark.serial);
    emptiedBytes += live + sweptBytes;
    // The rest is what older arrays have grown by.
    if (others > live + sweptBytes) noteTaken(region, others - live - sweptBytes);
    kept += live;
  }
  return kept;
}
