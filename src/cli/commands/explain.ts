/** The command `heapwright explain`, as the command line sees it. */

import type { Command } from "commander";
import type { ExplainOptions } from "../explain.ts";
import { addExterns } from "../extern-options.ts";
import { addPortOptions } from "../port-options.ts";

export function addExplain(program: Command): void {
  const command = program
    .command("explain")
    .summary("show where everything goes that a program allocates")
    .description(
      "Prints a Mote program with, in the margin, where each allocation may go when the function's call is over, and " +
        "above each function what its callers have to know of it.",
    )
    .argument("<program>", "a .mote file")
    .argument("[arguments...]", "with --run: the program's own arguments, behind --")
    .option("--internal", "also list the functions of the prelude and the compiler, and show what regions does in each")
    .option("--json", "print one object for programs to read")
    .option(
      "--run",
      "run the program under regions, and show how much each place allocated and what became of it; what the program " +
        "writes goes to standard error",
    )
    .option(
      "-i, --input <file>",
      "with --run: the program's input; without it, standard input unless that is a terminal",
    );
  addExterns(addPortOptions(command))
    .addHelpText(
      "after",
      `
The margin says "what: where". Where is one or several of:
  local          nowhere: it can be freed with the call that makes it; "loop-carried" out of its iteration of a loop
  result         to the caller, as the result ("in result": only inside of it; "maybe": not on every path)
  into p         into something that the parameter p refers to
  global         into something that a global refers to
  tail call      along with a tail call, which replaces the frame

With --run, there is for each place
  131,071 x 16 B          so many objects of this size ("12, 1,480 B in all" of arrays, "never" of none)
and above each function, all of its calls together
  allocated               itself, where the bytes went: to regions of the call, of iterations of its loops, of its caller
  left its caller         what had come to its caller's regions, by its callees as well, and was kept when it returned
  dropped                 what had come there, and ended when it returned
  collected, copied       what piled up between iterations, at tail calls and beside what it returned
  segments                how much its own regions took at most in one call, beyond what lies on the stack of frames

Examples:
  $ heapwright explain bench/programs/rbtree.mote
  $ heapwright explain bench/programs/json.mote --json
  $ heapwright explain bench/programs/binarytrees.mote --run -- 10`,
    )
    .action(async (path: string, args: string[], options: ExplainOptions) => {
      const { explain } = await import("../explain.ts");
      await explain(path, args, options);
    });
}
