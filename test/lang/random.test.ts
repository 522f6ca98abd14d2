/**
 * Random programs in all builds, with the heap verified around each collection and every load checked against
 * placement: they do what the interpreter does. What they are made of is said in test/support/generate.ts and
 * test/support/mote.ts; `npm run soak` does this for as long as one likes.
 */

import { describe, expect, it } from "vitest";
import { buildProgram } from "../../src/lang/frontend.ts";
import type { IrProgram } from "../../src/lang/ir/ir.ts";
import { verifyProgram } from "../../src/lang/ir/verify.ts";
import { difference, doIn, doInInterpreter, EVERYWHERE } from "../support/everywhere.ts";
import { examineSeed } from "../support/examine.ts";
import { generateProgram } from "../support/generate.ts";
import { generateSource } from "../support/mote.ts";
import { often } from "../support/often.ts";
import { randomFor } from "../support/random.ts";

const SEEDS = Array.from({ length: often(8) }, (_, index) => 101 + index);

const LANGUAGES: readonly (readonly [name: string, program: (seed: number) => IrProgram])[] = [
  ["the IR", (seed) => generateProgram(randomFor(seed))],
  ["Mote", (seed) => buildProgram(generateSource(randomFor(seed)))],
];

describe.each(LANGUAGES)("random programs in %s", (_name, program) => {
  const programs = SEEDS.map((seed) => ({ seed, program: program(seed) }));
  const expected = programs.map((each) => doInInterpreter(each.program));

  it("are well formed in the IR", () => {
    for (const each of programs) expect(() => verifyProgram(each.program), `seed ${each.seed}`).not.toThrow();
  });

  it("end without an error, and make something", () => {
    for (const [index, { error, exit }] of expected.entries())
      expect({ error, exit }, `seed ${SEEDS[index]}`).toEqual({ error: "", exit: 0 });
    expect(expected.reduce((sum, { objects }) => sum + objects!, 0)).toBeGreaterThan(1000);
  });

  it.each(EVERYWHERE)("do under %o what the interpreter does", (options) => {
    for (const [index, { seed, program }] of programs.entries())
      expect(difference(expected[index]!, doIn(program, options)), `seed ${seed}`).toBe(null);
  });
});

/** What the soak has found, by the seeds that it named. */
describe("what once differed", () => {
  it.each([["elements that a copy overwrites while marking is under way", 21821, "the IR"]] as const)(
    "%s",
    (_what, seed, language) => expect(examineSeed(seed, language, EVERYWHERE)).toBe(null),
  );
});
