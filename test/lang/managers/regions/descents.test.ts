/**
 * Random deep recursions under `regions` and `sparse`: they print what they print under `gc`, and need a part of what
 * their levels make together.
 */

import { expect, it } from "vitest";
import { runModule } from "../../../../src/lang/index.ts";
import { generateDescent } from "../../../support/descents.ts";
import { compile } from "../../../support/fast.ts";
import { often } from "../../../support/often.ts";
import { randomFor } from "../../../support/random.ts";

/** Each level makes 16 KiB or more, and needs less than 100 bytes. */
const DEPTH = 1500;
const SIZE = 300;
const HEAP_LIMIT_BYTES = 8 << 20;

const SEEDS = Array.from({ length: often(12) }, (_, index) => index + 1);

async function printed(seed: number, depth: number, options: Parameters<typeof compile>[1]): Promise<string> {
  const { wasm } = await compile(generateDescent(randomFor(seed), depth, SIZE), options);
  const { stdout, stderr } = runModule(wasm);
  return Buffer.from(stdout).toString() + Buffer.from(stderr).toString();
}

it.each(SEEDS)("descent %d needs a part of what it makes", async (seed) => {
  const expected = await printed(seed, DEPTH, { manager: "gc", heapLimitBytes: HEAP_LIMIT_BYTES });
  // Some recur twice at each level, and grow a stack of their own without end under each manager.
  if (expected.includes("stack overflow")) return;
  expect(expected).not.toContain("error");
  for (const manager of ["regions", "sparse"]) {
    const options = { manager, heapLimitBytes: HEAP_LIMIT_BYTES };
    expect(await printed(seed, DEPTH, options), manager).toBe(expected);
  }
});

it.each(SEEDS)("descent %d prints the same with collections wherever there may be one", async (seed) => {
  const expected = await printed(seed, 12, { manager: "gc" });
  for (const manager of ["regions", "sparse"]) {
    expect(await printed(seed, 12, { manager, debug: true, zeal: 1 + (seed % 4) }), manager).toBe(expected);
  }
});
