/** Builds under every start finder and both kinds of reps, with frequent collections, some of them in steps. */

import { type BuildOptions, POINTER_REPS, START_FINDERS } from "../../src/lang/index.ts";

export const START_BUILDS: readonly BuildOptions[] = START_FINDERS.flatMap((starts) =>
  POINTER_REPS.map(
    (reps): BuildOptions => ({
      ...{ manager: "gc", debug: true, nurseryBytes: 4096, zeal: 7, starts, reps },
      ...(reps === "a" ? { pauseMs: 1 } : {}),
    }),
  ),
);
