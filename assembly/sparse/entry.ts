// The entries of sparse stacks: an array, or whatever else was asked for, behind a header.
//
//     entry   0  bytes: how many the object may take, a multiple of 8; in the low bits: flags
//             4  previous: the entry below, the extent's base when there is none
//             8  owner: what it ends with, the greater the sooner
//            12  extent: the extent that it lies in; while a collector has it in a list: another entry
//            16  serial: a number that rises from one to the next; an array keeps it when it moves
//            24  the object ..                                       <- what the program knows
//
// The next entry begins where the object's bytes end.

import { SPARSE_ENTRY_BYTES } from "../contract";

/** Of what asks for memory; so many a free entry needs for links. */
export const SPARSE_MIN_BYTES: usize = 8;

/** It has grown where it is, and is large: nothing is put on top of it while there is another place. */
const GROWER: usize = 1;
/** A collector has reached it. */
const REACHED: usize = 2;
/** Its owner has made it larger. */
const ENLARGED: usize = 4;
const FLAGS: usize = 7;

@unmanaged
@final
export class Entry {
  private bytesAndFlags: usize;
  previous: usize;
  owner: u32;
  extent: usize;
  serial: u64;

  @inline static at(address: usize): Entry {
    return changetype<Entry>(address);
  }

  get bytes(): usize {
    return this.bytesAndFlags & ~FLAGS;
  }
  get object(): usize {
    return changetype<usize>(this) + SPARSE_ENTRY_BYTES;
  }
  /** Where the next entry begins. */
  get end(): usize {
    return this.object + this.bytes;
  }
  get isGrower(): bool {
    return (this.bytesAndFlags & GROWER) != 0;
  }
  get isEnlarged(): bool {
    return (this.bytesAndFlags & ENLARGED) != 0;
  }
  get isReached(): bool {
    return (this.bytesAndFlags & REACHED) != 0;
  }

  /** Sets the size of a new entry, without flags. */
  open(bytes: usize): void {
    this.bytesAndFlags = bytes;
  }
  extend(bytes: usize): void {
    this.bytesAndFlags += bytes;
  }
  markGrower(): void {
    this.bytesAndFlags |= GROWER;
  }
  markEnlarged(): void {
    this.bytesAndFlags |= ENLARGED;
  }
  markReached(): void {
    this.bytesAndFlags |= REACHED;
  }
  clearReached(): void {
    this.bytesAndFlags &= ~REACHED;
  }
}
if (offsetof<Entry>() != SPARSE_ENTRY_BYTES) ERROR("Entry must match SPARSE_ENTRY_BYTES");
if (offsetof<Entry>("owner") != 8) ERROR("Entry.owner moved");

/** The entry of an object. */
export function entryOf(ref: usize): usize {
  return ref - SPARSE_ENTRY_BYTES;
}
