/** The options that name the files of a program's ports: `--get NAME=FILE` and `--put NAME=FILE`. */

import { type Command, InvalidArgumentError } from "commander";
import type { PortFile } from "../compare/port-files.ts";

/** Adds the options, whose values are `PortOptions`. */
export function addPortOptions(command: Command): Command {
  return command
    .option("--get <name=file>", "lines of a file, for the program to get from a port", collectPort, [])
    .option("--put <name=file>", "where lines go that the program puts into a port; - for its output", collectPort, []);
}

function collectPort(text: string, previous: readonly PortFile[]): PortFile[] {
  const [, name, file] = /^(\w+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || file === undefined) {
    throw new InvalidArgumentError("Expected the name of a port and a file, such as jobs=jobs.txt.");
  }
  if (previous.some((other) => other.name === name)) {
    throw new InvalidArgumentError(`The port ${name} has a file already.`);
  }
  return [...previous, { name, file }];
}
