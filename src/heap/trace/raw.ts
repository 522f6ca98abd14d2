/**
 * The linear memory as it is while a trace looks at it: words and bytes, nothing interpreted.
 *
 * A trace calls the core only before it begins, so one pair of views serves all of it.
 */
import { HeapError } from "../../core/errors.ts";

export class Raw {
  /** The end of the memory. */
  readonly end: number;
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;

  constructor(memory: WebAssembly.Memory) {
    const { buffer } = memory;
    this.end = buffer.byteLength;
    this.#words = new Uint32Array(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  /** The word at a multiple of 4. */
  word(address: number): number {
    return this.#words[address >>> 2] ?? broken(`a word is read at ${address}, beyond the memory's end at ${this.end}`);
  }

  byte(address: number): number {
    return this.#bytes[address] ?? broken(`a byte is read at ${address}, beyond the memory's end at ${this.end}`);
  }
}

/** Stops a trace. `what` says what is wrong, and where. */
export function broken(what: string): never {
  throw new HeapError(
    "broken-invariant",
    `The heap is broken, a trace finds that ${what}. Look for code that writes to the heap's memory by itself`,
  );
}
