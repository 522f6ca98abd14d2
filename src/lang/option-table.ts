/**
 * The options that a memory manager has of its own, as data. The command line's flags and help, the checks of `compile`
 * and the table on the page of the commands come from the managers' tables and from nowhere else.
 */

import type { SparseLimits } from "../core/sparse-limits.ts";
import type { BuildOptions } from "./options.ts";

/** The options of a build that a manager may have or not have. */
export type ManagerOptionName = Exclude<
  keyof BuildOptions,
  | ("manager" | "optimise" | "adjustable" | "debug" | "measure" | "pauses" | "names")
  // Abilities of a manager: managers/entry.ts.
  | ("traceGc" | "census" | "profile")
>;

/** What an option may be. A size or number of 0 stands for the default. */
export type OptionValue =
  /** Bytes, below 4 GiB. */
  | { readonly kind: "size" }
  | { readonly kind: "number"; readonly placeholder: string; readonly least: number; readonly most: number }
  | { readonly kind: "milliseconds"; readonly least: number; readonly most: number }
  /** The default first. */
  | { readonly kind: "choice"; readonly placeholder: string; readonly choices: readonly string[] }
  /** Two limits of `sparseLimits`: one in percent, and one that is a number or a size. */
  | {
      readonly kind: "limits";
      readonly percent: keyof SparseLimits;
      readonly absolute: keyof SparseLimits;
      readonly of: "number" | "size";
    };

export interface ManagerOption {
  readonly name: ManagerOptionName;
  /** On the command line, behind `--`. */
  readonly flag: string;
  readonly value: OptionValue;
  /** What it says, for the help and the page of the commands. */
  readonly meaning: string;
  /** What holds when nobody chooses. */
  readonly byDefault: string;
  /** Runs with and without it do not compare. */
  readonly changesTask?: boolean;
  /** It is for finding defects, not for measuring. */
  readonly isForDebugging?: boolean;
}

export type OptionTable = readonly ManagerOption[];

/** No allocation is counted beyond this. */
export const ZEAL_MOST = 0x7fff_ffff;

/** An option that most managers have: the limit of all linear memory that they take. */
export const HEAP_LIMIT: ManagerOption = {
  name: "heapLimitBytes",
  flag: "heap-limit",
  value: { kind: "size" },
  meaning: "the most memory the heap may take, tables and nursery included",
  byDefault: "the engine's",
  changesTask: true,
};
