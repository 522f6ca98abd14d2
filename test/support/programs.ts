/**
 * The small programs in test/lang/programs, each with what it needs and prints in its first comments:
 *
 *     // args: one two            arguments, separated by blanks
 *     // input: text              standard input; \n is a line end
 *     // exit: 1                  exit code, when it is not 0
 *     // error: text              a line on standard error
 *     // output: text             a line on standard output; an empty one is written `// output:`
 *     // get NAME: value          what the host has for a port to get, in this order
 *     // put NAME: value          what is put into a port, in this order for all of them
 */

import { readdirSync, readFileSync } from "node:fs";
import { formatLine, parseLine } from "../../src/cli/portlines.ts";
import type { PortFunction } from "../../src/lang/ports/abi.ts";
import type { PortHandlers, Ports } from "../../src/lang/ports/hostport.ts";
import { SourceFile } from "../../src/lang/source.ts";

const FOLDER = new URL("../lang/programs/", import.meta.url);

export interface SampleProgram {
  readonly name: string;
  readonly source: SourceFile;
  readonly args: readonly string[];
  readonly input: Uint8Array;
  /** What it does when it is right. */
  readonly expected: {
    readonly output: string;
    readonly error: string;
    readonly exit: number;
    /** `NAME: value` for each. */
    readonly put: readonly string[];
  };
  /** Fresh ports for one run. @param put gets what is put */
  openPorts(used: readonly PortFunction[], put?: string[]): Ports;
}

/** All of them, by name. */
export function samplePrograms(): SampleProgram[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".mote"));
  return names.map((name) => sampleProgram(name, readFileSync(new URL(name, FOLDER), "utf8")));
}

/** A program with such comments, from wherever. */
export function sampleProgram(name: string, text: string): SampleProgram {
  return {
    name,
    source: new SourceFile(name, text),
    args: directives(text, "args").flatMap((line) => line.split(" ").filter((arg) => arg !== "")),
    input: new TextEncoder().encode(directives(text, "input").join("").replaceAll("\\n", "\n")),
    expected: {
      output: linesOf(directives(text, "output")),
      error: linesOf(directives(text, "error")),
      exit: Number(directives(text, "exit")[0] ?? 0),
      put: Array.from(text.matchAll(/^\/\/ put (\w+:.*)$/gm), ([, put]) => put!),
    },
    openPorts: (used, put = []) => openPorts(text, used, put),
  };
}

function openPorts(text: string, used: readonly PortFunction[], put: string[]): Ports {
  const ports: Record<string, PortHandlers> = {};
  for (const { use, type, name } of used) {
    if (use === "get") {
      const values = directives(text, `get ${name}`).map((line) => parseLine(type, new TextEncoder().encode(line))!);
      ports[name] = { ...ports[name], get: () => values.shift() ?? null };
    } else {
      const note = (line: string): boolean => put.push(`${name}: ${line.slice(0, -1)}`) > 0;
      const handler: PortHandlers = {
        put: (value) => note(new TextDecoder().decode(formatLine(type, value))),
        bytes: true,
      };
      ports[name] = { ...ports[name], ...handler };
    }
  }
  return ports;
}

function directives(text: string, name: string): string[] {
  const lines = text.split("\n").filter((line) => line.startsWith(`// ${name}:`));
  return lines.map((line) => line.slice(`// ${name}:`.length).replace(/^ /, ""));
}

function linesOf(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}
