/** What the checks of options share. */

import { CHUNK_BYTES, CHUNKS_MAX } from "#contract";
import { HeapError, shown } from "../core/errors.ts";

export const KIB = 1024;
const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

/** Lowest and highest value of a heap limit in bytes, of heaps and of regions. */
export const HEAP_LIMIT_RANGE = [CHUNK_BYTES, CHUNKS_MAX * CHUNK_BYTES] as const;

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
