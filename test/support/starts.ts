/** Builds under every start finder, both kinds of reps and of mature space, with frequent collections, some of them in steps. */

import { type BuildOptions, POINTER_REPS, START_FINDERS } from "../../src/lang/index.ts";

const STRESS = { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 7 } as const;

export const START_BUILDS: readonly BuildOptions[] = [
  ...START_FINDERS.flatMap((starts) =>
    POINTER_REPS.map((reps) => ({ ...STRESS, starts, reps, ...(reps === "a" ? { pauseMs: 1 } : {}) })),
  ),
  { ...STRESS, mature: "classes" },
  { ...STRESS, mature: "classes", reps: "a", pauseMs: 1 },
];
