/** A module's memory with a maximum: the engine refuses to grow it further. */

const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;
const HAS_MAXIMUM = 1;

/**
 * Gives the one memory that a module defines a maximum.
 * @returns the changed module; null when the memory is larger than that from the start
 */
export function withMaximum(wasm: Uint8Array, pages: number): Uint8Array | null {
  for (let at = HEADER_BYTES; at < wasm.byteLength; ) {
    const [bytes, body] = unsigned(wasm, at + 1);
    if (wasm[at] === MEMORY_SECTION) {
      const [initial] = unsigned(wasm, body + 2);
      if (initial > pages) return null;
      const content = [1, HAS_MAXIMUM, ...encoded(initial), ...encoded(pages)];
      const section = [MEMORY_SECTION, ...encoded(content.length), ...content];
      return Buffer.concat([wasm.subarray(0, at), Uint8Array.from(section), wasm.subarray(body + bytes)]);
    }
    at = body + bytes;
  }
  throw new Error("the module defines no memory");
}

/** Reads a LEB128 number. @returns the number and where it ends */
function unsigned(bytes: Uint8Array, at: number): [value: number, end: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value >>> 0, at];
  }
}

function encoded(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...encoded(value >>> 7)];
}
