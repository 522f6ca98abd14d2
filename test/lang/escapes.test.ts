/** What placement promises, against what happens: programs run by the interpreter with the oracle looking on. */

import { describe, expect, it } from "vitest";
import { buildProgram } from "../../src/lang/frontend.ts";
import type { IrProgram, Site } from "../../src/lang/ir/ir.ts";
import { usedPorts } from "../../src/lang/ir/ports.ts";
import { NOWHERE } from "../../src/lang/lifetimes/placement/destinations.ts";
import {
  type Placed,
  type PlacedSite,
  type ProgramPlacement,
  placeProgram,
} from "../../src/lang/lifetimes/placement/placement.ts";
import { EscapeOracle } from "../support/escapes.ts";
import { generateProgram } from "../support/generate.ts";
import { type InterpreterInput, interpret } from "../support/interpret.ts";
import { generateSource } from "../support/mote.ts";
import { benchPrograms, placementPrograms, samplePrograms } from "../support/programs.ts";
import { randomFor } from "../support/random.ts";

function observe(program: IrProgram, input: InterpreterInput = {}) {
  const oracle = new EscapeOracle(placeProgram(program));
  const { exitCode } = interpret(program, { ...input, observer: oracle });
  return { checks: oracle.checks, escapes: oracle.escapes, exitCode };
}

/** The placement with another promise for one site. */
function promising(placement: ProgramPlacement, site: Site, promise: Partial<Placed>): ProgramPlacement {
  const change = (placed: PlacedSite) => (placed.site === site ? { ...placed, ...promise } : placed);
  return new Map([...placement].map(([fn, each]) => [fn, { ...each, sites: each.sites.map(change) }]));
}

describe("what happens is what placement promises in", () => {
  it.each(samplePrograms())("programs/$name", (program) => {
    const built = buildProgram(program.source);
    const ports = program.openPorts(usedPorts(built));
    expect(observe(built, { ...program, ports }).exitCode).toBe(program.expected.exit);
  });

  it.each(placementPrograms())("placement/$name", ({ source }) => {
    const { escapes, exitCode } = observe(buildProgram(source));
    expect(exitCode).toBe(0);
    expect(escapes).toBeGreaterThan(0);
  });

  it.each(benchPrograms())("bench/programs/$name", ({ source, ...input }) => {
    const { escapes, exitCode } = observe(buildProgram(source), input);
    expect(exitCode).toBe(0);
    expect(escapes).toBeGreaterThan(0);
  });

  it.each([
    ["the IR", 3000, (seed: number) => generateProgram(randomFor(seed))],
    ["Mote", 400, (seed: number) => buildProgram(generateSource(randomFor(seed)))],
  ] as const)("random programs in %s", (_language, count, generate) => {
    let escapes = 0;
    for (let seed = 1; seed <= count; seed++) {
      try {
        escapes += observe(generate(seed)).escapes;
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
    expect(escapes).toBeGreaterThan(10_000);
  });
});

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
