/** The option that names a program's extern modules. */

import { type Command, InvalidArgumentError, Option } from "commander";
import type { ExternFiles } from "../compare/extern-files.ts";

/** What `addExterns` puts into a command's options. */
export interface ExternSettings {
  extern: ExternFiles;
}

/** Adds the option that gives a program its extern modules. */
export function addExterns(command: Command): Command {
  return command.addOption(
    new Option("--extern <name=file>", "an extern module: a .wasm file, or a .js or .mjs file that exports functions")
      .default({}, "none")
      .argParser((text: string, known: ExternFiles) => {
        const at = text.indexOf("=");
        const [name, file] = [text.slice(0, at), text.slice(at + 1)];
        if (at < 1 || file === "") throw new InvalidArgumentError("Expected NAME=FILE.");
        if (!/\.(wasm|js|mjs)$/.test(file)) throw new InvalidArgumentError("Expected a .wasm, .js or .mjs file.");
        if (Object.hasOwn(known, name)) throw new InvalidArgumentError(`The module ${name} is given twice.`);
        return { ...known, [name]: file };
      }),
  );
}
