// Arrays that grow, as a compiler would emit them: the loops are compiled together with the core. An array is 8 bytes
// of header and words behind it; a push into a full one doubles it.

import { KIND_ARRAY, REGION_BYTES, SHAPE_SLICEABLE } from "../../../assembly/contract";
import { gcAllocArray } from "../../../assembly/gc/allocate";
import { shapeNew } from "../../../assembly/gc/immortal";
import { gcInit } from "../../../assembly/gc/open";
import { mallocAllocate, mallocFree, mallocOpen, mallocReallocate } from "../../../assembly/malloc/malloc";
import { chunksPeak } from "../../../assembly/memory/chunks";
import { regionClose } from "../../../assembly/region/close";
import { Region, regionGrow, regionInit } from "../../../assembly/region/region";
import { shadowTop } from "../../../assembly/roots/shadow";
import { sparseAlloc } from "../../../assembly/sparse/alloc";
import { sparseChooseLimits, sparseStatistics } from "../../../assembly/sparse/descriptor";
import { sparseFree } from "../../../assembly/sparse/free";
import { sparseGrow } from "../../../assembly/sparse/grow";
import { sparseLeave } from "../../../assembly/sparse/leave";

export { sparseChooseLimits, chunksPeak, shadowTop, sparseStatistics };

const HEADER: usize = 8;
/** Elements of a new array. */
const FIRST: u32 = 4;
const OWNER: u32 = 8;
const SHADOW: usize = 64 << 10;
const HEAP: usize = 256 << 10;

/**
 * The descriptor of the sparse stack, that of the region, the arrays that are being filled: the host lets the shadow
 * stack end behind them.
 */
export const STACK: usize = 32 << 10;
const REGION: usize = 33 << 10;
export const ARRAYS: usize = SHADOW;
const LENGTHS: usize = 36 << 10;
const CAPACITIES: usize = 38 << 10;

let shape: usize = 0;
let copied: u64 = 0;

/** Bytes that the loops themselves have copied. */
export function copiedBytes(): u64 {
  return copied;
}

export function openSparse(): i32 {
  return mallocOpen(0);
}
export function openMalloc(): i32 {
  return mallocOpen(0);
}
export function openRegions(): i32 {
  return regionInit(SHADOW, HEAP, 0);
}
export function openGc(): i32 {
  const error = gcInit(SHADOW, HEAP, 0, 0, 0, 0, 0);
  shape = shapeNew(KIND_ARRAY, SHAPE_SLICEABLE, 0, 4, 0, 0);
  return error;
}

function bytesOf(length: u32): usize {
  return HEADER + ((<usize>length) << 2);
}

/** How arrays are made, doubled and given up. A collector finds them where they are. */
interface Arrays {
  /** The call begins. */
  enter(): void;
  make(index: u32): usize;
  /** Doubles the array of `index`, which has so many elements. */
  grow(index: u32, array: usize, length: u32): usize;
  /** The call ends, which has made `count` arrays. */
  leave(count: u32): void;
}

@final
@unmanaged
class Sparse {
  enter(): void {}
  make(index: u32): usize {
    return sparseAlloc(STACK, OWNER, bytesOf(FIRST));
  }
  grow(index: u32, array: usize, length: u32): usize {
    return sparseGrow(STACK, array, bytesOf(length * 2));
  }
  leave(count: u32): void {
    sparseLeave(STACK, OWNER);
  }
}

@final
@unmanaged
class Malloc {
  enter(): void {}
  make(index: u32): usize {
    return mallocAllocate(bytesOf(FIRST));
  }
  grow(index: u32, array: usize, length: u32): usize {
    const grown = mallocReallocate(array, bytesOf(length * 2));
    if (grown != array) copied += bytesOf(length);
    return grown;
  }
  leave(count: u32): void {
    for (let i: u32 = 0; i < count; i++) mallocFree(arrayAt(i));
  }
}

@final
@unmanaged
class Regions {
  enter(): void {
    const region = Region.at(REGION);
    region.top = REGION + REGION_BYTES;
    region.limit = region.top;
    region.first = 0;
  }
  make(index: u32): usize {
    return allocate(bytesOf(FIRST));
  }
  grow(index: u32, array: usize, length: u32): usize {
    const grown = allocate(bytesOf(length * 2));
    memory.copy(grown, array, bytesOf(length));
    copied += bytesOf(length);
    return grown;
  }
  leave(count: u32): void {
    if (Region.at(REGION).first) regionClose(REGION);
  }
}

function allocate(bytes: usize): usize {
  const region = Region.at(REGION);
  const ref = region.top;
  if (bytes > 16384 || ref + bytes > region.limit) return regionGrow(REGION, bytes);
  region.top = ref + bytes;
  return ref;
}

@final
@unmanaged
class Collected {
  enter(): void {}
  make(index: u32): usize {
    return gcAllocArray(shape, FIRST);
  }
  grow(index: u32, array: usize, length: u32): usize {
    const grown = gcAllocArray(shape, length * 2);
    memory.copy(grown + HEADER, arrayAt(index) + HEADER, (<usize>length) << 2);
    copied += bytesOf(length);
    return grown;
  }
  leave(count: u32): void {
    memory.fill(ARRAYS, 0, (<usize>count) << 2);
  }
}

function arrayAt(index: u32): usize {
  return load<usize>(ARRAYS + ((<usize>index) << 2));
}

/**
 * Pushes `count` elements to each of `arrays` arrays, by turns, in each of `calls` calls. @returns a sum over what was
 * stored
 */
function fill<A extends Arrays>(by: A, calls: u32, arrays: u32, count: u32): u32 {
  let sum: u32 = 0;
  for (let call: u32 = 0; call < calls; call++) {
    by.enter();
    for (let i: u32 = 0; i < arrays; i++) {
      store<usize>(ARRAYS + ((<usize>i) << 2), by.make(i));
      store<u32>(LENGTHS + ((<usize>i) << 2), 0);
      store<u32>(CAPACITIES + ((<usize>i) << 2), FIRST);
    }
    for (let n: u32 = 0; n < count; n++) {
      for (let i: u32 = 0; i < arrays; i++) push<A>(by, i, n);
    }
    for (let i: u32 = 0; i < arrays; i++) sum += load<u32>(arrayAt(i) + HEADER + ((<usize>count - 1) << 2));
    by.leave(arrays);
  }
  return sum;
}

function push<A extends Arrays>(by: A, i: u32, value: u32): void {
  const at = (<usize>i) << 2;
  const length = load<u32>(LENGTHS + at);
  if (length == load<u32>(CAPACITIES + at)) {
    store<usize>(ARRAYS + at, by.grow(i, arrayAt(i), length));
    store<u32>(CAPACITIES + at, length * 2);
  }
  store<u32>(arrayAt(i) + HEADER + ((<usize>length) << 2), value);
  store<u32>(LENGTHS + at, length + 1);
}

export function fillSparse(calls: u32, arrays: u32, count: u32): u32 {
  return fill<Sparse>(changetype<Sparse>(0), calls, arrays, count);
}
export function fillMalloc(calls: u32, arrays: u32, count: u32): u32 {
  return fill<Malloc>(changetype<Malloc>(0), calls, arrays, count);
}
export function fillRegions(calls: u32, arrays: u32, count: u32): u32 {
  return fill<Regions>(changetype<Regions>(0), calls, arrays, count);
}
export function fillGc(calls: u32, arrays: u32, count: u32): u32 {
  return fill<Collected>(changetype<Collected>(0), calls, arrays, count);
}

/** How objects are freed one by one. */
interface Freed {
  make(bytes: usize): usize;
  free(ref: usize): void;
}

@final
@unmanaged
class SparseFreed {
  make(bytes: usize): usize {
    return sparseAlloc(STACK, OWNER, bytes);
  }
  free(ref: usize): void {
    sparseFree(STACK, ref);
  }
}

@final
@unmanaged
class MallocFreed {
  make(bytes: usize): usize {
    return mallocAllocate(bytes);
  }
  free(ref: usize): void {
    mallocFree(ref);
  }
}

/** Of the objects that live at the same time. */
const LIVE: u32 = 512;

/**
 * Replaces one of 512 objects of 16 to 1032 bytes after the other.
 * @param order 0: the oldest; 1: the youngest; 2: any one
 */
function replace<F extends Freed>(by: F, rounds: u32, order: u32): u32 {
  let random: u32 = 1;
  for (let i: u32 = 0; i < LIVE; i++) store<usize>(ARRAYS + ((<usize>i) << 2), by.make(16 + <usize>(i & 127) * 8));
  for (let round: u32 = 0; round < rounds; round++) {
    random = random * 1664525 + 1013904223;
    const place = order == 0 ? round % LIVE : order == 1 ? LIVE - 1 : (random >> 8) % LIVE;
    const at = ARRAYS + ((<usize>place) << 2);
    by.free(load<usize>(at));
    const ref = by.make(16 + <usize>((random >> 20) & 127) * 8);
    store<u32>(ref, round);
    store<usize>(at, ref);
  }
  let sum: u32 = 0;
  for (let i = LIVE; i > 0; i--) {
    const ref = arrayAt(i - 1);
    sum += load<u32>(ref);
    by.free(ref);
  }
  return sum;
}

export function replaceSparse(rounds: u32, order: u32): u32 {
  const sum = replace<SparseFreed>(changetype<SparseFreed>(0), rounds, order);
  sparseLeave(STACK, OWNER);
  return sum;
}
export function replaceMalloc(rounds: u32, order: u32): u32 {
  return replace<MallocFreed>(changetype<MallocFreed>(0), rounds, order);
}

/** A call that makes three objects of 24 to 152 bytes, which end with it. */
export function callsSparse(calls: u32): u32 {
  let sum: u32 = 0;
  for (let call: u32 = 0; call < calls; call++) {
    const bytes = 24 + <usize>(call & 15) * 8;
    const a = sparseAlloc(STACK, OWNER, bytes);
    const b = sparseAlloc(STACK, OWNER, 40);
    const c = sparseAlloc(STACK, OWNER, bytes);
    store<u32>(a, call);
    store<u32>(b, load<u32>(a) + 1);
    store<u32>(c, load<u32>(b) + 1);
    sum += load<u32>(c);
    sparseLeave(STACK, OWNER);
  }
  return sum;
}

/** The same, freed one by one. */
export function callsMalloc(calls: u32): u32 {
  let sum: u32 = 0;
  for (let call: u32 = 0; call < calls; call++) {
    const bytes = 24 + <usize>(call & 15) * 8;
    const a = mallocAllocate(bytes);
    const b = mallocAllocate(40);
    const c = mallocAllocate(bytes);
    store<u32>(a, call);
    store<u32>(b, load<u32>(a) + 1);
    store<u32>(c, load<u32>(b) + 1);
    sum += load<u32>(c);
    mallocFree(c);
    mallocFree(b);
    mallocFree(a);
  }
  return sum;
}
