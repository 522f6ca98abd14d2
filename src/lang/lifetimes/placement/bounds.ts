/**
 * Bounds: with what each object ends, as far as one function can say. An object that stays ends with the frame of the
 * function that makes it, or before, with an iteration of a loop; one that goes anywhere else ends as the caller says,
 * which hands a bound down as a hidden argument: one of its own if the object stays there, or else one that it was
 * handed itself.
 *
 *     fn leaf() -> T { T() }              T: result            hidden of leaf: [result]; T: hidden 0
 *     fn twice() -> T { leaf(); leaf() }  leaf(): result       hidden of twice: [result]; both calls pass hidden 0
 *     fn main() { twice() }               twice(): local       the call passes main's frame
 *
 * What goes along with a tail call is not bound to the frame that the call replaces, since it goes somewhere: the
 * tail-call cycle hands its bounds on, and they are frames around all of it.
 *
 * Hidden arguments for which all calls pass the same become one (hidden.ts).
 */

import type { Bound, IrFunction } from "../../ir/ir.ts";
import { forEachLoop } from "../../ir/traverse.ts";
import { InternalCompilerError } from "../../options.ts";
import { asCallerSees, type Destinations, NOWHERE, onlyReturned, TAIL_CALL } from "./destinations.ts";
import type { FunctionBounds, Loop } from "./function-bounds.ts";
import { passHeap } from "./heap-bounds.ts";
import { mergeHidden } from "./hidden.ts";
import { type FunctionPlacement, isPlaced, type Placed, type ProgramPlacement } from "./placed.ts";

const FRAME: Bound = { of: "frame" };

const HEAP: Bound = { of: "heap" };

/**
 * The bounds of a whole program. Cost: linear in its placement.
 * @param hasHeap whether what no region bounds goes to a collected heap, and what a primary global holds ends where that
 *   is assigned; otherwise both end as if a region bounded them
 */
export function computeBounds(program: ProgramPlacement, hasHeap: boolean): ReadonlyMap<IrFunction, FunctionBounds> {
  const hidden = new Map([...program].map(([fn, placement]) => [fn, hiddenOf(placement, hasHeap)]));
  const bounds = new Map([...program].map(([fn, placement]) => [fn, boundsOf(placement, hidden, hasHeap)]));
  return mergeHidden(hasHeap ? passHeap(bounds) : bounds);
}

function hiddenOf({ sites, calls }: FunctionPlacement, hasHeap: boolean): readonly Destinations[] {
  const all = [...sites, ...calls.flatMap(({ groups }) => groups)]
    .filter((each) => !(hasHeap && isPlaced(each)))
    .map((each) => asCallerSees(each.destinations));
  return [...new Set(all)].filter((destinations) => destinations !== NOWHERE);
}

function boundsOf(
  { fn, sites, calls, candidates }: FunctionPlacement,
  hidden: ReadonlyMap<IrFunction, readonly Destinations[]>,
  hasHeap: boolean,
): FunctionBounds {
  const own = hidden.get(fn)!;
  const isInHeap = ({ inHeap }: Placed): boolean => hasHeap && inHeap;
  const boundOf = (placed: Placed): Bound => {
    const { destinations, loops, loopCarried } = placed;
    if (isInHeap(placed)) return HEAP;
    if (hasHeap && placed.primary !== null) return { of: "global", global: placed.primary };
    if (destinations !== NOWHERE) return { of: "caller", index: own.indexOf(asCallerSees(destinations)) };
    return loopCarried < loops ? { of: "iteration", level: loops - loopCarried } : FRAME;
  };
  const passed = calls.map(({ call, groups }) => {
    const bounds = hidden.get(call.callee)!.map((origin) => {
      const group = groups.find((each) => each.origin === origin);
      if (group !== undefined) return boundOf(group);
      throw new InternalCompilerError(`a call of ${call.callee.name} in ${fn.name} has no place for what it makes`);
    });
    return [call, bounds] as const;
  });
  const mayStay = (placed: Placed): boolean => {
    const { destinations, certain } = placed;
    if (isInHeap(placed) || certain) return false;
    return onlyReturned(fn, destinations) && (destinations & ~TAIL_CALL) !== NOWHERE;
  };
  const uncertain = [
    ...sites.filter(mayStay).map(() => null),
    ...calls.filter(({ groups }) => groups.some(mayStay)).map(({ call }) => call),
  ];
  const bySite = sites.map((placed) => [placed.site, boundOf(placed)] as const);
  const all = [...bySite.map(([, bound]) => bound), ...passed.flatMap(([, bounds]) => bounds)];
  const levels = all.reduce((most, bound) => (bound.of === "iteration" ? Math.max(most, bound.level) : most), 0);
  const loops = new Map<Loop, number>();
  forEachLoop(fn.body, (loop, level) => {
    if (level <= levels) loops.set(loop, level);
  });
  return {
    hidden: own,
    mayBeHeap: new Set(),
    hasFrame: all.some(({ of }) => of === "frame" || of === "iteration"),
    levels,
    loops,
    sites: new Map(bySite),
    uncertain,
    candidates,
    calls: new Map(passed),
  };
}
