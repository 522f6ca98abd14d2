/**
 * Bounds: with what each object ends, as far as one function can say. An object that stays ends with the frame of the
 * function that makes it, or before, with a round of a loop; one that goes anywhere else ends as the caller says, which
 * hands a bound down as a hidden argument: one of its own if the object stays there, or else one that it was handed itself.
 *
 *     fn leaf() -> T { T() }              T: result            hidden of leaf: [result]; T: hidden 0
 *     fn twice() -> T { leaf(); leaf() }  leaf(): result       hidden of twice: [result]; both calls pass hidden 0
 *     fn main() { twice() }               twice(): local       the call passes main's frame
 *
 * What goes along with a tail call is not bound to the frame that the call replaces, since it goes somewhere: the
 * chain of tail calls hands its bounds on, and they are frames around all of it.
 *
 * Hidden arguments for which all calls pass the same become one (hidden.ts).
 */

import type { Block, Instruction, IrFunction, Site } from "../../ir/ir.ts";
import { allocates } from "../../ir/safepoints.ts";
import { blocksOf, forEachInstruction } from "../../ir/traverse.ts";
import { InternalCompilerError } from "../../options.ts";
import type { Alternatives } from "./candidates.ts";
import { asCallerSees, type Destinations, NOWHERE, onlyReturned, TAIL_CALL } from "./destinations.ts";
import type { Call } from "./flow.ts";
import { mergeHidden } from "./hidden.ts";
import type { FunctionPlacement, Placed, ProgramPlacement } from "./placement.ts";

export type Bound =
  /** The frame of the function itself. */
  | { readonly of: "frame" }
  /** The present round of the loop that is the `level`-th from the outside, the outermost being the first. */
  | { readonly of: "round"; readonly level: number }
  /** What the function is handed as its hidden argument of this index. */
  | { readonly of: "caller"; readonly index: number };

export interface FunctionBounds {
  /** Where what is bound by each hidden argument goes when the call is over: none of them nowhere. */
  readonly hidden: readonly Destinations[];
  /** Whether anything is bound to the function's own frame, or to a round in it. */
  readonly hasFrame: boolean;
  /** The deepest level of loops to whose rounds anything is bound; 0 for none. */
  readonly levels: number;
  /** The levels of the loops, without those that are too deep for anything to be bound to. */
  readonly loops: ReadonlyMap<Loop, number>;
  /** The bounds of what the function allocates. */
  readonly sites: ReadonlyMap<Site, Bound>;
  /** What may become a result, and nothing else, and does not on every path: the calls that make it, null for the function itself. */
  readonly uncertain: readonly (Call | null)[];
  readonly alternatives: Alternatives | null;
  /** For the calls and tail calls of functions with hidden arguments: the arguments, one after the other. */
  readonly calls: ReadonlyMap<Call, readonly Bound[]>;
}

type Loop = Extract<Instruction, { readonly op: "loop" }>;

const FRAME: Bound = { of: "frame" };

/** The bounds of a whole program. Cost: linear in its placement. */
export function computeBounds(program: ProgramPlacement): ReadonlyMap<IrFunction, FunctionBounds> {
  const hidden = new Map([...program].map(([fn, placement]) => [fn, hiddenOf(placement)]));
  return mergeHidden(new Map([...program].map(([fn, placement]) => [fn, boundsOf(placement, hidden)])));
}

function hiddenOf({ sites, calls }: FunctionPlacement): readonly Destinations[] {
  const all = [...sites, ...calls.flatMap(({ groups }) => groups)].map((each) => asCallerSees(each.destinations));
  return [...new Set(all)].filter((destinations) => destinations !== NOWHERE);
}

function boundsOf(
  { fn, sites, calls, alternatives }: FunctionPlacement,
  hidden: ReadonlyMap<IrFunction, readonly Destinations[]>,
): FunctionBounds {
  const own = hidden.get(fn)!;
  const boundOf = ({ destinations, loops, carried }: Placed): Bound => {
    if (destinations !== NOWHERE) return { of: "caller", index: own.indexOf(asCallerSees(destinations)) };
    return carried < loops ? { of: "round", level: loops - carried } : FRAME;
  };
  const passed = calls.map(({ call, groups }) => {
    const bounds = hidden.get(call.callee)!.map((origin) => {
      const group = groups.find((each) => each.origin === origin);
      if (group !== undefined) return boundOf(group);
      throw new InternalCompilerError(`a call of ${call.callee.name} in ${fn.name} has no place for what it makes`);
    });
    return [call, bounds] as const;
  });
  const mayStay = ({ destinations, certain }: Placed): boolean =>
    !certain && onlyReturned(fn, destinations) && (destinations & ~TAIL_CALL) !== NOWHERE;
  const uncertain = [
    ...sites.filter(mayStay).map(() => null),
    ...calls.filter(({ groups }) => groups.some(mayStay)).map(({ call }) => call),
  ];
  const bySite = sites.map((placed) => [placed.site, boundOf(placed)] as const);
  const all = [...bySite.map(([, bound]) => bound), ...passed.flatMap(([, bounds]) => bounds)];
  const levels = all.reduce((most, bound) => (bound.of === "round" ? Math.max(most, bound.level) : most), 0);
  return {
    hidden: own,
    hasFrame: all.some(({ of }) => of !== "caller"),
    levels,
    loops: new Map(levelsOf(fn.body, 1).filter(([, level]) => level <= levels)),
    sites: new Map(bySite),
    uncertain,
    alternatives,
    calls: new Map(passed),
  };
}

/** With what the objects are bound that a block makes, itself or by calls; without those of calls that do not count. */
export function boundsMadeIn(
  block: Block,
  { sites, calls }: Pick<FunctionBounds, "sites" | "calls">,
  counts: (call: Call) => boolean = () => true,
): Bound[] {
  const made: Bound[] = [];
  forEachInstruction(block, (i) => {
    if (allocates(i) && "site" in i) made.push(sites.get(i.site)!);
    if ((i.op === "call" || i.op === "tailCall") && counts(i)) made.push(...(calls.get(i) ?? []));
  });
  return made;
}

/** The loops in a block, with their levels. */
function levelsOf(block: Block, level: number): (readonly [Loop, number])[] {
  return block.instructions.flatMap((i) => {
    const inner = blocksOf(i).flatMap((each) => levelsOf(each, i.op === "loop" ? level + 1 : level));
    return i.op === "loop" ? [[i, level] as const, ...inner] : inner;
  });
}
