/**
 * `npm run bench [-- PART...]`: the measurements that the README's results come from. README.md beside this file says
 * what each number shows.
 */

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { Argument, Command } from "commander";
import { parseWhole } from "../src/cli/numbers.ts";
import { engineName } from "../src/compare/engine.ts";
import { Progress } from "../src/compare/terminal.ts";
import { describeCompile, runCompile } from "./compile/compile.ts";
import { describeInterior, runInterior } from "./gc/interior.ts";
import { describeMature, runMature } from "./gc/mature.ts";
import { describePauses, runPauses } from "./gc/pauses.ts";
import { describeScale, runScale } from "./gc/scale.ts";
import { describeStarts, runStarts } from "./gc/starts.ts";
import { describeSurvival, runSurvival } from "./gc/survival.ts";
import { describeMicro, runMicro } from "./micro/bump.ts";
import { describePeers, runPeers } from "./peers/comparison.ts";
import { describeRegions, runRegions } from "./region/regions.ts";
import { describeSize, runSize } from "./size/size.ts";
import { describeSparse, runSparse } from "./sparse/sparse.ts";
import { describeWhole, runWhole } from "./whole/whole.ts";

const PARTS = [
  "micro",
  "programs",
  "peers",
  "size",
  "compile",
  "starts",
  "interior",
  "mature",
  "survival",
  "pauses",
  "scale",
  "regions",
  "sparse",
] as const;
/** What shows the collector. */
const GC_PARTS: readonly Part[] = [
  "micro",
  "programs",
  "peers",
  "starts",
  "interior",
  "mature",
  "survival",
  "pauses",
  "scale",
];
type Part = (typeof PARTS)[number];

interface BenchOptions {
  runs: number;
  json?: string;
}

interface PartRun {
  readonly title: string;
  /** @returns what goes into the JSON file, and the lines to show */
  run(runs: number, onProgress: (text: string) => void): Promise<{ results: unknown; lines: string[] }>;
}

/** A part from what measures and what shows it. */
function partRun<T>(
  title: string,
  measure: (runs: number, onProgress: (text: string) => void) => Promise<T>,
  describe: (results: T) => string[],
): PartRun {
  return {
    title,
    async run(runs, onProgress) {
      const results = await measure(runs, onProgress);
      return { results, lines: describe(results) };
    },
  };
}

const PART_RUNS: Readonly<Record<Part, PartRun>> = {
  micro: partRun("micro: one allocation", (_runs, onProgress) => runMicro(onProgress), describeMicro),
  programs: partRun("programs: medians, with peak memory beyond the idle process", runWhole, describeWhole),
  peers: partRun("peers: medians, with ratios to host", runPeers, describePeers),
  starts: partRun("starts: both of the seed's solutions with each start finder", runStarts, describeStarts),
  interior: partRun("interior: a minor collection with and without interior pointers", runInterior, describeInterior),
  mature: partRun("mature: lines of blocks or size classes", runMature, describeMature),
  survival: partRun(
    "survival: a minor collection costs what survives",
    (_runs, onProgress) => runSurvival(onProgress),
    describeSurvival,
  ),
  pauses: partRun(
    "pauses: how long the program stands still",
    (_runs, onProgress) => runPauses(onProgress),
    describePauses,
  ),
  scale: partRun("scale: from 10 MB to all there is", (_runs, onProgress) => runScale(onProgress), describeScale),
  regions: partRun("regions: objects that end with a call or a round", runRegions, describeRegions),
  sparse: partRun("sparse: arrays that grow, and what is freed in any order", runSparse, describeSparse),
  compile: partRun("compile: what compiling costs, over the length of the program", runCompile, describeCompile),
  size: partRun("size: bytes of functions, by who they come from", runSize, describeSize),
};

async function bench(asked: readonly (Part | "gc")[], options: BenchOptions): Promise<void> {
  const parts = asked.flatMap((part) => (part === "gc" ? GC_PARTS : [part]));
  const progress = new Progress();
  const machine = `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${cpus().length} cores`;
  console.log(`${engineName()}; ${machine}`);
  const results: Record<string, unknown> = { engine: engineName(), machine };
  for (const part of PARTS) {
    if (parts.length > 0 && !parts.includes(part)) continue;
    const { title, run } = PART_RUNS[part];
    const { results: found, lines } = await run(options.runs, (text) => progress.show(text));
    progress.clear();
    results[part] = found;
    console.log(["", title, "", ...lines].join("\n"));
  }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
}

await new Command("bench")
  .description("Measures heapwright: all parts, or those named.")
  .addArgument(new Argument("[parts...]", "what to measure; gc: what shows the collector").choices([...PARTS, "gc"]))
  .option("-n, --runs <n>", "timed runs of each whole program", parseWhole(1, 1000), 7)
  .option("--json <file>", "write the results as JSON as well")
  .action(bench)
  .parseAsync();
