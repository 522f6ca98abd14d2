/**
 * Ports with files: a program gets the values on the lines of one, and those that it puts become the lines of another.
 * There is always room, and after the last line of a file there is nothing more.
 */

import type { PortFunction, PortType, PortUse } from "../lang/port-abi.ts";
import type { PortHandlers, Ports, PortValue } from "../lang/run/ports/host-port.ts";
import { FailureError, UsageError } from "./errors.ts";
import { readNamed } from "./files.ts";
import { formatLine, linesOf, parseLine } from "./port-lines.ts";

/** The file that stands for what goes to standard output, among what the program prints. */
const STANDARD_OUTPUT = "-";

/** A port's name, and the file that is given for it. */
export interface PortFile {
  readonly name: string;
  readonly file: string;
}

/** The files for what a program gets, and for what it puts. */
export interface PortOptions {
  get: readonly PortFile[];
  put: readonly PortFile[];
}

/** The ports of a program, with their files; it can be sent to another process. */
export interface PortPlan {
  /** `content` is the whole file. */
  readonly gets: readonly { readonly port: PortFunction; readonly file: string; readonly content: Uint8Array }[];
  readonly puts: readonly { readonly port: PortFunction; readonly file: string }[];
}

/**
 * Reads the files of the ports that a program uses.
 * @throws UsageError when ports and options do not fit together, or a file cannot be read
 */
export function planPorts(used: readonly PortFunction[], { get, put }: PortOptions): PortPlan {
  const gets = matched(used, "get", get);
  const puts = matched(used, "put", put);
  for (const [index, { port, file }] of puts.entries()) {
    const other = puts.slice(0, index).find((each) => each.file === file);
    if (other === undefined || file === STANDARD_OUTPUT) continue;
    throw new UsageError(`the ports ${other.port.name} and ${port.name} cannot both be put into ${file}`);
  }
  const read = gets.map((each) => ({
    ...each,
    content: readNamed(each.file, `the values of the port ${each.port.name} in`),
  }));
  return { gets: read, puts };
}

/** The file of each port that is used in this way. */
function matched(
  used: readonly PortFunction[],
  use: PortUse,
  files: readonly PortFile[],
): { readonly port: PortFunction; readonly file: string }[] {
  const ports = used.filter((port) => port.use === use);
  const does = use === "get" ? "gets from" : "puts into";
  for (const { name } of files) {
    if (ports.some((port) => port.name === name)) continue;
    const names = ports.map((port) => port.name).join(", ");
    throw new UsageError(`--${use} ${name}: the program ${does} ${names === "" ? "no port" : `${names} only`}`);
  }
  return ports.map((port) => {
    const given = files.find(({ name }) => name === port.name);
    if (given !== undefined) return { port, file: given.file };
    const other = use === "put" ? ", or - for standard output" : "";
    throw new UsageError(`the program ${does} the port ${port.name}: say --${use} ${port.name}=FILE${other}`);
  });
}

/** Makes ports for any number of runs of a program. */
export class PortFiles {
  readonly #gets: readonly { readonly name: string; readonly values: readonly PortValue[] }[];
  readonly #puts: PortPlan["puts"];

  /** @throws UsageError when a line is no value of its port */
  constructor({ gets, puts }: PortPlan) {
    this.#gets = gets.map(({ port, file, content }) => ({ name: port.name, values: valuesOf(port, file, content) }));
    this.#puts = puts;
  }

  /**
   * Ports for one run.
   * @param write what is put into standard output
   */
  open(write: (line: Uint8Array) => void): OpenPorts {
    const handlers = new Map<string, PortHandlers>();
    for (const { name, values } of this.#gets) handlers.set(name, { get: reader(values) });
    const files: { readonly file: string; readonly lines: Uint8Array[] }[] = [];
    for (const { port, file } of this.#puts) {
      const lines: Uint8Array[] = [];
      const isOutput = file === STANDARD_OUTPUT;
      if (!isOutput) files.push({ file, lines });
      const put = writer(port, isOutput ? write : (line) => lines.push(line));
      handlers.set(port.name, { ...handlers.get(port.name), put, bytes: true });
    }
    return {
      ports: Object.fromEntries(handlers),
      files: () => files.map(({ file, lines }) => ({ file, content: Buffer.concat(lines) })),
    };
  }
}

/** The ports of one run. */
export interface OpenPorts {
  readonly ports: Ports;
  /** The files that were put into, with what has been put; standard output is none. */
  files(): PutFile[];
}

export interface PutFile {
  readonly file: string;
  readonly content: Uint8Array;
}

/** The names of types in the source. */
const TYPE_NAMES: Readonly<Record<PortType, string>> = {
  int: "an Int",
  long: "a Long",
  float: "a Float",
  bool: "a Bool (true or false)",
  byte: "a Byte (0 to 255)",
  text: "a Text",
};

function valuesOf({ type, name }: PortFunction, file: string, content: Uint8Array): PortValue[] {
  return linesOf(content).map((line, index) => {
    const value = parseLine(type, line);
    if (value !== undefined) return value;
    const text = JSON.stringify(new TextDecoder().decode(line));
    throw new UsageError(`${file}:${index + 1}: ${text} is not ${TYPE_NAMES[type]}, which the port ${name} carries`);
  });
}

function reader(values: readonly PortValue[]): () => PortValue | null {
  let next = 0;
  return () => values[next++] ?? null;
}

function writer({ type, name }: PortFunction, write: (line: Uint8Array) => void): (value: PortValue) => boolean {
  return (value) => {
    const line = formatLine(type, value);
    if (line === undefined) {
      throw new FailureError(`a text with a line end was put into the port ${name}, and --put writes each on one line`);
    }
    write(line);
    return true;
  };
}
