/** What the checks of options share. */

import { CHUNK_BYTES, CHUNKS_MAX } from "#contract";
import { HeapError, shown } from "../core/errors.ts";
import { HEAP_BASE_MAX } from "../core/settings.ts";

export const KIB = 1024;
const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

/** Lowest and highest value of a heap limit in bytes, of heaps and of regions. */
export const HEAP_LIMIT_RANGE = [CHUNK_BYTES, CHUNKS_MAX * CHUNK_BYTES] as const;

/** Lowest and highest value of `heapBase` in bytes. */
export const HEAP_BASE_RANGE = [0, HEAP_BASE_MAX] as const;

/** The options that say where in which memory something lives. */
export interface Home {
  readonly memory?: unknown;
  readonly heapBase?: number;
}

/**
 * Refuses a memory without a place in it, or one where no room is left, and the reverse.
 * @param name of the option that says how many bytes are set aside from `heapBase` on
 * @param bytes its value
 * @throws HeapError bad-option
 */
export function assertHome({ memory, heapBase }: Home, name: string, bytes = 0): void {
  if (memory !== undefined && !(memory instanceof WebAssembly.Memory)) {
    throw new HeapError("bad-option", `memory is a WebAssembly.Memory, not ${shown(memory)}`);
  }
  if ((memory === undefined) !== (heapBase === undefined)) {
    throw new HeapError(
      "bad-option",
      "memory and heapBase go together: heapBase says where in the given memory the heap may begin (0 for all of it)",
    );
  }
  if ((heapBase ?? 0) + bytes > HEAP_BASE_MAX) {
    throw new HeapError("bad-option", `heapBase and ${name} leave no room for the heap: lower one of them`);
  }
}

/** Refuses an option of another name. @throws HeapError bad-option */
export function assertNames(options: object, names: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!names.includes(name))
      throw new HeapError("bad-option", `There is no option ${name}: the options are ${names.join(", ")}`);
  }
}

/** Refuses a number outside of its range, lowest and highest value included. @throws HeapError bad-option */
export function assertRanges(options: object, ranges: Readonly<Record<string, readonly [number, number]>>): void {
  for (const [name, [lowest, highest]] of Object.entries(ranges)) {
    const value: unknown = (options as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) continue;
    if (typeof value !== "number" || !Number.isInteger(value) || value < lowest || value > highest) {
      throw new HeapError("bad-option", `${name} is a whole number from ${lowest} to ${highest}, not ${shown(value)}`);
    }
  }
}

/** Refuses what is neither true nor false. @throws HeapError bad-option */
export function assertFlag(name: string, value: unknown): void {
  if (value === undefined || typeof value === "boolean") return;
  throw new HeapError("bad-option", `${name} is true or false, not ${shown(value)}`);
}

/** Refuses what is none of the choices. @throws HeapError bad-option */
export function assertOneOf(name: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return;
  throw new HeapError("bad-option", `${name} is one of ${choices.join(", ")}, not ${shown(value)}`);
}
