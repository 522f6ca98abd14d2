/**
 * The exit test of a loop: an `if` that leaves it, with nothing in front of it in the body but reading and reckoning.
 * What ends or begins with an iteration does so behind the test: nothing that an iteration makes is seen between, and
 * after the last iteration no other begins.
 */

import type { Block, Instruction } from "./ir.ts";

type Loop = Extract<Instruction, { readonly op: "loop" }>;
type If = Extract<Instruction, { readonly op: "if" }>;

const QUIET: ReadonlySet<Instruction["op"]> = new Set([
  "set",
  "globalGet",
  "static",
  "unary",
  "binary",
  "same",
  "immediate",
  "field",
  "part",
  "unpackedGet",
  "unpackedSlice",
  "arrayLength",
  "arrayGet",
  "arraySlice",
  "sliceLength",
  "sliceGet",
  "subslice",
  "sliceEmpty",
  "literal",
] as const);

/** The exit test at the beginning of a loop's iterations; null if there is none. */
export function exitTestOf({ label, body }: Loop): If | null {
  const test = body.instructions.find(({ op }) => !QUIET.has(op));
  if (test?.op !== "if") return null;
  const leaves = ({ instructions }: Block): boolean => {
    const last = instructions.at(-1);
    const rest = instructions.slice(0, -1);
    return last?.op === "break" && last.label === label && rest.every(({ op }) => QUIET.has(op));
  };
  const goesOn = ({ instructions }: Block): boolean => instructions.length === 0;
  const isExit = (leaves(test.then) && goesOn(test.otherwise)) || (goesOn(test.then) && leaves(test.otherwise));
  return isExit ? test : null;
}
