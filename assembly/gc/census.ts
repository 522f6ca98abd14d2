// The census counts allocation by shape, in an open-addressing table. A walk of the nursery fills it before each
// collection and when somebody asks. The setting `gcCensus` chooses it; a compiler replaces the setting by a constant.
//
//     0   u32  address of the shape, 0 for a free place      24 bytes for each of 2048 places; behind them the
//     8   u64  objects                                       sums of what found none
//    16   u64  bytes, headers and rounding included
//
// State: the setting, the table, the address up to which the nursery was counted.

import {
  CENSUS_BYTES_OFFSET,
  CENSUS_OBJECTS_OFFSET,
  CENSUS_PLACE_BYTES,
  CENSUS_PLACES,
  CHUNK_BYTES,
  OWNER_CONTROL,
} from "../contract";
import { acquireRun, lastRunIsFresh } from "../memory/chunks";
import { nurseryBase, nurseryTop } from "../nursery/bump";
import { objectBytes, shapeOf } from "../object/header";

export let gcCensus: bool = false;

let table: usize = 0;
let countedTo: usize = 0;

/** Chooses the setting `gcCensus`, before the heap opens. */
export function gcChooseCensus(on: bool): void {
  gcCensus = on;
}

/** Opens the census, if it is chosen. @returns false when there is no memory for the table */
export function censusOpen(): bool {
  table = 0;
  countedTo = nurseryBase;
  if (!gcCensus) return true;
  table = acquireRun(1, OWNER_CONTROL);
  if (!table) return false;
  if (!lastRunIsFresh()) memory.fill(table, 0, CHUNK_BYTES);
  return true;
}

/** Counts an object of `bytes`, of the shape at `shape`. */
export function censusCount(shape: usize, bytes: usize): void {
  let place = (<u32>shape >> 3) & (CENSUS_PLACES - 1);
  for (let tries: u32 = 0; tries < <u32>CENSUS_PLACES; tries++) {
    const at = table + <usize>place * CENSUS_PLACE_BYTES;
    const found = load<usize>(at);
    if (!found || found == shape) {
      store<usize>(at, shape);
      add(at, bytes);
      return;
    }
    place = (place + 1) & (CENSUS_PLACES - 1);
  }
  add(table + <usize>CENSUS_PLACES * CENSUS_PLACE_BYTES, bytes);
}

function add(at: usize, bytes: usize): void {
  store<u64>(at, load<u64>(at, CENSUS_OBJECTS_OFFSET) + 1, CENSUS_OBJECTS_OFFSET);
  store<u64>(at, load<u64>(at, CENSUS_BYTES_OFFSET) + bytes, CENSUS_BYTES_OFFSET);
}

/** Counts what was allocated in the nursery since the last count. @returns the table's address; 0 without a census */
export function censusNow(): usize {
  while (countedTo < nurseryTop) {
    const shape = shapeOf(countedTo);
    const bytes = objectBytes(countedTo, shape);
    censusCount(changetype<usize>(shape), bytes);
    countedTo += bytes;
  }
  return table;
}

/** Notes that the nursery is empty. */
export function censusReset(): void {
  countedTo = nurseryBase;
}

if (CENSUS_BYTES_OFFSET + 8 != CENSUS_PLACE_BYTES || CENSUS_OBJECTS_OFFSET + 8 != CENSUS_BYTES_OFFSET) {
  ERROR("the drawing of a place is wrong");
}
if ((CENSUS_PLACES + 1) * CENSUS_PLACE_BYTES > CHUNK_BYTES) ERROR("the table must fit a chunk");
