/**
 * Bounds: with which frame each object ends, as far as one function can say. An object that stays ends with the frame of
 * the function that makes it; one that goes anywhere else ends as the caller says, which hands a bound down as a hidden
 * argument: its own frame if the object stays there, or else one that it was handed itself.
 *
 *     fn leaf() -> T { T() }              T: result            hidden of leaf: [result]; T: hidden 0
 *     fn twice() -> T { leaf(); leaf() }  leaf(): result       hidden of twice: [result]; both calls pass hidden 0
 *     fn main() { twice() }               twice(): local       the call passes main's frame
 *
 * What goes along with a tail call is not bound to the frame that the call replaces, since it goes somewhere: the
 * chain of tail calls hands its bounds on, and they are frames around all of it.
 */

import { InternalCompilerError } from "../../options.ts";
import type { IrFunction, Site } from "../ir.ts";
import { type Destinations, NOWHERE } from "./destinations.ts";
import type { Call } from "./flow.ts";
import type { FunctionPlacement, ProgramPlacement } from "./placement.ts";

export type Bound =
  /** The frame of the function itself. */
  | { readonly of: "frame" }
  /** What the function is handed as its hidden argument of this index. */
  | { readonly of: "caller"; readonly index: number };

export interface FunctionBounds {
  /** Where what is bound by each hidden argument goes when the call is over: no two the same, none of them nowhere. */
  readonly hidden: readonly Destinations[];
  /** Whether anything is bound to the function's own frame. */
  readonly hasFrame: boolean;
  /** The bounds of what the function allocates. */
  readonly sites: ReadonlyMap<Site, Bound>;
  /** For the calls and tail calls of functions with hidden arguments: the arguments, one after the other. */
  readonly calls: ReadonlyMap<Call, readonly Bound[]>;
}

const FRAME: Bound = { of: "frame" };

/** The bounds of a whole program. Cost: linear in its placement. */
export function computeBounds(program: ProgramPlacement): ReadonlyMap<IrFunction, FunctionBounds> {
  const hidden = new Map([...program].map(([fn, placement]) => [fn, hiddenOf(placement)]));
  return new Map([...program].map(([fn, placement]) => [fn, boundsOf(placement, hidden)]));
}

function hiddenOf({ sites, calls }: FunctionPlacement): readonly Destinations[] {
  const all = [...sites, ...calls.flatMap(({ groups }) => groups)].map(({ destinations }) => destinations);
  return [...new Set(all)].filter((destinations) => destinations !== NOWHERE);
}

function boundsOf(
  { fn, sites, calls }: FunctionPlacement,
  hidden: ReadonlyMap<IrFunction, readonly Destinations[]>,
): FunctionBounds {
  const own = hidden.get(fn)!;
  const boundOf = (destinations: Destinations): Bound =>
    destinations === NOWHERE ? FRAME : { of: "caller", index: own.indexOf(destinations) };
  const passed = calls.map(({ call, groups }) => {
    const bounds = hidden.get(call.callee)!.map((origin) => {
      const group = groups.find((each) => each.origin === origin);
      if (group !== undefined) return boundOf(group.destinations);
      throw new InternalCompilerError(`a call of ${call.callee.name} in ${fn.name} has no place for what it makes`);
    });
    return [call, bounds] as const;
  });
  const bySite = sites.map(({ site, destinations }) => [site, boundOf(destinations)] as const);
  const all = [...bySite.map(([, bound]) => bound), ...passed.flatMap(([, bounds]) => bounds)];
  return { hidden: own, hasFrame: all.includes(FRAME), sites: new Map(bySite), calls: new Map(passed) };
}
