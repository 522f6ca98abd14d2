/** The front-end of Mote: from source text to IR. */

import type { TypedProgram } from "./check/typed.ts";
import { checkProgram, loadPrelude, withoutOverflow } from "./check-program.ts";
import type { IrProgram } from "./ir/ir.ts";
import { build } from "./irgen/program.ts";
import type { SourceFile } from "./source.ts";

export { checkProgram } from "./check-program.ts";
export { MoteError, SourceFile } from "./source.ts";
export { parse } from "./syntax/parse.ts";

/** Makes the IR of a program. @throws MoteError with all independent errors found */
export function buildProgram(source: SourceFile): IrProgram {
  return buildChecked(checkProgram(source));
}

/** Makes the IR of a checked program. @throws MoteError when a global or a static cannot have its value */
export function buildChecked(program: TypedProgram): IrProgram {
  return withoutOverflow(program.source, () => build(program, loadPrelude()));
}
