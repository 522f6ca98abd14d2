/**
 * The soak: its command line, and what it makes of a program that differs. What it runs is tested in
 * lang/random.test.ts.
 */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { examineSeed, LANGUAGES } from "./support/examine.ts";

const SOAK = fileURLToPath(new URL("soak.ts", import.meta.url));

describe("the soak", () => {
  it.each([
    [["--minutes", "soon"], "Expected a whole number from 1 to 100000"],
    [["--seed", "-1"], "Expected a whole number from 0 to 2147483647"],
    [["--bogus"], "unknown option '--bogus'"],
  ])("refuses %j", (args, message) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [SOAK, ...args], { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it.each(LANGUAGES)("finds nothing in a program in %s that is right", (language) => {
    expect(examineSeed(1, language, [{ manager: "leak", debug: true }])).toBe(null);
  });

  it.each([
    ["Mote", ["f0"]],
    ["the IR", ["f2", "f1"]],
  ] as const)("makes a program in %s as small as there is one, if it fails under a build", (language, functions) => {
    const failing = { manager: "gc", nurseryBytes: -1 };
    const failure = examineSeed(1, language, [{ manager: "leak" }, failing])!;
    expect(failure.what).toContain(`under ${JSON.stringify(failing)}: nurseryBytes has to be`);
    expect([...failure.text.matchAll(/^fn (f\d)/gm)].map(([, name]) => name)).toEqual(functions);
  });
});
