/** The loops of the bench's part `sparse` compute the same under every manager, in small; the bench times them. */

import { describe, expect, it } from "vitest";
import { compileLoops, MANAGERS, runOnce, WORKLOADS } from "../../bench/sparse/sparse.ts";

const module = await compileLoops();

describe("the bench of sparse stacks", () => {
  it.each(WORKLOADS)("has a loop with one result: $name", (workload) => {
    // The length of the array that replaces the others is left as it is.
    const most = { fill: 2, replace: 2_000, calls: 500 }[workload.loop];
    const [times, ...rest] = workload.args;
    const small = { ...workload, args: [Math.min(times!, most), ...rest] };
    const results = MANAGERS.flatMap((manager) => {
      const result = runOnce(module, small, manager);
      return result === undefined ? [] : [{ manager, ...result }];
    });
    expect(results.map(({ manager }) => manager)).toEqual(expect.arrayContaining(["sparse", "malloc"]));
    for (const { manager, sum, peakBytes } of results) {
      expect(sum, manager).toBe(results[0]!.sum);
      expect(peakBytes, manager).toBeGreaterThan(0);
    }
  });
});
