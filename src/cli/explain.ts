/** `heapwright explain`: a program's source with where everything goes that it allocates. */

import { UsageError } from "../compare/errors.ts";
import { readProgram } from "../compare/files.ts";
import { buildProgram } from "../lang/frontend.ts";
import { copyProgram } from "../lang/ir/copy.ts";
import type { IrProgram } from "../lang/ir/ir.ts";
import { printFunction } from "../lang/ir/print.ts";
import { placeProgram } from "../lang/lifetimes/placement/placement.ts";
import { prepareRegions } from "../lang/managers/regions/prepare.ts";
import { placementAsJson } from "./placement-json.ts";
import { formatAnnotated, formatInternal, formatTotals } from "./placement-margin.ts";
import type { ProfiledRun, ProfileOptions } from "./profile.ts";

/** What the command line gives. */
export interface ExplainOptions extends ProfileOptions {
  internal?: boolean;
  json?: boolean;
  run?: boolean;
}

/** @param args the program's own */
export async function explain(path: string, args: readonly string[], options: ExplainOptions): Promise<void> {
  const { internal = false } = options;
  if (!options.run) refuseRunOptions(args, options);
  const source = readProgram(path);
  const program = buildProgram(source);
  const placement = placeProgram(program);
  let run: ProfiledRun | null = null;
  if (options.run) {
    const { profileProgram } = await import("./profile.ts");
    run = await profileProgram(program, placement, args, options);
  }
  const profile = run?.profile ?? null;
  if (options.json) {
    console.log(JSON.stringify(placementAsJson(source.name, placement, internal, run), null, 2));
  } else {
    const lines = formatAnnotated(source, placement, profile);
    if (internal) lines.push("", ...formatInternal(placement, profile), "", ...formatLifetimes(program));
    if (profile !== null) lines.push("", ...formatTotals(placement, profile));
    console.log(lines.join("\n"));
  }
  if (run === null) return;
  if (run.failure !== null) throw run.failure;
  process.exitCode = run.exitCode;
}

/** The program's IR with lifetimes, as `regions` lowers it. */
function formatLifetimes(program: IrProgram): string[] {
  const copy = copyProgram(program).program;
  prepareRegions(copy, placeProgram(copy), false, false);
  return copy.functions.flatMap((fn) => printFunction(fn).trimEnd().split("\n"));
}

/** @throws UsageError when something is said of a run that is not asked for */
function refuseRunOptions(args: readonly string[], { input, get, put, extern }: ExplainOptions): void {
  const files = [...get, ...put, ...Object.keys(extern)];
  if (args.length + files.length === 0 && input === undefined) return;
  throw new UsageError("explain runs the program only with --run: arguments, input, ports and externs are for a run");
}
