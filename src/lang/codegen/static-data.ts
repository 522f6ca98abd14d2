/**
 * Bytes at fixed addresses of the program's linear memory.
 *
 *     0      nothing (0 is no address)
 *     1024   constants, shape descriptors, buffers, in the order of the requests
 *     end    the heap's base, for managers that keep their heap in linear memory
 *
 * Equal constants share their bytes. Buffers take no space in the module, only addresses: they come as zero.
 */

import { FIRST_ADDRESS } from "#contract";
import { InternalCompilerError } from "../options.ts";

/** Gaps of zeros up to this length are cheaper to store than a segment's header. */
const MERGE_GAP_BYTES = 16;

export interface DataSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export class StaticData {
  readonly #constants = new Map<string, number>();
  readonly #segments: DataSegment[] = [];
  readonly #passive: { readonly name: string; readonly bytes: Uint8Array }[] = [];
  #end = FIRST_ADDRESS;
  #sealed = false;

  /**
   * Ends the placing: from now on addresses behind `end` belong to the manager.
   * @returns the first address after everything, 16-aligned; the same for every call
   */
  seal(): number {
    this.#sealed = true;
    return (this.#end + 15) & ~15;
  }

  /**
   * Places bytes that never change.
   * @returns their address; equal bytes of equal alignment share one
   */
  constant(bytes: Uint8Array, alignment = 1): number {
    const key = `${alignment}:${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1")}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const address = this.place(bytes, alignment);
    this.#constants.set(key, address);
    return address;
  }

  /** Places initial bytes of its own, never shared. @returns the address */
  place(bytes: Uint8Array, alignment = 1): number {
    const address = this.reserve(bytes.byteLength, alignment);
    this.#segments.push({ address, bytes });
    return address;
  }

  /** Sets aside `bytes` zero bytes. @returns the address */
  reserve(bytes: number, alignment = 8): number {
    if (this.#sealed) throw new InternalCompilerError("static data was placed after its end was decided");
    const address = Math.ceil(this.#end / alignment) * alignment;
    this.#end = address + bytes;
    return address;
  }

  /**
   * Adds a passive segment, which takes no address (for `array.new_data` and `memory.init`).
   * @returns its name in the module
   */
  passive(bytes: Uint8Array): string {
    const name = `passive${this.#passive.length}`;
    this.#passive.push({ name, bytes });
    return name;
  }

  /** The passive segments in the order of the requests. */
  passiveSegments(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
    return this.#passive;
  }

  /** What the module has to store, by rising address, neighbours merged. */
  segments(): DataSegment[] {
    const merged: { address: number; parts: DataSegment[]; end: number }[] = [];
    for (const segment of this.#segments) {
      const last = merged.at(-1);
      if (last !== undefined && segment.address - last.end <= MERGE_GAP_BYTES) {
        last.parts.push(segment);
        last.end = segment.address + segment.bytes.byteLength;
      } else {
        merged.push({ address: segment.address, parts: [segment], end: segment.address + segment.bytes.byteLength });
      }
    }
    return merged.map(({ address, parts, end }) => {
      const bytes = new Uint8Array(end - address);
      for (const part of parts) bytes.set(part.bytes, part.address - address);
      return { address, bytes };
    });
  }
}
