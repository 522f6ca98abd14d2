/**
 * Typed access to the linear memory: the one place that makes views of it.
 *
 * A view dies when memory grows, whoever grows it. So nobody keeps a view: every access asks here, and here the views
 * are renewed whenever the memory shows another buffer.
 */

export class MemoryViews {
  readonly memory: WebAssembly.Memory;
  #buffer: ArrayBuffer;
  #data: DataView;
  #bytes: Uint8Array;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.#buffer = memory.buffer;
    this.#data = new DataView(this.#buffer);
    this.#bytes = new Uint8Array(this.#buffer);
  }

  /** For reads and writes of numbers; everything is little-endian. Use it at once, do not keep it. */
  get data(): DataView {
    if (this.#buffer !== this.memory.buffer) this.#renew();
    return this.#data;
  }

  /** For copying ranges of bytes. Use it at once, do not keep it. */
  get bytes(): Uint8Array {
    if (this.#buffer !== this.memory.buffer) this.#renew();
    return this.#bytes;
  }

  /** Reads an unsigned 32-bit word: an address, a length, a mask. */
  word(address: number): number {
    return this.data.getUint32(address, true);
  }

  #renew(): void {
    this.#buffer = this.memory.buffer;
    this.#data = new DataView(this.#buffer);
    this.#bytes = new Uint8Array(this.#buffer);
  }
}
