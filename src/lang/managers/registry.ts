/** The memory managers the compiler knows, by name. A new one is registered here and nowhere else. */

import { BuildOptionError } from "../options.ts";
import type { ManagerEntry } from "./entry.ts";
import { gc } from "./gc/entry.ts";
import { host } from "./host/entry.ts";
import { leak } from "./leak/entry.ts";
import { regions, sparse } from "./regions/entry.ts";

/** All managers, in the order in which tables list them. */
export const MANAGERS: readonly ManagerEntry[] = [gc, regions, sparse, leak, host];

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
