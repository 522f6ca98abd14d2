/** Placements by line of the program's source, for whoever shows or checks them beside it. */

import type { IrFunction, Site } from "../../ir/ir.ts";
import type { Call } from "./flow.ts";
import type { FunctionPlacement, PlacedCall, ProgramPlacement } from "./placed.ts";
import { describePlaced } from "./words.ts";

/**
 * A site; or a call, written in the source, of a function that the program does not define: all that is made during it.
 */
export type Maker = Site | Extract<Call, { readonly op: "call" }>;

/** Something on a line that allocates, and where that goes. */
export interface LinePlacement {
  /** `Node`, `List[Int] storage`; `make()` for a call of the program's own that allocates for its caller. */
  readonly what: string;
  /** Such as `local`, `maybe result + into list`. */
  readonly place: string;
  /**
   * What makes it: sites, several where one line says the same repeatedly, or calls of internal functions that make
   * nothing else; none for calls of the program's own.
   */
  readonly makers: readonly Maker[];
}

/**
 * What the program's own functions allocate, in the order of their instructions. A call of an internal function counts
 * as an allocation of what it makes, since nobody has written it; one without a line is left out.
 */
export function placementsByLine(program: ProgramPlacement): ReadonlyMap<number, readonly LinePlacement[]> {
  const byLine = new Map<number, LinePlacement[]>();
  const add = (line: number, { what, place, makers }: LinePlacement): void => {
    const known = byLine.get(line) ?? [];
    byLine.set(line, known);
    // The same may be said by several sites: elements of a literal, texts that are joined.
    const index = known.findIndex((other) => other.what === what && other.place === place);
    if (index < 0) known.push({ what, place, makers });
    else known[index] = { what, place, makers: [...known[index]!.makers, ...makers] };
  };
  for (const { fn, sites, calls } of program.values()) {
    if (fn.internal) continue;
    for (const placed of sites) {
      add(placed.site.line, { what: placed.site.what, place: describePlaced(fn, placed), makers: [placed.site] });
    }
    for (const { call, groups } of calls) {
      if (call.line !== undefined) for (const found of callPlacements(fn, { call, groups })) add(call.line, found);
    }
  }
  return byLine;
}

function callPlacements(fn: IrFunction, { call, groups }: PlacedCall): LinePlacement[] {
  const named = groups.map((group) => ({ group, place: describePlaced(fn, group) }));
  const makes = named.flatMap(({ group, place }) => group.whats.map((what) => ({ what, place, makers: [] })));
  if (call.callee.internal) {
    return makes.length === 1 && call.op === "call" ? [{ ...makes[0]!, makers: [call] }] : makes;
  }
  const callee = `${call.callee.name}()`;
  const isOne = named.every(({ place }) => place === named[0]!.place);
  if (isOne) return named.slice(0, 1).map(({ place }) => ({ what: callee, place, makers: [] }));
  return makes.map(({ what, place }) => ({ what: `${callee} ${what}`, place, makers: [] }));
}

/** The placements of the functions that the program itself defines, in the order of its source. */
export function ownFunctions(program: ProgramPlacement): FunctionPlacement[] {
  const own = [...program.values()].filter(({ fn }) => !fn.internal && fn.name !== "(start)");
  return own.sort((first, second) => first.fn.line - second.fn.line);
}
