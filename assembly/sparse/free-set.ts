// The set of freed entries (seed note 004): those freed below the top of a sparse stack. A linear free asks whether the
// entry that is now on top is in the set. Allocation is served from the set once too much of the stack is in it.
//
//     freed   0  filled: bit i = list i is not empty          16  wasted: bytes of its entries, headers included
//             8  slots: address of the table                  24  lists: the first entry of each size, 0 for none
//            12  mask: slots - 1, then count                 280
//
// The table is a hash set of addresses with open addressing, linear probing and deletion by shifting back (Knuth,
// volume 3, 6.4). It is at most half full, or fuller when it cannot grow. The lists find the best fit: one for each
// multiple of 8 bytes up to 248, then one for each doubling, doubly linked through the free bytes. Both come from
// malloc when they are first needed.
//
//     free entry    24  the next one of its list, 0 for none
//                   28  the one before it, 0 for none
//
// Invariants (debug/sparse.ts, 5): an entry is in the table exactly if it is in a list, that of its size. No two free
// entries are neighbours, and none is on top. State: none.

import { GRANULE_SHIFT, SPARSE_ENTRY_BYTES, WORD_BYTES } from "../contract";
import { mallocAllocate, mallocFree } from "../malloc/malloc";
import { Entry } from "./entry";

const FIRST_SLOTS: u32 = 16;
export const LISTS: u32 = 64;
/** Lists of one size each. */
const EXACT_LISTS: u32 = 32;
const EXACT_SHIFT: u32 = 5;
const LISTS_OFFSET: usize = 24;
/** A list of several sizes is searched no further for a better fit. */
const FIT_STEPS: u32 = 16;
/** 2^32 divided by the golden ratio: multiplication spreads addresses over the upper bits (Knuth). */
const SPREAD: u32 = 0x9e3779b1;

@unmanaged
@final
export class Freed {
  filled: u64;
  slots: usize;
  mask: u32;
  count: u32;
  wasted: usize;

  @inline static at(address: usize): Freed {
    return changetype<Freed>(address);
  }
}
if (offsetof<Freed>() > LISTS_OFFSET) ERROR("Freed must lie in front of its lists");

@unmanaged
@final
class FreeEntry {
  next: usize;
  before: usize;

  @inline static at(entry: usize): FreeEntry {
    return changetype<FreeEntry>(entry + SPARSE_ENTRY_BYTES);
  }
}

/** Makes an empty set. @returns 0 when out of memory */
export function openFreed(): usize {
  const at = mallocAllocate(LISTS_OFFSET + <usize>LISTS * WORD_BYTES);
  if (!at) return 0;
  const slots = mallocAllocate(<usize>FIRST_SLOTS * WORD_BYTES);
  if (!slots) {
    mallocFree(at);
    return 0;
  }
  Freed.at(at).slots = slots;
  Freed.at(at).mask = FIRST_SLOTS - 1;
  return at;
}

export function closeFreed(at: usize): void {
  mallocFree(Freed.at(at).slots);
  mallocFree(at);
}

/** Empties a set. */
export function clearFreed(at: usize): void {
  const freed = Freed.at(at);
  if (!freed.count) return;
  memory.fill(freed.slots, 0, (<usize>freed.mask + 1) * WORD_BYTES);
  memory.fill(at + LISTS_OFFSET, 0, <usize>LISTS * WORD_BYTES);
  freed.filled = 0;
  freed.count = 0;
  freed.wasted = 0;
}

function slotAt(freed: Freed, index: u32): usize {
  return freed.slots + ((<usize>index) << 2);
}

/** Where an entry should be in the table. */
function homeOf(freed: Freed, entry: usize): u32 {
  return ((<u32>(entry >> GRANULE_SHIFT) * SPREAD) >> 8) & freed.mask;
}

/** The slot that holds an entry, or the empty one where it would be. */
function slotOf(freed: Freed, entry: usize): u32 {
  let index = homeOf(freed, entry);
  let found = load<usize>(slotAt(freed, index));
  while (found && found != entry) {
    index = (index + 1) & freed.mask;
    found = load<usize>(slotAt(freed, index));
  }
  return index;
}

/** Whether an entry is in the set. */
export function isFreed(at: usize, entry: usize): bool {
  if (!at || !Freed.at(at).count) return false;
  return load<usize>(slotAt(Freed.at(at), slotOf(Freed.at(at), entry))) == entry;
}

/** Puts an entry into the set. @returns false when the set is full and cannot grow */
export function addFreed(at: usize, entry: usize): bool {
  const freed = Freed.at(at);
  if (freed.count * 2 > freed.mask && !growTable(freed) && freed.count == freed.mask) return false;
  store<usize>(slotAt(freed, slotOf(freed, entry)), entry);
  freed.count++;
  freed.wasted += <usize>SPARSE_ENTRY_BYTES + Entry.at(entry).bytes;
  link(at, entry);
  return true;
}

/** Takes an entry out of the set. */
export function takeFreed(at: usize, entry: usize): void {
  const freed = Freed.at(at);
  let gap = slotOf(freed, entry);
  let index = gap;
  for (;;) {
    index = (index + 1) & freed.mask;
    const other = load<usize>(slotAt(freed, index));
    if (!other) break;
    // It may move to the gap unless its home lies behind that.
    if (((index - homeOf(freed, other)) & freed.mask) >= ((index - gap) & freed.mask)) {
      store<usize>(slotAt(freed, gap), other);
      gap = index;
    }
  }
  store<usize>(slotAt(freed, gap), 0);
  freed.count--;
  freed.wasted -= <usize>SPARSE_ENTRY_BYTES + Entry.at(entry).bytes;
  unlink(at, entry);
}

/** Doubles the table. @returns false when out of memory */
function growTable(freed: Freed): bool {
  const slots = freed.slots;
  const count = <usize>freed.mask + 1;
  const larger = mallocAllocate(count * 2 * WORD_BYTES);
  if (!larger) return false;
  freed.slots = larger;
  freed.mask = <u32>count * 2 - 1;
  for (let i: usize = 0; i < count; i++) {
    const entry = load<usize>(slots + (i << 2));
    if (entry) store<usize>(slotAt(freed, slotOf(freed, entry)), entry);
  }
  mallocFree(slots);
  return true;
}

/** The list of entries of `bytes`. */
export function listOf(bytes: usize): u32 {
  const granules = <u32>(bytes >> GRANULE_SHIFT);
  if (granules < EXACT_LISTS) return granules;
  return EXACT_LISTS + (31 - clz(granules)) - EXACT_SHIFT;
}

function firstAt(at: usize, list: u32): usize {
  return at + LISTS_OFFSET + ((<usize>list) << 2);
}

/** The first entry of a list, 0 for none. */
export function firstFreed(at: usize, list: u32): usize {
  return load<usize>(firstAt(at, list));
}

/** The next entry of a list, 0 for none. */
export function nextFreed(entry: usize): usize {
  return FreeEntry.at(entry).next;
}

function link(at: usize, entry: usize): void {
  const list = listOf(Entry.at(entry).bytes);
  const first = firstFreed(at, list);
  const links = FreeEntry.at(entry);
  links.next = first;
  links.before = 0;
  if (first) FreeEntry.at(first).before = entry;
  store<usize>(firstAt(at, list), entry);
  Freed.at(at).filled |= (<u64>1) << list;
}

function unlink(at: usize, entry: usize): void {
  const links = FreeEntry.at(entry);
  if (links.next) FreeEntry.at(links.next).before = links.before;
  if (links.before) {
    FreeEntry.at(links.before).next = links.next;
    return;
  }
  const list = listOf(Entry.at(entry).bytes);
  store<usize>(firstAt(at, list), links.next);
  if (!links.next) Freed.at(at).filled &= ~((<u64>1) << list);
}

/**
 * The entry that fits best for `bytes` with an owner: the smallest of those that are looked at, in the first list that
 * has any.
 * @returns 0 when none fits
 */
export function bestFreed(at: usize, owner: u32, bytes: usize): usize {
  let best: usize = 0;
  let bestBytes = usize.MAX_VALUE;
  // In the first list some may be too small; in all others, only owners can be in the way.
  let lists = Freed.at(at).filled & (~(<u64>0) << listOf(bytes));
  while (lists && !best) {
    let entry = firstFreed(at, <u32>ctz(lists));
    for (let steps: u32 = 0; entry && steps < FIT_STEPS; steps++) {
      const found = Entry.at(entry).bytes;
      if (found >= bytes && found < bestBytes && admits(entry, owner)) {
        best = entry;
        bestBytes = found;
        if (found == bytes) return best;
      }
      entry = nextFreed(entry);
    }
    lists &= lists - 1;
  }
  return best;
}

/** Whether owners still rise towards the top when an entry below the top gets this one. */
function admits(at: usize, owner: u32): bool {
  const entry = Entry.at(at);
  return Entry.at(entry.previous).owner <= owner && owner <= Entry.at(entry.end).owner;
}
