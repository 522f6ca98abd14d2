/** Values of ports as lines: each comes back as it was, and what is none is refused. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatLine, linesOf, parseLine } from "../../src/compare/port-lines.ts";
import type { PortType, PortValue } from "../../src/lang/index.ts";

const bytes = (text: string) => new Uint8Array(Buffer.from(text));

const VALUES: Readonly<Record<PortType, fc.Arbitrary<PortValue>>> = {
  int: fc.integer(),
  long: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  float: fc.double(),
  bool: fc.boolean(),
  byte: fc.integer({ min: 0, max: 255 }),
  text: fc.uint8Array().map((text) => text.map((byte) => (byte === 10 ? 11 : byte))),
};

describe("lines", () => {
  it.each(Object.entries(VALUES))("hold values of type %s", (type, value) => {
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const file = new Uint8Array(Buffer.concat(values.map((each) => formatLine(type as PortType, each)!)));
        expect(linesOf(file).map((line) => parseLine(type as PortType, line))).toEqual(values);
      }),
    );
  });

  it.each([
    ["", []],
    ["\n", [""]],
    ["a", ["a"]],
    ["a\n", ["a"]],
    ["a\n\nb\r\n", ["a", "", "b\r"]],
  ])("of %j", (file, lines) => {
    expect(linesOf(bytes(file)).map((line) => Buffer.from(line).toString())).toEqual(lines);
  });

  it.each([
    ["int", 7, "7"],
    ["long", -7n, "-7"],
    ["float", 5, "5.0"],
    ["float", -0, "-0.0"],
    ["float", 1e21, "1.0e21"],
    ["float", 1.5e-9, "1.5e-9"],
    ["float", Number.NEGATIVE_INFINITY, "-Infinity"],
    ["bool", false, "false"],
    ["byte", 65, "65"],
    ["text", bytes(""), ""],
  ] as const)("show %s %s as a program prints it", (type, value, line) => {
    expect(Buffer.from(formatLine(type, value)!).toString()).toBe(`${line}\n`);
  });

  it("cannot hold a text with a line end", () => {
    expect(formatLine("text", bytes("a\nb"))).toBe(undefined);
  });

  it.each([
    ["int", ["", "x", "1.0", "2147483648", "-2147483649", "0x10", " 1", "1\r", "--1"]],
    ["long", ["", "9223372036854775808", "1L"]],
    ["float", ["", ".", "1e", "nan", "infinity", "0x1", "1_000"]],
    ["bool", ["", "1", "True"]],
    ["byte", ["", "-1", "256", "a"]],
  ] as const)("are refused where they are no %s", (type, lines) => {
    for (const line of lines) expect(parseLine(type, bytes(line)), line).toBe(undefined);
  });

  it.each([
    ["int", "+5", 5],
    ["float", "5", 5],
    ["float", ".5e1", 5],
    ["float", "+Infinity", Number.POSITIVE_INFINITY],
  ] as const)("are read as %s where they are %s", (type, line, value) => {
    expect(parseLine(type, bytes(line))).toBe(value);
  });
});
