/**
 * All objects that the heap's own tables know, dead ones included: a census of the raw memory.
 *
 * The page map (assembly/memory/page-map.ts) says whose a chunk is. The nursery is walked from its base, object by
 * object, to the first header that is no shape: the debug core fills the unused part with what cannot be one. Blocks
 * (assembly/mature/block.ts) are read by their start bits, large objects (assembly/mature/large.ts) stand at the start
 * of their runs. The object around an address is the last one that starts at or before it, if it reaches so far.
 *
 * Nothing of the core's code is used, and nothing of its way: no start bits in the nursery, no back-skips.
 */
import {
  BLOCK_CELL_BYTES_OFFSET,
  BLOCK_CELLS_OFFSET,
  BLOCK_LINES_OFFSET,
  BLOCK_MARKS_OFFSET,
  BLOCK_STARTS_OFFSET,
  BLOCK_TAKEN_OFFSET,
  CHUNK_BYTES,
  FIRST_LINE,
  GRANULE_BYTES,
  LARGE_CHUNKS_OFFSET,
  LARGE_HEADER_BYTES,
  LINE_BYTES,
  OWNER_BLOCK,
  OWNER_CONTROL,
  OWNER_FOREIGN,
  OWNER_FRESH,
  OWNER_LARGE,
  OWNER_LARGE_REST,
  OWNER_NURSERY,
  OWNER_WARM,
} from "#contract";
import { type Descriptor, Descriptors } from "./descriptor.ts";
import { broken, type Raw } from "./raw.ts";

export interface Place {
  readonly address: number;
  /** Header and rounding included. */
  readonly bytes: number;
  readonly shape: Descriptor;
  readonly space: "nursery" | "block" | "large";
}

/** What a pointer's value leads to: a place of the census, "outside" of the heap, or null where no object is. */
export type Target = Place | "outside" | null;

export class Space {
  /** In the order of their addresses. */
  readonly objects: readonly Place[];
  /** The addresses of the blocks. */
  readonly blocks: readonly number[];
  /** The addresses of the core's own chunks, without that of the page map. */
  readonly control: readonly number[];
  readonly #raw: Raw;
  readonly #descriptors: Descriptors;
  readonly #pageMap: number;

  /**
   * @param heapBase as passed to `gcInit`
   * @param nursery its base and size in bytes
   * @param names of shapes by address
   */
  constructor(
    raw: Raw,
    heapBase: number,
    nursery: { readonly base: number; readonly bytes: number },
    names: ReadonlyMap<number, { readonly name: string }>,
  ) {
    this.#raw = raw;
    this.#descriptors = new Descriptors(raw, names);
    this.#pageMap = Math.ceil(heapBase / CHUNK_BYTES) * CHUNK_BYTES;
    const objects: Place[] = [];
    const blocks: number[] = [];
    const control: number[] = [];
    for (let chunk = this.#pageMap + CHUNK_BYTES; chunk < raw.end; chunk += CHUNK_BYTES) {
      const owner = this.#ownerOf(chunk);
      if (owner === OWNER_CONTROL) {
        control.push(chunk);
      } else if (owner === OWNER_NURSERY) {
        if (chunk === nursery.base) this.#walkNursery(chunk, chunk + nursery.bytes, objects);
      } else if (owner === OWNER_BLOCK) {
        blocks.push(chunk);
        this.#walkBlock(chunk, objects);
      } else if (owner === OWNER_LARGE) {
        chunk += (this.#addLarge(chunk, objects) - 1) * CHUNK_BYTES;
      } else if (owner >= OWNER_LARGE_REST) {
        broken(`the chunk at ${chunk} continues a large object that has ended`);
      }
    }
    this.objects = objects;
    this.blocks = blocks;
    this.control = control;
  }

  /** What a Box leads to. */
  ofBox(value: number): Target {
    const place = this.#around(value);
    if (place !== null) return place.address === value ? place : null;
    // Immediates are 0, or odd and at addresses where no object can be.
    const owner = this.#ownerOf(value);
    return owner === OWNER_FOREIGN || value === 0 || (value % 2 === 1 && isUnused(owner)) ? "outside" : null;
  }

  /** What a Slice leads to. */
  ofSlice(value: number): Target {
    const place = this.#around(value);
    if (place !== null) return place.shape.isSliceable ? place : null;
    return value === 0 || this.#ownerOf(value) === OWNER_FOREIGN ? "outside" : null;
  }

  /** Describes an address, for messages. */
  describe(address: number): string {
    const owner = this.#ownerOf(address);
    const chunk = address - (address % CHUNK_BYTES);
    const place = this.#around(address);
    if (place !== null) return `the inside of ${shown(place)}`;
    if (owner === OWNER_NURSERY) return "the free part of the nursery";
    if (owner === OWNER_CONTROL) return "the core's own tables";
    if (owner === OWNER_FRESH || owner === OWNER_WARM) return "a free chunk";
    if (owner !== OWNER_BLOCK) return "the rest of the last chunk of a large object";
    // Zero in a block of lines.
    if (this.#raw.word(chunk + BLOCK_CELL_BYTES_OFFSET) !== 0)
      return `between the objects of the block of cells at ${chunk}`;
    const line = Math.floor((address - chunk) / LINE_BYTES);
    if (line < FIRST_LINE) return `the metadata of the block at ${chunk}`;
    const isMarked = this.lineMark(chunk, line) !== 0;
    return `${isMarked ? "a gap between the objects" : "a free line"}: line ${line} of the block at ${chunk}`;
  }

  /** The lines of its block that an object lies on, both ends included. */
  linesOf({ address, bytes }: Place): { block: number; first: number; last: number } {
    const offset = address % CHUNK_BYTES;
    const first = Math.floor(offset / LINE_BYTES);
    return { block: address - offset, first, last: Math.floor((offset + bytes - 1) / LINE_BYTES) };
  }

  /** The cell of an object in a block of cells: its bytes, and how far inside it the object starts. */
  cellOf({ address }: Place): { block: number; bytes: number; offset: number } {
    const block = address - (address % CHUNK_BYTES);
    const bytes = this.#raw.word(block + BLOCK_CELL_BYTES_OFFSET);
    return { block, bytes, offset: (address - block - BLOCK_CELLS_OFFSET) % bytes };
  }

  /** Whether the cell that an object starts in is taken. */
  isTaken({ address }: Place): boolean {
    const granule = (address % CHUNK_BYTES) / GRANULE_BYTES;
    const block = address - (address % CHUNK_BYTES);
    return ((this.#raw.byte(block + BLOCK_TAKEN_OFFSET + Math.floor(granule / 8)) >>> (granule % 8)) & 1) === 1;
  }

  takenCells(block: number): number {
    let count = 0;
    for (let at = block + BLOCK_TAKEN_OFFSET; at < block + BLOCK_CELLS_OFFSET; at++) {
      for (let bits = this.#raw.byte(at); bits !== 0; bits &= bits - 1) count++;
    }
    return count;
  }

  lineMark(block: number, line: number): number {
    return this.#raw.byte(block + BLOCK_LINES_OFFSET + line);
  }

  #ownerOf(address: number): number {
    const chunk = Math.floor(address / CHUNK_BYTES);
    return this.#raw.byte(this.#pageMap + chunk);
  }

  /** The object that `address` lies in; null when there is none. */
  #around(address: number): Place | null {
    let lo = 0;
    let hi = this.objects.length;
    while (lo < hi) {
      const middle = (lo + hi) >>> 1;
      if (this.objects[middle]!.address <= address) lo = middle + 1;
      else hi = middle;
    }
    const place = this.objects[lo - 1];
    return place !== undefined && address < place.address + place.bytes ? place : null;
  }

  #walkNursery(base: number, end: number, objects: Place[]): void {
    for (let at = base; at < end; ) {
      const shape = this.#descriptors.at(this.#raw.word(at));
      if (shape === null) return;
      at = this.#add(
        objects,
        { address: at, bytes: this.#descriptors.sizeOf(at, shape), shape, space: "nursery" },
        end,
      );
    }
  }

  #walkBlock(block: number, objects: Place[]): void {
    const end = block + CHUNK_BYTES;
    let free = block + FIRST_LINE * LINE_BYTES;
    for (let at = BLOCK_STARTS_OFFSET; at < BLOCK_MARKS_OFFSET; at++) {
      const bits = this.#raw.byte(block + at);
      for (let bit = 0; bits >>> bit !== 0; bit++) {
        if (((bits >>> bit) & 1) === 0) continue;
        const address = block + ((at - BLOCK_STARTS_OFFSET) * 8 + bit) * GRANULE_BYTES;
        const shape = this.#shapeAt(address);
        const place: Place = { address, bytes: this.#descriptors.sizeOf(address, shape), shape, space: "block" };
        if (address < free) {
          const before = objects.at(-1);
          const what = before && before.address >= block ? `the end of ${shown(before)}` : "the block's metadata";
          broken(`${shown(place)} overlaps ${what}, up to ${free}`);
        }
        free = this.#add(objects, place, end);
      }
    }
  }

  /** @returns how many chunks it takes */
  #addLarge(run: number, objects: Place[]): number {
    const address = run + LARGE_HEADER_BYTES;
    const shape = this.#shapeAt(address);
    const place: Place = { address, bytes: this.#descriptors.sizeOf(address, shape), shape, space: "large" };
    const count = Math.ceil((LARGE_HEADER_BYTES + place.bytes) / CHUNK_BYTES);
    const recorded = this.#raw.word(run + LARGE_CHUNKS_OFFSET);
    if (recorded !== count) broken(`${shown(place)} needs ${count} chunks, but its run has ${recorded}`);
    for (let i = 1; i < count; i++) {
      const owner = this.#ownerOf(run + i * CHUNK_BYTES);
      // Each chunk names the largest power of two that does not lead back beyond the first.
      const expected = OWNER_LARGE_REST + Math.floor(Math.log2(i));
      if (owner !== expected) broken(`the page map has ${owner}, not ${expected}, for chunk ${i} of ${shown(place)}`);
    }
    this.#add(objects, place, run + count * CHUNK_BYTES);
    return count;
  }

  #shapeAt(address: number): Descriptor {
    const header = this.#raw.word(address);
    return this.#descriptors.at(header) ?? broken(`the header of the object at ${address}, ${header}, is no shape`);
  }

  /** @returns the end of the object */
  #add(objects: Place[], place: Place, limit: number): number {
    const end = place.address + place.bytes;
    if (end > limit) broken(`${shown(place)} ends at ${end}, beyond its ${place.space}, which ends at ${limit}`);
    objects.push(place);
    return end;
  }
}

function isUnused(owner: number): boolean {
  return owner === OWNER_FRESH || owner === OWNER_WARM || owner === OWNER_CONTROL;
}

/** An object in messages. */
export function shown(place: Place): string {
  return `${place.shape.name} at ${place.address} (${place.bytes} bytes)`;
}
