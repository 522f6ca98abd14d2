/**
 * Which functions keep an eye on regions that their callers lend them: what they add to such a region may pile up, in rounds
 * of a loop or of tail calls, or not be returned in the end. They mark how far the region is filled when a call begins
 * (assembly/region/checkpoint.ts), as far as what comes to it then is theirs: it only goes to their results or along with a tail call.
 *
 * Functions that tail-call each other in a circle are a chain. A call of one goes on with the marks of the call that it
 * replaces: seen from the first of them, all that has come since is theirs still, whatever a later one knows of it.
 *
 * The program's own main function, which nobody waits for, may look after all that ends with the program in the same way: then
 * only globals refer there as well.
 */

import type { IrFunction, IrProgram } from "../../ir/ir.ts";
import { forEachInstruction } from "../../ir/traverse.ts";
import { callComponents, tailCalleesOf } from "../../lifetimes/placement/components.ts";
import { GLOBAL, onlyReturned } from "../../lifetimes/placement/destinations.ts";
import { boundsMadeIn, type FunctionBounds } from "../../lifetimes/placement/function-bounds.ts";

export interface Loan {
  /** The hidden arguments that are regions to mark. */
  readonly marked: readonly number[];
  /** The others. Where one is the same region as a marked one, nothing is known of that. */
  readonly others: readonly number[];
  /** How many marks a frame has room for: in a chain, as the others. */
  readonly marks: number;
  /** The functions that it is in a chain with, itself among them; none outside of chains. */
  readonly chain: ReadonlySet<IrFunction>;
  /** Where it returns, some of what has come may not be returned. */
  readonly mayDrop: boolean;
  /** Nobody waits for it: the only region that it is lent is that of the program, marked at its beginning. */
  readonly isOutermost: boolean;
}

type AllBounds = ReadonlyMap<IrFunction, FunctionBounds>;

/**
 * The functions with marks.
 * @param fillsInLoops whether rounds of a loop of the function allocate in the region that is this hidden argument
 */
export function findLoans(
  { functions, main }: IrProgram,
  bounds: AllBounds,
  fillsInLoops: (fn: IrFunction, index: number) => boolean,
): ReadonlyMap<IrFunction, Loan> {
  const chains = new Map<IrFunction, ReadonlySet<IrFunction>>();
  for (const component of callComponents(functions, tailCalleesOf)) {
    if (!component.isRecursive) continue;
    const members = new Set(component.functions);
    const grows = component.functions.some((fn) => {
      const own = bounds.get(fn)!;
      return ownLoans(fn, own).some((index) => fills(fn, own, members, index));
    });
    if (grows) for (const fn of members) chains.set(fn, members);
  }
  const recursive = new Map(
    callComponents(functions).flatMap((each) => each.functions.map((fn) => [fn, new Set(each.functions)] as const)),
  );
  const outermost = outermostOf(functions, main);
  const loans = new Map<IrFunction, Loan>();
  for (const fn of functions) {
    const own = bounds.get(fn)!;
    if (fn === outermost && own.hidden.length > 0 && own.hidden.every((each) => onlyReturned(fn, each & ~GLOBAL))) {
      loans.set(fn, { marked: [0], others: [], marks: 1, chain: new Set(), mayDrop: false, isOutermost: true });
      continue;
    }
    const marked = ownLoans(fn, own);
    const chain = chains.get(fn) ?? new Set();
    const mayDrop = marked.length > 0 && dropsSome(own, recursive.get(fn)!);
    if (chain.size === 0 && !mayDrop && !marked.some((index) => fillsInLoops(fn, index))) continue;
    const others = own.hidden.flatMap((_, index) => (marked.includes(index) ? [] : [index]));
    const inChain = [...chain].map((member) => ownLoans(member, bounds.get(member)!).length);
    loans.set(fn, { marked, others, marks: Math.max(marked.length, ...inChain), chain, mayDrop, isOutermost: false });
  }
  return loans;
}

/** The function that runs for as long as the program does, when its start has given way to it; null if there is none. */
function outermostOf(functions: readonly IrFunction[], main: IrFunction): IrFunction | null {
  const calls = new Map<IrFunction, { readonly fn: IrFunction; readonly op: "call" | "tailCall" }[]>();
  for (const fn of functions) {
    forEachInstruction(fn.body, (i) => {
      if (i.op !== "call" && i.op !== "tailCall") return;
      const known = calls.get(i.callee);
      if (known === undefined) calls.set(i.callee, [{ fn, op: i.op }]);
      else known.push({ fn, op: i.op });
    });
  }
  if (calls.has(main)) return null;
  const next = [...calls].find(
    ([, known]) => known.length === 1 && known[0]!.fn === main && known[0]!.op === "tailCall",
  );
  return next?.[0] ?? main;
}

function ownLoans(fn: IrFunction, { hidden }: FunctionBounds): number[] {
  return hidden.flatMap((destinations, index) => (onlyReturned(fn, destinations) ? [index] : []));
}

/** Whether something comes to a region, by a function of a chain, that is not made by the others. */
function fills(fn: IrFunction, bounds: FunctionBounds, chain: ReadonlySet<IrFunction>, index: number): boolean {
  const made = boundsMadeIn(fn.body, bounds, (call) => call.op === "call" || !chain.has(call.callee));
  return made.some((bound) => bound.of === "caller" && bound.index === index);
}

/**
 * Whether something that might be returned is not on some path. Of what calls of a recursive function leave to each other,
 * nothing is looked after: there are many, and little is made between two of them.
 */
function dropsSome(bounds: FunctionBounds, recursive: ReadonlySet<IrFunction>): boolean {
  return bounds.uncertain.some((call) => call === null || !recursive.has(call.callee));
}
