/** What placement promises, against what happens in one run of a program. */

import type { IrProgram } from "../../src/lang/ir/ir.ts";
import { placeProgram } from "../../src/lang/lifetimes/placement/placement.ts";
import { EscapeOracle } from "./escapes.ts";
import { type InterpreterInput, interpret } from "./interpret.ts";

/**
 * Runs a program in the interpreter, with the oracle looking on.
 * @returns what the program did, and how many objects the oracle found outside the functions that made them
 * @throws Error where the program breaks a promise
 */
export function observe(program: IrProgram, input: InterpreterInput = {}) {
  const oracle = new EscapeOracle(placeProgram(program));
  const { stdout, stderr, exitCode } = interpret(program, { ...input, observer: oracle });
  return { output: Buffer.from(stdout).toString(), error: stderr, exit: exitCode, escapes: oracle.escapes };
}
