/**
 * Mote programs of any length, for measuring the compiler: deterministic, all of it reached from `main`, and with the
 * output known beforehand.
 *
 * A program is a row of pieces (pieces.ts), each with types and functions of its own around `fn piece<n>(x: Int) ->
 * Int`. Every eight of them have a function that calls each twice and one of the eight before, so that a piece is no
 * mere part of its caller; `main` prints what these functions return.
 */

import { random } from "../../test/support/random.ts";
import { KINDS, type Piece } from "./pieces.ts";

const GROUP = 8;
/** Of the argument of a piece: small enough that nothing in a piece goes below zero unless it is meant to. */
const ARGUMENT_MASK = 1023;

export interface GeneratedProgram {
  readonly text: string;
  readonly lines: number;
  /** What the program prints. */
  readonly output: string;
}

/**
 * A program of at least so many lines, and at most some 400 more.
 * @param seed decides kinds and constants of the pieces
 */
export function generateProgram(lines: number, seed = 1): GeneratedProgram {
  const next = random(seed);
  const groups: Piece[][] = [];
  const sources: string[] = [];
  for (let count = 0; count < lines; ) {
    const pieces = Array.from({ length: GROUP }, (_, index) => {
      // Each kind as often as the others.
      const id = groups.length * GROUP + index;
      return KINDS[id % KINDS.length]!(id, next);
    });
    groups.push(pieces);
    const texts = [...pieces.map((piece) => piece.text), groupText(groups.length - 1)];
    sources.push(...texts);
    count += texts.reduce((sum, text) => sum + text.split("\n").length, 0);
  }
  const prints = groups.map((_, group) => `  print("group ${group}: {group${group}(1)} {group${group}(40)}")`);
  const text = [...sources, `fn main() {\n${prints.join("\n")}\n}\n`].join("\n");
  const outputs = groups.map((_, group) => {
    return `group ${group}: ${groupValue(groups, group, 1)} ${groupValue(groups, group, 40)}\n`;
  });
  return { text, lines: text.split("\n").length - 1, output: outputs.join("") };
}

function groupText(group: number): string {
  const first = group * GROUP;
  const calls = Array.from({ length: GROUP }, (_, index) => {
    const piece = `piece${first + index}`;
    return `  value = value * 31 + ${piece}(x + ${index})\n  if value > 0 { value -= ${piece}(value & ${ARGUMENT_MASK}) }`;
  });
  return `fn group${group}(x: Int) -> Int {
  let value = piece${earlier(group)}(x)
${calls.join("\n")}
  value
}
`;
}

function groupValue(groups: readonly (readonly Piece[])[], group: number, x: number): number {
  let value = groups.flat()[earlier(group)]!.value(x);
  for (const [index, piece] of groups[group]!.entries()) {
    value = (Math.imul(value, 31) + piece.value(x + index)) | 0;
    if (value > 0) value = (value - piece.value(value & ARGUMENT_MASK)) | 0;
  }
  return value;
}

/** The piece from before a group that it calls as well; the first group has only its own. */
function earlier(group: number): number {
  return Math.max(0, group * GROUP - 3);
}
