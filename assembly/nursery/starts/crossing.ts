// A crossing map notes for each card of the nursery where its first object starts. The bump limit stands at the end of
// the card. So the fast path is the bare bump, and the slow path, once for each card, notes what begins behind it.
//
//     card   | .. tail of an object | first .. | object | object that cross|es ..
//     byte     granules of the tail, or NONE when no object starts in the card
//
// A walk from the first object of the address's card, or of an earlier card, finds the start of the object around it.
// It finds every object, sliceable or not. The size of an object that was moved is read at its new place.
//
// Invariant: the byte of nurseryTop's card is set, and the bump limit is at most the card's end.
// State: the table's address.

import { GRANULE_SHIFT, OWNER_CONTROL } from "../../contract";
import { chunksFor } from "../../memory/address";
import { acquireRun } from "../../memory/chunks";
import { bytesBeforeMove } from "../../object/header";
import { countQuery } from "./steps";
import { limitNursery, nurseryBase, nurseryBytes, nurseryTop } from "../bump";

const CARD_SHIFT: usize = 9;
const CARD_BYTES: usize = 1 << CARD_SHIFT;
const CARD_MASK: usize = CARD_BYTES - 1;
const NONE: u32 = 0xff;

let cards: usize = 0;

export function crossingOpen(): bool {
  const count = (nurseryBytes >> CARD_SHIFT) + 1;
  cards = acquireRun(chunksFor(count), OWNER_CONTROL);
  if (!cards) return false;
  memory.fill(cards, <u8>NONE, count);
  return true;
}

function cardOf(addr: usize): usize {
  return (addr - nurseryBase) >> CARD_SHIFT;
}

/** Notes that an object starts, or will start, at `ref`, unless its card has an earlier one. */
export function crossingNote(ref: usize): void {
  const at = cards + cardOf(ref);
  if (load<u8>(at) == NONE) store<u8>(at, <u8>(((ref - nurseryBase) & CARD_MASK) >> GRANULE_SHIFT));
}

/** Sends allocation to the slow path at the end of nurseryTop's card. */
export function crossingLimit(): void {
  crossingNote(nurseryTop);
  limitNursery(nurseryBase + ((cardOf(nurseryTop) + 1) << CARD_SHIFT));
}

/** Finds the start of the object around `addr`, an address below nurseryTop. */
export function crossingFind(addr: usize): usize {
  let card = cardOf(addr);
  let at: usize;
  do {
    const first = <u32>load<u8>(cards + card);
    at = first == NONE ? <usize>-1 : nurseryBase + (card << CARD_SHIFT) + ((<usize>first) << GRANULE_SHIFT);
    card--;
  } while (at > addr);
  let next = at + bytesBeforeMove(at);
  let steps = cardOf(addr) - card;
  while (next <= addr) {
    at = next;
    next += bytesBeforeMove(at);
    steps++;
  }
  countQuery(steps);
  return at;
}

/** Forgets the used part of the nursery. */
export function crossingClear(): void {
  memory.fill(cards, <u8>NONE, cardOf(nurseryTop) + 1);
}
