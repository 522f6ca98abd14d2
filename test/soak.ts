/**
 * `npm run soak -- --minutes N`: random programs for as long as one likes, each in the interpreter with the oracle for
 * placement and in compiled code (support/everywhere.ts): under `leak` in both builds, under `host`, and under `gc` in one
 * of its builds after the other. In turns they are generated in the IR and in Mote.
 *
 * The first program that does not do the same everywhere is made smaller as long as it differs, and shown. Exit codes:
 * 0 no difference; 1 there is one; 2 the command line makes no sense.
 */

import { writeFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import fc from "fast-check";
import { parseWhole } from "../src/cli/numbers.ts";
import { Progress } from "../src/cli/terminal.ts";
import { buildProgram } from "../src/lang/frontend.ts";
import { type BuildOptions, MoteError } from "../src/lang/index.ts";
import type { IrProgram } from "../src/lang/ir/ir.ts";
import { printFunction } from "../src/lang/ir/print.ts";
import { difference, doIn, doInInterpreter, EVERYWHERE } from "./support/everywhere.ts";
import { generateProgram } from "./support/generate.ts";
import { generateSource } from "./support/mote.ts";
import { type Choose, following } from "./support/random.ts";

const MOST_CHOICES = 1500;
/** How long a difference is made smaller. */
const SHRINK_MS = 180_000;
const LARGEST_SEED = 0x7fffffff;

interface Generated {
  readonly text: string;
  readonly program: () => IrProgram;
}

const GENERATORS: Readonly<Record<string, (choose: Choose) => Generated>> = {
  Mote: (choose) => {
    const source = generateSource(choose);
    return { text: source.text, program: () => buildProgram(source) };
  },
  "the IR": (choose) => {
    const program = generateProgram(choose);
    return { text: `${program.functions.map(printFunction).join("\n\n")}\n`, program: () => program };
  },
};

interface Failure {
  readonly language: string;
  readonly text: string;
  readonly what: string;
}

interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly write?: string;
}

/** What went wrong where; null if nothing did. */
function examine(
  program: () => IrProgram,
  builds: readonly BuildOptions[],
): { build?: BuildOptions; what: string } | null {
  let build: BuildOptions | undefined;
  try {
    const built = program();
    const expected = doInInterpreter(built);
    for (build of builds) {
      const what = difference(expected, doIn(built, build));
      if (what !== null) return { build, what: `under ${JSON.stringify(build)}, ${what}` };
    }
    return null;
  } catch (error) {
    const message =
      error instanceof MoteError ? error.format() : error instanceof Error ? error.message : String(error);
    return build === undefined
      ? { what: `before any build: ${message}` }
      : { build, what: `under ${JSON.stringify(build)}: ${message}` };
  }
}

/** The program of a seed, in the builds given; made smaller if it fails. */
function examineSeed(seed: number, language: string, builds: readonly BuildOptions[]): Failure | null {
  const generate = GENERATORS[language]!;
  let failure: Failure | null = null;
  // What has failed once is looked for alone.
  let wanted = builds;
  const property = fc.property(fc.array(fc.nat(0xffff), { maxLength: MOST_CHOICES, size: "max" }), (choices) => {
    const { text, program } = generate(following(choices));
    const found = examine(program, wanted);
    if (found === null) return true;
    wanted = found.build === undefined ? [] : [found.build];
    failure = { language, text, what: found.what };
    return false;
  });
  fc.check(property, { seed, numRuns: 1, unbiased: true, interruptAfterTimeLimit: SHRINK_MS });
  return failure;
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function soak({ minutes, seed, write }: SoakOptions): void {
  const [always, inTurns] = [true, false].map((isAlways) =>
    EVERYWHERE.filter(({ manager }) => (manager !== "gc") === isAlways),
  ) as [BuildOptions[], BuildOptions[]];
  const languages = Object.keys(GENERATORS);
  const progress = new Progress();
  const begin = performance.now();
  const elapsed = () => performance.now() - begin;
  let count = 0;
  for (; elapsed() < minutes * 60_000; count++) {
    const rate = (count / Math.max(1, elapsed() / 1000)).toFixed(1);
    progress.show(`${count} programs, ${rate}/s, ${clock(elapsed())} of ${minutes}:00`);
    const language = languages[count % languages.length]!;
    const turn = Math.floor(count / languages.length) % inTurns.length;
    const failure = examineSeed((seed + count) % LARGEST_SEED, language, [...always, inTurns[turn]!]);
    if (failure === null) continue;
    progress.clear();
    console.log(`${failure.text}\nA program in ${language}, seed ${seed + count}: ${failure.what}`);
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
