/**
 * The small programs in test/lang/programs, each with what it needs and prints in its first comments:
 *
 *     // args: one two            arguments, separated by blanks
 *     // input: text              standard input; \n is a line end
 *     // exit: 1                  exit code, when it is not 0
 *     // error: text              a line on standard error
 *     // output: text             a line on standard output; an empty one is written `// output:`
 */

import { readdirSync, readFileSync } from "node:fs";
import { SourceFile } from "../../src/lang/source.ts";

const FOLDER = new URL("../lang/programs/", import.meta.url);

export interface SampleProgram {
  readonly name: string;
  readonly source: SourceFile;
  readonly args: readonly string[];
  readonly input: Uint8Array;
  /** What it does when it is right. */
  readonly expected: { readonly output: string; readonly error: string; readonly exit: number };
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
    },
  };
}

function directives(text: string, name: string): string[] {
  const lines = text.split("\n").filter((line) => line.startsWith(`// ${name}:`));
  return lines.map((line) => line.slice(`// ${name}:`.length).replace(/^ /, ""));
}

function linesOf(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}
