/**
 * Which hidden arguments are the heap. One for which every call passes the heap is none: what is bound by it is in the
 * heap. One for which some calls do *may be the heap*, and only the program's run tells.
 */

import type { Bound, IrFunction } from "../../ir/ir.ts";
import type { FunctionBounds } from "./function-bounds.ts";

type AllBounds = ReadonlyMap<IrFunction, FunctionBounds>;
type Indices = ReadonlyMap<IrFunction, Set<number>>;

/** The bounds without hidden arguments that are always the heap, and with those that may be. */
export function passHeap(all: AllBounds): AllBounds {
  if (![...all.values()].some(hasHeap)) return all;
  const always: Indices = new Map([...all].map(([fn, { hidden }]) => [fn, new Set(hidden.keys())]));
  const some: Indices = new Map([...all].map(([fn]) => [fn, new Set()]));
  const called = new Set([...all.values()].flatMap(({ calls }) => [...calls.keys()].map(({ callee }) => callee)));
  // What nobody calls gets the region of the program.
  for (const [fn, indices] of always) if (!called.has(fn)) indices.clear();
  for (let news = true; news; ) {
    news = false;
    for (const [fn, { calls }] of all) {
      for (const [{ callee }, passed] of calls) {
        for (const [index, bound] of passed.entries()) {
          if (!isIn(always, fn, bound)) news = always.get(callee)!.delete(index) || news;
          if (!isIn(some, fn, bound) || some.get(callee)!.has(index)) continue;
          some.get(callee)!.add(index);
          news = true;
        }
      }
    }
  }
  return new Map([...all].map(([fn, bounds]) => [fn, withoutHeap(fn, bounds, always, some)]));
}

function hasHeap({ sites, calls }: FunctionBounds): boolean {
  return [...sites.values(), ...[...calls.values()].flat()].some(({ of }) => of === "heap");
}

/** Whether a bound of a function is the heap, if these are its hidden arguments that are. */
function isIn(indices: Indices, fn: IrFunction, bound: Bound): boolean {
  return bound.of === "heap" || (bound.of === "caller" && indices.get(fn)!.has(bound.index));
}

function withoutHeap(fn: IrFunction, bounds: FunctionBounds, always: Indices, some: Indices): FunctionBounds {
  const isKept = (callee: IrFunction, index: number): boolean => !always.get(callee)!.has(index);
  const own = [...bounds.hidden.keys()].filter((index) => isKept(fn, index));
  const resolved = (bound: Bound): Bound => {
    if (bound.of !== "caller") return bound;
    return isKept(fn, bound.index) ? { of: "caller", index: own.indexOf(bound.index) } : { of: "heap" };
  };
  return {
    ...bounds,
    hidden: own.map((index) => bounds.hidden[index]!),
    mayBeHeap: new Set(own.flatMap((index, at) => (some.get(fn)!.has(index) ? [at] : []))),
    sites: new Map([...bounds.sites].map(([site, bound]) => [site, resolved(bound)])),
    calls: new Map(
      [...bounds.calls].map(([call, passed]) => [
        call,
        passed.filter((_, index) => isKept(call.callee, index)).map(resolved),
      ]),
    ),
  };
}
