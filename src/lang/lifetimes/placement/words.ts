/** Placements in a word or two, and what a function does with what it is given and makes, in sentences. */

import type { IrFunction } from "../../ir/ir.ts";
import { type Destination, type Destinations, intoParameter, listDestinations, NOWHERE } from "./destinations.ts";
import { setAt } from "./graph.ts";
import type { FunctionPlacement, Placed, PlacedParameter } from "./placed.ts";

/**
 * Where objects may go: "local", "result", "maybe in result", "into list + tail call". A "maybe" is about the result:
 * it may also not be reached. In a loop, what stays is "local, loop-carried" if it may outlive the iteration that makes
 * it. What no region bounds is "collected", with all that has to do with it. What goes to a primary global is there until
 * that is assigned.
 */
export function describePlaced(
  fn: IrFunction,
  { destinations, certain, loopCarried, inHeap, primary }: Placed,
): string {
  const collected = inHeap ? ", collected" : primary === null ? "" : `, until ${primary.name} is assigned`;
  if (destinations !== NOWHERE) return placesOf(fn, destinations, certain).join(" + ") + collected;
  return `local${loopCarried > 0 ? ", loop-carried" : ""}${collected}`;
}

/** What callers have to know of a function, in sentences without an end; empty if it lets nothing out. */
export function describeFunction({ fn, sites, calls, parameters, globals }: FunctionPlacement): string[] {
  const sentences = parameters.flatMap((parameter) => describeParameter(fn, parameter));
  for (const { name, destinations } of globals) {
    sentences.push(...describeFlow(fn, `the global \`${name}\``, destinations, false));
  }
  const made = new Map<string, Set<string>>();
  const add = (destinations: Destinations, what: string): void => {
    const place = placesOf(fn, destinations, true).join(" + ");
    setAt(made, place).add(what);
  };
  for (const { site, destinations, primary } of sites)
    if (destinations !== NOWHERE && primary === null) add(destinations, site.what);
  for (const { groups } of calls) {
    for (const { whats, destinations, primary, isPlaced } of groups) {
      if (destinations !== NOWHERE && primary === null && !isPlaced) for (const what of whats) add(destinations, what);
    }
  }
  for (const [place, whats] of made) sentences.push(`allocates for its caller, ${place}: ${[...whats].join(", ")}`);
  return [...sentences, ...describePilingUp(fn, sites, calls)];
}

/** Why a collector frees some of it. */
function describePilingUp(
  fn: IrFunction,
  sites: FunctionPlacement["sites"],
  calls: FunctionPlacement["calls"],
): string[] {
  const made = new Map<string, Set<string>>();
  const add = (placed: Placed, whats: readonly string[]): void => {
    if (!placed.pilesUp) return;
    const often = placed.loops > 0 ? "in a loop" : "in a recursion";
    const place = `${often}, ${placesOf(fn, placed.destinations, true).join(" + ")}`;
    for (const what of whats) setAt(made, place).add(what);
  };
  for (const placed of sites) add(placed, [placed.site.what]);
  for (const { groups } of calls) for (const group of groups) add(group, group.whats);
  return [...made].map(([place, whats]) => `makes what no region bounds, ${place}: ${[...whats].join(", ")}`);
}

/** Results as one word: a whole says more than a part. */
function placesOf(fn: IrFunction, destinations: Destinations, certain: boolean): string[] {
  const all = listDestinations(fn, destinations);
  const results = all.filter(({ to }) => to === "result") as Extract<Destination, { to: "result" }>[];
  const places: string[] = [];
  if (results.length > 0) {
    places.push(`${certain ? "" : "maybe "}${results.some(({ part }) => !part) ? "result" : "in result"}`);
  }
  for (const destination of all) {
    if (destination.to === "parameter") places.push(`into ${fn.params[destination.index]!.name}`);
    if (destination.to === "global") places.push("global");
    if (destination.to === "tailCall") places.push("tail call");
  }
  return places;
}

function describeParameter(fn: IrFunction, { index, destinations, certain, parts }: PlacedParameter): string[] {
  const { name } = fn.params[index]!;
  return [
    // To whom it belongs its parts may belong as well: no news for callers.
    ...describeFlow(fn, `\`${name}\``, destinations & ~intoParameter(fn, index), certain),
    ...parts.flatMap((part) => describeFlow(fn, `\`${partName(name, part.name)}\``, part.destinations, false)),
  ];
}

function partName(parameter: string, part: string): string {
  return part === "[]" ? `${parameter}[]` : `${parameter}.${part}`;
}

function describeFlow(fn: IrFunction, what: string, destinations: Destinations, certain: boolean): string[] {
  const [may, s] = certain ? ["", "s"] : ["may ", ""];
  const all = listDestinations(fn, destinations);
  const results = all.filter(({ to }) => to === "result") as Extract<Destination, { to: "result" }>[];
  const sentences: string[] = [];
  const [isWhole, isPart] = [results.some(({ part }) => !part), results.some(({ part }) => part)];
  if (isWhole) sentences.push(`${may}return${s} ${what}${isPart ? " or something that holds it" : ""}`);
  else if (isPart) sentences.push(`${may}return${s} ${what} inside its result`);
  for (const destination of all) {
    if (destination.to === "parameter") {
      sentences.push(`may store ${what} into \`${fn.params[destination.index]!.name}\``);
    }
    if (destination.to === "global") sentences.push(`may store ${what} into a global`);
  }
  return sentences;
}
