// Small memory of malloc: chunks of cells, each chunk of one size class.
//
//     0   +--------------------------------------+
//         | class                                |
//     4   | bytes of a cell                      |
//     8   | cells handed out                     |
//    12   | first free cell, 0 for none          |  free cells are linked through their first words
//    16   | where the cells never used begin     |  they are zero
//    20   | next, previous chunk with room       |
//    32   +--------------------------------------+
//         | live bits, one for 16 bytes (debug)  |
//         +--------------------------------------+  = CELLS_OFFSET
//         | cells                                |
// 65536   +--------------------------------------+
//
// Invariants:
//   1. A chunk is in its class's list exactly while it has room.
//   2. A chunk without live cells is given back, unless it is the only one of the list. So a program that allocates and
//      frees by turns does not take and give back chunks.
// State: the table of lists, in a chunk of its own, made when it is first needed.

import { DEBUG } from "../config";
import { CHUNK_BYTES, OWNER_CELLS, OWNER_CONTROL } from "../contract";
import { CHUNK_MASK } from "../memory/address";
import { setBit, testBit } from "../memory/bits";
import { acquireRun, lastRunIsFresh, releaseRun } from "../memory/chunks";
import { cellBytesOf, CLASSES, classOf } from "./classes";

const CELL_SHIFT: usize = 4;
const HEADER_BYTES: usize = 32;
const LIVE_BYTES: usize = DEBUG ? <usize>CHUNK_BYTES >> (CELL_SHIFT + 3) : 0;
const CELLS_OFFSET: usize = HEADER_BYTES + LIVE_BYTES;

@unmanaged
@final
class CellChunk {
  index: u32;
  cellBytes: u32;
  used: u32;
  free: usize;
  fresh: usize;
  next: usize;
  previous: usize;

  @inline static at(chunk: usize): CellChunk {
    return changetype<CellChunk>(chunk);
  }

  get hasRoom(): bool {
    return this.free != 0 || this.fresh + this.cellBytes <= changetype<usize>(this) + CHUNK_BYTES;
  }
}

/** The table of lists: for each class its first chunk with room. 0 before there is a table. */
let lists: usize = 0;

function listOf(index: u32): usize {
  return lists + ((<usize>index) << 2);
}

function chunkOfCell(cell: usize): usize {
  return cell & ~CHUNK_MASK;
}

/** Allocates a zeroed cell for `bytes`, 1 to LARGEST_CELL_BYTES. @returns its address; 0 when it cannot be had */
export function allocCell(bytes: usize): usize {
  const index = classOf(bytes);
  const at = lists ? load<usize>(listOf(index)) : 0;
  const chunk = at ? at : openChunk(index);
  if (!chunk) return 0;
  const view = CellChunk.at(chunk);
  let cell = view.free;
  if (cell) {
    view.free = load<usize>(cell);
    memory.fill(cell, 0, view.cellBytes);
  } else {
    cell = view.fresh;
    view.fresh = cell + view.cellBytes;
  }
  view.used++;
  if (!view.hasRoom) unlink(chunk);
  if (DEBUG) setBit(chunk + HEADER_BYTES, (cell & CHUNK_MASK) >> CELL_SHIFT);
  return cell;
}

export function freeCell(cell: usize): void {
  const chunk = chunkOfCell(cell);
  const view = CellChunk.at(chunk);
  if (DEBUG) clearLive(cell);
  if (!view.hasRoom) link(chunk);
  store<usize>(cell, view.free);
  view.free = cell;
  if (--view.used == 0 && (view.next != 0 || view.previous != 0)) {
    unlink(chunk);
    releaseRun(chunk, 1);
  }
}

/** The bytes of the cell at `cell`. */
export function cellBytes(cell: usize): usize {
  return CellChunk.at(chunkOfCell(cell)).cellBytes;
}

/** Debug: the start of the live cell around `addr`, an address in a chunk of cells; 0 when there is none. */
export function liveCell(addr: usize): usize {
  const chunk = chunkOfCell(addr);
  const cells = chunk + CELLS_OFFSET;
  if (addr < cells) return 0;
  const cell = addr - ((addr - cells) % CellChunk.at(chunk).cellBytes);
  return testBit(chunk + HEADER_BYTES, (cell & CHUNK_MASK) >> CELL_SHIFT) ? cell : 0;
}

function clearLive(cell: usize): void {
  const bits = chunkOfCell(cell) + HEADER_BYTES;
  const index = (cell & CHUNK_MASK) >> CELL_SHIFT;
  store<u8>(bits + (index >> 3), load<u8>(bits + (index >> 3)) & ~((<u32>1) << (<u32>index & 7)));
}

/** Opens a chunk for cells of the class, alone in its list. @returns 0 when it cannot be had */
function openChunk(index: u32): usize {
  if (!lists && !openLists()) return 0;
  const chunk = acquireRun(1, OWNER_CELLS);
  if (!chunk) return 0;
  if (!lastRunIsFresh()) memory.fill(chunk, 0, CHUNK_BYTES);
  const view = CellChunk.at(chunk);
  view.index = index;
  view.cellBytes = <u32>cellBytesOf(index);
  view.fresh = chunk + CELLS_OFFSET;
  link(chunk);
  return chunk;
}

function openLists(): bool {
  const table = acquireRun(1, OWNER_CONTROL);
  if (!table) return false;
  memory.fill(table, 0, (<usize>CLASSES) << 2);
  lists = table;
  return true;
}

function link(chunk: usize): void {
  const view = CellChunk.at(chunk);
  const list = listOf(view.index);
  const next = load<usize>(list);
  view.next = next;
  view.previous = 0;
  if (next) CellChunk.at(next).previous = chunk;
  store<usize>(list, chunk);
}

function unlink(chunk: usize): void {
  const view = CellChunk.at(chunk);
  if (view.next) CellChunk.at(view.next).previous = view.previous;
  if (view.previous) CellChunk.at(view.previous).next = view.next;
  else store<usize>(listOf(view.index), view.next);
  view.next = view.previous = 0;
}

if (offsetof<CellChunk>() > HEADER_BYTES) ERROR("the header of a chunk of cells is too long");
