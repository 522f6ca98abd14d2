/**
 * Builds under every start finder, both reps and both kinds of mature space, with pauses and without, and frequent
 * collections. What one choice does wrong shows, if not alone, mostly together with one other: the builds have every
 * pair of choices at least once. test/support/starts.test.ts holds them to that.
 */

import type { BuildOptions, MatureSpace, PointerReps, StartFinder } from "../../src/lang/index.ts";

const STRESS = { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 7 } as const;

/** The first four rows have every pair of the last three choices. */
const CHOICES: readonly (readonly [starts: StartFinder, reps: PointerReps, mature: MatureSpace, steps: boolean])[] = [
  ["eager", "b", "lines", false],
  ["deferred", "a", "lines", true],
  ["compressed", "a", "classes", false],
  ["search", "b", "classes", true],
  ["crossing", "a", "lines", false],
  ["walk", "b", "classes", true],
];

function built(starts: StartFinder, reps: PointerReps, mature: MatureSpace, steps: boolean): BuildOptions {
  return { ...STRESS, starts, reps, mature, ...(steps ? { pauseMs: 1 } : {}) };
}

const FIRST_HALF = CHOICES.map((row) => built(...row));
/** Every start finder with the opposite of its row in everything else. */
const SECOND_HALF = CHOICES.map(([starts, reps, mature, steps]) =>
  built(starts, reps === "a" ? "b" : "a", mature === "lines" ? "classes" : "lines", !steps),
);

/** All twelve: with six start finders and two reps fewer have not every pair. */
export const START_BUILDS: readonly BuildOptions[] = [...FIRST_HALF, ...SECOND_HALF];

/**
 * Half of them, for one of many programs. Every start finder is in each half, and every pair of the other choices;
 * programs one after the other have every pair.
 * @param turn the program's number among the others
 */
export function startBuilds(turn: number): readonly BuildOptions[] {
  return turn % 2 === 0 ? FIRST_HALF : SECOND_HALF;
}
