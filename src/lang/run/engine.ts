/**
 * What the engine that runs this process can do. Compiling needs nothing of it; running a module whose objects lie in the
 * engine's heap needs WasmGC, which Node has from version 22 on.
 */

/** The engine lacks what a module needs. The message says which one has it. */
export class UnsupportedEngineError extends Error {
  override readonly name = "UnsupportedEngineError";
}

/** A module of one type, `(type (struct))`: valid only where WasmGC is known. */
const WASM_GC_PROBE = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version 1
  ...[0x01, 0x03, 0x01, 0x5f, 0x00], // type section, 3 bytes: one type, struct, no fields
]);

/** What it takes to know of a memory manager: an entry of the registry has it. */
export interface EngineUser {
  readonly name: string;
  readonly abilities: { readonly heap: "linear" | "engine" };
}

/** Says whether a module is valid here; `WebAssembly.validate`, or a stand-in for another engine. */
export type Validate = (wasm: Uint8Array<ArrayBuffer>) => boolean;

/**
 * Why modules of a memory manager cannot run in this process.
 * @returns one sentence with the remedy, or null when they can
 */
export function missingEngineFeature(
  { name, abilities }: EngineUser,
  validate: Validate = WebAssembly.validate,
): string | null {
  if (abilities.heap === "linear" || validate(WASM_GC_PROBE)) return null;
  return `${name} needs WebAssembly garbage collection (WasmGC), which this engine does not have: use Node 22 or newer`;
}

/**
 * Makes sure that modules of a memory manager can run in this process.
 * @throws UnsupportedEngineError
 */
export function requireEngine(manager: EngineUser, validate: Validate = WebAssembly.validate): void {
  const missing = missingEngineFeature(manager, validate);
  if (missing !== null) throw new UnsupportedEngineError(missing);
}
