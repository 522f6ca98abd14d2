/** What is known of a memory manager before its code is loaded. */

import type { ManagerFactory } from "../codegen/manager.ts";
import type { ManagerOptionName, OptionTable } from "../option-table.ts";
import type { BuildOptions } from "../options.ts";

/** What a manager's modules can do: tools ask for these instead of comparing names. */
export interface Abilities {
  /** Where objects lie: in the module's linear memory, or in the engine's own heap (WasmGC). */
  readonly heap: "linear" | "engine";
  /** The build option `traceGc`. */
  readonly trace: boolean;
  /** The build option `census`. */
  readonly census: boolean;
  /** The build option `profile`. */
  readonly profile: boolean;
}

/** A manager's line in the registry. Nothing here needs Binaryen: that is loaded with the factory. */
export interface ManagerEntry {
  readonly name: string;
  /** One line for --help and tables. */
  readonly summary: string;
  readonly abilities: Abilities;
  /** All options that it has; any other is refused. */
  readonly options: OptionTable;
  /** Of options that one may expect: why it does not have them, or what to use instead. */
  readonly lacks?: Readonly<Partial<Record<ManagerOptionName, string>>>;
  /**
   * Refuses options that do not fit together; absent: all do.
   * @throws BuildOptionError
   */
  checkOptions?(options: BuildOptions): void;
  load(): Promise<ManagerFactory>;
}
