/** interpreter.mote: its own sample program, small programs and mistakes, and random arithmetic against JavaScript. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { often } from "../support/often.ts";
import { BUILDS, RELEASES, run } from "./build.ts";

/** What the sample at the end of interpreter.mote prints. */
function sample(size: number): string {
  const mixed = (checksum: number, number: number): number => (Math.imul(checksum, 31) + number) | 0;
  const primes: number[] = [];
  for (let n = 2; n < size; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  const numbers: number[] = [];
  for (let i = 0, random = 42; i < size; i++) {
    random = (random * 75 + 74) % 65_537;
    numbers.push(random);
  }
  const checksum = numbers.sort((a, b) => a - b).reduce(mixed, 0);
  return `17711\n${checksum}\n(${primes.length} ${primes.reduce(mixed, checksum)})\n`;
}

const GOOD: readonly { readonly source: string; readonly output: string }[] = [
  { source: "# only a comment", output: "" },
  { source: "print 2 + 3 * 4 - 10 / 3 % 2  print (2 + 3) * -4", output: "13\n-20\n" },
  { source: "print 10 - 3 - 2  print 100 / 10 / 5  print --1", output: "5\n2\n1\n" },
  { source: "print 1 < 2  print 2 <= 1  print nil == nil  print 0 != nil", output: "1\n0\n1\n1\n" },
  { source: "print 2147483647 + 1", output: "-2147483648\n" },
  { source: "print pair(1, pair(pair(2, 3), pair(nil, nil)))", output: "(1 (2 . 3) ())\n" },
  { source: "let a = 3\nwhile a do\n  print a\n  a = a - 1\nend", output: "3\n2\n1\n" },
  { source: "if nil then print 1 else if 1 then print 2 end end", output: "2\n" },
  { source: "fn f(a, b) let c = a - b return c end print f(f(10, 3), 2)", output: "5\n" },
  { source: "fn f() end print f() f()", output: "()\n" },
  {
    source: "fn f(n) if n then return g(n - 1) end return 1 end fn g(n) if n then return f(n - 1) end end print f(500)",
    output: "1\n",
  },
  { source: "let a = 1 if a > 2 then let b = 7 end print b return 1 print 2", output: "()\n" },
  { source: "fn a() let x = 5 return x end let x = 1 print a() + x", output: "6\n" },
];

const BAD: readonly { readonly source: string; readonly message: string }[] = [
  { source: "print 1 +", message: "line 1: expected an expression, not the end" },
  { source: "let a = 1\nprint a !", message: "line 2: expected = behind !" },
  { source: "let a = [", message: "line 1: no symbol begins with [" },
  { source: "\n\nprint b", message: "line 3: there is no variable b" },
  { source: "b = 1", message: "line 1: there is no variable b" },
  { source: "fn f(a) return a end\nprint f(1, 2)", message: "line 2: f takes 1 arguments, not 2" },
  { source: "print pair(1)", message: "line 1: pair takes 2 arguments, not 1" },
  { source: "f()", message: "line 1: there is no function f" },
  { source: "let end = 1", message: "line 1: expected a name, not end" },
  { source: "while 1 do", message: "line 1: expected a name, not the end" },
  { source: "if 1 print 2", message: "line 1: expected then, not print" },
  { source: "fn f(a b) end", message: "line 1: expected ,, not b" },
  { source: "fn f(n) return n / 0 end print f(1)", message: "in f: division by zero" },
  { source: "print head(nil)", message: "in the program: only a pair has a head" },
  { source: "print tail(3)", message: "in the program: only a pair has a tail" },
  { source: "print 1 + nil", message: "in the program: only numbers can be calculated with" },
  { source: "print pair(1, 2) == pair(1, 2)", message: "in the program: two pairs cannot be compared" },
];

describe.each(BUILDS)("under $manager (zeal: $zeal)", (options) => {
  test.each(GOOD)("runs $source", async ({ source, output }) => {
    const result = await run("interpreter", options, { input: Buffer.from(source) });
    expect(result).toEqual({ exitCode: 0, stdout: output, stderr: "" });
  });

  test.each(BAD)("refuses $source", async ({ source, message }) => {
    const { exitCode, stdout, stderr } = await run("interpreter", options, { input: Buffer.from(source) });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr.trimEnd().endsWith(message)).toBe(true);
  });
});

/** An expression as text for both, and its value with 32 bits. */
interface Sum {
  readonly text: string;
  readonly value: number;
}

const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => (a + b) | 0,
  "-": (a, b) => (a - b) | 0,
  "*": Math.imul,
  "<": (a, b) => Number(a < b),
  "==": (a, b) => Number(a === b),
};

const { sum } = fc.letrec<{ sum: Sum }>((tie) => ({
  sum: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.nat(100_000).map((value) => ({ text: `${value}`, value })),
    fc.tuple(tie("sum"), fc.constantFrom(...Object.keys(OPERATIONS)), tie("sum")).map(([a, operator, b]) => ({
      text: `(${a.text} ${operator} ${b.text})`,
      value: OPERATIONS[operator]!(a.value, b.value),
    })),
  ),
}));

describe.each(RELEASES)("under $manager", (options) => {
  test.each([3, 2000, 15_000])("runs its own program with size %i", async (size) => {
    const result = await run("interpreter", options, { args: [`${size}`] });
    expect(result).toEqual({ exitCode: 0, stdout: sample(size), stderr: "" });
  });

  test("calculates like JavaScript", async () => {
    await fc.assert(
      fc.asyncProperty(sum, async ({ text, value }) => {
        const { stdout } = await run("interpreter", options, { input: Buffer.from(`print ${text}`) });
        expect(stdout).toBe(`${value}\n`);
      }),
      { numRuns: often(40) },
    );
  });

  test("stops when calls do not end", async () => {
    const { exitCode, stderr } = await run("interpreter", options, { input: Buffer.from("fn f() f() end f()") });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("in f: too many calls in calls");
  });
});
