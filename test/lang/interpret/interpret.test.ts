/**
 * What programs mean, by the interpreter: numbers against JavaScript's. What sample programs mean is tested in
 * lifetimes/escapes/programs.test.ts.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildProgram, SourceFile } from "../../../src/lang/frontend.ts";
import { interpret } from "../../support/interpret.ts";
import { often } from "../../support/often.ts";

it("reports calls that nest too deeply", () => {
  const text = 'fn f(n: Int) -> Int { 1 + f(n + 1) }\nfn main() { print("{f(0)}") }';
  const outcome = interpret(buildProgram(new SourceFile("deep.mote", text)), { maxDepth: 1000 });
  expect(outcome).toMatchObject({ exitCode: 1, stderr: "error: stack overflow, at deep.mote:1\n" });
});

/** Applies a Mote function from a line of text to a text, to each of the lines. */
function perLine(expression: string, functions = ""): (lines: readonly string[]) => string[] {
  const text = `fn main(input: Bytes) { for line in input.toText().split('\\n') { print(${expression}) } }${functions}`;
  const program = buildProgram(new SourceFile("lines.mote", text));
  return (lines) => {
    const outcome = interpret(program, { input: new TextEncoder().encode(lines.join("\n")) });
    if (outcome.exitCode !== 0) throw new Error(outcome.stderr);
    return new TextDecoder().decode(outcome.stdout).slice(0, -1).split("\n");
  };
}

/** A number as Mote writes it: JavaScript's digits, always with a point. */
function floatText(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const [digits, exponent] = String(value).split("e") as [string, string | undefined];
  const pointed = /[.IN]/.test(digits) ? digits : `${digits}.0`;
  return exponent === undefined ? pointed : `${pointed}e${Number(exponent)}`;
}

/** Doubles of all kinds: any bits, subnormals, powers of two, short decimals, whole numbers. */
const anyDouble = fc.oneof(
  fc.double({ noNaN: true }),
  fc.double({ min: -2.3e-308, max: 2.3e-308, noNaN: true }),
  fc.integer({ min: -1074, max: 1023 }).map((exponent) => 2 ** exponent),
  fc
    .tuple(fc.integer(), fc.integer({ min: -30, max: 30 }))
    .map(([digits, exponent]) => Number(`${digits}e${exponent}`)),
  fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).map(Number),
);

describe("floats", () => {
  const roundTrip = perLine('"{line.toFloat()}"');

  it("are written as JavaScript writes them, and read back", () => {
    fc.assert(
      fc.property(fc.array(anyDouble, { minLength: 1, maxLength: 20 }), (values) => {
        expect(roundTrip(values.map((value) => (Object.is(value, -0) ? "-0" : String(value))))).toEqual(
          values.map(floatText),
        );
      }),
      { numRuns: often(20) },
    );
  });

  it("are read correctly rounded from any decimal", () => {
    const decimal = fc
      .tuple(
        fc.constantFrom("", "-", "+"),
        fc.bigInt({ min: 0n, max: 10n ** 60n }),
        fc.option(fc.nat({ max: 999_999_999 })),
        fc.option(fc.integer({ min: -360, max: 330 })),
      )
      .map(([sign, whole, fraction, exponent]) => {
        return `${sign}${whole}${fraction === null ? "" : `.${fraction}`}${exponent === null ? "" : `e${exponent}`}`;
      });
    fc.assert(
      fc.property(fc.array(decimal, { minLength: 1, maxLength: 10 }), (texts) => {
        expect(roundTrip(texts)).toEqual(texts.map((text) => floatText(Number(text))));
      }),
      { numRuns: often(20) },
    );
  });

  it("are read correctly rounded from the middle between two neighbours, and next to it", () => {
    const positive = fc.double({ min: 1e-60, max: 1e60, noNaN: true });
    fc.assert(
      fc.property(positive, (value) => {
        const texts = midpointTexts(value);
        expect(roundTrip(texts)).toEqual(texts.map((text) => floatText(Number(text))));
      }),
      { numRuns: often(20) },
    );
  });

  it.each([
    "5e-324",
    "2.4703282292062327e-324",
    "2.4703282292062328e-324",
    "2.2250738585072011e-308",
    "2.2250738585072014e-308",
    "1.7976931348623157e308",
    "1.797693134862315808e308",
    "1e400",
    "1e-400",
    "9007199254740993",
    "8.41e21",
    "1e23",
    "0.0000001",
    "0.000001",
    "123456789012345680000",
    "1e21",
    ".5",
    "5.",
    `${"0".repeat(50)}.${"0".repeat(400)}1e401`,
    `1${"0".repeat(400)}e-400`,
    `0.1${"0".repeat(900)}1`,
    "1e00000000000000000005",
    "1e99999999999999999999",
    "0e99999999999999999999",
  ])("read %s", (text) => expect(roundTrip([text])).toEqual([floatText(Number(text))]));

  it("refuse what is no number", () => {
    const refused = ["", ".", "-", "e5", "1e", "1e+", "1.2.3", "0x10", " 1", "1 ", "1_000", "infinity", "-NaN", "--1"];
    for (const text of refused) {
      expect(() => roundTrip([text]), text).toThrow(`"${text}" is not a Float`);
    }
  });

  it("are rounded to decimals as JavaScript rounds them", () => {
    const run = perLine("line.split(' ')[0].toFloat().toFixed(line.split(' ')[1].toInt())");
    const pairs = fc.tuple(
      fc.oneof(
        fc.double({ min: -1e20, max: 1e20, noNaN: true }),
        fc.integer({ min: -100_000, max: 100_000 }).map((n) => n / 64),
        fc.integer({ min: -100_000, max: 100_000 }).map((n) => n / 1000),
      ),
      fc.oneof(fc.nat({ max: 6 }), fc.nat({ max: 100 })),
    );
    fc.assert(
      fc.property(fc.array(pairs, { minLength: 1, maxLength: 20 }), (cases) => {
        const lines = cases.map(([value, decimals]) => `${value} ${decimals}`);
        expect(run(lines)).toEqual(cases.map(([value, decimals]) => value.toFixed(decimals)));
      }),
      { numRuns: often(20) },
    );
  });
});

/** The decimal exactly between a positive double and the next one, and decimals just below and above it. */
function midpointTexts(value: number): string[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number(bits >> 52n) - 1075 - 1;
  const middle = 2n * ((bits & 0xfffffffffffffn) | 0x10000000000000n) + 1n;
  if (exponent >= 0) {
    const whole = middle << BigInt(exponent);
    return [`${whole}`, `${whole - 1n}`, `${whole}.0000000000000000001`];
  }
  const digits = middle * 5n ** BigInt(-exponent);
  return [`${digits}e${exponent}`, `${digits - 1n}e${exponent}`, `${digits}00000000001e${exponent - 11}`];
}

describe("whole numbers", () => {
  const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

  it("are written and read like JavaScript's", () => {
    const ints = perLine('"{line.toInt()}|" + line.toInt().toText() + "|{line.toInt() + 0}"');
    const longs = perLine('"{line.toLong()}|" + line.toLong().toText() + "|{line.toLong() + 0}"');
    fc.assert(
      fc.property(fc.integer(), long, (small, large) => {
        expect(ints([String(small)])).toEqual([`${small}|${small}|${small}`]);
        expect(longs([String(large)])).toEqual([`${large}|${large}|${large}`]);
      }),
      { numRuns: often(40) },
    );
  });

  it("are refused when they do not fit", () => {
    const ints = perLine('"{line.toInt()}"');
    const longs = perLine('"{line.toLong()}"');
    for (const text of ["2147483648", "-2147483649", "99999999999999999999", "1.0", "", "-", "1a"]) {
      expect(() => ints([text]), text).toThrow(`"${text}" is not an Int`);
    }
    for (const text of ["9223372036854775808", "-9223372036854775809", "92233720368547758070", "1e3"]) {
      expect(() => longs([text]), text).toThrow(`"${text}" is not a Long`);
    }
  });

  const OPERATORS: Record<string, (a: bigint, b: bigint, width: bigint) => bigint> = {
    "+": (a, b) => a + b,
    "-": (a, b) => a - b,
    "*": (a, b) => a * b,
    "/": (a, b) => a / b,
    "%": (a, b) => a % b,
    "&": (a, b) => a & b,
    "|": (a, b) => a | b,
    "^": (a, b) => a ^ b,
    "<<": (a, b, width) => a << (b & (width - 1n)),
    ">>": (a, b, width) => a >> (b & (width - 1n)),
    ">>>": (a, b, width) => BigInt.asUintN(Number(width), a) >> (b & (width - 1n)),
  };

  it.each([
    ["Int", 32],
    ["Long", 64],
  ])("of type %s wrap", (type, bits) => {
    const compute = Object.keys(OPERATORS).map(
      (operator) =>
        [
          operator,
          perLine(
            `"{a(line) ${operator} b(line)}"`,
            `
      fn a(line: Text) -> ${type} { line.split(' ')[0].to${type}() }
      fn b(line: Text) -> ${type} { line.split(' ')[1].to${type}() }`,
          ),
        ] as const,
    );
    const limit = 2n ** BigInt(bits - 1);
    const number = fc.oneof(
      fc.bigInt({ min: -limit, max: limit - 1n }),
      fc.constantFrom(-limit, limit - 1n, -1n, 0n, 1n, BigInt(bits)),
    );
    fc.assert(
      fc.property(number, number, (a, b) => {
        for (const [operator, run] of compute) {
          if (b === 0n && (operator === "/" || operator === "%")) continue;
          const expected = BigInt.asIntN(bits, OPERATORS[operator]!(a, b, BigInt(bits)));
          expect(run([`${a} ${b}`]), `${a} ${operator} ${b}`).toEqual([String(expected)]);
        }
      }),
      { numRuns: often(40) },
    );
  });
});
