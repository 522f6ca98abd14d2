/** Values of ports as lines of a file: as a program prints them, but for a Byte, which is a number from 0 to 255. */

import type { PortType } from "../lang/port-abi.ts";
import type { PortValue } from "../lang/run/ports/host-port.ts";

const LINE_FEED = 10;
const FLOAT = /^(?:[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?Infinity|NaN)$/;

/** The lines of a file, without their ends; the last one may lack its end. */
export function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength; ) {
    const end = bytes.indexOf(LINE_FEED, at);
    lines.push(bytes.subarray(at, end < 0 ? bytes.byteLength : end));
    at = end < 0 ? bytes.byteLength : end + 1;
  }
  return lines;
}

/** @returns the value that a line stands for, a text as its bytes; undefined when it is none of the type */
export function parseLine(type: PortType, line: Uint8Array): PortValue | undefined {
  if (type === "text") return line;
  const text = new TextDecoder().decode(line);
  switch (type) {
    case "int":
      return wholeNumber(text, -(2n ** 31n), 2n ** 31n - 1n, Number);
    case "long":
      return wholeNumber(text, -(2n ** 63n), 2n ** 63n - 1n, BigInt);
    case "byte":
      return wholeNumber(text, 0n, 255n, Number);
    case "float":
      return FLOAT.test(text) ? Number(text) : undefined;
    case "bool":
      return text === "true" || text === "false" ? text === "true" : undefined;
  }
}

function wholeNumber<T>(text: string, least: bigint, most: bigint, convert: (value: bigint) => T): T | undefined {
  if (!/^[-+]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ""));
  return value >= least && value <= most ? convert(value) : undefined;
}

/** @returns the line that a value is written as, with its end; undefined for a text that has line ends itself */
export function formatLine(type: PortType, value: PortValue): Uint8Array | undefined {
  if (!(value instanceof Uint8Array)) return Buffer.from(`${type === "float" ? floatText(Number(value)) : value}\n`);
  return value.includes(LINE_FEED) ? undefined : Buffer.concat([value, Uint8Array.of(LINE_FEED)]);
}

/** A number as Mote prints it: JavaScript's digits, always with a point. */
function floatText(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const [digits, exponent] = String(value).split("e") as [string, string | undefined];
  const pointed = /[.IN]/.test(digits) ? digits : `${digits}.0`;
  return exponent === undefined ? pointed : `${pointed}e${Number(exponent)}`;
}
