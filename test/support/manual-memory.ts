/**
 * The memory that programs manage themselves, for the interpreter: a real linear memory, so that extern modules can
 * share it, in which nothing is used twice and no two allocations touch. Every wrong use is found, as in debug builds.
 */

import { FIRST_ADDRESS } from "#contract";
import type { IrType } from "../../src/lang/ir/ir.ts";
import { numberBytes } from "../../src/lang/ir/numbers.ts";

const PAGE_BYTES = 65536;
const ALIGNMENT = 16;
const LARGEST_BYTES = 0x40000000;

export class ManualMemory {
  readonly memory = new WebAssembly.Memory({ initial: 1 });
  /** The bytes of each live allocation by its address. */
  readonly #live = new Map<number, number>();
  /** The pages that are not ours: others have grown them. */
  readonly #foreign = new Set<number>();
  #end = FIRST_ADDRESS;
  /** Where the pages end that we have grown last. */
  #limit = PAGE_BYTES;

  /** @returns the address of zeroed memory; 0 when there is none */
  allocate = (bytes: number): number => {
    if (bytes < 0 || this.#end + bytes > LARGEST_BYTES) return 0;
    if (this.#end + bytes >= this.#limit) this.#grow(bytes);
    const address = this.#end;
    this.#end = Math.ceil((address + bytes + 1) / ALIGNMENT) * ALIGNMENT;
    this.#live.set(address, bytes);
    return address;
  };

  resize = (address: number, bytes: number): number => {
    const moved = this.allocate(bytes);
    if (moved === 0) return 0;
    const kept = Math.min(bytes, this.#live.get(address)!);
    new Uint8Array(this.memory.buffer).copyWithin(moved, address, address + kept);
    this.free(address);
    return moved;
  };

  free = (address: number): void => {
    this.#live.delete(address);
  };

  owns(address: number): boolean {
    return this.#live.has(address);
  }

  /** The bytes of all that is allocated. */
  get liveBytes(): number {
    return [...this.#live.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Whether memory that is allocated, or that somebody else has grown, is at the address. */
  reaches(address: number, bytes: number): boolean {
    this.#findForeign();
    if (this.#foreign.has(Math.floor(address / PAGE_BYTES))) return address + bytes <= this.memory.buffer.byteLength;
    return [...this.#live].some(([start, length]) => start <= address && address + bytes <= start + length);
  }

  load(type: IrType, address: number): number | bigint {
    const view = new DataView(this.memory.buffer);
    if (type.kind === "long") return view.getBigInt64(address, true);
    if (type.kind === "float") return view.getFloat64(address, true);
    return numberBytes(type) === 1 ? view.getUint8(address) : view.getInt32(address, true);
  }

  store(type: IrType, address: number, value: unknown): void {
    const view = new DataView(this.memory.buffer);
    if (type.kind === "long") view.setBigInt64(address, value as bigint, true);
    else if (type.kind === "float") view.setFloat64(address, value as number, true);
    else if (numberBytes(type) === 1) view.setUint8(address, value as number);
    else view.setInt32(address, value as number, true);
  }

  /** Grows the memory for `bytes` more, behind what others have grown in between. */
  #grow(bytes: number): void {
    this.#findForeign();
    const start = this.memory.grow(Math.ceil((bytes + 1) / PAGE_BYTES)) * PAGE_BYTES;
    if (start !== this.#limit) this.#end = start;
    this.#limit = this.memory.buffer.byteLength;
  }

  #findForeign(): void {
    for (let at = this.#limit; at < this.memory.buffer.byteLength; at += PAGE_BYTES) this.#foreign.add(at / PAGE_BYTES);
  }
}
