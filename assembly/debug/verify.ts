// Verification of the whole heap. Each invariant has a number. Debug target only.
//
//   1 nursery: objects leave no gap and have shapes      6 chunk counts equal a recount of the page map
//   2 nursery: the finder finds what is recorded         7 old objects that point into the nursery are remembered
//   3 a Box is 0, outside the heap, or an object         8 mark bits are zero between major collections
//   4 a Slice lies inside a sliceable object             9 shadow stack: within its bounds, its pointers valid
//   5 blocks: objects in order, not overlapping         10 handles: pointers valid
//
// Each verification builds a bitset of all object starts in the nursery, in memory of its own, whatever the start
// finder records.

import { DEBUG } from "../config";
import {
  BROKEN_BLOCK,
  BROKEN_BOX,
  BROKEN_COUNTS,
  BROKEN_HANDLE,
  BROKEN_MARKS,
  BROKEN_NURSERY,
  BROKEN_REMEMBERED,
  BROKEN_SHADOW,
  BROKEN_SLICE,
  BROKEN_STARTS,
  CHUNK_BYTES,
  GRANULE_BYTES,
  GRANULE_SHIFT,
  KIND_ARRAY,
  OWNER_ASIDE_FRESH,
  OWNER_ASIDE_WARM,
  OWNER_BLOCK,
  OWNER_CONTROL,
  OWNER_FOREIGN,
  OWNER_FRESH,
  OWNER_WARM,
  SHAPE_FLAGS,
} from "../contract";
import { isBlockStart, isMarkedObject, isSwept, nextMarked, nextObject, payloadStart } from "../mature/block";
import { isMarkedLarge, largeChunks, largeStart, nextLarge } from "../mature/large";
import { visitMarkedObjects, visitObjects } from "../mature/objects";
import { isMarking, isSweeping } from "../mature/phase";
import { REMEMBER_OBJECT, REMEMBER_SLICE, rememberedOverflowed } from "../mature/remembered";
import { matureStart, startInBlock } from "../mature/space";
import { chunkAddress, chunkOf, chunksFor } from "../memory/address";
import { setBit, testBit } from "../memory/bits";
import { acquireRun, chunksAside, chunksEnd, chunksFirst, chunksFree, chunksUsed, releaseRun } from "../memory/chunks";
import { isLarge, ownerOf, ownerOfChunk } from "../memory/page-map";
import { isRemembered, lookupClose, lookupOpen } from "./lookup";
import { isShape } from "./shapes";
import { isYoung, nurseryBase, nurseryBytes, nurseryTop } from "../nursery/bump";
import { findsAllStarts, youngStart } from "../nursery/starts/finder";
import { objectBytes, shapeOf } from "../object/header";
import { gcAllInterior, mayBeSliced } from "../object/interior";
import { Shape } from "../object/shape";
import { visitPointers } from "../object/walk";
import { visitHandles } from "../roots/handles";
import { shadowLimit, shadowTop, visitShadow } from "../roots/shadow";

const OK: i32 = 0;

/** All object starts in the nursery, a bit for each granule; 0 when there was no memory for it. */
let allStarts: usize = 0;
/** The object outside the nursery whose fields are being checked; 0 for roots and young objects. */
let owner: usize = 0;
let ownerRemembered: bool = false;
let broken: i32 = 0;

/** Walks the whole heap. @returns 0, or the number of the first invariant found broken */
export function verify(): i32 {
  broken = OK;
  if (!countsAgree()) return BROKEN_COUNTS;
  allStarts = acquireRun(chunksFor(nurseryBytes >> (GRANULE_SHIFT + 3)), OWNER_CONTROL);
  if (allStarts) memory.fill(allStarts, 0, nurseryBytes >> (GRANULE_SHIFT + 3));
  lookupOpen();
  const result = verifyObjects();
  lookupClose();
  if (allStarts) releaseRun(allStarts, chunksFor(nurseryBytes >> (GRANULE_SHIFT + 3)));
  return result;
}

/** Asserts, once marking has ended, that whatever a root or a marked object refers to is marked. */
export function verifyMarksOrTrap(): void {
  if (!DEBUG) return;
  const verifier = changetype<MarkVerifier>(0);
  visitShadow<MarkVerifier>(verifier);
  visitHandles<MarkVerifier>(verifier);
  visitMarkedObjects<MarkVerifier>(verifier);
}

@final
@unmanaged
class MarkVerifier {
  object(ref: usize): void {
    visitPointers<MarkVerifier>(ref, shapeOf(ref), this);
  }

  box(slot: usize): void {
    const addr = load<usize>(slot);
    const kind = ownerOf(addr);
    if (kind == OWNER_BLOCK) assert(isMarkedObject(gcAllInterior ? startInBlock(addr) : addr));
    else if (isLarge(kind)) assert(isMarkedLarge(largeStart(addr)));
  }

  slice(slot: usize): void {
    const addr = load<usize>(slot);
    const kind = ownerOf(addr);
    if (kind == OWNER_BLOCK) assert(isMarkedObject(startInBlock(addr)));
    else if (isLarge(kind)) assert(isMarkedLarge(largeStart(addr)));
  }
}

export function verifyOrTrap(): void {
  if (!DEBUG) return;
  const result = verify();
  assert(result == OK);
}

function verifyObjects(): i32 {
  if (!nurseryWalks()) return broken;
  if (!blocksWalk()) return broken;
  const verifier = changetype<FieldVerifier>(0);
  if (shadowTop > shadowLimit) return BROKEN_SHADOW;
  owner = 0;
  visitShadow<FieldVerifier>(verifier);
  if (broken) return BROKEN_SHADOW;
  visitHandles<FieldVerifier>(verifier);
  if (broken) return BROKEN_HANDLE;
  nurseryFields();
  visitObjects<FieldVerifier>(verifier);
  return broken;
}

function countsAgree(): bool {
  let free: u32 = 0;
  let used: u32 = 0;
  let aside: u32 = 0;
  for (let chunk = chunksFirst(); chunk < chunksEnd(); chunk++) {
    const kind = ownerOfChunk(chunk);
    if (kind == OWNER_FRESH || kind == OWNER_WARM) free++;
    else if (kind == OWNER_ASIDE_FRESH || kind == OWNER_ASIDE_WARM) aside++;
    else if (kind != OWNER_FOREIGN) used++;
  }
  return free == chunksFree() && used == chunksUsed() && aside == chunksAside();
}

function nurseryWalks(): bool {
  let ref = nurseryBase;
  while (ref < nurseryTop) {
    const header = load<usize>(ref);
    if (!isShape(header)) {
      broken = BROKEN_NURSERY;
      return false;
    }
    const shape = Shape.at(header);
    const bytes = objectBytes(ref, shape);
    if (bytes > nurseryTop - ref) {
      broken = BROKEN_NURSERY;
      return false;
    }
    if (!startsAgree(ref, bytes, mayBeSliced(shape))) {
      broken = BROKEN_STARTS;
      return false;
    }
    if (allStarts) setBit(allStarts, (ref - nurseryBase) >> GRANULE_SHIFT);
    ref += bytes;
  }
  return true;
}

/**
 * Whether the finder finds a recorded object from its ends and its middle, and no other unless it finds every object.
 */
function startsAgree(ref: usize, bytes: usize, recorded: bool): bool {
  if (!recorded) return findsAllStarts() || youngStart(ref) != ref;
  return youngStart(ref) == ref && youngStart(ref + bytes / 2) == ref && youngStart(ref + bytes - 1) == ref;
}

function blocksWalk(): bool {
  for (let chunk = chunksFirst(); chunk < chunksEnd(); chunk++) {
    if (ownerOfChunk(chunk) != OWNER_BLOCK) continue;
    const block = chunkAddress(chunk);
    const unswept = isSweeping() && !isSwept(block);
    if (!isMarking() && !unswept && nextMarked(block, block)) {
      broken = BROKEN_MARKS;
      return false;
    }
    if (unswept) continue;
    let end = payloadStart(block);
    let ref = nextObject(block, block);
    while (ref) {
      const header = load<usize>(ref);
      if (ref < end || !isShape(header) || ref + objectBytes(ref, Shape.at(header)) > block + CHUNK_BYTES) {
        broken = BROKEN_BLOCK;
        return false;
      }
      end = ref + objectBytes(ref, Shape.at(header));
      ref = nextObject(block, ref + GRANULE_BYTES);
    }
  }
  let ref = nextLarge(chunksFirst());
  while (ref) {
    if (!isMarking() && isMarkedLarge(ref)) {
      broken = BROKEN_MARKS;
      return false;
    }
    if (!isShape(load<usize>(ref))) {
      broken = BROKEN_BLOCK;
      return false;
    }
    ref = nextLarge(chunkOf(ref) + largeChunks(ref));
  }
  return true;
}

function nurseryFields(): void {
  owner = 0;
  for (let ref = nurseryBase; ref < nurseryTop && !broken; ref += objectBytes(ref, shapeOf(ref))) {
    visitPointers<FieldVerifier>(ref, shapeOf(ref), changetype<FieldVerifier>(0));
  }
}

@final
@unmanaged
class FieldVerifier {
  /** An object outside the nursery. */
  object(ref: usize): void {
    if (broken) return;
    owner = ref;
    ownerRemembered = rememberedOverflowed() || isRemembered(ref | REMEMBER_OBJECT);
    visitPointers<FieldVerifier>(ref, shapeOf(ref), this);
  }

  box(slot: usize): void {
    if (gcAllInterior) {
      this.slice(slot);
      return;
    }
    const ref = load<usize>(slot);
    if (isYoung(ref)) {
      if (
        ref >= nurseryTop ||
        (allStarts && !testBit(allStarts, (ref - nurseryBase) >> GRANULE_SHIFT)) ||
        (ref & 7) != 0
      ) {
        broken = BROKEN_BOX;
      } else if (owner && !ownerRemembered && !isRemembered(slot)) {
        broken = BROKEN_REMEMBERED;
      }
      return;
    }
    const kind = ownerOf(ref);
    if (kind == OWNER_BLOCK ? (ref & 7) != 0 || !isBlockStart(ref) : isLarge(kind) && largeStart(ref) != ref) {
      broken = BROKEN_BOX;
    }
  }

  slice(slot: usize): void {
    const addr = load<usize>(slot);
    const kind = ownerOf(addr);
    let start: usize = 0;
    if (isYoung(addr)) {
      start = addr < nurseryTop ? youngStart(addr) : 0;
      if (
        start &&
        owner &&
        !ownerRemembered &&
        !isRemembered(slot | REMEMBER_SLICE) &&
        !(gcAllInterior && isRemembered(slot))
      )
        broken = BROKEN_REMEMBERED;
    } else if (kind == OWNER_BLOCK || isLarge(kind)) {
      start = matureStart(addr);
    } else {
      return;
    }
    if (!start || !mayBeSliced(shapeOf(start)) || addr - start >= objectBytes(start, shapeOf(start))) {
      broken = BROKEN_SLICE;
    }
  }
}
