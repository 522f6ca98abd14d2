/** Numbers, sizes and lists of names as they stand on the command line. */

import { InvalidArgumentError } from "commander";
import { WORD_MAX } from "../core/words.ts";

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/**
 * Reads a size such as `4096`, `64k`, `64m`, `1g` (powers of 1024, an `iB` or `B` behind the letter is allowed).
 * @returns bytes, 1 to 4 GiB - 1
 * @throws InvalidArgumentError
 */
export function parseSize(text: string): number {
  const match = /^(\d+)(?:([kmg])(?:i?b)?)?$/i.exec(text);
  const bytes = match === null ? Number.NaN : Number(match[1]) * UNITS[(match[2] ?? "").toLowerCase()]!;
  if (!(bytes >= 1 && bytes <= WORD_MAX)) {
    throw new InvalidArgumentError("Expected a size below 4g, such as 65536, 64k or 64m.");
  }
  return bytes;
}

/**
 * A parser of whole numbers in a range.
 * @param least, most the range, both included
 */
export function parseWhole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) {
      throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

/**
 * A parser of times such as `1ms`, `0.5ms`; without a unit, milliseconds.
 * @param least, most the range in milliseconds, both included
 */
export function parseMilliseconds(least: number, most: number): (text: string) => number {
  return (text) => {
    const match = /^(\d+(?:\.\d+)?)(?:ms)?$/.exec(text);
    const ms = match === null ? Number.NaN : Number(match[1]);
    if (!(ms >= least && ms <= most)) {
      throw new InvalidArgumentError(`Expected a time from ${least}ms to ${most}ms, such as 1ms or 0.5ms.`);
    }
    return ms;
  };
}

/**
 * A parser of a limit in two parts, such as `25%,1024`: percent, and a number. `never` is both at their ends.
 * @param parse of the number
 * @returns [percent, number]
 */
export function parseLimits(parse: (text: string) => number): (text: string) => [number, number] {
  return (text) => {
    if (text === "never") return [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    const [, percent, rest] = /^(\d+)%,(.+)$/.exec(text) ?? [];
    if (percent === undefined || rest === undefined) {
      throw new InvalidArgumentError("Expected a percentage and a number, such as 25%,1024, or never.");
    }
    return [parseWhole(0, 100)(percent), parse(rest)];
  };
}

/**
 * A parser of one of several names.
 * @param what the kind of thing, for the message
 */
export function parseName(what: string, known: readonly string[]): (text: string) => string {
  return (text) => {
    if (!known.includes(text)) {
      throw new InvalidArgumentError(`Unknown ${what} "${text}"; the known ones are ${known.join(", ")}.`);
    }
    return text;
  };
}

/** As `parseName` for several names with commas between them; repeated names count once. */
export function parseNames(what: string, known: readonly string[]): (text: string) => string[] {
  const parse = parseName(what, known);
  return (text) => [...new Set(text.split(",").map((name) => parse(name.trim())))];
}
