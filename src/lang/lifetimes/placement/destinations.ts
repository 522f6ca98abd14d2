/**
 * Where a value may go when the call that made it, or that was given it, is over.
 *
 * A set of destinations is a bit mask: bit 0 stands for a tail call, bit 1 for globals, then follow two bits for each
 * result (the value as a whole, and as a part of it), then one for each parameter. The empty set means that the value
 * stays.
 *
 * Ports are records and unknown functions are known ones in the IR, so neither needs a kind of its own. One more would
 * get a bit in front of the results and a root in escape.ts; what reads destinations would have to name it.
 */

import type { IrFunction } from "../../ir/ir.ts";

export type Destination =
  /** The function's result of this index, or something that can be reached from it. */
  | { readonly to: "result"; readonly index: number; readonly part: boolean }
  /** Something that can be reached from the parameter of this index. */
  | { readonly to: "parameter"; readonly index: number }
  /** Something that can be reached from a global. */
  | { readonly to: "global" }
  /** An argument of a tail call, or something that can be reached from one: it outlives the caller's frame. */
  | { readonly to: "tailCall" };

/** A set of destinations of one function. */
export type Destinations = bigint;

export const NOWHERE: Destinations = 0n;
export const TAIL_CALL: Destinations = 1n;
export const GLOBAL: Destinations = 2n;

const FIRST_RESULT = 2;

export function wholeResult(index: number): Destinations {
  return 1n << BigInt(FIRST_RESULT + 2 * index);
}

function partOfResult(index: number): Destinations {
  return wholeResult(index) << 1n;
}

export function intoParameter(fn: IrFunction, index: number): Destinations {
  return 1n << BigInt(FIRST_RESULT + 2 * fn.results.length + index);
}

/** All results of a function, as wholes. */
export function wholeResults(fn: IrFunction): Destinations {
  return fn.results.reduce((all, _, index) => all | wholeResult(index), NOWHERE);
}

/** Where it is that a value goes, for a caller: to take part in a tail call is a way to get there, unless it is all. */
export function asCallerSees(set: Destinations): Destinations {
  return set === TAIL_CALL ? set : set & ~TAIL_CALL;
}

/** Whether a set holds nothing but results, parts of results, and tail calls. */
export function onlyReturned(fn: IrFunction, set: Destinations): boolean {
  const wholes = wholeResults(fn);
  return (set & ~(wholes | inside(wholes, wholes) | TAIL_CALL)) === NOWHERE;
}

/** Where what a value refers to goes, when the value goes to `outside`: wholes become parts. */
export function inside(outside: Destinations, wholes: Destinations): Destinations {
  return (outside & ~wholes) | ((outside & wholes) << 1n);
}

/** The destinations of a set, one by one: results, then parameters, globals, and a tail call. */
export function listDestinations(fn: IrFunction, set: Destinations): Destination[] {
  const found: Destination[] = [];
  fn.results.forEach((_, index) => {
    if (set & wholeResult(index)) found.push({ to: "result", index, part: false });
    if (set & partOfResult(index)) found.push({ to: "result", index, part: true });
  });
  fn.params.forEach((_, index) => {
    if (set & intoParameter(fn, index)) found.push({ to: "parameter", index });
  });
  if (set & GLOBAL) found.push({ to: "global" });
  if (set & TAIL_CALL) found.push({ to: "tailCall" });
  return found;
}
