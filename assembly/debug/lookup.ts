// A hash table of the remembered set's entries, for one verification. It uses open addressing, and has twice as many
// places as there can be entries. Its chunks are given back afterwards.
//
// State: the table; 0 when there was no memory for it, and then every slot counts as remembered.

import { CHUNK_BYTES, OWNER_CONTROL, WORD_BYTES } from "../contract";
import { chunksFor } from "../memory/address";
import { acquireRun, releaseRun } from "../memory/chunks";
import { REMEMBER_OBJECT, REMEMBER_SLICE, rememberedBytes, visitRemembered } from "../mature/remembered";

let table: usize = 0;
let mask: usize = 0;

@final
@unmanaged
class Inserter {
  box(slot: usize): void {
    insert(slot);
  }
  slice(slot: usize): void {
    insert(slot | REMEMBER_SLICE);
  }
  object(ref: usize): void {
    insert(ref | REMEMBER_OBJECT);
  }
}

/** The place of an entry, or the empty place where it would be. */
function placeOf(entry: usize): usize {
  let place = (entry * 0x9e3779b1) & mask;
  while (load<usize>(table + place * WORD_BYTES) && load<usize>(table + place * WORD_BYTES) != entry) {
    place = (place + 1) & mask;
  }
  return table + place * WORD_BYTES;
}

function insert(entry: usize): void {
  store<usize>(placeOf(entry), entry);
}

export function lookupOpen(): void {
  let bytes: usize = CHUNK_BYTES;
  while (bytes < 2 * rememberedBytes()) bytes <<= 1;
  table = acquireRun(chunksFor(bytes), OWNER_CONTROL);
  if (!table) return;
  memory.fill(table, 0, bytes);
  mask = bytes / WORD_BYTES - 1;
  visitRemembered<Inserter>(changetype<Inserter>(0));
}

export function lookupClose(): void {
  if (table) releaseRun(table, chunksFor((mask + 1) * WORD_BYTES));
  table = 0;
}

/** Whether an address with its tag is remembered. */
export function isRemembered(entry: usize): bool {
  return !table || load<usize>(placeOf(entry)) == entry;
}
