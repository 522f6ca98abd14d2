/** What the checker says about a program. */

import { buildProgram, MoteError, SourceFile } from "../../src/lang/frontend.ts";

/** All messages as the user sees them, or "no errors". */
export function errorsOf(text: string): string {
  try {
    buildProgram(new SourceFile("test.mote", text));
  } catch (error) {
    if (error instanceof MoteError) return error.format();
    throw error;
  }
  return "no errors";
}
