/**
 * How much the oracle for placement notices: in the programs of test/lang/lifetimes/placement one promise after the
 * other is made too good, and the program runs. What is not noticed lies on paths that the program does not take, or
 * leaves only on such.
 */

import { describe, expect, it } from "vitest";
import { buildProgram } from "../../../../src/lang/frontend.ts";
import { NOWHERE } from "../../../../src/lang/lifetimes/placement/destinations.ts";
import type { FunctionPlacement, Placed, PlacedGroup } from "../../../../src/lang/lifetimes/placement/placed.ts";
import { placeProgram } from "../../../../src/lang/lifetimes/placement/placement.ts";
import { EscapeOracle } from "../../../support/escapes.ts";
import { interpret } from "../../../support/interpret.ts";
import { placementPrograms } from "../../../support/programs.ts";

/** One kind of promises that are too good. */
interface Mutation {
  readonly of: string;
  /** The placement of a function with each of its promises of this kind made too good, one at a time. */
  mutants(placement: FunctionPlacement): FunctionPlacement[];
  readonly message: RegExp;
  /** How many of how many are noticed. */
  readonly noticed: readonly [found: number, all: number];
}

/** All lists that differ from this one in one element. @param change the other element; null where there is none */
function changedOnce<T>(list: readonly T[], change: (element: T) => T | null): T[][] {
  return list.flatMap((element, index) => {
    const changed = change(element);
    return changed === null ? [] : [list.with(index, changed)];
  });
}

function staying<T extends { readonly destinations: Placed["destinations"] }>(promise: T): T | null {
  return promise.destinations === NOWHERE ? null : { ...promise, destinations: NOWHERE };
}

function endingWithIteration<T extends Placed>(promise: T): T | null {
  return promise.loopCarried === 0 ? null : { ...promise, loopCarried: 0 };
}

function changedGroups(
  placement: FunctionPlacement,
  change: (group: PlacedGroup) => PlacedGroup | null,
): FunctionPlacement[] {
  return placement.calls.flatMap((call, index) =>
    changedOnce(call.groups, change).map((groups) => ({
      ...placement,
      calls: placement.calls.with(index, { ...call, groups }),
    })),
  );
}

const EXCLUDED = /, which [\d,]+ exclude$/;

const MUTATIONS: readonly Mutation[] = [
  {
    of: "what leaves the function that makes it",
    mutants: (each) => changedOnce(each.sites, staying).map((sites) => ({ ...each, sites })),
    message: EXCLUDED,
    noticed: [59, 74],
  },
  {
    of: "what outlives its iteration",
    mutants: (each) => changedOnce(each.sites, endingWithIteration).map((sites) => ({ ...each, sites })),
    message: / outlives its iteration$/,
    noticed: [5, 5],
  },
  {
    of: "what is not certain to be returned",
    mutants: (each) =>
      changedOnce(each.sites, (site) => (site.certain ? null : { ...site, certain: true })).map((sites) => ({
        ...each,
        sites,
      })),
    message: / is not in the result, where it is certain to be$/,
    noticed: [63, 74],
  },
  {
    of: "what a callee makes and its caller does not keep",
    mutants: (each) => changedGroups(each, staying),
    message: EXCLUDED,
    noticed: [32, 37],
  },
  {
    of: "what a callee makes and the caller's iteration does not end",
    mutants: (each) => changedGroups(each, endingWithIteration),
    message: / outlives its iteration$/,
    noticed: [3, 4],
  },
  {
    of: "where a parameter goes",
    mutants: (each) => changedOnce(each.parameters, staying).map((parameters) => ({ ...each, parameters })),
    message: EXCLUDED,
    noticed: [14, 21],
  },
  {
    of: "where a part of a parameter goes",
    mutants: (each) =>
      each.parameters.flatMap((parameter, index) =>
        changedOnce(parameter.parts, staying).map((parts) => ({
          ...each,
          parameters: each.parameters.with(index, { ...parameter, parts }),
        })),
      ),
    message: EXCLUDED,
    noticed: [4, 6],
  },
];

describe("of promises that are too good, the oracle notices", () => {
  const programs = placementPrograms().map(({ source }) => {
    const program = buildProgram(source);
    return { program, placement: placeProgram(program) };
  });

  it.each(MUTATIONS)("$noticed.0 of $noticed.1 of $of", ({ mutants, message, noticed }) => {
    let [found, all] = [0, 0];
    for (const { program, placement } of programs) {
      for (const [fn, each] of placement) {
        for (const mutant of fn.internal ? [] : mutants(each)) {
          all++;
          try {
            interpret(program, { observer: new EscapeOracle(new Map([...placement, [fn, mutant]])) });
          } catch (error) {
            expect((error as Error).message).toMatch(message);
            found++;
          }
        }
      }
    }
    expect([found, all]).toEqual(noticed);
  });

  it("180 of 221 in all", () => {
    const sum = (at: 0 | 1) => MUTATIONS.reduce((all, { noticed }) => all + noticed[at], 0);
    expect([sum(0), sum(1)]).toEqual([180, 221]);
  });
});
