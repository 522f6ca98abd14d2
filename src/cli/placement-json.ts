/**
 * Placements as JSON. The shape is kept: fields may be added, and values of `to` when the language gets more places
 * where a value can go.
 *
 *     { file, functions: [{
 *         name, line, internal,
 *         summary: [sentence],
 *         parameters: [{ name, type, destinations, certain, parts: [{ name, destinations }] }],
 *         globals: [{ name, destinations }],
 *         sites: [{ line, what, destinations, certain, loops, loopCarried, inHeap, pilesUp, primary }],
 *         calls: [{ line, callee, tail,
 *             groups: [{ whats, destinations, certain, loops, loopCarried, inHeap, pilesUp, primary }] }] }] }
 *
 * With the profile of a run, sites, and calls of functions that the program does not define, also have
 * { objects, bytes }, functions
 * { profile: { own, iterations, caller, heap, globals, adopted, dropped, collections, copied, segments } } (profile.ts), and the whole
 * { run: { exitCode, objects, bytes, frameBytes, regions } }.
 *
 * destinations: [{ to: "result", index, part } | { to: "parameter", index, name } | { to: "global" } |
 * { to: "tailCall" }]; an empty list is
 * a value that stays. `line` is null for a call that nobody wrote. The other names are those of
 * src/lang/lifetimes/placement/placement.ts.
 */

import type { IrFunction } from "../lang/ir/ir.ts";
import { printType } from "../lang/ir/print.ts";
import { type Destinations, listDestinations } from "../lang/lifetimes/placement/destinations.ts";
import type { FunctionPlacement, Placed, PlacedPart, ProgramPlacement } from "../lang/lifetimes/placement/placed.ts";
import { describeFunction } from "../lang/lifetimes/placement/words.ts";
import type { ProfiledRun, RunProfile } from "./profile.ts";

/**
 * @param internal whether functions are listed that the program does not define
 * @param run what a run has counted; null without one
 */
export function placementAsJson(
  file: string,
  placement: ProgramPlacement,
  internal: boolean,
  run: ProfiledRun | null = null,
): object {
  const listed = [...placement.values()].filter(({ fn }) => internal || !fn.internal);
  const functions = listed.map((each) => functionAsJson(each, run?.profile ?? null));
  if (run === null) return { file, functions };
  const { total, frameBytes, regions } = run.profile;
  return { file, functions, run: { exitCode: run.exitCode, ...total, frameBytes, regions } };
}

function functionAsJson(placement: FunctionPlacement, profile: RunProfile | null): object {
  const { fn, sites, calls, parameters, globals } = placement;
  const partAsJson = ({ name, destinations }: PlacedPart) => ({
    name,
    destinations: destinationsAsJson(fn, destinations),
  });
  return {
    name: fn.name,
    line: fn.line,
    internal: fn.internal ?? false,
    summary: describeFunction(placement),
    parameters: parameters.map(({ index, destinations, certain, parts }) => ({
      name: fn.params[index]!.name,
      type: printType(fn.params[index]!.type),
      destinations: destinationsAsJson(fn, destinations),
      certain,
      parts: parts.map(partAsJson),
    })),
    globals: globals.map(partAsJson),
    sites: sites.map(({ site, ...placed }) => ({
      line: site.line,
      what: site.what,
      ...placedAsJson(fn, placed),
      ...profile?.madeBy([site]),
    })),
    calls: calls.map(({ call, groups }) => ({
      line: call.line ?? null,
      callee: call.callee.name,
      tail: call.op === "tailCall",
      groups: groups.map((group) => ({ whats: group.whats, ...placedAsJson(fn, group) })),
      ...(call.op === "call" && profile?.isCounted(call) ? profile.madeBy([call]) : {}),
    })),
    ...(profile === null ? {} : { profile: profile.ofFunction(fn) }),
  };
}

function placedAsJson(fn: IrFunction, { destinations, ...others }: Placed): object {
  const { certain, loops, loopCarried, inHeap, pilesUp, primary } = others;
  return {
    destinations: destinationsAsJson(fn, destinations),
    ...{ certain, loops, loopCarried, inHeap, pilesUp, primary: primary?.name ?? null },
  };
}

function destinationsAsJson(fn: IrFunction, destinations: Destinations): object[] {
  return listDestinations(fn, destinations).map((destination) =>
    destination.to === "parameter" ? { ...destination, name: fn.params[destination.index]!.name } : destination,
  );
}
