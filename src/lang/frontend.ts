/** The front-end of Mote: from source text to IR. */

import { readFileSync } from "node:fs";
import { check } from "./check/program.ts";
import type { TypedProgram } from "./check/typed.ts";
import type { IrProgram } from "./ir/ir.ts";
import { build } from "./irgen/program.ts";
import { MoteError, SourceFile } from "./source.ts";
import { parse } from "./syntax/parse.ts";

export { MoteError, SourceFile } from "./source.ts";
export { parse } from "./syntax/parse.ts";

let prelude: TypedProgram | undefined;

/** The library of Mote, checked once for all programs. */
function loadPrelude(): TypedProgram {
  if (prelude === undefined) {
    // The same path from src/lang/ and from dist/lang/.
    const text = readFileSync(new URL("../../src/lang/prelude.mote", import.meta.url), "utf8");
    const source = new SourceFile("prelude.mote", text);
    prelude = check(source, parse(source, true), null);
  }
  return prelude;
}

/**
 * Parses and checks a program without building it.
 * @throws MoteError with all independent errors found: one of the syntax for each declaration, all others of the rest
 */
export function checkProgram(source: SourceFile): TypedProgram {
  return withoutOverflow(source, () => check(source, parse(source), loadPrelude()));
}

/** Makes the IR of a program. @throws MoteError with all independent errors found */
export function buildProgram(source: SourceFile): IrProgram {
  const typed = checkProgram(source);
  return withoutOverflow(source, () => build(typed, loadPrelude()));
}

/** The front-end follows the nesting of the source with its own calls. */
function withoutOverflow<T>(source: SourceFile, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = "this program nests too deeply";
    throw new MoteError(source, [{ span: { start: 0, end: 0 }, message, hint: "split long expressions with `let`" }]);
  }
}
