/** That the oracle for placement notices promises that are too good. */

import { describe, expect, it } from "vitest";
import { buildProgram } from "../../../src/lang/frontend.ts";
import type { Site } from "../../../src/lang/ir/ir.ts";
import { NOWHERE } from "../../../src/lang/lifetimes/placement/destinations.ts";
import {
  type Placed,
  type PlacedSite,
  type ProgramPlacement,
  placeProgram,
} from "../../../src/lang/lifetimes/placement/placement.ts";
import { EscapeOracle } from "../../support/escapes.ts";
import { interpret } from "../../support/interpret.ts";
import { placementPrograms } from "../../support/programs.ts";

/** The placement with another promise for one site. */
function promising(placement: ProgramPlacement, site: Site, promise: Partial<Placed>): ProgramPlacement {
  const change = (placed: PlacedSite) => (placed.site === site ? { ...placed, ...promise } : placed);
  return new Map([...placement].map(([fn, each]) => [fn, { ...each, sites: each.sites.map(change) }]));
}

describe("the oracle", () => {
  /**
   * Makes a promise for each site of the annotated programs that it is too good for; how many are noticed, of how many.
   */
  function noticed(isTooGood: (placed: PlacedSite) => boolean, promise: Partial<Placed>, message: string) {
    let [found, all] = [0, 0];
    for (const { source } of placementPrograms()) {
      const program = buildProgram(source);
      const placement = placeProgram(program);
      for (const { fn, sites } of placement.values()) {
        for (const placed of fn.internal ? [] : sites.filter(isTooGood)) {
          all++;
          const { site } = placed;
          try {
            interpret(program, { observer: new EscapeOracle(promising(placement, site, promise)) });
          } catch (error) {
            expect((error as Error).message).toContain(`${site.what} of line ${site.line} ${message}`);
            found++;
          }
        }
      }
    }
    return { found, all };
  }

  it("notices what leaves its frame, wherever the program gets there", () => {
    const { found, all } = noticed(({ destinations }) => destinations !== NOWHERE, { destinations: NOWHERE }, "is");
    // The others are on paths that the program does not take, or leave only on such.
    expect(all).toBeGreaterThan(50);
    expect(found / all).toBeGreaterThan(0.7);
  });

  it("notices what outlives its iteration", () => {
    const { found, all } = noticed(({ loopCarried }) => loopCarried > 0, { loopCarried: 0 }, "outlives its iteration");
    expect({ found, all }).toEqual({ found: 5, all: 5 });
  });

  it("notices what is not certain to be returned", () => {
    const { found, all } = noticed(({ certain }) => !certain, { certain: true }, "is not in the result");
    expect(all).toBeGreaterThan(50);
    expect(found / all).toBeGreaterThan(0.6);
  });
});
