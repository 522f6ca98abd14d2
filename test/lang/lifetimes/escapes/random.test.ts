/** What placement promises, against what happens in programs that are written by chance. */

import { expect, it } from "vitest";
import { buildProgram } from "../../../../src/lang/frontend.ts";
import { generateProgram } from "../../../support/generate.ts";
import { generateSource } from "../../../support/mote.ts";
import { observe } from "../../../support/observe.ts";
import { often } from "../../../support/often.ts";
import { randomFor } from "../../../support/random.ts";

it.each([
  ["the IR", often(1000), (seed: number) => generateProgram(randomFor(seed))],
  ["Mote", often(150), (seed: number) => buildProgram(generateSource(randomFor(seed)))],
] as const)("what happens is what placement promises in random programs in %s", (_language, count, generate) => {
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
