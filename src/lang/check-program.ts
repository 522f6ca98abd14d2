/** From source text to a checked program. */

import { readFileSync } from "node:fs";
import { Prelude } from "./check/prelude.ts";
import { check } from "./check/program.ts";
import type { TypedProgram } from "./check/typed.ts";
import { MoteError, SourceFile } from "./source.ts";
import type { Ast } from "./syntax/ast.ts";
import { parse } from "./syntax/parse.ts";

let prelude: Prelude | undefined;

/**
 * The library of Mote, the same for all programs. Its tree was made when heapwright was built
 * (syntax/write-prelude.ts).
 */
export function loadPrelude(): Prelude {
  if (prelude === undefined) {
    const source = new SourceFile("prelude.mote", () => readText("src/lang/prelude.mote"));
    prelude = new Prelude(source, JSON.parse(readText("dist/lang/prelude.json")) as Ast);
  }
  return prelude;
}

/** Reads a file of the package. The path to it is the same from src/lang/ and from dist/lang/. */
function readText(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

/**
 * Parses and checks a program without building it.
 * @throws MoteError with all independent errors found: one of the syntax for each declaration, all others of the rest
 */
export function checkProgram(source: SourceFile): TypedProgram {
  return withoutOverflow(source, () => check(source, parse(source), loadPrelude()));
}

/** Runs a part of the front-end, which follows the nesting of the source with its own calls. */
export function withoutOverflow<T>(source: SourceFile, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = "this program nests too deeply";
    throw new MoteError(source, [{ span: { start: 0, end: 0 }, message, hint: "split long expressions with `let`" }]);
  }
}
