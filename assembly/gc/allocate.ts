// The slow paths of allocation, for what the inlined bump cannot do.

import { DEBUG, LARGE_MIN_BYTES } from "../config";
import { ARRAY_HEADER_BYTES, LENGTH_OFFSET, OBJECT_MAX_BYTES } from "../contract";
import { allocLarge } from "../mature/large";
import { remember, REMEMBER_OBJECT } from "../mature/remembered";
import { allocMature } from "../mature/space";
import { chunksReserve, ensureFree, failRequest, lastRunIsFresh } from "../memory/chunks";
import { memoryClear } from "../memory/copy";
import { bump, hasRoom, nurseryTop } from "../nursery/bump";
import { recordStart } from "../nursery/starts/finder";
import { arrayBytes } from "../object/header";
import { mayBeSliced } from "../object/interior";
import { Shape } from "../object/shape";
import {
  closeNursery,
  collect,
  collectBeforeOld,
  countOld,
  isZealous,
  limitFastPath,
  youngMaxBytes,
  zealousCollect,
} from "./collect";

/**
 * Allocates a record of any size, writes its header and records its start. A safepoint.
 * @param at address of its shape
 * @returns the reference; its fields have any content; 0 when out of memory
 */
export function gcAllocRecord(at: usize): usize {
  const shape = Shape.at(at);
  const bytes = <usize>shape.bytes;
  const ref = bytes <= youngMaxBytes() ? allocYoung(bytes) : allocOld(shape, bytes);
  if (!ref) return 0;
  store<usize>(ref, at);
  if (bytes <= youngMaxBytes() && mayBeSliced(shape)) recordStart(ref);
  return ref;
}

/**
 * Allocates an array, writes header and length and records its start. A safepoint.
 * @param at address of its shape
 * @param length number of elements
 * @returns the reference; its elements are zero if they contain pointers; 0 when out of memory
 */
export function gcAllocArray(at: usize, length: u32): usize {
  const shape = Shape.at(at);
  const wide = arrayBytes(shape, length);
  if (wide > OBJECT_MAX_BYTES) {
    failRequest();
    return 0;
  }
  const bytes = <usize>wide;
  const isYoung = bytes <= youngMaxBytes();
  const ref = isYoung ? allocYoung(bytes) : allocOld(shape, bytes);
  if (!ref) return 0;
  store<usize>(ref, at);
  store<u32>(ref, length, LENGTH_OFFSET);
  if (isYoung) {
    recordStart(ref);
    if (shape.hasPointers) memoryClear(ref + ARRAY_HEADER_BYTES, bytes - ARRAY_HEADER_BYTES);
  }
  return ref;
}

/**
 * Makes room in the nursery for records that the program then bumps itself, one after the other. A safepoint.
 * @param bytes sum of their sizes, at most INLINE_MAX_BYTES
 * @returns nurseryTop; 0 when out of memory
 */
export function gcReserve(bytes: usize): usize {
  if (DEBUG && isZealous()) zealousCollect();
  if (!hasRoom(bytes)) collect(false);
  if (!hasRoom(bytes)) return 0;
  limitFastPath();
  return nurseryTop;
}

function allocYoung(bytes: usize): usize {
  if (DEBUG && isZealous()) zealousCollect();
  let ref = bump(bytes);
  if (!ref) {
    collect(false);
    ref = bump(bytes);
  }
  limitFastPath();
  return ref;
}

/** Allocates outside the nursery. An object with pointers is remembered as a whole, and cleared. */
function allocOld(shape: Shape, bytes: usize): usize {
  if (DEBUG && isZealous()) zealousCollect();
  collectBeforeOld(bytes);
  let ref = tryOld(bytes);
  if (!ref) {
    collect(true);
    ref = tryOld(bytes);
    if (!ref) {
      // The nursery is empty: its evacuation reserve can be used until the nursery is used again.
      closeNursery();
      ref = tryOld(bytes);
      if (!ref) return 0;
    }
  }
  countOld(ref, bytes, changetype<usize>(shape));
  if (shape.hasPointers) {
    if (bytes < LARGE_MIN_BYTES || !lastRunIsFresh()) memoryClear(ref, bytes);
    remember(ref | REMEMBER_OBJECT);
  }
  return ref;
}

function tryOld(bytes: usize): usize {
  if (bytes >= LARGE_MIN_BYTES) return allocLarge(bytes);
  // The object may need a fresh block, which must not come from the reserve.
  return ensureFree(chunksReserve() + 1) ? allocMature(bytes) : 0;
}
