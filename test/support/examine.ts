/**
 * A random program in several builds: does each do what the interpreter does, and if not, what is the smallest program
 * that shows it? A program is a list of choices; fast-check makes the list, and shortens it.
 */

import fc from "fast-check";
import { buildProgram } from "../../src/lang/frontend.ts";
import { type BuildOptions, MoteError } from "../../src/lang/index.ts";
import type { IrProgram } from "../../src/lang/ir/ir.ts";
import { printFunction } from "../../src/lang/ir/print.ts";
import { difference, doIn, doInInterpreter } from "./everywhere.ts";
import { generateProgram } from "./generate.ts";
import { generateSource } from "./mote.ts";
import { type Choose, following } from "./random.ts";

const MOST_CHOICES = 1500;
/** How long a difference is made smaller. */
const SHRINK_MS = 180_000;

interface Generated {
  readonly text: string;
  readonly program: () => IrProgram;
}

export const LANGUAGES = ["Mote", "the IR"] as const;
export type Language = (typeof LANGUAGES)[number];

const GENERATORS: Readonly<Record<Language, (choose: Choose) => Generated>> = {
  Mote: (choose) => {
    const source = generateSource(choose);
    return { text: source.text, program: () => buildProgram(source) };
  },
  "the IR": (choose) => {
    const program = generateProgram(choose);
    return { text: `${program.functions.map(printFunction).join("\n\n")}\n`, program: () => program };
  },
};

export interface Failure {
  /** The program. */
  readonly text: string;
  /** What went wrong, and under which build. */
  readonly what: string;
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
export function examineSeed(seed: number, language: Language, builds: readonly BuildOptions[]): Failure | null {
  const generate = GENERATORS[language];
  let failure: Failure | null = null;
  // What has failed once is looked for alone.
  let wanted = builds;
  const property = fc.property(fc.array(fc.nat(0xffff), { maxLength: MOST_CHOICES, size: "max" }), (choices) => {
    const { text, program } = generate(following(choices));
    const found = examine(program, wanted);
    if (found === null) return true;
    wanted = found.build === undefined ? [] : [found.build];
    failure = { text, what: found.what };
    return false;
  });
  fc.check(property, { seed, numRuns: 1, unbiased: true, interruptAfterTimeLimit: SHRINK_MS });
  return failure;
}
