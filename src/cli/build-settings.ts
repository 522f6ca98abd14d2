/** The options of a build that several commands share: those of the managers, and those for debugging. */

import { type Command, Option } from "commander";
import { UsageError } from "../compare/errors.ts";
import { WORD_MAX } from "../core/words.ts";
import { allOptions, MANAGERS, managerNamed, type SharedOption } from "../lang/managers/registry.ts";
import type { OptionValue } from "../lang/option-table.ts";
import type { BuildOptions } from "../lang/options.ts";
import { parseLimits, parseMilliseconds, parseSize, parseWhole } from "./option-values.ts";

/** What `addSettings` puts into a command's options: values by the names that Commander makes of the flags. */
export type Settings = object;

export interface DebugSettings {
  fast?: boolean;
  debug?: boolean;
}

/** Adds the options of all managers that are for measuring; each defaults to the manager's own choice. */
export function addSettings(command: Command): Command {
  for (const shared of allOptions()) if (!isForDebugging(shared)) command.addOption(flagOf(shared));
  return command;
}

/** Adds what is for writing programs, and for finding defects, not for measuring. */
export function addDebugSettings(command: Command): Command {
  command
    .option("--fast", "build without Binaryen's optimiser: several times as fast, and the program runs slower")
    .option(
      "--debug",
      "link the debug core: assertions, the heap verified around each collection (gc, regions, sparse), and each load " +
        "checked (regions, sparse, leak)",
    );
  for (const shared of allOptions()) if (isForDebugging(shared)) command.addOption(flagOf(shared));
  return command;
}

/**
 * The compiler's options from the command's.
 * @param managers those that the command builds with
 * @throws UsageError for an option that none of them has
 */
export function buildOptions(
  managers: readonly string[],
  given: Settings & DebugSettings,
): Omit<BuildOptions, "manager"> {
  const { fast, debug } = given;
  const values = given as Readonly<Record<string, unknown>>;
  const options: Record<string, unknown> = {};
  if (fast) options.optimise = false;
  if (debug !== undefined) options.debug = debug;
  for (const shared of allOptions()) {
    const value = values[flagOf(shared).attributeName()];
    if (value === undefined) continue;
    const { name, value: kind } = shared.rows[0]!.option;
    requireOwner(shared, managers);
    if (kind.kind !== "limits") options[name] = value;
    else {
      const [percent, absolute] = value as [number, number];
      options[name] = { ...(options[name] as object), [kind.percent]: percent, [kind.absolute]: absolute };
    }
  }
  return options;
}

function requireOwner({ flag, rows }: SharedOption, managers: readonly string[]): void {
  const owners = rows.flatMap((row) => row.managers);
  if (managers.some((each) => owners.includes(each))) return;
  const reason = managers.length === 1 ? managerNamed(managers[0]!).lacks?.[rows[0]!.option.name] : undefined;
  const advice = reason === undefined ? "" : `: ${reason}`;
  throw new UsageError(`--${flag} is an option of ${owners.join(", ")}, not of ${managers.join(", ")}${advice}`);
}

function isForDebugging({ rows }: SharedOption): boolean {
  return rows[0]!.option.isForDebugging ?? false;
}

function flagOf({ flag, rows }: SharedOption): Option {
  const { value } = rows[0]!.option;
  const option = new Option(`--${flag} <${placeholderOf(value)}>`, rows.map(describeRow).join("; "));
  return value.kind === "choice" ? option.choices(value.choices) : option.argParser(parserOf(value));
}

function describeRow({ option, managers }: SharedOption["rows"][number]): string {
  const who = managers.length === MANAGERS.length - 1 ? `all but ${missingFrom(managers)}` : managers.join(", ");
  return `${option.meaning.replaceAll("`", "")} (${who}; default: ${option.byDefault})`;
}

function missingFrom(managers: readonly string[]): string {
  return MANAGERS.find(({ name }) => !managers.includes(name))!.name;
}

function placeholderOf(value: OptionValue): string {
  if (value.kind === "size") return "size";
  if (value.kind === "milliseconds") return "time";
  return value.kind === "limits" ? "limits" : value.placeholder;
}

function parserOf(value: Exclude<OptionValue, { kind: "choice" }>): (text: string) => unknown {
  switch (value.kind) {
    case "size":
      return parseSize;
    case "number":
      return parseWhole(value.least, value.most);
    case "milliseconds":
      return parseMilliseconds(value.least, value.most);
    case "limits":
      return parseLimits(value.of === "size" ? parseSize : parseWhole(0, WORD_MAX));
  }
}
