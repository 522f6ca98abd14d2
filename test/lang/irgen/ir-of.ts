/** The IR of functions, as text. */

import { buildProgram, SourceFile } from "../../../src/lang/frontend.ts";
import { printFunction } from "../../../src/lang/ir/print.ts";

/** The IR of one function of a program. */
export function irOf(text: string, name: string): string {
  const program = buildProgram(new SourceFile("test.mote", text));
  const fn = program.functions.find((candidate) => candidate.name === name);
  if (fn === undefined) throw new Error(`no function ${name}`);
  return `\n${printFunction(fn)}\n`;
}
