/** Placements by line of the program's source, for whoever shows or checks them beside it. */

import type { IrFunction } from "../ir.ts";
import type { FunctionPlacement, PlacedCall, ProgramPlacement } from "./placement.ts";
import { describePlaced } from "./words.ts";

/** Something on a line that allocates, and where that goes. */
export interface LinePlacement {
  /** `Node`, `List[Int] storage`; `make()` for a call of the program's own that allocates for its caller. */
  readonly what: string;
  /** Such as `local`, `maybe result + into list`. */
  readonly place: string;
}

/**
 * What the program's own functions allocate, in the order of their instructions. A call of an internal function counts
 * as an allocation of what it makes, since nobody has written it; one without a line is left out.
 */
export function placementsByLine(program: ProgramPlacement): ReadonlyMap<number, readonly LinePlacement[]> {
  const byLine = new Map<number, LinePlacement[]>();
  const add = (line: number, found: LinePlacement): void => {
    const known = byLine.get(line) ?? [];
    byLine.set(line, known);
    // The same may be said by several sites: elements of a literal, texts that are joined.
    if (!known.some(({ what, place }) => what === found.what && place === found.place)) known.push(found);
  };
  for (const { fn, sites, calls } of program.values()) {
    if (fn.internal) continue;
    for (const placed of sites) add(placed.site.line, { what: placed.site.what, place: describePlaced(fn, placed) });
    for (const { call, groups } of calls) {
      if (call.line !== undefined) for (const found of callPlacements(fn, { call, groups })) add(call.line, found);
    }
  }
  return byLine;
}

function callPlacements(fn: IrFunction, { call, groups }: PlacedCall): LinePlacement[] {
  const named = groups.map((group) => ({ group, place: describePlaced(fn, group) }));
  const makes = named.flatMap(({ group, place }) => group.whats.map((what) => ({ what, place })));
  if (call.callee.internal) return makes;
  const callee = `${call.callee.name}()`;
  const isOne = named.every(({ place }) => place === named[0]!.place);
  if (isOne) return named.slice(0, 1).map(({ place }) => ({ what: callee, place }));
  return makes.map(({ what, place }) => ({ what: `${callee} ${what}`, place }));
}

/** The placements of the functions that the program itself defines, in the order of its source. */
export function ownFunctions(program: ProgramPlacement): FunctionPlacement[] {
  const own = [...program.values()].filter(({ fn }) => !fn.internal && fn.name !== "(start)");
  return own.sort((first, second) => first.fn.line - second.fn.line);
}
