/** Values of ports between JavaScript and wasm, each checked where the host gives it. */

import type { PortFunction, PortType } from "../../port-abi.ts";
import type { PortValue } from "./host-port.ts";

/** As wasm has it; of a text, the number of bytes. */
export type WasmValue = number | bigint;

const UTF8 = new TextEncoder();
/** A byte order mark is a character like others. */
const TEXTS = new TextDecoder("utf-8", { ignoreBOM: true });

const WANTED: Readonly<Record<PortType, string>> = {
  int: `a whole number from ${-(2 ** 31)} to ${2 ** 31 - 1}`,
  long: "a bigint of 64 bits",
  float: "a number",
  bool: "true or false",
  byte: "a whole number from 0 to 255",
  text: "a string or a Uint8Array",
};

/** A value that `get` gave, if it is one of the port's type. */
export function fromHost({ type, name }: PortFunction, value: unknown): WasmValue | Uint8Array {
  switch (type) {
    case "int":
      // Also -0, which is 0 then.
      if (typeof value === "number" && (value | 0) === value) return value | 0;
      break;
    case "long":
      if (typeof value === "bigint" && BigInt.asIntN(64, value) === value) return value;
      break;
    case "float":
      if (typeof value === "number") return value;
      break;
    case "bool":
      if (typeof value === "boolean") return value ? 1 : 0;
      break;
    case "byte":
      if (typeof value === "number" && (value & 0xff) === value) return value & 0xff;
      break;
    case "text":
      if (typeof value === "string") return UTF8.encode(value);
      if (value instanceof Uint8Array) return value;
      break;
  }
  throw new TypeError(`the port "${name}" has to give ${WANTED[type]}, or null, but gave ${describe(value)}`);
}

/** What `put` is given. @param text the bytes, for a text */
export function toHost({ type }: PortFunction, value: WasmValue, text: Uint8Array, bytes: boolean): PortValue {
  if (type === "bool") return value !== 0;
  if (type !== "text") return value;
  return bytes ? text : TEXTS.decode(text);
}

/** A value in a message. */
export function describe(value: unknown): string {
  if (typeof value === "string" || typeof value === "function") return `a ${typeof value}`;
  if (typeof value === "bigint") return `${value}n`;
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
