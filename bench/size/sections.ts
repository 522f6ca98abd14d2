/** How many bytes each function of a wasm module takes, read from its code and name sections. */

const NAME_SECTION = 0;
const CODE_SECTION = 10;
const FUNCTION_NAMES = 1;
const HEADER_BYTES = 8;

export interface FunctionSize {
  readonly name: string;
  /** The body, its length field included. */
  readonly bytes: number;
}

class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    return this.#bytes[this.at++]!;
  }

  /** An unsigned LEB128 number below 2^32. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  text(): string {
    const bytes = this.number();
    this.at += bytes;
    return new TextDecoder().decode(this.#bytes.subarray(this.at - bytes, this.at));
  }
}

/**
 * @param wasm a module with names (the compiler's option `names`)
 * @returns its own functions, in the order of their code
 */
export function functionSizes(wasm: Uint8Array): FunctionSize[] {
  const imported = WebAssembly.Module.imports(new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>)).filter(
    ({ kind }) => kind === "function",
  ).length;
  const sizes: number[] = [];
  const names = new Map<number, string>();
  const reader = new Reader(wasm, HEADER_BYTES);
  while (reader.at < wasm.byteLength) {
    const id = reader.byte();
    const end = reader.number() + reader.at;
    if (id === CODE_SECTION) readCode(reader, sizes);
    else if (id === NAME_SECTION && reader.text() === "name") readNames(reader, end, names);
    reader.at = end;
  }
  return sizes.map((bytes, index) => ({ name: names.get(imported + index) ?? `function ${index}`, bytes }));
}

function readCode(reader: Reader, sizes: number[]): void {
  for (let left = reader.number(); left > 0; left--) {
    const start = reader.at;
    const bytes = reader.number();
    reader.at += bytes;
    sizes.push(reader.at - start);
  }
}

function readNames(reader: Reader, end: number, names: Map<number, string>): void {
  while (reader.at < end) {
    const kind = reader.byte();
    const next = reader.number() + reader.at;
    if (kind === FUNCTION_NAMES) {
      for (let left = reader.number(); left > 0; left--) names.set(reader.number(), reader.text());
    }
    reader.at = next;
  }
}
