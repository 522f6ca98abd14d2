/** The manager `gc`, before it is loaded. */

import {
  GROWTH_MAX_PERCENT,
  GROWTH_MIN_PERCENT,
  MATURE_SPACES,
  PAUSE_MAX_MS,
  PAUSE_MIN_MS,
  POINTER_REPS,
  START_FINDERS,
} from "../../../core/settings.ts";
import { HEAP_LIMIT, type OptionTable, ZEAL_MOST } from "../../option-table.ts";
import { BuildOptionError } from "../../options.ts";
import type { ManagerEntry } from "../entry.ts";

const options: OptionTable = [
  HEAP_LIMIT,
  {
    name: "shadowStackBytes",
    flag: "shadow-stack",
    value: { kind: "size" },
    meaning: "the size of the stack of roots",
    byDefault: "1m",
  },
  {
    name: "nurseryBytes",
    flag: "nursery",
    value: { kind: "size" },
    meaning: "how far the nursery may grow",
    byDefault: "16m",
  },
  {
    name: "nurseryFirstBytes",
    flag: "nursery-first",
    value: { kind: "size" },
    meaning: "the first size of the nursery; equal to `--nursery`, it stays fixed",
    byDefault: "1m",
  },
  {
    name: "growthPercent",
    flag: "growth",
    value: { kind: "number", placeholder: "percent", least: GROWTH_MIN_PERCENT, most: GROWTH_MAX_PERCENT },
    meaning: "how far the mature space grows before it is collected, in percent",
    byDefault: "100",
  },
  {
    name: "pauseMs",
    flag: "pause",
    value: { kind: "milliseconds", least: PAUSE_MIN_MS, most: PAUSE_MAX_MS },
    meaning: "how long a pause should last: the mature space is collected in steps",
    byDefault: "in one pause",
  },
  {
    name: "starts",
    flag: "starts",
    value: { kind: "choice", placeholder: "finder", choices: START_FINDERS },
    meaning: "how starts of objects are found in the nursery",
    byDefault: START_FINDERS[0],
  },
  {
    name: "reps",
    flag: "reps",
    value: { kind: "choice", placeholder: "reps", choices: POINTER_REPS },
    meaning: "which pointers may be interior (a: every one, b: only slices)",
    byDefault: POINTER_REPS[0],
  },
  {
    name: "mature",
    flag: "mature",
    value: { kind: "choice", placeholder: "space", choices: MATURE_SPACES },
    meaning: "how small mature objects lie, on lines of blocks or in size classes",
    byDefault: MATURE_SPACES[0],
  },
  {
    name: "zeal",
    flag: "zeal",
    value: { kind: "number", placeholder: "n", least: 1, most: ZEAL_MOST },
    meaning: "collect at every nth allocation; needs `--debug`",
    byDefault: "never",
    isForDebugging: true,
  },
];

export const gc: ManagerEntry = {
  name: "gc",
  summary: "generational: a bump-allocated nursery, evacuated into mark-region blocks",
  abilities: { heap: "linear", trace: true, census: true, profile: false },
  options,
  checkOptions({ zeal, debug }) {
    if (zeal && !debug) throw new BuildOptionError("zeal needs the core's debug build; add the option debug");
  },
  load: async () => (await import("./gc.ts")).gc,
};
