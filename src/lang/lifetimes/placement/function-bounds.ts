/** What the bounds of one function are, and which of them a part of it uses: see bounds.ts, which computes them. */

import type { Block, Bound, Instruction, Site } from "../../ir/ir.ts";
import { allocates } from "../../ir/safepoints.ts";
import { forEachInstruction } from "../../ir/traverse.ts";
import type { Candidates } from "./candidates.ts";
import type { Destinations } from "./destinations.ts";
import type { Call } from "./flow.ts";

/** The bounds of all that a function allocates or passes on. */
export interface FunctionBounds {
  /** Where what is bound by each hidden argument goes when the call is over: none of them nowhere. */
  readonly hidden: readonly Destinations[];
  /** The hidden arguments for which some caller passes the heap. */
  readonly mayBeHeap: ReadonlySet<number>;
  /** Whether anything is bound to the function's own frame, or to an iteration in it. */
  readonly hasFrame: boolean;
  /** The deepest level of loops to whose iterations anything is bound; 0 for none. */
  readonly levels: number;
  /** The levels of the loops, without those that are too deep for anything to be bound to. */
  readonly loops: ReadonlyMap<Loop, number>;
  /** The bounds of what the function allocates. */
  readonly sites: ReadonlyMap<Site, Bound>;
  /**
   * What may become a result, and nothing else, and does not on every path: the calls that make it, null for the
   * function itself.
   */
  readonly uncertain: readonly (Call | null)[];
  readonly candidates: Candidates | null;
  /** For the calls and tail calls of functions with hidden arguments: the arguments, one after the other. */
  readonly calls: ReadonlyMap<Call, readonly Bound[]>;
}

/** A loop of a function. */
export type Loop = Extract<Instruction, { readonly op: "loop" }>;

/**
 * With what the objects are bound that a block makes, itself or by calls.
 * @param counts whether it matters what an instruction makes; of a call: in the callee's hidden argument `index`
 */
export function boundsMadeIn(
  block: Block,
  { sites, calls }: Pick<FunctionBounds, "sites" | "calls">,
  counts: (i: Instruction, index: number | null) => boolean = () => true,
): Bound[] {
  const made: Bound[] = [];
  forEachInstruction(block, (i) => {
    if (allocates(i) && "site" in i && counts(i, null)) made.push(sites.get(i.site)!);
    if (i.op !== "call" && i.op !== "tailCall") return;
    for (const [index, bound] of (calls.get(i) ?? []).entries()) if (counts(i, index)) made.push(bound);
  });
  return made;
}
