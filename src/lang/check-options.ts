/** Whether what a build is asked for exists and fits together; nothing here needs Binaryen. */

import { HeapError } from "../core/errors.ts";
import { type SparseLimits, sparseLimits } from "../core/sparse-limits.ts";
import type { ManagerEntry } from "./managers/entry.ts";
import { allOptions, MANAGERS, managerNamed } from "./managers/registry.ts";
import type { ManagerOptionName, OptionValue } from "./option-table.ts";
import { BuildOptionError, type BuildOptions, requireWord } from "./options.ts";

/**
 * Refuses an unknown manager, options that the manager does not have, values that its options may not have, a profile
 * where there is none, and what does not fit together.
 * @throws BuildOptionError
 */
export function checkOptions(options: BuildOptions): void {
  const manager = managerNamed(options.manager);
  if (options.profile && !manager.abilities.profile) {
    const able = MANAGERS.filter(({ abilities }) => abilities.profile).map(({ name }) => name);
    throw new BuildOptionError(`${manager.name} has no profile; choose ${able.join(" or ")}`);
  }
  for (const { flag, rows } of allOptions()) {
    const { name } = rows[0]!.option;
    const value = options[name];
    if (value === undefined) continue;
    const own = manager.options.find((each) => each.name === name);
    if (own !== undefined) checkValue(name, own.value, value);
    // Where a number is chosen, 0 stands for the default.
    else if (value !== 0) throw new BuildOptionError(describeLack(manager, name, flag));
  }
  manager.checkOptions?.(options);
}

function describeLack({ name, lacks }: ManagerEntry, option: ManagerOptionName, flag: string): string {
  const able = MANAGERS.filter(({ options }) => options.some((each) => each.name === option));
  const reason = lacks?.[option];
  const advice = reason === undefined ? "" : `: ${reason}`;
  const verb = able.length === 1 ? "has" : "have";
  return `${name} has no option ${option} (--${flag})${advice}; ${able.map((each) => each.name).join(", ")} ${verb} it`;
}

/** @throws BuildOptionError unless an option may have this value */
function checkValue(name: ManagerOptionName, allowed: OptionValue, value: unknown): void {
  if (allowed.kind === "choice") {
    if (allowed.choices.includes(value as string)) return;
    throw new BuildOptionError(`${name} has to be one of ${allowed.choices.join(", ")}, not ${value}`);
  }
  if (allowed.kind === "limits") {
    checkLimits(value as SparseLimits);
    return;
  }
  if (allowed.kind !== "milliseconds") requireWord(name, value as number);
  // Where a size or a number is chosen, 0 stands for the default.
  if (allowed.kind === "size" || (allowed.kind === "number" && value === 0)) return;
  const { least, most } = allowed;
  if ((value as number) >= least && (value as number) <= most) return;
  throw new BuildOptionError(`${name} has to be from ${least} to ${most}, not ${value}`);
}

function checkLimits(limits: SparseLimits): void {
  try {
    sparseLimits(limits);
  } catch (error) {
    throw error instanceof HeapError ? new BuildOptionError(error.message) : error;
  }
}
