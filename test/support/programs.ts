/**
 * Programs to run: those of bench/programs with little work, those of test/lang/lifetimes/placement, which need nothing
 * and end well, and the small programs in test/lang/programs, each with what it needs and prints in its first comments:
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
import { formatLine, parseLine } from "../../src/compare/port-lines.ts";
import type { PortFunction } from "../../src/lang/port-abi.ts";
import type { PortHandlers, Ports } from "../../src/lang/run/ports/host-port.ts";
import { SourceFile } from "../../src/lang/source.ts";

const SAMPLES = new URL("../lang/programs/", import.meta.url);
const PLACEMENTS = new URL("../lang/lifetimes/placement/", import.meta.url);
const BENCHES = new URL("../../bench/programs/", import.meta.url);

/** A program, with what it is given. */
export interface RunnableProgram {
  readonly name: string;
  readonly source: SourceFile;
  readonly args: readonly string[];
  readonly input: Uint8Array;
}

export interface SampleProgram extends RunnableProgram {
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

/** The sample programs, by name. */
export function samplePrograms(): SampleProgram[] {
  return filesIn(SAMPLES).map(([name, text]) => sampleProgram(name, text));
}

export function placementPrograms(): RunnableProgram[] {
  return filesIn(PLACEMENTS).map(([name, text]) => runnable(name, text, []));
}

export function benchPrograms(): RunnableProgram[] {
  return filesIn(BENCHES).map(([name, text]) => runnable(name, text, BENCH_ARGUMENTS[name] ?? [], BENCH_INPUTS[name]));
}

/** For the programs that would otherwise take long. */
const BENCH_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  "binarytrees.mote": ["6"],
  "rbtree.mote": ["random", "300"],
  "lists.mote": ["20", "20"],
  "queue.mote": ["50", "200"],
  "boards.mote": ["100"],
  "bodies.mote": ["20", "3"],
  "fields.mote": ["100"],
  "cfold.mote": ["4", "3"],
  "deltablue.mote": ["20"],
  "deriv.mote": ["3"],
  "fft.mote": ["64"],
  "fulladd.mote": ["16", "10"],
  "havlak.mote": ["3", "1", "2", "2"],
  "interpreter.mote": ["3"],
  "nqueens.mote": ["5"],
  "richards.mote": ["1"],
  "sieve.mote": ["100"],
};

const BENCH_INPUTS: Readonly<Record<string, string>> = {
  "wordcount.mote": "one two two three three three\n",
  "json.mote": `[${Array.from({ length: 20 }, (_, i) => `{"country":"${"ABC"[i % 3]}","name":"n\\u00e4${i}","lat":"1.5","lng":"${i}.25"}`).join(",\n")}]`,
};

function runnable(name: string, text: string, args: readonly string[], input = ""): RunnableProgram {
  return { name, source: new SourceFile(name, text), args, input: new TextEncoder().encode(input) };
}

function filesIn(folder: URL): [name: string, text: string][] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".mote"));
  return names.map((name) => [name, readFileSync(new URL(name, folder), "utf8")]);
}

/** A program with such comments, from wherever. */
export function sampleProgram(name: string, text: string): SampleProgram {
  const args = directives(text, "args").flatMap((line) => line.split(" ").filter((arg) => arg !== ""));
  return {
    ...runnable(name, text, args, directives(text, "input").join("").replaceAll("\\n", "\n")),
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
