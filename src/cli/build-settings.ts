/** The options of a build that several commands share. */

import { type Command, Option } from "commander";
import {
  GROWTH_MAX_PERCENT,
  GROWTH_MIN_PERCENT,
  MATURE_SPACES,
  type MatureSpace,
  POINTER_REPS,
  type PointerReps,
  START_FINDERS,
  type StartFinder,
} from "../core/settings.ts";
import type { SparseLimits } from "../core/sparse-limits.ts";
import { WORD_MAX } from "../core/words.ts";
import type { BuildOptions } from "../lang/options.ts";
import { parseLimits, parsePause, parseSize, parseWhole } from "./option-values.ts";

/** What `addSettings` puts into a command's options. */
export interface Settings {
  nursery?: number;
  nurseryFirst?: number;
  heapLimit?: number;
  shadowStack?: number;
  growth?: number;
  pause?: number;
  starts?: StartFinder;
  reps?: PointerReps;
  mature?: MatureSpace;
  /** In percent, and as a number; of bytes as well. */
  freedEntries?: [number, number];
  freedBytes?: [number, number];
}

export interface DebugSettings {
  fast?: boolean;
  debug?: boolean;
  zeal?: number;
}

/** Adds the sizes that a manager may be given; each defaults to the core's own choice. */
export function addSettings(command: Command): Command {
  return command
    .addOption(new Option("--nursery <size>", "how far the nursery may grow (gc)").argParser(parseSize))
    .addOption(new Option("--nursery-first <size>", "how large the nursery is at first (gc)").argParser(parseSize))
    .addOption(new Option("--heap-limit <size>", "the most linear memory the heap may take").argParser(parseSize))
    .addOption(
      new Option(
        "--shadow-stack <size>",
        "size of the shadow stack (gc), or of the stack of frames (regions, sparse)",
      ).argParser(parseSize),
    )
    .addOption(
      new Option("--growth <percent>", "growth of the old space that brings on a major collection (gc)").argParser(
        parseWhole(GROWTH_MIN_PERCENT, GROWTH_MAX_PERCENT),
      ),
    )
    .addOption(
      new Option("--pause <time>", "how long a pause should last: the heap is then collected in steps (gc)").argParser(
        parsePause,
      ),
    )
    .addOption(
      new Option("--starts <finder>", "how starts of objects are found in the nursery (gc)").choices(START_FINDERS),
    )
    .addOption(
      new Option("--reps <a|b>", "which pointers may be interior: a, every one; b, only slices (gc)").choices(
        [...POINTER_REPS].sort(),
      ),
    )
    .addOption(
      new Option(
        "--mature <space>",
        "how small objects lie in the old space, on lines or in size classes (gc)",
      ).choices(MATURE_SPACES),
    )
    .addOption(
      new Option(
        "--freed-entries <limits>",
        "above how many freed arrays, in percent of all or in number, their places are used again (sparse)",
      ).argParser(parseLimits(parseWhole(0, WORD_MAX))),
    )
    .addOption(
      new Option(
        "--freed-bytes <limits>",
        "above how many bytes of them, in percent of all or in bytes, the same (sparse)",
      ).argParser(parseLimits(parseSize)),
    );
}

/** Adds what is for writing programs, and for finding defects, not for measuring. */
export function addDebugSettings(command: Command): Command {
  return command
    .option("--fast", "build without Binaryen's optimiser: several times as fast, and the program runs slower")
    .option(
      "--debug",
      "link the debug core: assertions, and the heap verified around each collection (gc) or each load checked (leak)",
    )
    .addOption(
      new Option(
        "--zeal <n>",
        "collect at every nth allocation (gc, with --debug), or wherever it can be, every nth time all (regions, sparse)",
      ).argParser(parseWhole(1, 0x7fffffff)),
    );
}

function sparseLimitsOf({ freedEntries, freedBytes }: Settings): SparseLimits {
  return {
    ...(freedEntries === undefined ? {} : { setPercent: freedEntries[0], setEntries: freedEntries[1] }),
    ...(freedBytes === undefined ? {} : { wastePercent: freedBytes[0], wasteBytes: freedBytes[1] }),
  };
}

/** The compiler's options from the command's. */
export function buildOptions(manager: string, settings: Settings & DebugSettings): BuildOptions {
  return {
    manager,
    ...(settings.nursery === undefined ? {} : { nurseryBytes: settings.nursery }),
    ...(settings.nurseryFirst === undefined ? {} : { nurseryFirstBytes: settings.nurseryFirst }),
    ...(settings.heapLimit === undefined ? {} : { heapLimitBytes: settings.heapLimit }),
    ...(settings.shadowStack === undefined ? {} : { shadowStackBytes: settings.shadowStack }),
    ...(settings.growth === undefined ? {} : { growthPercent: settings.growth }),
    ...(settings.pause === undefined ? {} : { pauseMs: settings.pause }),
    ...(settings.starts === undefined ? {} : { starts: settings.starts }),
    ...(settings.reps === undefined ? {} : { reps: settings.reps }),
    ...(settings.mature === undefined ? {} : { mature: settings.mature }),
    ...((settings.freedEntries ?? settings.freedBytes) ? { sparseLimits: sparseLimitsOf(settings) } : {}),
    ...(settings.fast ? { optimise: false } : {}),
    ...(settings.debug === undefined ? {} : { debug: settings.debug }),
    ...(settings.zeal === undefined ? {} : { zeal: settings.zeal }),
  };
}
