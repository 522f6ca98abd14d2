/**
 * `npm run soak -- --minutes N`: random programs for as long as one likes, each in the interpreter with the oracle for
 * placement and in compiled code (support/everywhere.ts): under `leak` in both builds, under `host`, and under `gc` in
 * one of its builds after the other. In turns they are generated in the IR and in Mote.
 *
 * The first program that does not do the same everywhere is made smaller as long as it differs, and shown. Exit codes:
 * 0 no difference; 1 there is one; 2 the command line makes no sense.
 */

import { writeFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { parseWhole } from "../src/cli/option-values.ts";
import { Progress } from "../src/compare/terminal.ts";
import type { BuildOptions } from "../src/lang/index.ts";
import { EVERYWHERE } from "./support/everywhere.ts";
import { examineSeed, LANGUAGES } from "./support/examine.ts";

const LARGEST_SEED = 0x7fffffff;

interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly write?: string;
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function soak({ minutes, seed, write }: SoakOptions): void {
  const [always, inTurns] = [true, false].map((isAlways) =>
    EVERYWHERE.filter(({ manager }) => (manager !== "gc") === isAlways),
  ) as [BuildOptions[], BuildOptions[]];
  const progress = new Progress();
  const begin = performance.now();
  const elapsed = () => performance.now() - begin;
  let count = 0;
  for (; elapsed() < minutes * 60_000; count++) {
    const rate = (count / Math.max(1, elapsed() / 1000)).toFixed(1);
    progress.show(`${count} programs, ${rate}/s, ${clock(elapsed())} of ${minutes}:00`);
    const current = (seed + count) % LARGEST_SEED;
    // By the seed alone, so that --seed brings back what was found.
    const language = LANGUAGES[current % LANGUAGES.length]!;
    const turn = Math.floor(current / LANGUAGES.length) % inTurns.length;
    const failure = examineSeed(current, language, [...always, inTurns[turn]!]);
    if (failure === null) continue;
    progress.clear();
    console.log(`${failure.text}\nA program in ${language}, seed ${current}: ${failure.what}`);
    if (write !== undefined) writeFileSync(write, failure.text);
    process.exitCode = 1;
    return;
  }
  progress.clear();
  console.log(`${count} programs in ${clock(elapsed())} minutes from seed ${seed} on: no difference`);
}

try {
  new Command("soak")
    .description("Runs random programs everywhere, and compares what they do.")
    .option("-m, --minutes <n>", "how long", parseWhole(1, 100_000), 60)
    .option("-s, --seed <n>", "the first program's seed; without it, one by the clock", parseWhole(0, LARGEST_SEED))
    .option("-w, --write <file>", "where a program goes that differs")
    .exitOverride()
    .showHelpAfterError("(--help lists what there is)")
    .action((options: Omit<SoakOptions, "seed"> & { seed?: number }) =>
      soak({ ...options, seed: options.seed ?? Date.now() % LARGEST_SEED }),
    )
    .parse();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander ends even a wanted --help by an error, with exit code 0.
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
