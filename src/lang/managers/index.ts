/** The memory managers the compiler knows, by name. A new one is registered here and nowhere else. */

import type { ManagerFactory } from "../codegen/manager.ts";
import { BuildOptionError } from "../options.ts";
import { gc } from "./gc/gc.ts";
import { host } from "./host/host.ts";
import { leak } from "./leak/leak.ts";
import { regions, sparse } from "./regions/regions.ts";

const factories: readonly ManagerFactory[] = [gc, regions, sparse, leak, host];

/** The names of all managers, in the order in which tables list them. */
export function managerNames(): string[] {
  return factories.map((factory) => factory.name);
}

/** The names of those whose modules can count by site and function. */
export function managersWithProfile(): string[] {
  return factories.filter(({ hasProfile }) => hasProfile).map(({ name }) => name);
}

/**
 * The manager of this name.
 * @throws BuildOptionError naming the known ones
 */
export function managerNamed(name: string): ManagerFactory {
  const factory = factories.find((candidate) => candidate.name === name);
  if (factory !== undefined) return factory;
  throw new BuildOptionError(`unknown memory manager "${name}"; the known ones are ${managerNames().join(", ")}`);
}
