/** `heapwright check`: the mistakes in programs, those in the order of globals and in statics included. */

import { FailureError } from "../compare/errors.ts";
import { readProgram } from "../compare/files.ts";
import { checkProgram } from "../lang/check-program.ts";
import { MoteError, type SourceFile } from "../lang/source.ts";

/** All files are read first: one that cannot be is a mistake of the command line, and then nothing is checked. */
export async function check(paths: readonly string[]): Promise<void> {
  const counts: number[] = [];
  for (const source of paths.map(readProgram)) counts.push(await reportMistakes(source));
  const mistakes = counts.reduce((sum, count) => sum + count, 0);
  if (mistakes > 0) throw new FailureError(describeMistakes(counts, mistakes));
  console.log(`${paths.length === 1 ? paths[0] : `${paths.length} programs`}: no mistakes found`);
}

/** @returns how many there are */
async function reportMistakes(source: SourceFile): Promise<number> {
  try {
    const program = checkProgram(source);
    // Building the IR finds further mistakes only where there are globals or statics; it is most of the work.
    if (program.globals.length > 0) {
      const { buildChecked } = await import("../lang/frontend.ts");
      buildChecked(program);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof MoteError)) throw error;
    process.stderr.write(`${error.format()}\n`);
    return error.diagnostics.length;
  }
}

function describeMistakes(counts: readonly number[], mistakes: number): string {
  const found = mistakes === 1 ? "1 mistake" : `${mistakes} mistakes`;
  if (counts.length === 1) return found;
  return `${found} in ${counts.filter((count) => count > 0).length} of ${counts.length} programs`;
}
