// malloc: memory that the program allocates, resizes and frees by hand. Collections ignore it, and it never moves.
//
// Small requests get cells of size classes (cells.ts), large ones runs of chunks (runs.ts). The page map tells which of
// the two an address lies in. All memory comes from the chunk provider, beside what a memory manager takes.
//
// Invariant: the bytes behind a request, up to the end of its cell or run, are zero unless the program wrote there. So
// a resize needs no record of the requested size.
// State: the live bytes, counted in the debug target.

import { DEBUG } from "../config";
import { CHUNK_BYTES, FIRST_ADDRESS, OWNER_CELLS, OWNER_FOREIGN, OWNER_RUN, OWNER_RUN_REST } from "../contract";
import { chunkAddress } from "../memory/address";
import { chunksOpen } from "../memory/chunks";
import { ownerOf } from "../memory/page-map";
import { allocCell, cellBytes, freeCell, liveCell } from "./cells";
import { classOf, LARGEST_CELL_BYTES } from "./classes";
import { allocRun, freeRun, runAround, runBytes, runChunks } from "./runs";

/** Larger requests are refused at once: with a header they would pass the end of the address space. */
const MOST_BYTES: usize = 0xffff0000 - CHUNK_BYTES;
const MOST_ADDRESS: usize = 0xffffffff;

let liveBytes: usize = 0;

/**
 * Opens the chunk provider behind the present end of the memory, for a manager that does not use it itself.
 * @param limitBytes how many bytes of chunks may be in use; 0 for all of the address space
 * @returns 0, or an ERROR_ code
 */
export function mallocOpen(limitBytes: usize): i32 {
  return chunksOpen(chunkAddress(<u32>memory.size()), limitBytes);
}

/** Allocates `bytes` of zeroed memory, 16-aligned. Not a safepoint. @returns its address; 0 when it cannot be had */
export function mallocAllocate(bytes: usize): usize {
  if (bytes > MOST_BYTES) return 0;
  const addr = bytes <= LARGEST_CELL_BYTES ? allocCell(bytes ? bytes : 1) : allocRun(bytes);
  if (DEBUG && addr) liveBytes += usableBytes(addr);
  return addr;
}

/**
 * Resizes memory. It keeps the content as far as both sizes go, and makes the rest zero.
 * @param addr what malloc or realloc returned
 * @param bytes the new size
 * @returns the address, the same or another; 0 when it cannot be had, and then nothing has changed
 */
export function mallocReallocate(addr: usize, bytes: usize): usize {
  const usable = usableBytes(addr);
  if (staysInPlace(addr, usable, bytes)) {
    memory.fill(addr + bytes, 0, usable - bytes);
    return addr;
  }
  const moved = mallocAllocate(bytes);
  if (!moved) return 0;
  memory.copy(moved, addr, usable < bytes ? usable : bytes);
  mallocFree(addr);
  return moved;
}

/** Frees the memory at `addr`. In the release core an address that was not handed out may corrupt the heap. */
export function mallocFree(addr: usize): void {
  if (DEBUG) liveBytes -= usableBytes(addr);
  if (ownerOf(addr) == OWNER_CELLS) freeCell(addr);
  else freeRun(addr);
}

/** Debug: @returns the bytes that are handed out, each request rounded up */
export function mallocLive(): usize {
  return liveBytes;
}

/** Debug: whether live memory begins at `addr`. */
export function mallocOwns(addr: usize): bool {
  return DEBUG && liveStart(addr) == addr && addr != 0;
}

/**
 * Debug: whether a program may access the `bytes` at `addr`. It may if they lie in live memory, or in memory that is
 * not ours: foreign memory may belong to an extern module.
 */
export function mallocReaches(addr: usize, bytes: usize): bool {
  if (!DEBUG || addr < <usize>FIRST_ADDRESS || addr > MOST_ADDRESS - bytes) return false;
  if (<u64>addr + bytes > <u64>memory.size() * CHUNK_BYTES) return false;
  const kind = ownerOf(addr);
  if (kind == OWNER_FOREIGN) return ownerOf(addr + bytes - 1) == OWNER_FOREIGN;
  const start = liveStart(addr);
  return start != 0 && addr + bytes <= start + usableBytes(start);
}

/** Finds the live memory around `addr`. @returns its start; 0 when there is none */
function liveStart(addr: usize): usize {
  const kind = ownerOf(addr);
  if (kind == OWNER_CELLS) return liveCell(addr);
  return kind == OWNER_RUN || kind == OWNER_RUN_REST ? runAround(addr) : 0;
}

function usableBytes(addr: usize): usize {
  return ownerOf(addr) == OWNER_CELLS ? cellBytes(addr) : runBytes(addr);
}

/** Whether `bytes` take a cell of the same class, or a run of the same length. */
function staysInPlace(addr: usize, usable: usize, bytes: usize): bool {
  if (bytes > usable) return false;
  if (ownerOf(addr) != OWNER_CELLS) return bytes > LARGEST_CELL_BYTES && runChunks(bytes) == runChunks(usable);
  return classOf(bytes ? bytes : 1) == classOf(usable);
}
