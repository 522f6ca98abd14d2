/** Parts of the bench that fail. Nothing here is measured. */

import { expect, it } from "vitest";
import { measureParts } from "../../bench/measure.ts";

it("a part of the bench that fails does not take the others with it", async () => {
  const parts = {
    one: { measure: async (runs: number) => runs },
    broken: { measure: () => Promise.reject(new Error("no such export")) },
    last: { measure: async () => "measured" },
  };
  const events: unknown[] = [];
  const results = await measureParts(parts, ["one", "broken", "last"], 3, {
    onProgress() {},
    onMeasured: (name, all) => events.push([name, { ...all }]),
    onFailed: (name, error) => events.push([name, (error as Error).message]),
  });
  expect(results).toEqual({ one: 3, last: "measured" });
  expect(events).toEqual([
    ["one", { one: 3 }],
    ["broken", "no such export"],
    ["last", { one: 3, last: "measured" }],
  ]);
});
