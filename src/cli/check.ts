/** `heapwright check`: parses and checks a program, without compiling it. */

import type { Command } from "commander";
import { checkProgram } from "../lang/frontend.ts";
import { readProgram } from "./files.ts";

export function addCheck(program: Command): void {
  program
    .command("check")
    .summary("report the mistakes in a program")
    .description("Parses and checks a Mote program and reports its mistakes, each with its line and a caret.")
    .argument("<program>", "a .mote file")
    .addHelpText("after", "\nExample:\n  $ heapwright check bench/programs/json.mote")
    .action((path: string) => {
      checkProgram(readProgram(path));
      console.log(`${path}: no mistakes found`);
    });
}
