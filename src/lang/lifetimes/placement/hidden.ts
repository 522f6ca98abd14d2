/**
 * Hidden arguments that all calls pass the same bound for become one: what goes to the result and what goes to a part
 * of it mostly end together, and only a caller that takes things apart can tell.
 *
 * A partition that is refined: at first all hidden arguments of a function are one, and those are separated for which
 * some call passes different bounds, until none does.
 */

import type { Bound, IrFunction } from "../../ir/ir.ts";
import type { FunctionBounds } from "./function-bounds.ts";

type AllBounds = ReadonlyMap<IrFunction, FunctionBounds>;
/** For each hidden argument of a function, the number of what it has become. */
type Merged = readonly number[];

/** The bounds with as few hidden arguments as they need. @param all callees before their callers */
export function mergeHidden(all: AllBounds): AllBounds {
  const merged = new Map<IrFunction, Merged>([...all].map(([fn, { hidden }]) => [fn, hidden.map(() => 0)]));
  const callersFirst = [...all].reverse();
  for (let news = true; news; ) {
    news = false;
    for (const [fn, { calls }] of callersFirst) {
      for (const [{ callee }, passed] of calls) {
        const before = merged.get(callee)!;
        const after = separate(before, passed, merged.get(fn)!);
        if (countOf(after) === countOf(before)) continue;
        merged.set(callee, after);
        news = true;
      }
    }
  }
  return new Map([...all].map(([fn, bounds]) => [fn, withMerged(bounds, fn, merged)]));
}

/** Separates the hidden arguments of a callee that a caller passes different bounds for. */
function separate(callees: Merged, passed: readonly Bound[], callers: Merged): Merged {
  const numbers = new Map<string, number>();
  return callees.map((number, index) => {
    const key = `${number} ${nameOf(mergedBound(passed[index]!, callers))}`;
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  });
}

function countOf(merged: Merged): number {
  return merged.reduce((most, number) => Math.max(most, number + 1), 0);
}

function mergedBound(bound: Bound, merged: Merged): Bound {
  return bound.of === "caller" ? { of: "caller", index: merged[bound.index]! } : bound;
}

function nameOf(bound: Bound): string {
  switch (bound.of) {
    case "frame":
    case "heap":
      return bound.of;
    case "iteration":
      return `iteration ${bound.level}`;
    case "caller":
      return `caller ${bound.index}`;
    case "global":
      return `global ${bound.global.name}`;
  }
}

function withMerged(bounds: FunctionBounds, fn: IrFunction, merged: ReadonlyMap<IrFunction, Merged>): FunctionBounds {
  const own = merged.get(fn)!;
  const hidden = Array.from({ length: countOf(own) }, (_, number) =>
    bounds.hidden.reduce((all, destinations, index) => (own[index] === number ? all | destinations : all), 0n),
  );
  const calls = [...bounds.calls].map(([call, passed]) => {
    const theirs = merged.get(call.callee)!;
    const kept = passed.filter((_, index) => theirs.indexOf(theirs[index]!) === index);
    return [call, kept.map((bound) => mergedBound(bound, own))] as const;
  });
  const sites = [...bounds.sites].map(([site, bound]) => [site, mergedBound(bound, own)] as const);
  const mayBeHeap = new Set([...bounds.mayBeHeap].map((index) => own[index]!));
  return { ...bounds, hidden, mayBeHeap, sites: new Map(sites), calls: new Map(calls) };
}
