/** `heapwright explain`: a program's source with where everything goes that it allocates. */

import type { Command } from "commander";
import { buildProgram } from "../lang/frontend.ts";
import { placeProgram } from "../lang/ir/placement/placement.ts";
import { readProgram } from "./files.ts";
import { formatAnnotated, formatInternal } from "./margin.ts";
import { placementAsJson } from "./placementjson.ts";

interface ExplainOptions {
  internal?: boolean;
  json?: boolean;
}

export function addExplain(program: Command): void {
  program
    .command("explain")
    .summary("show where everything goes that a program allocates")
    .description(
      "Prints a Mote program with, in the margin, where each allocation may go when the function's call is over, and " +
        "above each function what its callers have to know of it.",
    )
    .argument("<program>", "a .mote file")
    .option("--internal", "also list what the program does not define: the prelude's functions, and the compiler's")
    .option("--json", "print one object for programs to read")
    .addHelpText(
      "after",
      `
The margin says "what: where". Where is one or several of:
  local          nowhere: it can be freed with the call that makes it; "carried" out of its round of a loop
  result         to the caller, as the result ("in result": only inside of it; "maybe": not on every path)
  into p         into something that the parameter p refers to
  global         into something that a global refers to
  tail call      along with a tail call, which replaces the frame

Examples:
  $ heapwright explain bench/programs/rbtree.mote
  $ heapwright explain bench/programs/json.mote --json`,
    )
    .action((path: string, options: ExplainOptions) => {
      const source = readProgram(path);
      const placement = placeProgram(buildProgram(source));
      if (options.json) {
        console.log(JSON.stringify(placementAsJson(source.name, placement, options.internal ?? false), null, 2));
        return;
      }
      const lines = formatAnnotated(source, placement);
      if (options.internal) lines.push("", ...formatInternal(placement));
      console.log(lines.join("\n"));
    });
}
