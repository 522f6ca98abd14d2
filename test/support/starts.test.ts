/** Whether the builds of starts.ts have every pair of choices. */

import { describe, expect, it } from "vitest";
import { MATURE_SPACES, POINTER_REPS, START_FINDERS } from "../../src/core/settings.ts";
import type { BuildOptions } from "../../src/lang/index.ts";
import { START_BUILDS, startBuilds } from "./starts.ts";

const CHOICES = {
  starts: START_FINDERS,
  reps: POINTER_REPS,
  mature: MATURE_SPACES,
  pauseMs: [undefined, 1],
} as const;
type Choice = keyof typeof CHOICES;

/** The pairs of choices that no build has. */
function missingPairs(builds: readonly BuildOptions[], among: readonly Choice[]): string[] {
  const pairs = among.flatMap((one, index) => among.slice(index + 1).map((other) => [one, other] as const));
  return pairs.flatMap(([one, other]) =>
    CHOICES[one].flatMap((first) =>
      CHOICES[other].flatMap((second) => {
        const isThere = builds.some((build) => build[one] === first && build[other] === second);
        return isThere ? [] : [`${one} ${first}, ${other} ${second}`];
      }),
    ),
  );
}

describe("builds under start finders", () => {
  it("have every pair of choices", () => {
    expect(missingPairs(START_BUILDS, ["starts", "reps", "mature", "pauseMs"])).toEqual([]);
  });

  it.each([0, 1])("have in half %i every start finder, and every pair of the other choices", (half) => {
    expect(startBuilds(half).map(({ starts }) => starts)).toEqual(START_FINDERS);
    expect(missingPairs(startBuilds(half), ["reps", "mature", "pauseMs"])).toEqual([]);
  });

  it("are twelve, of which every program has six", () => {
    expect([...startBuilds(0), ...startBuilds(1)]).toEqual(START_BUILDS);
    expect(START_BUILDS.length).toBe(START_FINDERS.length * POINTER_REPS.length);
  });
});
