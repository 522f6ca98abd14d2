/** Whether what a build is asked for exists and fits together; nothing here needs Binaryen. */

import { HeapError } from "../core/errors.ts";
import { MATURE_SPACES, PAUSE_MAX_MS, PAUSE_MIN_MS, POINTER_REPS, START_FINDERS } from "../core/settings.ts";
import { sparseLimits } from "../core/sparse-limits.ts";
import { MANAGERS, managerNamed } from "./managers/registry.ts";
import { BuildOptionError, type BuildOptions, requireWord, START_SETTINGS } from "./options.ts";

/**
 * Refuses an unknown manager, start finder, rep or mature space, a profile where there is none, sizes, counts or limits
 * that are not whole numbers below 4 GiB, and what the manager itself refuses.
 * @throws BuildOptionError
 */
export function checkOptions(options: BuildOptions): void {
  const manager = managerNamed(options.manager);
  if (options.profile && !manager.abilities.profile) {
    const able = MANAGERS.filter(({ abilities }) => abilities.profile).map(({ name }) => name);
    throw new BuildOptionError(`${manager.name} has no profile; choose ${able.join(" or ")}`);
  }
  for (const name of [...START_SETTINGS, "shadowStackBytes", "zeal"] as const) {
    const value = options[name];
    if (value !== undefined) requireWord(name, value);
  }
  try {
    sparseLimits(options.sparseLimits ?? {});
  } catch (error) {
    throw error instanceof HeapError ? new BuildOptionError(error.message) : error;
  }
  const { pauseMs } = options;
  if (pauseMs !== undefined && !(pauseMs >= PAUSE_MIN_MS && pauseMs <= PAUSE_MAX_MS)) {
    throw new BuildOptionError(`pauseMs has to be from ${PAUSE_MIN_MS} to ${PAUSE_MAX_MS}, not ${pauseMs}`);
  }
  const choices = { starts: START_FINDERS, reps: POINTER_REPS, mature: MATURE_SPACES } as const;
  for (const [name, known] of Object.entries(choices)) {
    const value = options[name as keyof typeof choices];
    if (value !== undefined && !(known as readonly string[]).includes(value)) {
      throw new BuildOptionError(`${name} has to be one of ${known.join(", ")}, not ${value}`);
    }
  }
  manager.checkOptions?.(options);
}
