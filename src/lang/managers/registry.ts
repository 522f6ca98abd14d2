/** The memory managers the compiler knows, by name. README.md says how one is added. */

import type { ManagerOption, ManagerOptionName } from "../option-table.ts";
import { BuildOptionError, type BuildOptions } from "../options.ts";
import type { ManagerEntry } from "./entry.ts";
import { gc } from "./gc/entry.ts";
import { host } from "./host/entry.ts";
import { leak } from "./leak/entry.ts";
import { regions, sparse } from "./regions/entry.ts";

const registered: ManagerEntry[] = [gc, regions, sparse, leak, host];
/** All managers, in the order in which tables list them. */
export const MANAGERS: readonly ManagerEntry[] = registered;

/**
 * Makes another manager known to all that ask for managers by name.
 * @returns what makes it unknown again
 * @throws BuildOptionError when another one has its name
 */
export function registerManager(entry: ManagerEntry): () => void {
  if (registered.some(({ name }) => name === entry.name)) {
    throw new BuildOptionError(`there is a memory manager "${entry.name}" already`);
  }
  registered.push(entry);
  return () => void registered.splice(registered.indexOf(entry), 1);
}

/** The names of all managers, in the order in which tables list them. */
export function managerNames(): string[] {
  return MANAGERS.map(({ name }) => name);
}

/**
 * The manager of this name.
 * @throws BuildOptionError naming the known ones
 */
export function managerNamed(name: string): ManagerEntry {
  const entry = MANAGERS.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry;
  throw new BuildOptionError(`unknown memory manager "${name}"; the known ones are ${managerNames().join(", ")}`);
}

/** An option as a user sees it: one flag, with a row for each meaning that it has under some managers. */
export interface SharedOption {
  readonly flag: string;
  readonly rows: readonly { readonly option: ManagerOption; readonly managers: readonly string[] }[];
}

/** The options of all managers, each flag once, in the order of the managers. */
export function allOptions(): readonly SharedOption[] {
  const shared = new Map<string, { option: ManagerOption; managers: string[] }[]>();
  for (const { name, options } of MANAGERS) {
    for (const option of options) {
      const rows = shared.get(option.flag) ?? [];
      const known = rows.find((row) => row.option.meaning === option.meaning);
      if (known === undefined) rows.push({ option, managers: [name] });
      else known.managers.push(name);
      shared.set(option.flag, rows);
    }
  }
  return [...shared].map(([flag, rows]) => ({ flag, rows }));
}

/**
 * The settings of a comparison for one of its managers: without what only tunes others. What changes the task stays, so
 * that a manager that does not have it is refused.
 */
export function settingsFor(manager: string, settings: Omit<BuildOptions, "manager">): BuildOptions {
  const own = new Set<ManagerOptionName>(managerNamed(manager).options.map(({ name }) => name));
  const tunesOthers = new Set<string>(
    MANAGERS.flatMap(({ options }) => options)
      .filter(({ name, changesTask = false }) => !changesTask && !own.has(name))
      .map(({ name }) => name),
  );
  const kept = Object.entries(settings).filter(([name]) => !tunesOthers.has(name));
  return { ...Object.fromEntries(kept), manager };
}
