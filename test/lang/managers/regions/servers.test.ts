/** Random servers under `regions` and `sparse`: they print what they print under `gc`, and need no more memory. */

import { expect, it } from "vitest";
import { runModule } from "../../../../src/lang/index.ts";
import { compile } from "../../../support/fast.ts";
import { often } from "../../../support/often.ts";
import { randomFor } from "../../../support/random.ts";
import { generateServer } from "../../../support/servers.ts";

const REQUESTS = 60_000;
/** What is alive is less than a hundredth of it. */
const HEAP_LIMIT_BYTES = 2 << 20;

const SEEDS = Array.from({ length: often(12) }, (_, index) => index + 1);

async function printed(seed: number, requests: number, options: Parameters<typeof compile>[1]): Promise<string> {
  const { wasm } = await compile(generateServer(randomFor(seed), requests), options);
  const { stdout, stderr } = runModule(wasm);
  return Buffer.from(stdout).toString() + Buffer.from(stderr).toString();
}

it.each(SEEDS)("server %d needs as little under regions and sparse as under gc", async (seed) => {
  const expected = await printed(seed, REQUESTS, { manager: "gc", heapLimitBytes: HEAP_LIMIT_BYTES });
  expect(expected).not.toContain("error");
  for (const manager of ["regions", "sparse"]) {
    const options = { manager, heapLimitBytes: HEAP_LIMIT_BYTES };
    expect(await printed(seed, REQUESTS, options), manager).toBe(expected);
  }
});

it.each(SEEDS)("server %d prints the same with collections wherever there may be one", async (seed) => {
  const expected = await printed(seed, 40, { manager: "gc" });
  for (const manager of ["regions", "sparse"]) {
    expect(await printed(seed, 40, { manager, debug: true, zeal: 1 + (seed % 4) }), manager).toBe(expected);
  }
});
